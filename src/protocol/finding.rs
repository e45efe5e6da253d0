//! One finding of a review: what is wrong, where, and how bad it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A finding. The quoted text says where it is; fingerprint and lines are derived from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Finding {
    /// Names the finding across edits of the file around it.
    #[serde(default)]
    pub fingerprint: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in a line.
    pub title: String,
    /// Why, and what comes of it.
    #[serde(default)]
    pub detail: String,
    /// The file; null when the finding is about no file.
    #[serde(default)]
    pub path: Option<String>,
    /// The first line, counted from 1; derived from the quote.
    #[serde(default)]
    pub line: Option<u64>,
    /// The last line.
    #[serde(default)]
    pub end_line: Option<u64>,
    /// The exact text it is about.
    #[serde(default)]
    pub quote: Option<String>,
    /// Its kind, such as `correctness` or `injection`.
    #[serde(default)]
    pub category: Option<String>,
    /// What to do about it.
    #[serde(default)]
    pub suggestion: Option<String>,
    /// Models that found it too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed_by: Vec<String>,
}

/// How bad a finding is; the worst is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Matters little.
    Low,
    /// Should be mended.
    Medium,
    /// Must be mended soon.
    High,
    /// Must be mended before anything else.
    Critical,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The severity of that name, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str().eq_ignore_ascii_case(word.trim()))
    }
}

/// Which findings are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum SeverityFilter {
    /// Only critical ones.
    Critical,
    /// High and above.
    High,
    /// Medium and above.
    Medium,
    /// Low and above.
    Low,
    /// All.
    #[default]
    All,
}

impl SeverityFilter {
    /// Whether a finding of that severity is wanted.
    pub fn admits(self, severity: Severity) -> bool {
        let least = match self {
            Self::Critical => Severity::Critical,
            Self::High => Severity::High,
            Self::Medium => Severity::Medium,
            Self::Low => Severity::Low,
            Self::All => Severity::Info,
        };
        severity >= least
    }
}
