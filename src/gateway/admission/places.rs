//! Who hears which place in the queue, and when.

use std::time::Duration;

use tokio::time::Instant;

use super::lane::Lane;
use super::queue::{Seat, State};
use crate::protocol::WaitingFor;
use crate::providers::ProviderName;

/// So many waiters of one provider hear every change at once.
const SHORT: usize = 16;
/// A longer queue hears its places this often at most,
const SELDOM: Duration = Duration::from_millis(250);
/// and no more than one waiter hears news in this time, on average: each one is a task that wakes and an event that is kept.
const PER_WAITER: Duration = Duration::from_millis(1);

impl State {
    /// Tells the one who joined its line last where it is, if it waits still: it does not have to wait for the others' news.
    pub(super) fn tell_first_place(&self, seat: &Seat) {
        let Some((lane, turn)) = self.lanes.get(&seat.provider).zip(self.turn(seat)) else { return };
        if let Some(waiter) = lane.waiter(turn, seat.id) {
            waiter.place.send_replace(Some((lane.ahead_of_last(turn) + 1, self.cause(&seat.session, seat.provider))));
        }
    }

    /// Tells the waiters of each provider their places, where those may have changed and it is time to.
    pub(super) fn tell_places(&mut self, now: Instant) {
        for provider in self.lanes.keys().copied().collect::<Vec<_>>() {
            let is_due = |lane: &&Lane| is_stale(lane) && quiet_until(lane).is_none_or(|at| at <= now);
            let Some(lane) = self.lanes.get(&provider).filter(is_due) else {
                continue;
            };
            for (position, session, waiter) in lane.in_order() {
                let place = Some((position, self.cause(session, provider)));
                waiter.place.send_if_modified(|told| std::mem::replace(told, place) != place);
            }
            if let Some(lane) = self.lanes.get_mut(&provider) {
                let pause = PER_WAITER.saturating_mul(u32::try_from(lane.waiting).unwrap_or(u32::MAX)).max(SELDOM);
                (lane.stale, lane.quiet_until) = (false, Some(now + pause));
            }
        }
    }

    fn cause(&self, session: &str, provider: ProviderName) -> WaitingFor {
        // Nothing in this process is in the way: another process holds what is missing.
        self.blocked_by(session, provider).unwrap_or(WaitingFor::Provider)
    }

    /// When the next waiters are to hear their places; those of short queues have heard them with the change.
    pub(super) fn places_due(&self) -> Option<Instant> {
        self.lanes.values().filter(|lane| is_stale(lane)).filter_map(quiet_until).min()
    }
}

/// Somebody waits whose place may have changed.
fn is_stale(lane: &Lane) -> bool {
    lane.stale && lane.waiting > 0
}

/// Until when a long queue hears nothing.
fn quiet_until(lane: &Lane) -> Option<Instant> {
    lane.quiet_until.filter(|_| lane.waiting > SHORT)
}
