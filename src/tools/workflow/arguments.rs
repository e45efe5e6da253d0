//! Arguments that the steps of all workflow tools share. A tool adds its own and may leave some of these out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::tools::common::Common;

/// One step. Nothing but the findings is needed: a call with nothing else is a complete investigation of one step.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(in crate::tools) struct Arguments {
    /// What was found so far in this step: observations, evidence, error texts.
    #[serde(default)]
    #[schemars(length(max = 50_000))]
    pub(super) findings: String,
    /// What this step is about; the first line of the findings if left out. In step 1: the task.
    #[serde(default)]
    pub(super) step: String,
    /// Number of this step; the one after the last if left out.
    #[schemars(range(min = 1))]
    pub(super) step_number: Option<u32>,
    /// Steps expected in all; raised when a step goes beyond it.
    #[schemars(range(min = 1))]
    pub(super) total_steps: Option<u32>,
    /// Whether another step will follow. The last step is the one that asks the expert.
    #[serde(default)]
    pub(super) next_step_required: bool,
    /// Files that were looked at.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub(super) files_checked: Vec<String>,
    /// Files and directories that matter; the expert is shown them in full, with line numbers.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub(super) relevant_files: Vec<String>,
    /// Functions, methods or classes that matter.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub(super) relevant_context: Vec<String>,
    /// Images to show the model: paths or data: URLs of .jpg, .png, .gif or .webp.
    #[serde(default)]
    #[schemars(length(max = 10))]
    pub(super) images: Vec<String>,
    /// Issues found, each with severity (critical, high, medium, low) and description.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub(super) issues_found: Vec<Map<String, Value>>,
    /// Current theory.
    #[schemars(length(max = 10_000))]
    pub(super) hypothesis: Option<String>,
    /// How sure you are. `certain` ends without asking the expert.
    pub(super) confidence: Option<Confidence>,
    /// Number of the step to go back to: it and the later ones are dropped.
    #[schemars(range(min = 1))]
    pub(super) backtrack_from_step: Option<u32>,
    /// Whether the last step asks the expert; true if left out.
    #[serde(default = "yes")]
    pub(super) use_assistant_model: bool,
    /// Demand a model's answer: an error instead of the local half, also when the matter is settled.
    #[serde(default)]
    pub(super) expert: bool,
    #[serde(flatten)]
    pub(super) common: Common,
    /// What this tool takes beside it.
    #[serde(flatten)]
    #[schemars(skip)]
    pub(super) own: Map<String, Value>,
}

fn yes() -> bool {
    true
}

/// How sure the caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::tools) enum Confidence {
    /// Just begun.
    Exploring,
    /// A first idea.
    Low,
    /// Some evidence.
    Medium,
    /// Strong evidence.
    High,
    /// Very strong evidence.
    VeryHigh,
    /// Nothing known speaks against it.
    AlmostCertain,
    /// Proven: no expert is needed.
    Certain,
}

impl Confidence {
    /// The word.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Exploring => "exploring",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::VeryHigh => "very_high",
            Self::AlmostCertain => "almost_certain",
            Self::Certain => "certain",
        }
    }
}
