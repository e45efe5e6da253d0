//! What crosses a door, as plain data: calls, their events, their results, and the snapshot of the house.
//! Not here: sockets, files, or any decision.

mod call;
mod envelope;
mod event;
mod failure;
mod finding;
mod id;
mod listing;
mod log;
mod news;
mod snapshot;
pub mod wire;
mod written;

pub use call::{CallOptions, CallRequest, CallState, Phase};
pub use envelope::{
    Bundle, Cost, Coverage, Envelope, ErrorBody, Exit, Extra, ModelUse, Nanodollars, RESULT_SCHEMA, Skipped, Timing,
    Tried, Usage, UsageSource,
};
pub use event::{CallEvent, EventKind, Live, RequestSize, Told, WaitingFor};
pub use failure::{FailureKind, Failures};
pub use finding::{Finding, Severity, SeverityFilter};
pub use id::{CallId, InstanceId, SessionId, ThreadId};
pub use listing::{
    AttemptRecord, CallFilter, CallRecord, CallSummary, Found, ThreadChoice, ThreadRecord, ThreadSummary, TurnRecord,
    UsageBy, UsageRow,
};
pub use log::{LogLevel, LogLine};
pub use news::{Happening, News};
pub use snapshot::{
    CacheUse, CallRow, Daemon, Diagnosis, Latency, PermitGauge, Permits, Prompts, ProviderRow, Rates, SessionRow,
    Snapshot, Verdict, Word,
};
pub use written::Written;
