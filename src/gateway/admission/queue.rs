//! Who waits and who is served next. A grant looks at one line a provider, however many wait.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::held::Held;
use super::lane::{Lane, Waiter};
use super::limits::Limits;
use super::mean::Mean;
use super::storm::Storm;
use crate::coordination::{Look, Slot, Slots};
use crate::error::Result;
use crate::protocol::WaitingFor;
use crate::providers::ProviderName;

/// The slots of the limit of all providers together.
pub(super) const GLOBAL: &str = "global";

/// How often it is looked whether another process gave a permit back; up to half as long again, at random.
pub(super) const LOOK: Duration = Duration::from_millis(40);

/// Everything that this process knows of permits and waiters.
#[derive(Debug)]
pub(super) struct State {
    pub(super) limits: Limits,
    pub(super) held: Held,
    /// Waiters of all lanes.
    pub(super) waiting: usize,
    /// How long permits of any provider were held lately.
    pub(super) hold: Mean,
    pub(super) lanes: BTreeMap<ProviderName, Lane>,
    /// Those that hold a permit or wait for one.
    pub(super) sessions: BTreeMap<Arc<str>, Session>,
    /// When to look what other processes gave back; only while nothing else is in somebody's way.
    pub(super) next_look: Option<Instant>,
    /// Callers that were refused lately.
    pub(super) storm: Storm,
    next_waiter: u64,
    next_turn: u64,
}

/// One session.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) held: Held,
    /// Grows each time it is served: the smallest one was served longest ago.
    served: u64,
    /// Its turn in each lane in which it waits.
    turns: BTreeMap<ProviderName, u64>,
}

/// The place of a waiter in the queue, to find it there.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    pub(super) id: u64,
    pub(super) session: Arc<str>,
    pub(super) provider: ProviderName,
}

/// One who was taken out of the queue, with the slots it gets, or why it gets none.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) session: Arc<str>,
    pub(super) provider: ProviderName,
    pub(super) waiter: Waiter,
    pub(super) slots: Result<Vec<Slot>>,
    /// When its permit was granted, if it counts against the limits.
    pub(super) counted: Option<Instant>,
}

impl Session {
    /// Its turn among those who wait for that provider, if it does.
    pub(super) fn turn_in(&self, provider: ProviderName) -> Option<u64> {
        self.turns.get(&provider).copied()
    }
}

impl State {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            held: Held::default(),
            waiting: 0,
            hold: Mean::default(),
            lanes: BTreeMap::new(),
            sessions: BTreeMap::new(),
            next_look: None,
            storm: Storm::default(),
            next_waiter: 0,
            next_turn: 0,
        }
    }

    /// Appends a waiter.
    pub(super) fn enter(&mut self, session: &str, provider: ProviderName, waiter: Waiter) -> Seat {
        let name =
            self.sessions.get_key_value(session).map_or_else(|| Arc::from(session), |(name, _)| Arc::clone(name));
        let (id, next) = (self.next_waiter, self.next_turn);
        self.next_waiter += 1;
        self.next_turn += 1;
        let found = self.sessions.entry(Arc::clone(&name)).or_default();
        if found.turns.is_empty() {
            found.served = next;
        }
        let turn = *found.turns.entry(provider).or_insert(next);
        self.lanes.entry(provider).or_default().join(turn, &name, id, waiter);
        self.waiting += 1;
        self.mark_ready(&name);
        Seat { id, session: name, provider }
    }

    /// Forgets a waiter, if it waits still.
    pub(super) fn leave(&mut self, seat: &Seat) {
        let Some(turn) = self.turn(seat) else { return };
        let Some(lane) = self.lanes.get_mut(&seat.provider) else { return };
        let Some(is_empty) = lane.leave(turn, seat.id) else { return };
        self.waiting -= 1;
        if is_empty {
            if let Some(session) = self.sessions.get_mut(&seat.session) {
                session.turns.remove(&seat.provider);
            }
            self.forget_idle(&seat.session);
        }
    }

    /// The turn of a waiter's line, if it has one.
    pub(super) fn turn(&self, seat: &Seat) -> Option<u64> {
        self.sessions.get(&seat.session)?.turn_in(seat.provider)
    }

    /// Takes out of the queue whoever can be served now, and counts their permits. A provider that other processes keep
    /// busy holds up nobody who waits for another one.
    pub(super) fn serve(&mut self, slots: &Slots, look: Look) -> Vec<Served> {
        let (mut served, mut busy, mut looked) = (Vec::new(), Vec::new(), Vec::new());
        while let Some((provider, turn)) = self.next(&busy) {
            let was_busy = self.lanes.get(&provider).is_some_and(|lane| lane.busy_elsewhere);
            // What was found busy is left to the one who looks for all; and once is enough.
            let is_known = looked.contains(&provider) || (was_busy && look == Look::Known);
            let look = if is_known { Look::Known } else { Look::Everywhere };
            looked.push(provider);
            let taken = slots.try_take(&self.wanted(provider), look).transpose();
            if let Some(lane) = self.lanes.get_mut(&provider) {
                lane.busy_elsewhere = taken.is_none() || (was_busy && is_known);
            }
            match taken {
                Some(slots) => served.extend(self.take(provider, turn, slots)),
                None => busy.push(provider),
            }
        }
        served
    }

    /// The provider and the line that is served next. When all providers share what is left, the session that was
    /// served longest ago goes first.
    fn next(&self, busy: &[ProviderName]) -> Option<(ProviderName, u64)> {
        let heads = self.lanes.iter().filter(|(provider, _)| !busy.contains(provider) && self.has_room(**provider));
        let heads = heads.filter_map(|(provider, lane)| {
            let (turn, session) = lane.first_ready()?;
            Some((self.sessions.get(session)?.served, turn, *provider))
        });
        heads.min().map(|(_, turn, provider)| (provider, turn))
    }

    fn take(&mut self, provider: ProviderName, turn: u64, slots: Result<Vec<Slot>>) -> Option<Served> {
        let counts = slots.is_ok() && self.limits.providers.contains_key(&provider);
        let (next, counted) = (self.next_turn, counts.then(Instant::now));
        self.next_turn += 1;
        let lane = self.lanes.get_mut(&provider)?;
        let (name, waiter, has_more) = lane.take_first(turn, next)?;
        self.waiting -= 1;
        if let Some(session) = self.sessions.get_mut(&name) {
            if let Some(now) = counted {
                lane.held.add(now);
                self.held.add(now);
                session.held.add(now);
            }
            session.served = next;
            if has_more {
                session.turns.insert(provider, next);
            } else {
                session.turns.remove(&provider);
            }
        }
        self.mark_ready(&name);
        self.forget_idle(&name);
        Some(Served { session: name, provider, waiter, slots, counted })
    }

    /// Takes a permit back. One that was used tells how long permits are held.
    pub(super) fn release(&mut self, name: &str, provider: ProviderName, granted: Instant, was_used: bool) {
        let took = granted.elapsed();
        self.held.remove(granted);
        if was_used {
            self.hold.note(took);
        }
        if let Some(lane) = self.lanes.get_mut(&provider) {
            lane.held.remove(granted);
            if was_used {
                lane.hold.note(took);
            }
        }
        if let Some(session) = self.sessions.get_mut(name) {
            session.held.remove(granted);
        }
        self.mark_ready(name);
        self.forget_idle(name);
    }

    /// Replaces the limits. Whoever holds a permit keeps it, whoever waits goes on waiting.
    pub(super) fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
        for name in self.sessions.keys().cloned().collect::<Vec<_>>() {
            self.mark_ready(&name);
        }
        for lane in self.lanes.values_mut() {
            lane.stale = true;
        }
    }

    /// What to do after every change: when to look again, and who hears a new place.
    pub(super) fn settle(&mut self, now: Instant) {
        for lane in self.lanes.values_mut().filter(|lane| !lane.has_ready()) {
            lane.busy_elsewhere = false;
        }
        let is_held_up = |(provider, lane): (&ProviderName, &Lane)| lane.busy_elsewhere && self.has_room(*provider);
        let must_look = self.lanes.iter().any(is_held_up);
        let soon = || now + LOOK.mul_f64(1.0 + fastrand::f64() / 2.0);
        self.next_look = must_look.then(|| self.next_look.unwrap_or_else(soon));
        self.tell_places(now);
    }

    /// When the one who watches has something to do; never while only this process is in the way and all know their place.
    pub(super) fn due(&self) -> Option<Instant> {
        self.next_look.into_iter().chain(self.places_due()).min()
    }

    /// What a waiter waits for; `None` when nothing in this process is in its way.
    pub(super) fn blocked_by(&self, session: &str, provider: ProviderName) -> Option<WaitingFor> {
        self.limits.providers.get(&provider)?;
        if self.sessions.get(session).is_some_and(|session| session.held.count() >= self.limits.session) {
            Some(WaitingFor::Session)
        } else if self.has_room(provider) {
            None
        } else if self.held.count() >= self.limits.global && !self.is_full(provider) {
            Some(WaitingFor::Global)
        } else {
            Some(WaitingFor::Provider)
        }
    }

    fn has_room(&self, provider: ProviderName) -> bool {
        !self.limits.providers.contains_key(&provider)
            || (self.held.count() < self.limits.global && !self.is_full(provider))
    }

    fn is_full(&self, provider: ProviderName) -> bool {
        let held = self.lanes.get(&provider).map_or(0, |lane| lane.held.count());
        self.limits.providers.get(&provider).is_some_and(|limit| held >= *limit)
    }

    /// The slots that a call of `provider` needs.
    fn wanted(&self, provider: ProviderName) -> Vec<(&'static str, usize)> {
        match self.limits.providers.get(&provider) {
            Some(limit) => vec![(provider.as_str(), *limit), (GLOBAL, self.limits.global)],
            None => Vec::new(),
        }
    }

    /// Tells the lanes in which a session waits whether it may have another permit.
    fn mark_ready(&mut self, name: &str) {
        let Some(session) = self.sessions.get(name) else { return };
        for (provider, turn) in &session.turns {
            let needs_none = !self.limits.providers.contains_key(provider);
            if let Some(lane) = self.lanes.get_mut(provider) {
                lane.set_ready(*turn, needs_none || session.held.count() < self.limits.session);
            }
        }
    }

    fn forget_idle(&mut self, name: &str) {
        if self.sessions.get(name).is_some_and(|session| session.held.count() == 0 && session.turns.is_empty()) {
            self.sessions.remove(name);
        }
    }
}
