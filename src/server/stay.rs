//! Answers of one connection that are under way: as long as there is one, the connection stays.

use std::sync::Arc;

use tokio::sync::watch;

/// Counts them.
#[derive(Debug)]
pub(super) struct Stay(watch::Sender<usize>);

impl Default for Stay {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Stay {
    /// One more, until it is dropped.
    pub(super) fn hold(self: &Arc<Self>) -> Held {
        self.0.send_modify(|count| *count += 1);
        Held(Arc::clone(self))
    }

    /// Whether one is under way.
    pub(super) fn is_held(&self) -> bool {
        *self.0.borrow() > 0
    }

    /// Waits until none is.
    pub(super) async fn released(&self) {
        // The sender lives as long as this does.
        drop(self.0.subscribe().wait_for(|count| *count == 0).await);
    }
}

/// An answer that is under way.
#[derive(Debug)]
pub(super) struct Held(Arc<Stay>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}
