//! How hard a model should think, in the caller's words; what a model makes of it is its dialect's business.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How hard the model should think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum ThinkingMode {
    /// Not at all where that is possible, else as little as possible.
    Minimal,
    /// A little.
    Low,
    /// As the model does by default.
    Medium,
    /// A lot.
    High,
    /// As much as it can.
    Max,
}

impl ThinkingMode {
    /// Every mode, weakest first.
    pub const ALL: [Self; 5] = [Self::Minimal, Self::Low, Self::Medium, Self::High, Self::Max];

    /// The mode's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Max => "max",
        }
    }

    /// The mode of that name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str().eq_ignore_ascii_case(name.trim()))
    }
}
