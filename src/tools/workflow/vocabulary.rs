//! What a tool says of itself to the step machine: its words, how its expert is asked, and how its steps end.

use serde_json::{Map, Value};

use crate::gateway::Need;
use crate::providers::ThinkingMode;

/// The words of one tool in the predecessor's documents.
#[derive(Debug)]
pub(in crate::tools) struct Vocabulary {
    /// What the work is, in a word or two: "investigation".
    pub(in crate::tools) noun: &'static str,
    /// Status of a step that is not the last.
    pub(in crate::tools) pause: &'static str,
    /// Flag that asks for more work.
    pub(in crate::tools) required: &'static str,
    /// Flag of a finished workflow.
    pub(in crate::tools) complete: &'static str,
    /// Key of the counts.
    pub(in crate::tools) counts: &'static str,
    /// Key that repeats the confidence among the counts.
    pub(in crate::tools) confidence: Option<&'static str>,
    /// Key of the finished work; empty when the tool has a form of its own for it.
    pub(in crate::tools) finished_work: &'static str,
    /// Status when no expert is needed.
    pub(in crate::tools) settled: &'static str,
    /// Status of the expert analysis that was not asked for then.
    pub(in crate::tools) skipped: &'static str,
}

/// How the expert of a tool is asked.
#[derive(Debug)]
pub(in crate::tools) struct Expert {
    /// How much it thinks, unless somebody says.
    pub(in crate::tools) thinking: ThinkingMode,
    /// Which models `auto` means.
    pub(in crate::tools) need: Need,
    /// The form of its answer.
    pub(in crate::tools) form: Form,
}

/// The form in which an expert is asked to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tools) enum Form {
    /// A JSON document of the tool's own.
    Document,
    /// A JSON document with findings, which quote what they are about.
    Findings,
    /// Markdown.
    Prose,
}

impl Form {
    /// The prompts that follow the tool's own: what evidence is, and the form of the answer.
    pub(super) fn prompts(self) -> &'static [&'static str] {
        match self {
            Self::Document | Self::Prose => &["evidence"],
            Self::Findings => &["evidence", "findings"],
        }
    }
}

/// A step after which the caller has something to do.
#[derive(Debug)]
pub(in crate::tools) struct Pause {
    /// The status.
    pub(in crate::tools) status: &'static str,
    /// Under which key the actions stand.
    pub(in crate::tools) actions_key: &'static str,
    /// What to do before the next step.
    pub(in crate::tools) actions: Vec<&'static str>,
    /// What to do after that, when the usual sentence does not say it.
    pub(in crate::tools) next_steps: Option<String>,
    /// What this tool says beside it.
    pub(in crate::tools) members: Map<String, Value>,
}

impl Pause {
    /// The usual one.
    pub(in crate::tools) fn usual(words: &Vocabulary, actions: Vec<&'static str>) -> Self {
        Self { status: words.pause, actions_key: "required_actions", actions, next_steps: None, members: Map::new() }
    }
}

/// A workflow that ends without a model, because its tool never asks one.
#[derive(Debug)]
pub(in crate::tools) struct Conclusion {
    /// The status.
    pub(in crate::tools) status: &'static str,
    /// What to do now.
    pub(in crate::tools) next_steps: String,
    /// What this tool says beside it.
    pub(in crate::tools) members: Map<String, Value>,
    /// For people.
    pub(in crate::tools) text: String,
}

/// How a last step ends.
#[derive(Debug)]
pub(in crate::tools) enum Ending {
    /// The expert is asked, unless it is not needed, not wanted or not there.
    Expert,
    /// With what the caller has done.
    Alone(Conclusion),
    /// Not yet: something is missing.
    NotYet(Pause),
}
