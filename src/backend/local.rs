//! Calls in this process.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Backend, CallHandle, House};
use crate::calls::Caller;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::error::Result;
use crate::evidence::Workspace;
use crate::protocol::{
    CallFilter, CallRecord, CallRequest, CallSummary, Found, SessionId, Snapshot, ThreadChoice, ThreadId, ThreadRecord,
    ThreadSummary, UsageBy, UsageRow,
};

/// Everybody who calls in process.
const OWNER: &str = "default";

/// The house of this process, as one session of one owner sees it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Local {
    house: Arc<House>,
    owner: String,
    session: String,
}

impl Local {
    pub(super) fn new(house: Arc<House>, owner: String, session: String) -> Self {
        Self { house, owner, session }
    }

    /// Opens the house for this process alone, which is one session.
    pub async fn open(config: &Config) -> Result<Self> {
        Ok(House::open(config).await?.door(OWNER, &SessionId::new()))
    }

    /// The calls of the house, for a door of a test's own.
    #[cfg(test)]
    pub(super) fn calls(&self) -> Arc<crate::calls::Calls> {
        self.house.calls()
    }

    /// Waits for what still runs, and once in a while puts the store in order; call it last, when all is told.
    pub async fn close(self) {
        self.house.close().await;
    }
}

#[async_trait]
impl Backend for Local {
    async fn call(&self, request: CallRequest, workspace: Arc<dyn Workspace>) -> Result<CallHandle> {
        let caller = Caller::of(&self.owner, &self.session, workspace);
        self.house.calls().start(request, caller)
    }

    async fn list_calls(&self, filter: CallFilter) -> Result<Vec<CallSummary>> {
        self.house.calls().store.list_calls(self.owner.clone(), filter).await
    }

    async fn get_call(&self, prefix: &str) -> Result<CallRecord> {
        self.house.calls().store.get_call(self.owner.clone(), prefix.to_owned()).await
    }

    async fn attach(&self, prefix: &str) -> Result<CallHandle> {
        self.house.calls().attach(&self.owner, prefix).await
    }

    async fn cancel(&self, prefix: &str) -> Result<Found> {
        self.house.calls().cancel(&self.owner, prefix).await
    }

    async fn usage(&self, by: UsageBy, since: Timestamp) -> Result<Vec<UsageRow>> {
        self.house.calls().store.usage(self.owner.clone(), by, since).await
    }

    async fn delete_threads(&self, which: ThreadChoice) -> Result<u64> {
        self.house.calls().store.delete_threads(self.owner.clone(), which).await
    }

    async fn list_threads(&self, limit: u32) -> Result<Vec<ThreadSummary>> {
        self.house.calls().store.list_threads(self.owner.clone(), limit).await
    }

    async fn get_thread(&self, prefix: &str) -> Result<ThreadRecord> {
        self.house.calls().store.get_thread(self.owner.clone(), prefix.to_owned()).await
    }

    async fn last_thread(&self, root: &str) -> Result<Option<ThreadId>> {
        self.house.calls().store.last_thread(self.owner.clone(), root.to_owned()).await
    }

    async fn snapshot(&self) -> Result<Snapshot> {
        self.house.calls().snapshot(&self.owner).await
    }
}
