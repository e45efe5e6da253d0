//! `refactor`: what to change about the shape of code, and in which order, without changing what it does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::workflow::{Collected, Confidence, Expert, Form, Scene, Vocabulary, Work, Workflow, members};
use super::{Info, facts, require};
use crate::error::Result;
use crate::gateway::Need;
use crate::providers::ThinkingMode;
use crate::threads::Thread;

/// The tool.
#[derive(Debug)]
pub(super) struct Refactor;

static INFO: Info = Info {
    name: "refactor",
    title: "Refactor",
    description: "Finds what to improve in the shape of code: smells, parts to split, old idioms, misplaced code. Give your findings and the files; a model answers with opportunities and the order to take them in.",
    main_argument: Some("findings"),
};

static WORDS: Vocabulary = Vocabulary {
    noun: "refactoring analysis",
    pause: "pause_for_refactoring_analysis",
    required: "refactor_required",
    complete: "refactoring_complete",
    counts: "refactoring_status",
    confidence: Some("refactor_confidence"),
    finished_work: "complete_refactoring",
    settled: "refactoring_analysis_complete_ready_for_implementation",
    skipped: "skipped_due_to_complete_refactoring_confidence",
};

static EXPERT: Expert = Expert { thinking: ThinkingMode::High, need: Need::Quality, form: Form::Findings };

/// What `refactor` takes of its own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Own {
    /// What to look for.
    #[serde(default)]
    refactor_type: Kind,
    /// Concerns such as readability or performance.
    #[serde(default)]
    focus_areas: Vec<String>,
    /// Files whose style is the model.
    #[serde(default)]
    style_guide_examples: Vec<String>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    CodeSmells,
    Decompose,
    Modernize,
    Organization,
}

impl Workflow for Refactor {
    type Own = Own;
    const INFO: &'static Info = &INFO;
    const WORDS: &'static Vocabulary = &WORDS;
    const EXPERT: Option<&'static Expert> = Some(&EXPERT);

    fn check(&self, work: &Work, _: &Own, thread: &Thread) -> Result<Vec<String>> {
        require::files(work, thread, &INFO)
    }

    fn files(&self, own: &Own) -> Vec<String> {
        own.style_guide_examples.clone()
    }

    /// What the files define, also those that are too many to be shown.
    async fn evidence(&self, scene: &Scene<'_, Own>) -> Result<Collected> {
        facts::overview(scene).await
    }

    fn required_actions(&self, work: &Work) -> Vec<&'static str> {
        use Confidence as C;
        match (work.step_number(), work.confidence()) {
            (1, _) => vec![
                "Read the named files whole, and find out who depends on them",
                "Note functions and types that do several things, and things that are done in several places",
                "Check which tests would notice a change of behaviour",
                "Record each opportunity in issues_found, with type (codesmells, decompose, modernize, organization), severity and description",
            ],
            (_, C::Exploring | C::Low) => vec![
                "Look for the seams: where the code can be cut with few arguments crossing",
                "Follow the last changes: what had to be changed together belongs together",
                "Look for conditions that are repeated, and for names that mislead",
            ],
            (_, C::Medium | C::High | C::VeryHigh) => vec![
                "Check for each opportunity that behaviour and public interface can stay as they are",
                "Weigh what it is worth against what it may break",
                "Find the order in which each step leaves the code working",
            ],
            (_, C::AlmostCertain | C::Certain) => {
                vec!["Check that nothing that was named is left unread", "Name the first step, and how it is verified"]
            }
        }
    }

    fn settled(&self, work: &Work, _: &Own) -> Option<&'static str> {
        matches!(work.confidence(), Confidence::AlmostCertain | Confidence::Certain).then_some(WORDS.skipped)
    }

    fn counts(&self, work: &Work, _: &Own) -> Map<String, Value> {
        members(json!({"opportunities_by_type": work.issues_by("type")}))
    }
}
