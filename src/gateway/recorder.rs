//! What the gateway tells of a call while it works; implemented by the journal of `calls`.

use async_trait::async_trait;
use serde_json::Value;

use crate::error::Result;
use crate::protocol::{EventKind, Live};
use crate::providers::Model;
use crate::store::{AttemptEnd, NewAnswer};

/// Takes down what happens to one call.
#[async_trait]
pub trait Recorder: Send + Sync + std::fmt::Debug {
    /// Records a step; it is written with the next commit.
    fn event(&self, kind: EventKind);

    /// Tells what is not kept.
    fn live(&self, live: Live);

    /// Commits a request that is about to leave, and returns its number within the call. With `reuse`, the answer to
    /// an equal one comes back instead, when there is one.
    async fn begin_attempt(&self, model: &Model, key: &str, reuse: bool) -> Result<Departure>;

    /// Takes down the end of a request and, when it succeeded, its answer for reuse: it is committed with the result of the
    /// call, and if that lets wait, soon. A call that is over commits it at once.
    async fn end_attempt(&self, n: u32, end: AttemptEnd, answer: Option<NewAnswer>) -> Result<()>;

    /// Notes the end of a request that nobody waits for any more, or whose end could not be committed.
    fn abandon_attempt(&self, n: u32, end: AttemptEnd);
}

/// What becomes of a request that is about to leave.
#[derive(Debug, Clone, PartialEq)]
pub enum Departure {
    /// It leaves, as this one of its call.
    Attempt(u32),
    /// Its answer is there already: it stays.
    Answered(Value),
}
