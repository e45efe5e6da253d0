//! Permits that are held against one limit, and when they can be expected back.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// When each of the permits was granted, the oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Held(VecDeque<Instant>);

impl Held {
    /// How many are held.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Counts a permit that is granted `now`.
    pub(super) fn add(&mut self, now: Instant) {
        self.0.push_back(now);
    }

    /// Counts a permit no more.
    pub(super) fn remove(&mut self, granted: Instant) {
        if let Ok(index) = self.0.binary_search(&granted) {
            self.0.remove(index);
        }
    }

    /// The time until a permit is free for one who has `ahead` others before it, if `limit` may be held at once and each
    /// one is held for `hold`. What is held longer than that is expected at any moment.
    pub(super) fn wait(&self, ahead: usize, limit: usize, hold: Duration, now: Instant) -> Duration {
        let (held, limit) = (self.count(), limit.max(1));
        // The one that has to come back counts from 0: first those that are held, then those of the callers ahead.
        let Some(last) = (ahead + held).checked_sub(limit) else { return Duration::ZERO };
        let back = |index: usize| {
            self.0.get(index).map_or(Duration::ZERO, |granted| (*granted + hold).saturating_duration_since(now))
        };
        let Some(later) = last.checked_sub(held) else { return back(last) };
        let rounds = u32::try_from(later / limit + 1).unwrap_or(u32::MAX);
        back(held.saturating_sub(limit) + later % limit).saturating_add(hold.saturating_mul(rounds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn each_permit_is_expected_back_when_its_time_is_over_and_then_once_a_round() {
        let (mut held, begun) = (Held::default(), Instant::now());
        held.add(begun);
        held.add(begun + 4 * S);
        let wait = |ahead| held.wait(ahead, 2, 10 * S, begun + 5 * S);
        // Back after 10 and 14, seen at 5; the callers ahead give theirs back 10 later.
        assert_eq!([0, 1, 2, 3, 4].map(wait), [5 * S, 9 * S, 15 * S, 19 * S, 25 * S]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lowered_limit_waits_until_enough_came_back() {
        let (mut held, begun) = (Held::default(), Instant::now());
        for late in 0..3 {
            held.add(begun + late * S);
        }
        let wait = |ahead| held.wait(ahead, 1, 10 * S, begun + 2 * S);
        assert_eq!([0, 1].map(wait), [10 * S, 20 * S], "the third has to come back before one more may be held");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_what_is_free_and_the_overdue_is_expected_at_once() {
        let (mut held, begun) = (Held::default(), Instant::now());
        assert_eq!(held.wait(1, 2, 10 * S, begun), Duration::ZERO);
        held.add(begun);
        assert_eq!(held.wait(0, 1, 10 * S, begun + 30 * S), Duration::ZERO);
    }
}
