//! What a tool may see of the house: the state of it, and the calls of its owner.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::Calls;
use crate::error::Result;
use crate::protocol::{CallEvent, CallFilter, CallRecord, CallSummary, Envelope, Found, Snapshot};
use crate::tools::{Info, Inspect, Steps};

/// How long the store may take to say that it takes writes.
const STORE: Duration = Duration::from_secs(2);

/// The house as `owner` sees it.
pub(super) struct Inspector {
    pub(super) calls: Arc<Calls>,
    pub(super) owner: Arc<str>,
}

impl fmt::Debug for Inspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspector").field("owner", &self.owner).finish_non_exhaustive()
    }
}

#[async_trait]
impl Inspect for Inspector {
    async fn snapshot(&self) -> Result<Snapshot> {
        self.calls.snapshot(&self.owner).await
    }

    async fn calls(&self, filter: CallFilter) -> Result<Vec<CallSummary>> {
        self.calls.store.list_calls(self.owner.to_string(), filter).await
    }

    async fn call(&self, prefix: &str) -> Result<CallRecord> {
        self.calls.store.get_call(self.owner.to_string(), prefix.to_owned()).await
    }

    async fn wait(&self, prefix: &str) -> Result<Envelope> {
        Ok(self.calls.attach(&self.owner, prefix).await?.result().await)
    }

    async fn cancel(&self, prefix: &str) -> Result<Found> {
        self.calls.cancel(&self.owner, prefix).await
    }

    async fn steps(&self, wanted: Steps) -> Result<Vec<(String, CallEvent)>> {
        self.calls.store.steps(self.owner.to_string(), wanted.since, wanted.until, wanted.limit).await
    }

    fn tools(&self) -> Vec<&'static str> {
        self.calls.registry.iter().map(|tool| tool.info().name).collect()
    }

    fn tool(&self, name: &str) -> Result<(&'static Info, Value)> {
        let registry = &self.calls.registry;
        Ok((registry.get(name)?.info(), registry.schema(name)?.clone()))
    }

    async fn store_trouble(&self) -> Option<String> {
        match tokio::time::timeout(STORE, self.calls.store.check_writable()).await {
            Ok(outcome) => outcome.err().map(|error| error.to_string()),
            Err(_) => Some(format!("the store did not answer within {} s", STORE.as_secs())),
        }
    }
}
