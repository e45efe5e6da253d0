//! How a tool sees the house that it runs in: its state, and the calls of the tool's own owner. Nothing of anybody else's.
//!
//! Implemented by `calls`, which stands to the right of the tools.

use std::fmt::Debug;

use async_trait::async_trait;
use serde_json::Value;

use super::Info;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::protocol::{CallEvent, CallFilter, CallRecord, CallSummary, Envelope, Found, Snapshot};

/// The house as one owner sees it.
#[async_trait]
pub trait Inspect: Send + Sync + Debug {
    /// The state of the house, as `exai monitor` shows it.
    async fn snapshot(&self) -> Result<Snapshot>;

    /// Calls, newest first.
    async fn calls(&self, filter: CallFilter) -> Result<Vec<CallSummary>>;

    /// The call whose id begins with `prefix`.
    async fn call(&self, prefix: &str) -> Result<CallRecord>;

    /// The result of the call whose id begins with `prefix`, once it has ended.
    async fn wait(&self, prefix: &str) -> Result<Envelope>;

    /// Asks the call whose id begins with `prefix` to end; says where it stood.
    async fn cancel(&self, prefix: &str) -> Result<Found>;

    /// The latest steps of calls, the oldest first, each with the tool of its call.
    async fn steps(&self, wanted: Steps) -> Result<Vec<(String, CallEvent)>>;

    /// Names of the tools that can be called.
    fn tools(&self) -> Vec<&'static str>;

    /// What is said of the tool called `name`, and the schema of its arguments.
    fn tool(&self, name: &str) -> Result<(&'static Info, Value)>;

    /// `None` when the store takes writes, else what is wrong with it.
    async fn store_trouble(&self) -> Option<String>;
}

/// Which steps of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// Not before then.
    pub since: Option<Timestamp>,
    /// Not after then.
    pub until: Option<Timestamp>,
    /// At most so many, the latest.
    pub limit: u32,
}
