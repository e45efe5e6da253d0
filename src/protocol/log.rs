//! One line of the daemon's log, as files, listeners and the monitor have it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::CallId;
use crate::clock::Timestamp;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Our own fault: something has to be mended.
    Error,
    /// Something should be known.
    Warn,
    /// What happened to the daemon, its sessions and the calls that failed.
    Info,
    /// What happened to each call.
    Debug,
    /// Sizes and waits.
    Trace,
}

impl LogLevel {
    /// The level's name, five letters wide at the most.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// When.
    pub t: Timestamp,
    /// How much it matters.
    pub level: LogLevel,
    /// The part of the program that says it.
    pub target: String,
    /// What happened, one sentence.
    pub message: String,
    /// The call that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_id: Option<CallId>,
    /// The session that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Whose it is: nobody else hears it, the operator apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Figures and names.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

/// The line in text. Whatever stands in it, it stays one line and shows no control character: a log can not be forged
/// by what is logged.
impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:5} {}: ", self.t, self.level.as_str(), self.target)?;
        for letter in self.message.chars() {
            if letter.is_control() { write!(f, "{}", letter.escape_default())? } else { write!(f, "{letter}")? }
        }
        let ids = [
            ("call_id", self.call_id.as_ref().map(CallId::as_str)),
            ("session_id", self.session_id.as_deref()),
            ("owner", self.owner.as_deref()),
        ];
        for (name, id) in ids {
            id.map_or(Ok(()), |id| text(f, name, id))?;
        }
        for (name, value) in &self.fields {
            match value {
                Value::String(value) => text(f, name, value)?,
                value => write!(f, " {name}={value}")?,
            }
        }
        Ok(())
    }
}

/// A word as it is, all else in quotes.
fn text(f: &mut fmt::Formatter<'_>, name: &str, value: &str) -> fmt::Result {
    let is_word = |letter: char| !letter.is_whitespace() && !letter.is_control() && !matches!(letter, '"' | '=');
    if !value.is_empty() && value.chars().all(is_word) {
        write!(f, " {name}={value}")
    } else {
        write!(f, " {name}={value:?}")
    }
}
