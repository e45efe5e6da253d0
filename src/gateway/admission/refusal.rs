//! Who is refused instead of waiting: whom the queue has no room for, and whose turn would come after its deadline.
//!
//! The wait is estimated from what was measured: each permit is expected back when it has been held for as long as others
//! were lately. Where nothing was measured nothing is guessed.

use std::time::Duration;

use tokio::time::Instant;

use super::held::Held;
use super::mean::Mean;
use super::queue::{Seat, State};
use crate::clock::Deadline;
use crate::error::{Error, ErrorCode};
use crate::providers::ProviderName;

/// When the queue is full and nothing was measured: a guess of when a place is free.
const COME_BACK: Duration = Duration::from_secs(5);
/// The longest wait that is told; what lasts longer is not known better.
const LONGEST: Duration = Duration::from_hours(24);

/// How long a waiter has to wait because of the limit that keeps it longest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wait {
    /// The limit's name in the settings.
    limit: &'static str,
    /// Callers that this limit serves before.
    ahead: usize,
    /// The limit.
    at_once: usize,
    /// How long a permit was held lately.
    hold: Duration,
    wait: Duration,
}

impl State {
    /// Why the one who joined its line last may not wait; `None` when it may, or waits no more.
    pub(super) fn refusal(&self, seat: &Seat, deadline: Deadline) -> Option<Error> {
        self.lanes.get(&seat.provider)?.waiter(self.turn(seat)?, seat.id)?;
        let expected = self.expected_wait(seat);
        let others = self.lanes.get(&seat.provider)?.waiting - 1;
        if others >= self.limits.queue {
            return Some(queue_is_full(seat.provider, others, expected.map(|expected| expected.wait)));
        }
        let left = deadline.remaining();
        expected.filter(|expected| expected.wait > left).map(|expected| does_not_fit(seat, expected, left))
    }

    /// Why a caller of that session would find no room now; says nothing of one who would have to wait, or need not.
    pub(super) fn crowd(&self, session: &str, provider: ProviderName) -> Option<Error> {
        let lane = self.lanes.get(&provider).filter(|lane| lane.waiting >= self.limits.queue)?;
        self.blocked_by(session, provider)?;
        let (hold, limit) = (lane.hold.get(), *self.limits.providers.get(&provider)?);
        let wait = hold.map(|hold| lane.held.wait(lane.waiting, limit, hold, Instant::now()).min(LONGEST));
        Some(queue_is_full(provider, lane.waiting, wait))
    }

    fn expected_wait(&self, seat: &Seat) -> Option<Wait> {
        let (name, lane) = (seat.provider.as_str(), self.lanes.get(&seat.provider)?);
        let ahead = lane.ahead_of_last(self.turn(seat)?);
        // The lanes are served in turns while they share what is left.
        let limited = || self.lanes.iter().filter(|(provider, _)| self.limits.providers.contains_key(provider));
        let between = limited().filter(|(provider, _)| **provider != seat.provider);
        let ahead_of_all = ahead + between.map(|(_, lane)| lane.waiting.min(ahead + 1)).sum::<usize>();
        let session = self.sessions.get(&seat.session)?;
        let of_session = limited().filter_map(|(provider, lane)| Some(lane.waiting_in(session.turn_in(*provider)?)));
        let ahead_in_session = of_session.sum::<usize>().saturating_sub(1);
        let limit = *self.limits.providers.get(&seat.provider)?;
        let now = Instant::now();
        let wait = |limit, ahead, held: &Held, at_once, hold: Mean| {
            let hold = hold.get()?;
            Some(Wait { limit, ahead, at_once, hold, wait: held.wait(ahead, at_once, hold, now).min(LONGEST) })
        };
        // The last one of equals is named: its provider's limit is what a caller can do most about.
        let waits = [
            wait("global", ahead_of_all, &self.held, self.limits.global, self.hold),
            wait("session", ahead_in_session, &session.held, self.limits.session, lane.hold),
            wait(name, ahead, &lane.held, limit, lane.hold),
        ];
        waits.into_iter().flatten().max_by_key(|estimate| estimate.wait)
    }
}

fn queue_is_full(provider: ProviderName, waiting: usize, expected: Option<Duration>) -> Error {
    let error = Error::new(ErrorCode::OverCapacity, format!("the queue for {provider} is full: {waiting} wait"));
    // Who comes back when all who wait now have had their turn loses nothing by not having waited with them.
    let after = expected.map_or(COME_BACK, whole);
    error.retry_after(after).hint(format!("try again in {} s, or raise limits.queue", after.as_secs()))
}

fn does_not_fit(seat: &Seat, expected: Wait, left: Duration) -> Error {
    let Wait { limit, ahead, at_once, hold, wait } = expected;
    // The queue moves on meanwhile: a call that comes back then, with as much time, is served in time.
    let after = whole(wait.saturating_sub(left));
    let [wait, left, hold] = [wait, left, hold].map(|time| time.as_secs_f64());
    let message = format!(
        "the turn for {} comes in about {wait:.1} s (ahead: {ahead}, limits.{limit}: {at_once}, each takes {hold:.1} s), \
         and {left:.1} s are left before the deadline",
        seat.provider
    );
    let details = serde_json::json!({
        "expected_wait_s": wait, "remaining_s": left, "ahead": ahead, "limit": limit, "at_once": at_once, "hold_s": hold,
    });
    Error::new(ErrorCode::OverCapacity, message)
        .details(details)
        .retry_after(after)
        .hint(format!("try again in {} s, allow more time with --timeout, or raise limits.{limit}", after.as_secs()))
}

/// Whole seconds, at least one: the estimate is no finer.
fn whole(time: Duration) -> Duration {
    Duration::from_secs(time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(Duration::from_secs(1))
}
