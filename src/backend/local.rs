//! Calls in this process.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Backend, CallHandle, House};
use crate::calls::Caller;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::error::Result;
use crate::evidence::Workspace;
use crate::protocol::{
    CacheUse, CallFilter, CallRecord, CallRequest, CallRow, CallState, CallSummary, Daemon, Found, Latency, Permits,
    SessionId, Snapshot, ThreadChoice, ThreadId, ThreadRecord, ThreadSummary, UsageBy, UsageRow,
};
use crate::telemetry::{Lately, WINDOW};

/// Everybody who calls in process.
const OWNER: &str = "default";
/// Finished calls in a snapshot.
const SHOWN: u32 = 200;

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

    /// Waits for what still runs, and once in a while puts the store in order; call it last, when all is told.
    pub async fn close(self) {
        self.house.close().await;
    }
}

#[async_trait]
impl Backend for Local {
    async fn call(&self, request: CallRequest, workspace: Arc<dyn Workspace>) -> Result<CallHandle> {
        let caller = Caller { owner: self.owner.clone(), session: self.session.clone(), workspace };
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
        let calls = self.house.calls();
        let now = Timestamp::now();
        let all = |state, since, limit| CallFilter { state, tool: None, since, limit };
        let running = self.list_calls(all(Some(CallState::Running), None, u32::MAX)).await?;
        let recent = self.list_calls(all(None, Some(now.before(WINDOW)), u32::MAX)).await?;
        let latest = self.list_calls(all(None, None, SHOWN)).await?;
        let lately = lately(&recent, calls.gateway.providers.configured().len());
        let (global, providers) = calls.gateway.admission.gauges();
        let finished = latest.iter().filter(|call| call.state != CallState::Running);
        Ok(Snapshot {
            t: now,
            seq: 0,
            daemon: Daemon {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                pid: None,
                uptime_s: 0,
                state: "none".to_owned(),
            },
            verdict: lately.verdict(),
            diagnoses: lately.diagnoses(),
            sessions: Vec::new(),
            sessions_total: 0,
            providers: Vec::new(),
            latency: Latency::default(),
            cache: CacheUse::default(),
            stores: BTreeMap::new(),
            dropped: 0,
            permits: Permits { global, providers },
            calls: running.iter().chain(finished).map(|call| row(call, now)).collect(),
            rates: lately.rates(),
            prompts: self.house.calls().store.prompts(self.owner.clone(), now.before(WINDOW)).await?,
        })
    }
}

fn lately(recent: &[CallSummary], providers: usize) -> Lately {
    use CallState as S;
    // A call that was refused before anything was sent says something about its caller, not about the house.
    let asked = || recent.iter().filter(|call| call.attempts > 0);
    let count = |states: &[S]| asked().filter(|call| states.contains(&call.state)).count();
    Lately {
        calls: recent.len(),
        finished: count(&[S::Succeeded, S::Failed, S::TimedOut, S::Interrupted]),
        failed: count(&[S::Failed, S::TimedOut, S::Interrupted]),
        tokens: recent.iter().filter_map(tokens).sum(),
        providers,
        over: WINDOW,
    }
}

fn tokens(call: &CallSummary) -> Option<u64> {
    call.usage.input.zip(call.usage.output).map(|(input, output)| input.saturating_add(output))
}

fn row(call: &CallSummary, now: Timestamp) -> CallRow {
    CallRow {
        call_id: call.call_id.clone(),
        tool: call.tool.clone(),
        session_id: String::new(),
        owner: String::new(),
        state: call.state,
        // Another process's call: what it is doing right now is not in the journal.
        phase: None,
        provider: call.provider.clone(),
        model: call.model.clone(),
        elapsed_s: call.finished_at.unwrap_or(now).since(call.created_at).as_secs_f64(),
        queued_s: 0.0,
        attempts: call.attempts,
        tokens: tokens(call),
    }
}
