//! Hears requests of other processes to cancel calls that this one runs.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Calls;
use crate::protocol::CallId;

/// How often the journal is asked; a cancel is carried out within a second.
const LOOK: Duration = Duration::from_millis(400);

/// The calls that this process runs.
#[derive(Debug, Default)]
pub struct Running(Mutex<HashMap<CallId, CancellationToken>>);

impl Running {
    pub(super) fn add(&self, id: &CallId, cancel: &CancellationToken) {
        self.lock().insert(id.clone(), cancel.clone());
    }

    pub(super) fn remove(&self, id: &CallId) {
        self.lock().remove(id);
    }

    fn cancel(&self, id: &CallId) {
        if let Some(cancel) = self.lock().get(id) {
            cancel.cancel();
        }
    }

    fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CallId, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks for requests to cancel until the house is closed.
pub(super) async fn watch(calls: Weak<Calls>, closed: CancellationToken) {
    loop {
        tokio::select! {
            () = closed.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        let Some(calls) = calls.upgrade() else { return };
        if calls.running.is_empty() {
            continue;
        }
        // A store that can not be read now is asked again; whoever wants the cancel is told by its own read.
        let requested = calls.store.requested_cancels(calls.instance.id().clone()).await;
        for id in requested.unwrap_or_default() {
            calls.running.cancel(&id);
        }
    }
}
