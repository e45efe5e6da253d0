//! The state of the house at one moment, as every dashboard shows it.

use serde::{Deserialize, Serialize};

use super::{CallId, CallState, Phase};
use crate::clock::Timestamp;

/// One picture of the house.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When it was taken.
    pub t: Timestamp,
    /// The process that took it.
    pub daemon: Daemon,
    /// Is it healthy?
    pub verdict: Verdict,
    /// Who holds how many permits.
    pub permits: Permits,
    /// Running calls, then the latest finished ones.
    pub calls: Vec<CallRow>,
    /// Over the last 15 minutes.
    pub rates: Rates,
    /// The requests of the last 15 minutes.
    pub prompts: Prompts,
}

/// How large requests were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompts {
    /// Requests that left.
    pub requests: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
    /// Estimated tokens of their messages.
    pub tokens: u64,
    /// The largest share of its model's window that one of them filled, in percent.
    pub fullest_percent: u64,
}

/// The process behind a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Daemon {
    /// Program version.
    pub version: String,
    /// Process id; null when no daemon runs and the journal was read directly.
    pub pid: Option<u32>,
    /// `running`, `draining`, or `none`.
    pub state: String,
}

/// One word on the state of the house, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The word.
    pub word: Word,
    /// Its cause.
    pub cause: String,
}

/// The words of a verdict, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Word {
    /// Nothing to do.
    Ok,
    /// Works, slower than usual.
    Slow,
    /// Part of it fails.
    Degraded,
    /// Nothing works.
    Down,
}

impl Word {
    /// The word as it is shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Slow => "SLOW",
            Self::Degraded => "DEGRADED",
            Self::Down => "DOWN",
        }
    }

    /// What `exai monitor --once` exits with.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Ok | Self::Slow => 0,
            Self::Degraded => 1,
            Self::Down => 7,
        }
    }
}

/// Permits of all providers together and of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permits {
    /// All providers together.
    pub global: PermitGauge,
    /// Each provider.
    pub providers: std::collections::BTreeMap<String, PermitGauge>,
}

/// One limit and how much of it is used, over all processes of this state directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermitGauge {
    /// Held now.
    pub in_use: usize,
    /// The limit.
    pub limit: usize,
    /// Calls that wait for it.
    pub waiting: usize,
}

/// One call on a dashboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallRow {
    /// The call.
    pub call_id: CallId,
    /// The tool.
    pub tool: String,
    /// Where it stands.
    pub state: CallState,
    /// What it is doing, when it runs.
    pub phase: Option<Phase>,
    /// The provider.
    pub provider: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// Seconds from acceptance to its end, or to now.
    pub elapsed_s: f64,
    /// Requests that left for it.
    pub attempts: u32,
    /// Tokens of input and output.
    pub tokens: Option<u64>,
}

/// What happened lately.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Calls a second.
    pub calls_per_s: f64,
    /// Failed calls a second.
    pub errors_per_s: f64,
    /// Tokens a second.
    pub tokens_per_s: f64,
}
