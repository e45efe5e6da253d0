//! What one check found.

use exai_core::error::Error;
use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// As it should be.
    Ok,
    /// Works, and could be better.
    Warn,
    /// Does not work.
    Fail,
}

impl State {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One finding, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    /// What was looked at.
    pub(super) name: String,
    /// How it is.
    pub(super) state: State,
    /// What was found.
    pub(super) found: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fix: Option<String>,
}

impl Check {
    pub(super) fn ok(name: &str, found: impl Into<String>) -> Self {
        Self { name: name.to_owned(), state: State::Ok, found: found.into(), fix: None }
    }

    pub(super) fn warn(name: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name: name.to_owned(), state: State::Warn, found: found.into(), fix: Some(fix.into()) }
    }

    pub(super) fn fail(name: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name: name.to_owned(), state: State::Fail, found: found.into(), fix: Some(fix.into()) }
    }

    /// What an error says is what was found, and its hints are the fix.
    pub(super) fn failed(name: &str, error: &Error) -> Self {
        let fix = Some(error.hints.join("; ")).filter(|fix| !fix.is_empty());
        Self { name: name.to_owned(), state: State::Fail, found: error.message.clone(), fix }
    }
}
