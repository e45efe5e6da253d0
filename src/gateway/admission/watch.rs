//! What all waiters share, and the one of them who watches for the others.
//!
//! A permit of this process that comes back is handed on by whoever gives it back. Only for what nobody here hears of,
//! a lock that another process gives back and places that are told late, somebody has to wake up: one waiter at a time
//! has this duty, and it passes on when that one is served or leaves. So it needs no task of its own.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::limits::Limits;
use super::permit::Permit;
use super::queue::{Served, State};
use crate::coordination::{Look, Slots};

/// The queue of this process.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) slots: Slots,
    state: Mutex<State>,
    /// Held by the waiter who watches.
    duty: tokio::sync::Mutex<()>,
    /// The time at which the watching waiter has something to do has changed.
    changed: Notify,
}

impl Shared {
    pub(super) fn new(limits: Limits, slots: Slots) -> Self {
        let state = Mutex::new(State::new(limits));
        Self { slots, state, duty: tokio::sync::Mutex::default(), changed: Notify::new() }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the queue as one step, and hands out what that set free.
    pub(super) fn change<T>(self: &Arc<Self>, change: impl FnOnce(&mut State, &Slots) -> (T, Vec<Served>)) -> T {
        let (value, served) = {
            let mut state = self.state();
            let due = state.due();
            let outcome = change(&mut state, &self.slots);
            state.settle(Instant::now());
            if state.due() != due {
                self.changed.notify_one();
            }
            outcome
        };
        // Unlocked: a permit that nobody takes any more is given back at once, which changes the queue again.
        for served in served {
            Permit::deliver(self, served);
        }
        value
    }

    /// Watches for all who wait, as soon as nobody else does; ends only by being dropped. It has to be polled like the
    /// waiter it belongs to: a watch that nobody polls would let all others wait.
    pub(super) async fn watch(self: &Arc<Self>) -> Infallible {
        let _duty = self.duty.lock().await;
        loop {
            let due = self.state().due();
            let time = async {
                match due {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = self.changed.notified() => {}
                () = time => self.look(),
            }
        }
    }

    fn look(self: &Arc<Self>) {
        self.change(|state, slots| {
            let now = Instant::now();
            if state.next_look.is_none_or(|at| at > now) {
                return ((), Vec::new());
            }
            state.next_look = None;
            ((), state.serve(slots, Look::Everywhere))
        });
    }
}
