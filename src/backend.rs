//! Where calls are carried out. Every door (command line, agent, dashboard) is written once against [`Backend`].

mod house;
mod local;
mod parts;
mod reload;
mod remote;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod workflows;

use std::sync::Arc;

use async_trait::async_trait;

pub use house::{House, Reloaded};
pub use local::Local;
pub use parts::{catalogue, config_id, discover, probe, providers};
pub use reload::watch_and_reload;
pub use remote::{Address, Bulletin, LinkState, NotConnected, Remote, RemoteSettings, Subscription};

pub use crate::calls::CallHandle;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::evidence::Workspace;
use crate::protocol::{
    CallFilter, CallRecord, CallRequest, CallSummary, Found, Snapshot, ThreadChoice, ThreadId, ThreadRecord,
    ThreadSummary, UsageBy, UsageRow,
};

/// A place that carries out calls and remembers them.
#[async_trait]
pub trait Backend: Send + Sync + std::fmt::Debug {
    /// Accepts a call whose files are in `workspace`.
    async fn call(&self, request: CallRequest, workspace: Arc<dyn Workspace>) -> Result<CallHandle>;

    /// The caller's calls, newest first.
    async fn list_calls(&self, filter: CallFilter) -> Result<Vec<CallSummary>>;

    /// The call whose id begins with `prefix`.
    async fn get_call(&self, prefix: &str) -> Result<CallRecord>;

    /// Holds a call again: its events from the start, then its result.
    async fn attach(&self, prefix: &str) -> Result<CallHandle>;

    /// Asks a call to end, whichever process runs it; says where it stood.
    async fn cancel(&self, prefix: &str) -> Result<Found>;

    /// What the caller's requests took since then.
    async fn usage(&self, by: UsageBy, since: Timestamp) -> Result<Vec<UsageRow>>;

    /// Deletes conversations; returns how many.
    async fn delete_threads(&self, which: ThreadChoice) -> Result<u64>;

    /// The caller's conversations, the last used first.
    async fn list_threads(&self, limit: u32) -> Result<Vec<ThreadSummary>>;

    /// The conversation whose id begins with `prefix`.
    async fn get_thread(&self, prefix: &str) -> Result<ThreadRecord>;

    /// The caller's last used conversation about the directory `root`.
    async fn last_thread(&self, root: &str) -> Result<Option<ThreadId>>;

    /// The state of the house.
    async fn snapshot(&self) -> Result<Snapshot>;
}
