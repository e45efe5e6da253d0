//! Who may call a provider now. Session, provider and global permits are granted together or not at all,
//! FIFO within a session and provider, round-robin between sessions: a saturated provider never delays another,
//! and a busy session never starves a quiet one. Waiters hold nothing.
//!
//! Within this process a grant is a count; across processes it is also a slot lock (`coordination`).
//! Nobody announces a lock that another process gives back, so waiters look again at short intervals.

#[cfg(test)]
mod properties;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::coordination::{Slot, Slots};
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::{PermitGauge, WaitingFor};
use crate::providers::ProviderName;

/// How often a waiter looks whether another process gave a permit back; up to half as long again, at random.
const LOOK: Duration = Duration::from_millis(40);
/// When the queue is full: a guess of when a place is free.
const COME_BACK: Duration = Duration::from_secs(5);

/// The limits.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Per session.
    pub session: usize,
    /// Of all providers together.
    pub global: usize,
    /// Per provider; one that is not named has no limit.
    pub providers: BTreeMap<ProviderName, usize>,
    /// Waiters, over all sessions.
    pub queue: usize,
}

/// The admission queue of this process.
#[derive(Debug, Clone)]
pub struct Admission {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    slots: Slots,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limits: Limits,
    next_waiter: u64,
    global: usize,
    providers: BTreeMap<ProviderName, usize>,
    sessions: BTreeMap<String, usize>,
    /// Sessions with waiters, the next one to be served first.
    queue: VecDeque<(String, VecDeque<Waiter>)>,
}

#[derive(Debug)]
struct Waiter {
    id: u64,
    provider: ProviderName,
    grant: oneshot::Sender<Result<Permit>>,
}

/// The right to call one provider, until it is dropped.
#[derive(Debug)]
pub struct Permit {
    shared: Arc<Shared>,
    session: String,
    provider: ProviderName,
    /// The locks that tell other processes; none for a provider without a limit.
    slots: Vec<Slot>,
}

impl Admission {
    /// An empty queue over the slots of the state directory.
    pub fn new(limits: Limits, slots: Slots) -> Self {
        let state = State {
            limits,
            next_waiter: 0,
            global: 0,
            providers: BTreeMap::new(),
            sessions: BTreeMap::new(),
            queue: VecDeque::new(),
        };
        Self { shared: Arc::new(Shared { slots, state: Mutex::new(state) }) }
    }

    /// Waits for a permit. `queued` hears the place in the queue, at first and whenever it changes.
    /// Dropping the future leaves the queue.
    pub async fn acquire(
        &self,
        session: &str,
        provider: ProviderName,
        mut queued: impl FnMut(usize, WaitingFor),
    ) -> Result<Permit> {
        let (id, mut granted) = self.shared.enqueue(session, provider);
        let _leave = Leave { shared: &self.shared, id };
        self.shared.grant();
        self.shared.state().check_room(id)?;
        let mut told = None;
        loop {
            tokio::select! {
                biased;
                permit = &mut granted => return permit.map_err(|_| Error::internal("the admission queue is gone"))?,
                () = std::future::ready(()), if told.is_none() => {}
                () = tokio::time::sleep(LOOK.mul_f64(1.0 + fastrand::f64() / 2.0)) => self.shared.grant(),
            }
            let place = self.shared.state().place(id, session, provider);
            if place.is_some() && place != told {
                told = place;
                if let Some((position, waiting_for)) = place {
                    queued(position, waiting_for);
                }
            }
        }
    }

    /// Interim.
    pub fn set_limit(&self, _name: &str, _limit: usize) -> Result<()> {
        Ok(())
    }

    /// Changes all limits at once.
    pub fn set_limits(&self, limits: Limits) {
        self.shared.state().limits = limits;
        self.shared.grant();
    }

    /// All limits and how much of each is used, by any process.
    pub fn gauges(&self) -> (PermitGauge, BTreeMap<String, PermitGauge>) {
        let (limits, waiting) = {
            let state = self.shared.state();
            (state.limits.clone(), state.waiting())
        };
        let gauge = |name: &str, limit: usize, waiting: usize| PermitGauge {
            in_use: self.shared.slots.in_use(name, limit),
            limit,
            waiting,
        };
        let providers = limits
            .providers
            .iter()
            .map(|(name, limit)| {
                let waiting = waiting.get(name).copied().unwrap_or_default();
                (name.to_string(), gauge(name.as_str(), *limit, waiting))
            })
            .collect();
        (gauge(GLOBAL, limits.global, waiting.values().sum()), providers)
    }
}

/// The slots of the limit of all providers together.
const GLOBAL: &str = "global";

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enqueue(&self, session: &str, provider: ProviderName) -> (u64, oneshot::Receiver<Result<Permit>>) {
        let mut state = self.state();
        let id = state.next_waiter;
        state.next_waiter += 1;
        let (grant, granted) = oneshot::channel();
        let waiter = Waiter { id, provider, grant };
        match state.queue.iter_mut().find(|(name, _)| name == session) {
            Some((_, waiters)) => waiters.push_back(waiter),
            None => state.queue.push_back((session.to_owned(), VecDeque::from([waiter]))),
        }
        (id, granted)
    }

    /// Grants whatever can be granted now.
    fn grant(self: &Arc<Self>) {
        loop {
            let mut state = self.state();
            let Some((session, waiter, slots)) = state.take_next(&self.slots) else { return };
            drop(state);
            let permit =
                slots.map(|slots| Permit { shared: Arc::clone(self), session, provider: waiter.provider, slots });
            // A waiter that left meanwhile drops the permit, which gives it back: look again.
            drop(waiter.grant.send(permit));
        }
    }
}

impl State {
    /// Takes the next waiter that can be served out of the queue and counts its permits.
    fn take_next(&mut self, slots: &Slots) -> Option<(String, Waiter, Result<Vec<Slot>>)> {
        let (turn, index, slots) = self.find_next(slots)?;
        let (session, mut waiters) = self.queue.remove(turn)?;
        let waiter = waiters.remove(index)?;
        if !waiters.is_empty() {
            self.queue.push_back((session.clone(), waiters));
        }
        if slots.is_ok() {
            self.count(&session, waiter.provider);
        }
        Some((session, waiter, slots))
    }

    /// The next waiter that can be served, and its slots. A provider that other processes keep busy holds up
    /// nobody who waits for another one.
    fn find_next(&self, slots: &Slots) -> Option<(usize, usize, Result<Vec<Slot>>)> {
        let mut busy_elsewhere = Vec::new();
        for (turn, (session, waiters)) in self.queue.iter().enumerate() {
            for (index, Waiter { provider, .. }) in waiters.iter().enumerate() {
                if busy_elsewhere.contains(provider) || self.blocked_by(session, *provider).is_some() {
                    continue;
                }
                match slots.try_take(&self.wanted(*provider)).transpose() {
                    Some(slots) => return Some((turn, index, slots)),
                    None => busy_elsewhere.push(*provider),
                }
            }
        }
        None
    }

    /// Refuses a waiter before whom as many wait as may.
    fn check_room(&self, id: u64) -> Result<()> {
        let waiters = || self.queue.iter().flat_map(|(_, waiters)| waiters).map(|waiter| waiter.id);
        let ahead = waiters().filter(|other| *other < id).count();
        if ahead < self.limits.queue || !waiters().any(|other| other == id) {
            return Ok(());
        }
        Err(Error::new(ErrorCode::OverCapacity, format!("{ahead} calls are waiting already"))
            .retry_after(COME_BACK)
            .hint("try again later, or raise limits.queue"))
    }

    /// The slots that a call of `provider` needs.
    fn wanted(&self, provider: ProviderName) -> Vec<(&'static str, usize)> {
        match self.limits.providers.get(&provider) {
            Some(limit) => vec![(provider.as_str(), *limit), (GLOBAL, self.limits.global)],
            None => Vec::new(),
        }
    }

    fn blocked_by(&self, session: &str, provider: ProviderName) -> Option<WaitingFor> {
        let limit = self.limits.providers.get(&provider)?;
        if self.sessions.get(session).is_some_and(|held| *held >= self.limits.session) {
            Some(WaitingFor::Session)
        } else if self.providers.get(&provider).is_some_and(|held| held >= limit) {
            Some(WaitingFor::Provider)
        } else if self.global >= self.limits.global {
            Some(WaitingFor::Global)
        } else {
            None
        }
    }

    fn count(&mut self, session: &str, provider: ProviderName) {
        if self.limits.providers.contains_key(&provider) {
            self.global += 1;
            *self.providers.entry(provider).or_default() += 1;
            *self.sessions.entry(session.to_owned()).or_default() += 1;
        }
    }

    fn release(&mut self, session: &str, provider: ProviderName) {
        self.global = self.global.saturating_sub(1);
        if let Some(held) = self.providers.get_mut(&provider) {
            *held = held.saturating_sub(1);
        }
        if let Some(held) = self.sessions.get_mut(session) {
            *held = held.saturating_sub(1);
            if *held == 0 {
                self.sessions.remove(session);
            }
        }
    }

    /// Place of a waiter among those of its provider, and what it waits for.
    fn place(&self, id: u64, session: &str, provider: ProviderName) -> Option<(usize, WaitingFor)> {
        let ahead = |waiters: &VecDeque<Waiter>| {
            waiters.iter().filter(|waiter| waiter.provider == provider && waiter.id < id).count()
        };
        let is_waiting = self.queue.iter().any(|(_, waiters)| waiters.iter().any(|waiter| waiter.id == id));
        let position = 1 + self.queue.iter().map(|(_, waiters)| ahead(waiters)).sum::<usize>();
        // Nothing in this process is in the way: another process holds what is missing.
        is_waiting.then(|| (position, self.blocked_by(session, provider).unwrap_or(WaitingFor::Provider)))
    }

    fn waiting(&self) -> BTreeMap<ProviderName, usize> {
        let mut waiting = BTreeMap::new();
        for waiter in self.queue.iter().flat_map(|(_, waiters)| waiters) {
            *waiting.entry(waiter.provider).or_default() += 1;
        }
        waiting
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.slots.is_empty() {
            self.slots.clear();
            self.shared.state().release(&self.session, self.provider);
        }
        self.shared.grant();
    }
}

/// Takes a waiter out of the queue when its caller stops waiting.
struct Leave<'a> {
    shared: &'a Arc<Shared>,
    id: u64,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        for (_, waiters) in &mut state.queue {
            waiters.retain(|waiter| waiter.id != self.id);
        }
        state.queue.retain(|(_, waiters)| !waiters.is_empty());
    }
}

#[cfg(test)]
mod tests;
