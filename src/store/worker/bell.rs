//! Wakes the thread of the store, once for all who have a job at that moment: a thread that is woken for each one takes the
//! processor from those who are about to bring the next, and has a commit for each.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;

use tokio_util::task::TaskTracker;

/// How often others are let come before it rings, as long as somebody comes.
const ROUNDS: usize = 8;

/// Between those who queue jobs and the thread that takes them.
#[derive(Debug, Default)]
pub(super) struct Bell {
    /// Jobs that were queued, and announced, since the thread took some.
    waiting: AtomicUsize,
    is_rung: AtomicBool,
    thread: OnceLock<Thread>,
    /// Who rings when all that could have come: it depends on nobody who waits, for they may stop being polled.
    tasks: TaskTracker,
}

impl Bell {
    /// Says which thread hears it; nobody rings before.
    pub(super) fn hang(&self, thread: Thread) {
        drop(self.thread.set(thread));
    }

    /// What is done on the runtime for the thread.
    pub(super) fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    /// Wakes the thread.
    pub(super) fn ring(&self) {
        self.is_rung.store(true, Ordering::Release);
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Says that a job was queued. With the first one all are let go on that can, and it rings when they have brought theirs.
    pub(super) fn announce(self: &Arc<Self>) {
        if self.waiting.fetch_add(1, Ordering::AcqRel) > 0 {
            return;
        }
        let ring = Ring(Arc::clone(self));
        self.tasks.spawn(async move {
            let mut seen = 1;
            for _ in 0..ROUNDS {
                tokio::task::yield_now().await;
                let now = ring.0.waiting.load(Ordering::Acquire);
                if now <= seen {
                    break;
                }
                seen = now;
            }
            drop(ring);
        });
    }

    /// Waits, on the thread, until somebody rings. All that was announced before is in the queue then.
    pub(super) fn wait(&self) {
        while !self.is_rung.swap(false, Ordering::AcqRel) {
            std::thread::park();
        }
        self.waiting.swap(0, Ordering::AcqRel);
    }
}

/// Rings when it goes, also with the runtime.
struct Ring(Arc<Bell>);

impl Drop for Ring {
    fn drop(&mut self) {
        self.0.ring();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard() -> Arc<Bell> {
        let bell = Bell::default();
        bell.hang(std::thread::current());
        Arc::new(bell)
    }

    #[tokio::test]
    async fn it_rings_once_for_all_who_come_while_they_are_let() {
        let (bell, tasks) = (heard(), TaskTracker::new());
        bell.announce();
        for _ in 0..5 {
            let bell = Arc::clone(&bell);
            tasks.spawn(async move {
                tokio::task::yield_now().await;
                bell.announce();
            });
        }
        while !bell.is_rung.load(Ordering::Acquire) {
            tokio::task::yield_now().await;
        }
        assert!(tasks.is_empty(), "it rang before they came");
        bell.wait();
        assert_eq!(bell.waiting.load(Ordering::Acquire), 0);
    }

    #[test]
    fn a_runtime_that_ends_has_rung() {
        let bell = heard();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { bell.announce() });
        drop(runtime);
        bell.wait();
    }
}
