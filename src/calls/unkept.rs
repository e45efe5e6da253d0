//! Ends of calls that the store did not take, as when the disk was full: they are offered again until it does. Else a call that
//! has ended would be running in the journal for as long as its process lives, and interrupted afterwards.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::store::{CallEnd, Store};

/// So many are held; what the store does not take any more beyond that is in no journal.
const MOST: usize = 256;
/// How long the store is left alone, at first and at last.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_mins(1)];

/// The ends that are not in the journal.
#[derive(Debug, Default)]
pub struct Unkept {
    ends: Mutex<VecDeque<Arc<CallEnd>>>,
    added: Notify,
}

impl Unkept {
    /// Holds an end that the store did not take.
    pub(super) fn add(&self, end: Arc<CallEnd>) {
        let mut ends = self.ends();
        if ends.len() < MOST {
            ends.push_back(end);
            self.added.notify_one();
        } else {
            tracing::error!(held = MOST, "the store takes nothing, and the end of one more call is in no journal");
        }
    }

    /// Offers what is held until the house is `closed`, and then once more.
    pub(super) async fn keep(self: Arc<Self>, store: Store, closed: CancellationToken) {
        let [first, last] = PAUSES;
        let mut pause = first;
        loop {
            let is_held = !self.ends().is_empty();
            tokio::select! {
                () = closed.cancelled() => {
                    self.offer(&store).await;
                    return;
                }
                () = self.added.notified(), if !is_held => pause = first,
                () = tokio::time::sleep(pause), if is_held => {
                    pause = if self.offer(&store).await { first } else { last.min(pause * 2) };
                }
            }
        }
    }

    /// Whether the store has taken all.
    async fn offer(&self, store: &Store) -> bool {
        loop {
            let Some(end) = self.ends().front().cloned() else { return true };
            if store.finish_call(Arc::clone(&end)).await.is_err() {
                return false;
            }
            tracing::info!(call_id = end.start.id.as_str(), "the store has taken the end of a call after all");
            self.ends().pop_front();
        }
    }

    fn ends(&self) -> MutexGuard<'_, VecDeque<Arc<CallEnd>>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
