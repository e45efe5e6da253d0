//! Why requests fail, as coarsely as an operator wants to know it first: is it our pace, their trouble, or time?

use serde::{Deserialize, Serialize};

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The provider wants less of us, or has too much to do: HTTP 429.
    RateLimited,
    /// The provider failed: HTTP 5xx.
    Server,
    /// Nothing came in time.
    Timeout,
    /// Anything else.
    Other,
}

impl FailureKind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::RateLimited, Self::Server, Self::Timeout, Self::Other];

    /// The kind of a cause, by the name that journal and metrics have for it.
    pub fn of(cause: &str) -> Self {
        match cause {
            "rate_limited" | "overloaded" | "plan_limit" => Self::RateLimited,
            "server" => Self::Server,
            "timeout_headers" | "timeout_idle" => Self::Timeout,
            _ => Self::Other,
        }
    }

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RateLimited => "429",
            Self::Server => "5xx",
            Self::Timeout => "timeout",
            Self::Other => "other",
        }
    }
}

/// Failed requests by their kinds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    /// The provider wanted less of us, or had too much to do.
    pub rate_limited: u64,
    /// The provider failed.
    pub server: u64,
    /// Nothing came in time.
    pub timeout: u64,
    /// Anything else.
    pub other: u64,
}

impl Failures {
    /// How many of a kind.
    pub const fn of(&self, kind: FailureKind) -> u64 {
        match kind {
            FailureKind::RateLimited => self.rate_limited,
            FailureKind::Server => self.server,
            FailureKind::Timeout => self.timeout,
            FailureKind::Other => self.other,
        }
    }

    /// One more.
    pub const fn add(&mut self, kind: FailureKind) {
        match kind {
            FailureKind::RateLimited => self.rate_limited += 1,
            FailureKind::Server => self.server += 1,
            FailureKind::Timeout => self.timeout += 1,
            FailureKind::Other => self.other += 1,
        }
    }

    /// All of `other` too.
    pub const fn merge(&mut self, other: &Self) {
        self.rate_limited += other.rate_limited;
        self.server += other.server;
        self.timeout += other.timeout;
        self.other += other.other;
    }
}
