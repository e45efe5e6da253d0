//! Whether a call that is over left nothing behind: it was a dry run, or was turned away. Nobody can hold it again, nothing was
//! paid for it, and whoever asks the same once more asks anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Of one call; told before its result is.
#[derive(Debug, Clone, Default)]
pub struct Vanished(Arc<AtomicBool>);

impl Vanished {
    /// It leaves nothing behind.
    pub(super) fn note(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it left nothing behind.
    pub fn is_so(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
