//! Those who wait for one provider: a line a session, and whose turn it is. No limits here, and no permits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use super::held::Held;
use super::mean::Mean;
use super::permit::Permit;
use crate::error::Result;
use crate::protocol::WaitingFor;

/// Place in the queue, 1 is next, and what the waiter waits for.
pub(super) type Place = (usize, WaitingFor);

/// The queue's end of one who waits.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) grant: oneshot::Sender<Result<Permit>>,
    pub(super) place: watch::Sender<Option<Place>>,
}

/// One provider: permits held in this process, and those who wait for one.
#[derive(Debug, Default)]
pub(super) struct Lane {
    /// Permits held.
    pub(super) held: Held,
    /// Waiters in all lines.
    pub(super) waiting: usize,
    /// How long permits were held lately.
    pub(super) hold: Mean,
    /// At the last try other processes held what was missing.
    pub(super) busy_elsewhere: bool,
    /// Somebody's place may have changed since all were told theirs.
    pub(super) stale: bool,
    /// All were told their places; a long queue is not told again before this time.
    pub(super) quiet_until: Option<Instant>,
    /// By turn: the session that was served longest ago comes first.
    lines: BTreeMap<u64, Line>,
    /// Turns of the sessions that may have another permit.
    ready: BTreeSet<u64>,
}

/// The waiters of one session, by their number: the first came first.
#[derive(Debug)]
struct Line {
    session: Arc<str>,
    waiters: BTreeMap<u64, Waiter>,
}

impl Lane {
    /// Appends a waiter to the line of its session, which has this turn.
    pub(super) fn join(&mut self, turn: u64, session: &Arc<str>, id: u64, waiter: Waiter) {
        let line =
            self.lines.entry(turn).or_insert_with(|| Line { session: Arc::clone(session), waiters: BTreeMap::new() });
        line.waiters.insert(id, waiter);
        self.waiting += 1;
        self.stale = true;
    }

    /// Forgets a waiter; tells whether its line is empty now. `None` when it does not wait here.
    pub(super) fn leave(&mut self, turn: u64, id: u64) -> Option<bool> {
        let line = self.lines.get_mut(&turn)?;
        line.waiters.remove(&id)?;
        let is_empty = line.waiters.is_empty();
        if is_empty {
            self.lines.remove(&turn);
            self.ready.remove(&turn);
        }
        self.waiting -= 1;
        self.stale = true;
        Some(is_empty)
    }

    /// Takes the first waiter of a line; the others of that line get the turn `next`. Tells whether there are others.
    pub(super) fn take_first(&mut self, turn: u64, next: u64) -> Option<(Arc<str>, Waiter, bool)> {
        self.ready.remove(&turn);
        let mut line = self.lines.remove(&turn)?;
        let (_, waiter) = line.waiters.pop_first()?;
        let (session, has_more) = (Arc::clone(&line.session), !line.waiters.is_empty());
        if has_more {
            self.lines.insert(next, line);
        }
        self.waiting -= 1;
        self.stale = true;
        Some((session, waiter, has_more))
    }

    /// Notes whether the session of this turn may have another permit.
    pub(super) fn set_ready(&mut self, turn: u64, is_ready: bool) {
        if is_ready {
            self.ready.insert(turn);
        } else {
            self.ready.remove(&turn);
        }
    }

    /// Whether somebody waits whom no limit of its session keeps waiting.
    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whose turn it is.
    pub(super) fn first_ready(&self) -> Option<(u64, &str)> {
        let turn = *self.ready.first()?;
        Some((turn, &self.lines.get(&turn)?.session))
    }

    /// A waiter that still waits.
    pub(super) fn waiter(&self, turn: u64, id: u64) -> Option<&Waiter> {
        self.lines.get(&turn)?.waiters.get(&id)
    }

    /// How many wait in the line of this turn.
    pub(super) fn waiting_in(&self, turn: u64) -> usize {
        self.lines.get(&turn).map_or(0, |line| line.waiters.len())
    }

    /// How many are served before the one that joined the line of this turn last.
    pub(super) fn ahead_of_last(&self, turn: u64) -> usize {
        let before = self.lines.get(&turn).map_or(0, |line| line.waiters.len().saturating_sub(1));
        if before == 0 && self.lines.last_key_value().is_some_and(|(last, _)| *last == turn) {
            // The usual case, without a look at every line: one caller a session, each is served before a second of anyone.
            return self.lines.len() - 1;
        }
        let of_others = |(other, line): (&u64, &Line)| line.waiters.len().min(before + usize::from(*other < turn));
        before + self.lines.iter().filter(|(other, _)| **other != turn).map(of_others).sum::<usize>()
    }

    /// All who wait, in the order in which they will be served: the first of each line, then the second of each.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (usize, &str, &Waiter)> {
        let mut lines: Vec<_> = self.lines.values().map(|line| (&*line.session, line.waiters.values())).collect();
        let mut order = Vec::with_capacity(self.waiting);
        while !lines.is_empty() {
            lines
                .retain_mut(|(session, waiters)| waiters.next().map(|waiter| order.push((*session, waiter))).is_some());
        }
        order.into_iter().enumerate().map(|(index, (session, waiter))| (index + 1, session, waiter))
    }
}
