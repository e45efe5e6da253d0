//! `analyze`: how a piece of code is made, how well that serves it, and what to do about it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::workflow::{Collected, Confidence, Expert, Form, Scene, Vocabulary, Work, Workflow, members};
use super::{Context, Info, changes, facts, require};
use crate::error::Result;
use crate::gateway::Need;
use crate::providers::ThinkingMode;
use crate::threads::Thread;

/// The tool.
#[derive(Debug)]
pub(super) struct Analyze;

static INFO: Info = Info {
    name: "analyze",
    title: "Analyze",
    description: "Analyses code: architecture, performance, security, quality. Give your findings and the files (without any: those changed in git); a model reads both and answers with what holds, what does not, and what to do first.",
    main_argument: Some("findings"),
};

static WORDS: Vocabulary = Vocabulary {
    noun: "analysis",
    pause: "pause_for_analysis",
    required: "analyze_required",
    complete: "analysis_complete",
    counts: "analysis_status",
    confidence: Some("analysis_confidence"),
    finished_work: "complete_analysis",
    settled: "analysis_complete",
    skipped: "skipped_due_to_complete_analysis",
};

static EXPERT: Expert = Expert { thinking: ThinkingMode::High, need: Need::Quality, form: Form::Prose };

/// Files that it takes by itself.
const MOST_CHANGED: usize = 50;

/// What `analyze` takes of its own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Own {
    /// What to look at.
    #[serde(default)]
    analysis_type: Kind,
    /// How much to say.
    #[serde(default)]
    output_format: Length,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Architecture,
    Performance,
    Security,
    Quality,
    #[default]
    General,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Length {
    Summary,
    #[default]
    Detailed,
    Actionable,
}

impl Workflow for Analyze {
    type Own = Own;
    const INFO: &'static Info = &INFO;
    const WORDS: &'static Vocabulary = &WORDS;
    const EXPERT: Option<&'static Expert> = Some(&EXPERT);
    // Whoever analyses proves nothing, so its sureness is not asked for and never ends the work.
    const WITHOUT: &'static [&'static str] = &["confidence", "hypothesis"];
    const CONFIDENCE: Confidence = Confidence::Medium;

    fn check(&self, work: &Work, _: &Own, thread: &Thread) -> Result<Vec<String>> {
        require::files(work, thread, &INFO)
            .map_err(|error| error.hint("or change some: without names it takes the files that git sees as changed"))
    }

    /// What was changed and is not committed yet.
    async fn files_by_itself(&self, context: &Context) -> Result<Vec<String>> {
        changes::changed_files(context, MOST_CHANGED).await
    }

    /// What the files define, also those that are too many to be shown.
    async fn evidence(&self, scene: &Scene<'_, Own>) -> Result<Collected> {
        facts::overview(scene).await
    }

    fn required_actions(&self, work: &Work) -> Vec<&'static str> {
        match (work.step_number(), work.total_steps) {
            (1, _) => vec![
                "Read the files that were named, and what calls and configures them",
                "Name the parts and what each is responsible for",
                "Find out which technologies and patterns are used, and since when",
                "Note the first strengths and weaknesses, each with the place that shows it",
            ],
            (step, total) if step < total => vec![
                "Follow two or three important ways through the code from beginning to end",
                "Look where one change touches many files, and where knowledge is written down twice",
                "Look for what breaks first with ten times the load, data or people",
                "Drop findings that the code does not bear out",
            ],
            _ => vec![
                "Check each finding against the code once more",
                "Say what each finding costs today, and what would change if it were mended",
                "Order them by what they are worth",
            ],
        }
    }

    /// An analysis always profits from a second look.
    fn settled(&self, _: &Work, _: &Own) -> Option<&'static str> {
        None
    }

    fn counts(&self, work: &Work, _: &Own) -> Map<String, Value> {
        members(json!({"insights_by_severity": work.issues_by("severity")}))
    }
}
