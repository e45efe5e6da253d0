//! What crosses a door, as plain data: calls, their events, their results, and the snapshot of the house.
//! Not here: sockets, files, or any decision.

mod call;
mod envelope;
mod event;
mod id;
mod listing;
mod snapshot;

pub use call::{CallOptions, CallRequest, CallState, Phase};
pub use envelope::{
    Cost, Coverage, Envelope, ErrorBody, Exit, Extra, ModelUse, Nanodollars, RESULT_SCHEMA, Skipped, Timing, Tried,
    Usage, UsageSource,
};
pub use event::{CallEvent, EventKind, Live, RequestSize, Told, WaitingFor};
pub use id::{CallId, InstanceId, ThreadId};
pub use listing::{AttemptRecord, CallRecord, CallSummary, ThreadRecord, ThreadSummary, TurnRecord, UsageRow};
pub use snapshot::{CallRow, Daemon, PermitGauge, Permits, Prompts, Rates, Snapshot, Verdict, Word};
