//! Calls in this process.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Backend, CallFilter, CallHandle, ThreadChoice, UsageBy, house};
use crate::calls::{Caller, Calls, Running};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::coordination::{Instance, prepare_state_dir};
use crate::error::Result;
use crate::evidence::Workspace;
use crate::protocol::{
    CallRecord, CallRequest, CallRow, CallState, CallSummary, Daemon, Permits, Snapshot, ThreadId, ThreadRecord,
    ThreadSummary, UsageRow,
};
use crate::store::{Retention, Store};
use crate::telemetry::{Lately, WINDOW};
use crate::threads::Threads;
use crate::tools::{Registry, Settings};

/// Everybody who calls in process.
const OWNER: &str = "default";
/// Finished calls in a snapshot.
const SHOWN: u32 = 200;
/// What the end of a process may spend on removing what has been kept for its time.
const TIDYING: Duration = Duration::from_millis(250);

/// The house in this process.
#[derive(Debug)]
pub struct Local {
    calls: Arc<Calls>,
    tasks: TaskTracker,
    /// One process is one session.
    session: String,
    /// Ends what listens to other processes.
    closed: CancellationToken,
    retention: Retention,
}

impl Local {
    /// Opens the state directory and everything in it, and marks what dead processes left running.
    pub async fn open(config: &Config) -> Result<Self> {
        let state_dir = &config.state_dir;
        prepare_state_dir(state_dir)?;
        let instance = Instance::announce(state_dir)?;
        let store = Store::open_with(state_dir, house::opening(config)).await?;
        Calls::recover(&store, state_dir).await?;
        let tasks = TaskTracker::new();
        let calls = Calls {
            gateway: house::gateway(config, state_dir, &store, &tasks)?,
            registry: Registry::new(&config.disabled_tools),
            threads: Threads::new(store.clone(), config.threads.max_turns),
            settings: Arc::new(Settings { locale: config.locale.clone() }),
            timeout: config.timeouts.call,
            state_dir: state_dir.clone(),
            running: Running::default(),
            tasks: tasks.clone(),
            store,
            instance,
        };
        let (session, calls, closed) = (calls.instance.id().to_string(), Arc::new(calls), CancellationToken::new());
        calls.listen(closed.clone());
        Ok(Self { calls, tasks, session, closed, retention: house::retention(config) })
    }

    /// Waits for what still runs, and once in a while puts the store in order; call it last, when all is told.
    pub async fn close(self) {
        self.closed.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        // What can not be removed now is removed another time.
        let tidied = self.calls.store.tidy(self.retention, Timestamp::now(), TIDYING).await;
        if matches!(tidied, Ok(Some(_))) {
            Instance::sweep(&self.calls.state_dir);
        }
    }
}

#[async_trait]
impl Backend for Local {
    async fn call(&self, request: CallRequest, workspace: Arc<dyn Workspace>) -> Result<CallHandle> {
        let caller = Caller { owner: OWNER.to_owned(), session: self.session.clone(), workspace };
        self.calls.start(request, caller)
    }

    async fn list_calls(&self, filter: CallFilter) -> Result<Vec<CallSummary>> {
        self.calls.store.list_calls(OWNER.to_owned(), filter).await
    }

    async fn get_call(&self, prefix: &str) -> Result<CallRecord> {
        self.calls.store.get_call(OWNER.to_owned(), prefix.to_owned()).await
    }

    async fn attach(&self, prefix: &str) -> Result<CallHandle> {
        self.calls.attach(OWNER, prefix).await
    }

    async fn cancel(&self, prefix: &str) -> Result<CallRecord> {
        self.calls.cancel(OWNER, prefix).await
    }

    async fn usage(&self, by: UsageBy, since: Timestamp) -> Result<Vec<UsageRow>> {
        self.calls.store.usage(OWNER.to_owned(), by, since).await
    }

    async fn delete_threads(&self, which: ThreadChoice) -> Result<u64> {
        self.calls.store.delete_threads(OWNER.to_owned(), which).await
    }

    async fn list_threads(&self, limit: u32) -> Result<Vec<ThreadSummary>> {
        self.calls.store.list_threads(OWNER.to_owned(), limit).await
    }

    async fn get_thread(&self, prefix: &str) -> Result<ThreadRecord> {
        self.calls.store.get_thread(OWNER.to_owned(), prefix.to_owned()).await
    }

    async fn last_thread(&self, root: &str) -> Result<Option<ThreadId>> {
        self.calls.store.last_thread(OWNER.to_owned(), root.to_owned()).await
    }

    async fn snapshot(&self) -> Result<Snapshot> {
        let now = Timestamp::now();
        let all = |state, since, limit| CallFilter { state, tool: None, since, limit };
        let running = self.list_calls(all(Some(CallState::Running), None, u32::MAX)).await?;
        let recent = self.list_calls(all(None, Some(now.before(WINDOW)), u32::MAX)).await?;
        let latest = self.list_calls(all(None, None, SHOWN)).await?;
        let lately = lately(&recent, self.calls.gateway.providers.configured().len());
        let (global, providers) = self.calls.gateway.admission.gauges();
        let finished = latest.iter().filter(|call| call.state != CallState::Running);
        Ok(Snapshot {
            t: now,
            daemon: Daemon { version: env!("CARGO_PKG_VERSION").to_owned(), pid: None, state: "none".to_owned() },
            verdict: lately.verdict(),
            permits: Permits { global, providers },
            calls: running.iter().chain(finished).map(|call| row(call, now)).collect(),
            rates: lately.rates(),
            prompts: self.calls.store.prompts(OWNER.to_owned(), now.before(WINDOW)).await?,
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
    }
}

fn tokens(call: &CallSummary) -> Option<u64> {
    call.usage.input.zip(call.usage.output).map(|(input, output)| input.saturating_add(output))
}

fn row(call: &CallSummary, now: Timestamp) -> CallRow {
    CallRow {
        call_id: call.call_id.clone(),
        tool: call.tool.clone(),
        state: call.state,
        // Another process's call: what it is doing right now is not in the journal.
        phase: None,
        provider: call.provider.clone(),
        model: call.model.clone(),
        elapsed_s: call.finished_at.unwrap_or(now).since(call.created_at).as_secs_f64(),
        attempts: call.attempts,
        tokens: tokens(call),
    }
}
