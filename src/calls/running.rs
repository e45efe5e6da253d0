//! The calls that this process runs: who may hold them, what each is doing now, how to end one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::CallHandle;
use super::journal::Journal;
use crate::protocol::{CallId, CallRow, Written};

/// The calls that this process runs.
#[derive(Debug, Default)]
pub struct Running {
    calls: Mutex<HashMap<CallId, Entry>>,
    emptied: Notify,
}

/// One of them.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) journal: Arc<Journal>,
    pub(super) cancel: CancellationToken,
    pub(super) result: watch::Receiver<Option<Arc<Written>>>,
}

impl Entry {
    /// Another handle on the call.
    pub(super) fn handle(&self) -> CallHandle {
        CallHandle::over(
            self.journal.id().clone(),
            self.journal.tool(),
            self.journal.allowed(),
            self.journal.news(),
            self.result.clone(),
            self.cancel.clone(),
        )
    }
}

impl Running {
    pub(super) fn add(&self, entry: Entry) {
        self.lock().insert(entry.journal.id().clone(), entry);
    }

    pub(super) fn remove(&self, id: &CallId) {
        let is_last = {
            let mut calls = self.lock();
            calls.remove(id);
            calls.is_empty()
        };
        if is_last {
            self.emptied.notify_waiters();
        }
    }

    pub(super) fn get(&self, id: &CallId) -> Option<Entry> {
        self.lock().get(id).cloned()
    }

    /// Asks a call to end; `false` when it does not run here.
    pub(super) fn cancel(&self, id: &CallId) -> bool {
        let entry = self.get(id);
        entry.inspect(|entry| entry.cancel.cancel()).is_some()
    }

    /// Asks all calls of a session to end; returns how many there were.
    pub fn cancel_session(&self, session: &str) -> usize {
        let entries: Vec<Entry> =
            self.lock().values().filter(|entry| entry.journal.session() == session).cloned().collect();
        for entry in &entries {
            entry.cancel.cancel();
        }
        entries.len()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// How many there are of each session.
    pub fn by_session(&self) -> HashMap<String, usize> {
        let mut counts = HashMap::new();
        for entry in self.lock().values() {
            *counts.entry(entry.journal.session().to_owned()).or_default() += 1;
        }
        counts
    }

    /// Waits until there are none.
    pub async fn all_ended(&self) {
        loop {
            let mut ended = std::pin::pin!(self.emptied.notified());
            ended.as_mut().enable();
            if self.is_empty() {
                return;
            }
            ended.await;
        }
    }

    /// What each of them is doing, the oldest first.
    pub fn rows(&self) -> Vec<CallRow> {
        let journals: Vec<Arc<Journal>> = self.lock().values().map(|entry| Arc::clone(&entry.journal)).collect();
        let mut rows: Vec<CallRow> = journals.iter().map(|journal| journal.row()).collect();
        rows.sort_by(|a, b| a.call_id.cmp(&b.call_id));
        rows
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CallId, Entry>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
