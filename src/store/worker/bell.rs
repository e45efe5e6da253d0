//! Wakes the thread of the store, once for all who have a job at that moment: a thread that is woken for each one takes the
//! processor from those who are about to bring the next, and has a commit for each.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::Thread;

/// How often the first one lets others come before it rings, as long as somebody comes.
const ROUNDS: usize = 8;

/// Between those who queue jobs and the thread that takes them.
#[derive(Debug, Default)]
pub(super) struct Bell {
    /// Jobs that were queued, and announced, since the thread took some.
    waiting: AtomicUsize,
    is_rung: AtomicBool,
    thread: OnceLock<Thread>,
}

impl Bell {
    /// Says which thread hears it; nobody rings before.
    pub(super) fn hang(&self, thread: Thread) {
        drop(self.thread.set(thread));
    }

    /// Wakes the thread.
    pub(super) fn ring(&self) {
        self.is_rung.store(true, Ordering::Release);
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Says that a job was queued. The first one lets all go on that can, and rings when they have brought theirs; it rings
    /// also when it is dropped meanwhile.
    pub(super) async fn announce(&self) {
        let mut seen = self.waiting.fetch_add(1, Ordering::AcqRel) + 1;
        if seen > 1 {
            return;
        }
        let _ring = Ring(self);
        for _ in 0..ROUNDS {
            tokio::task::yield_now().await;
            let now = self.waiting.load(Ordering::Acquire);
            if now <= seen {
                break;
            }
            seen = now;
        }
    }

    /// Waits, on the thread, until somebody rings. All that was announced before is in the queue then.
    pub(super) fn wait(&self) {
        while !self.is_rung.swap(false, Ordering::AcqRel) {
            std::thread::park();
        }
        self.waiting.swap(0, Ordering::AcqRel);
    }
}

/// Rings when it goes.
struct Ring<'a>(&'a Bell);

impl Drop for Ring<'_> {
    fn drop(&mut self) {
        self.0.ring();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;

    use futures_util::poll;
    use tokio_util::task::TaskTracker;

    use super::*;

    fn heard() -> Bell {
        let bell = Bell::default();
        bell.hang(std::thread::current());
        bell
    }

    #[tokio::test]
    async fn the_first_one_rings_for_all_who_come_while_it_lets_them() {
        let (bell, tasks) = (Arc::new(heard()), TaskTracker::new());
        for _ in 0..5 {
            let bell = Arc::clone(&bell);
            tasks.spawn(async move { bell.announce().await });
        }
        bell.announce().await;
        assert!(tasks.is_empty(), "it rang before they came");
        assert!(bell.is_rung.load(Ordering::Acquire));
        bell.wait();
        assert_eq!(bell.waiting.load(Ordering::Acquire), 0);
    }

    #[tokio::test]
    async fn who_leaves_while_it_lets_others_come_has_rung() {
        let bell = heard();
        {
            let mut announcing = pin!(bell.announce());
            assert!(poll!(&mut announcing).is_pending());
            assert!(poll!(pin!(bell.announce())).is_ready(), "somebody rings already");
            assert!(!bell.is_rung.load(Ordering::Acquire));
        }
        bell.wait();
    }
}
