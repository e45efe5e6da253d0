//! `codereview`: what is wrong with code, each finding with the text that it is about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::changes::{changes, since};
use super::workflow::{Collected, Confidence, Expert, Form, Scene, Vocabulary, Work, Workflow, members};
use super::{Info, require};
use crate::error::{Error, Result};
use crate::gateway::Need;
use crate::protocol::SeverityFilter;
use crate::providers::ThinkingMode;
use crate::threads::Thread;

/// The tool.
#[derive(Debug)]
pub(super) struct CodeReview;

static INFO: Info = Info {
    name: "codereview",
    title: "Code review",
    description: "Reviews code for bugs, security, performance and maintainability. Give your findings and the files, or compare_to for the changes of a branch; a model answers with findings by severity, each with the exact text.",
    main_argument: Some("findings"),
};

static WORDS: Vocabulary = Vocabulary {
    noun: "code review",
    pause: "pause_for_code_review",
    required: "codereview_required",
    complete: "code_review_complete",
    counts: "code_review_status",
    confidence: Some("review_confidence"),
    finished_work: "complete_code_review",
    settled: "code_review_complete_ready_for_implementation",
    skipped: "skipped_due_to_certain_review_confidence",
};

static EXPERT: Expert = Expert { thinking: ThinkingMode::Medium, need: Need::Quality, form: Form::Findings };

/// What `codereview` takes of its own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Own {
    /// Kind of review.
    #[serde(default)]
    review_type: Kind,
    /// Review what HEAD changed since it left this branch, tag or commit; only in the named files, if some are.
    compare_to: Option<String>,
    /// What to look at above all.
    focus_on: Option<String>,
    /// Rules the code has to follow.
    standards: Option<String>,
    /// Least severity to tell.
    #[serde(default)]
    severity_filter: SeverityFilter,
    /// `internal`: no model is asked.
    #[serde(default, skip_serializing)]
    review_validation_type: Validation,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Full,
    Security,
    Performance,
    Quick,
}

/// Who has the last word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Validation {
    #[default]
    External,
    Internal,
}

impl Validation {
    /// The status of the expert analysis that is not needed: an internal validation never needs one.
    pub(super) fn settled(self, work: &Work, words: &Vocabulary) -> Option<&'static str> {
        match self {
            Self::Internal => Some("skipped_due_to_internal_analysis_type"),
            Self::External => (work.confidence() == Confidence::Certain).then_some(words.skipped),
        }
    }
}

impl Workflow for CodeReview {
    type Own = Own;
    const INFO: &'static Info = &INFO;
    const WORDS: &'static Vocabulary = &WORDS;
    const EXPERT: Option<&'static Expert> = Some(&EXPERT);

    fn check(&self, work: &Work, own: &Own, thread: &Thread) -> Result<Vec<String>> {
        if own.compare_to.is_some() { Ok(Vec::new()) } else { require::files(work, thread, &INFO) }
    }

    /// The changes of a range.
    async fn evidence(&self, scene: &Scene<'_, Own>) -> Result<Collected> {
        let Some(base) = scene.own.compare_to.clone() else { return Ok(Collected::default()) };
        let question = since(".".to_owned(), scene.files.to_vec(), &base);
        let changed = changes(scene, &question).await?;
        if changed.files == 0 {
            let message = if base.contains("...") {
                format!("nothing is selected: {base:?} has changed nothing in what is named")
            } else {
                format!("nothing is selected: HEAD has changed nothing since {base:?} in what is named")
            };
            return Err(Error::invalid(message).hint("name another compare_to, or files without it"));
        }
        Ok(changed.collected)
    }

    fn required_actions(&self, work: &Work) -> Vec<&'static str> {
        use Confidence as C;
        match (work.step_number(), work.confidence()) {
            (1, _) => vec![
                "Read the named files whole, and the code that calls them",
                "Find out what the code is meant to do, from its tests, types and callers",
                "Note every place where it does something else, with file and line",
                "Record each issue in issues_found, with severity and description",
            ],
            (_, C::Exploring | C::Low) => vec![
                "Go through input that is empty, huge, malformed or hostile",
                "Go through failure: what is left half done, what is swallowed, what is tried twice",
                "Look at what is shared between threads, requests or users",
                "Check who owns each resource, and when it is given back",
            ],
            (_, C::Medium | C::High | C::VeryHigh) => vec![
                "Try to disprove each issue; drop what you can not show in the code",
                "Check that the severities are right next to each other",
                "Look for what the tests do not cover",
            ],
            (_, C::AlmostCertain | C::Certain) => {
                vec!["Check that no file that was named is left unread", "Say for each issue what would mend it"]
            }
        }
    }

    fn settled(&self, work: &Work, own: &Own) -> Option<&'static str> {
        own.review_validation_type.settled(work, &WORDS)
    }

    fn severities(&self, own: &Own) -> SeverityFilter {
        own.severity_filter
    }

    fn counts(&self, work: &Work, own: &Own) -> Map<String, Value> {
        members(json!({
            "issues_by_severity": work.issues_by("severity"),
            "review_validation_type": own.review_validation_type,
        }))
    }
}
