//! What a review found: one shape for every review tool and every writer.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One finding, at a place that was looked up, not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Finding {
    /// Names it as long as the quoted text stays; edits around it change nothing. 16 hexadecimal digits.
    pub fingerprint: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in a few words.
    pub title: String,
    /// Why, and what follows from it.
    pub detail: String,
    /// The file, as shown.
    pub path: String,
    /// The line that the quoted text begins at.
    pub line: u32,
    /// The line that it ends at.
    pub end_line: u32,
    /// The text that is meant, as it was sent: with placeholders for secrets.
    pub quote: String,
    /// What kind of fault, such as `security`.
    pub category: String,
    /// What to do about it; empty when nothing was suggested.
    #[serde(default)]
    pub suggestion: String,
    /// Who else found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<String>,
}

/// How bad a finding is; the worst is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// A small fault.
    Low,
    /// A fault that should be mended.
    Medium,
    /// A fault that does harm.
    High,
    /// A fault that must not go out.
    Critical,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        let word = word.trim();
        Self::ALL.into_iter().find(|severity| severity.as_str().eq_ignore_ascii_case(word)).ok_or(())
    }
}

/// Which findings are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
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
    /// All, with those that are only worth knowing.
    #[default]
    All,
}

impl SeverityFilter {
    /// Whether a finding of this severity is wanted.
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
