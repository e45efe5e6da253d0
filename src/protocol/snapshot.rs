//! The state of the house at one moment, as every dashboard shows it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CallId, CallState, Failures, Phase, SessionId};
use crate::clock::Timestamp;

/// One picture of the house.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When it was taken.
    pub t: Timestamp,
    /// Counts what the daemon told so far: events and snapshots; 0 without a daemon.
    #[serde(default)]
    pub seq: u64,
    /// The process that took it.
    pub daemon: Daemon,
    /// Is it healthy?
    pub verdict: Verdict,
    /// What is wrong, each with the rows it is about.
    #[serde(default)]
    pub diagnoses: Vec<Diagnosis>,
    /// Who holds how many permits.
    pub permits: Permits,
    /// Who is connected or was lately, the busiest first, 200 at the most; without a daemon nobody is.
    #[serde(default)]
    pub sessions: Vec<SessionRow>,
    /// How many sessions there are, shown or not.
    #[serde(default)]
    pub sessions_total: usize,
    /// The models that were asked lately.
    #[serde(default)]
    pub providers: Vec<ProviderRow>,
    /// How long calls took lately.
    #[serde(default)]
    pub latency: Latency,
    /// Running calls, then the latest finished ones.
    pub calls: Vec<CallRow>,
    /// Requests that were spared.
    #[serde(default)]
    pub cache: CacheUse,
    /// The state of each store: `ok`, or what is wrong.
    #[serde(default)]
    pub stores: BTreeMap<String, String>,
    /// Over the last 15 minutes.
    pub rates: Rates,
    /// The requests of the last 15 minutes.
    pub prompts: Prompts,
    /// Events that this reader was too slow for.
    #[serde(default)]
    pub dropped: u64,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The rule that found it.
    pub rule: String,
    /// One sentence.
    pub text: String,
    /// What it is about: ids of calls or sessions, names of models.
    pub rows: Vec<String>,
}

/// One session on a dashboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionRow {
    /// The session.
    pub session_id: SessionId,
    /// Whose it is.
    pub owner: String,
    /// What connected, with its version.
    pub client: String,
    /// From where.
    pub address: String,
    /// Whether it is connected now.
    pub connected: bool,
    /// Calls that run.
    pub inflight: usize,
    /// Calls so far.
    pub calls: u64,
    /// Those that failed.
    pub errors: u64,
    /// When it was last heard of.
    pub last_seen: Timestamp,
    /// Tokens of input and output.
    pub tokens: u64,
    /// US dollars; null when one of its requests has no known price.
    pub cost_usd: Option<f64>,
}

/// One model on a dashboard, over the last 15 minutes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProviderRow {
    /// The provider.
    pub name: String,
    /// The model.
    pub model: String,
    /// `closed`, `open` or `half_open`.
    pub breaker: String,
    /// The word on it.
    pub health: String,
    /// Requests under way.
    pub inflight: usize,
    /// The provider's limit; null when it has none.
    pub limit: Option<usize>,
    /// Requests that ended.
    pub requests: u64,
    /// Those that failed.
    pub errors: u64,
    /// The same by kind.
    #[serde(default)]
    pub failures: Failures,
    /// Half of them took no longer than this.
    pub p50_ms: Option<u64>,
    /// 95 of 100 took no longer than this.
    pub p95_ms: Option<u64>,
    /// 99 of 100 took no longer than this.
    pub p99_ms: Option<u64>,
    /// Half of them had begun their answer by then.
    pub ttft_ms: Option<u64>,
    /// Tokens of output a second, of the requests that succeeded.
    pub tokens_per_s: Option<f64>,
    /// Tokens of input and output.
    pub tokens: u64,
    /// US dollars of the requests whose price is known; null when none is.
    pub cost_usd: Option<f64>,
}

/// How long calls took, as a histogram.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// The upper ends of the buckets in milliseconds; the last bucket has none.
    pub buckets_ms: Vec<u64>,
    /// Calls in each bucket.
    pub counts: Vec<u64>,
}

/// Requests that were spared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheUse {
    /// Answered from the store.
    pub hits: u64,
    /// Sent, because no equal answer was there.
    pub misses: u64,
    /// Answered by an equal request in flight.
    pub joins: u64,
    /// Bytes of the answers that are kept.
    pub bytes: u64,
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
    /// Seconds since its start.
    #[serde(default)]
    pub uptime_s: u64,
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
    pub providers: BTreeMap<String, PermitGauge>,
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
    /// The session that asked.
    #[serde(default)]
    pub session_id: String,
    /// Whose it is.
    #[serde(default)]
    pub owner: String,
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
    /// Seconds that it waited for permits.
    #[serde(default)]
    pub queued_s: f64,
    /// Requests that left for it.
    pub attempts: u32,
    /// Tokens of input and output.
    pub tokens: Option<u64>,
    /// When it failed: why its last request did, in the words of the metrics. Null when that is not known.
    #[serde(default)]
    pub cause: Option<String>,
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
