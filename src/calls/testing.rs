//! Calls in front of the fake providers, with files of their own; for tests only.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use exai_fake::Scenario;
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{CallHandle, Caller, Calls};
use crate::coordination::Instance;
use crate::error::Result;
use crate::evidence::LocalWorkspace;
use crate::gateway::testing::{Door, in_time};
use crate::gateway::{Admission, Gateway, Limits};
use crate::protocol::{CallEvent, CallId, CallOptions, CallRecord, CallRequest, Envelope, EventKind, Told};
use crate::threads::Threads;
use crate::tools::{Registry, Settings, UploadSettings};

/// A house of calls whose providers are a fake.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) calls: Arc<Calls>,
    pub(crate) door: Door,
    files: TempDir,
}

impl Desk {
    /// The usual house; the fake plays `scenario`.
    pub(crate) async fn to(scenario: Scenario) -> Self {
        Self::before(Door::to(scenario).await)
    }

    /// A house in which only one request to a provider may be under way.
    pub(crate) async fn narrow(scenario: Scenario) -> Self {
        let narrow = |gateway: &mut Gateway| {
            let limits = Limits { global: 1, ..crate::gateway::testing::limits() };
            gateway.admission = Admission::new(limits, crate::coordination::Slots::new(state_dir(&gateway.store)));
        };
        Self::before(Door::changed(scenario, narrow).await)
    }

    fn before(door: Door) -> Self {
        let store = door.gateway.store.clone();
        let uploads = UploadSettings { kimi_max_bytes: 1 << 20, ..UploadSettings::default() };
        let calls = Calls {
            instance: Arc::new(Instance::announce(door.dir.path()).unwrap()),
            gateway: Arc::clone(&door.gateway),
            registry: Registry::new(&[]),
            threads: Threads::new(store.clone(), 50),
            settings: Arc::new(Settings { uploads, ..Settings::default() }),
            timeout: Duration::from_secs(30),
            state_dir: door.dir.path().to_owned(),
            view: Arc::default(),
            running: Arc::default(),
            unkept: Arc::default(),
            tasks: TaskTracker::new(),
            telemetry: Arc::clone(&door.gateway.telemetry),
            stop: CancellationToken::new(),
            store,
        };
        Self { calls: Arc::new(calls), door, files: tempfile::tempdir().unwrap() }
    }

    /// Puts a file where the caller works.
    pub(crate) fn file(&self, name: &str, text: &str) {
        std::fs::write(self.files.path().join(name), text).unwrap();
    }

    /// Starts a call of the owner `default`.
    pub(crate) fn start(&self, tool: &str, arguments: Value) -> CallHandle {
        self.try_start(tool, arguments, CallOptions::default()).unwrap()
    }

    pub(crate) fn try_start(&self, tool: &str, arguments: Value, options: CallOptions) -> Result<CallHandle> {
        self.start_for("default", tool, arguments, options)
    }

    /// Starts a call of `owner`.
    pub(crate) fn start_for(
        &self,
        owner: &str,
        tool: &str,
        arguments: Value,
        options: CallOptions,
    ) -> Result<CallHandle> {
        let Value::Object(arguments) = arguments else { panic!("arguments are an object, not {arguments}") };
        let root: PathBuf = std::fs::canonicalize(self.files.path()).unwrap();
        let workspace = LocalWorkspace::new(std::slice::from_ref(&root), &root, None, &[]).unwrap();
        let caller = Caller::of(owner, &format!("session of {owner}"), Arc::new(workspace));
        self.calls.start(CallRequest { tool: tool.to_owned(), arguments, options }, caller)
    }

    /// Carries out a call.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Envelope {
        in_time(self.start(tool, arguments).result()).await
    }

    /// What the journal holds of a call.
    pub(crate) async fn record(&self, id: &CallId) -> Result<CallRecord> {
        self.calls.store.get_call("default".to_owned(), id.to_string()).await
    }

    /// Waits until every task has ended and every attempt of the call is settled in the journal, and reads it.
    pub(crate) async fn settled(&self, id: &CallId) -> Result<CallRecord> {
        for tasks in [&self.calls.tasks, &self.door.gateway.tasks] {
            tasks.close();
            in_time(tasks.wait()).await;
        }
        let settled = async {
            loop {
                let record = self.record(id).await?;
                if record.attempts.iter().all(|attempt| attempt.outcome.is_some()) {
                    return Ok(record);
                }
            }
        };
        in_time(settled).await
    }
}

fn state_dir(store: &crate::store::Store) -> &std::path::Path {
    store.path().parent().unwrap()
}

/// Reads the news of a call until `wanted` comes.
pub(crate) async fn hears(handle: &mut CallHandle, wanted: impl Fn(&Told) -> bool) {
    let search = async {
        while let Some(told) = handle.news.next().await {
            if wanted(&told) {
                return true;
            }
        }
        false
    };
    assert!(in_time(search).await, "the call ended without what was waited for");
}

/// The steps without their numbers and times.
pub(crate) fn kinds(events: &[CallEvent]) -> Vec<EventKind> {
    events.iter().map(|event| event.kind.clone()).collect()
}
