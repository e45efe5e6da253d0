//! The right to call a provider.

use std::sync::Arc;

use tokio::time::Instant;

use super::queue::Served;
use super::watch::Shared;
use crate::coordination::{Look, Slot};
use crate::providers::ProviderName;

/// The right to call one provider, until it is dropped.
#[derive(Debug)]
pub struct Permit {
    shared: Arc<Shared>,
    session: Arc<str>,
    provider: ProviderName,
    /// The locks that tell other processes.
    slots: Vec<Slot>,
    /// When it was granted, if it counts; that of a provider without a limit does not.
    counted: Option<Instant>,
    /// One that nobody took says nothing about how long permits are held.
    is_used: bool,
}

impl Permit {
    /// Sends one who was served its permit, or why there is none.
    pub(super) fn deliver(shared: &Arc<Shared>, served: Served) {
        let Served { session, provider, waiter, slots, counted } = served;
        let permit = slots.map(|slots| {
            let shared = Arc::clone(shared);
            Self { shared, session, provider, slots, counted, is_used: false }
        });
        // A waiter that left meanwhile drops the permit, which gives it back.
        drop(waiter.grant.send(permit));
    }

    /// Its owner has it now.
    pub(super) fn begin(mut self) -> Self {
        self.is_used = true;
        self
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.slots.clear();
        if let Some(granted) = self.counted {
            self.shared.change(|state, slots| {
                state.release(&self.session, self.provider, granted, self.is_used);
                ((), state.serve(slots, Look::Known))
            });
        }
    }
}
