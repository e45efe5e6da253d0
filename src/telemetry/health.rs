//! One word a model, from what it did lately: `ok`, `slow`, `degraded` or `down`. A request under way says nothing.

use super::buckets::Buckets;

/// Fewer ended requests or calls than this say nothing about health.
pub(super) const ENOUGH: u64 = 3;
/// Fewer requests than this say nothing about pace.
const ENOUGH_FOR_PACE: u64 = 10;
/// What is not this much slower, in milliseconds, is not felt.
const FELT_MS: u64 = 1_000;

/// The 95th percentile of what succeeded, in milliseconds, just now and before; `None` where too little happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pace {
    pub(super) before: Option<u64>,
    pub(super) just_now: Option<u64>,
}

impl Pace {
    pub(super) fn of(before: &Buckets, just_now: &Buckets) -> Self {
        let p95 = |buckets: &Buckets| buckets.percentile(95).filter(|_| buckets.len() >= ENOUGH_FOR_PACE);
        Self { before: p95(before), just_now: p95(just_now) }
    }

    /// Before and just now, when it takes twice as long as before.
    pub(super) fn slowed(self) -> Option<(u64, u64)> {
        let (before, just_now) = self.before.zip(self.just_now)?;
        (just_now >= before * 2 && just_now >= before + FELT_MS).then_some((before, just_now))
    }
}

/// Whether more failed than may.
pub(super) fn is_much(failed: u64, of: u64) -> bool {
    of >= ENOUGH && failed * 5 > of
}

/// Whether nothing succeeds.
pub(super) fn is_all(failed: u64, of: u64) -> bool {
    of >= ENOUGH && failed == of
}

/// The word on a model of which `telling` requests said something, `failed` of them that it is sick.
pub(super) fn word(breaker: &str, failed: u64, telling: u64, pace: Pace) -> &'static str {
    if breaker == "open" || is_all(failed, telling) {
        "down"
    } else if breaker == "half_open" || is_much(failed, telling) {
        "degraded"
    } else if pace.slowed().is_some() {
        "slow"
    } else {
        "ok"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_follows_the_breaker_then_the_failures_then_the_pace() {
        let (even, slowed) =
            (Pace { before: Some(2_000), just_now: Some(2_500) }, Pace { before: Some(2_000), just_now: Some(4_000) });
        for (breaker, telling, failed, pace, expected) in [
            ("closed", 0, 0, Pace::default(), "ok"),
            ("closed", 2, 2, even, "ok"),
            ("closed", 10, 2, even, "ok"),
            ("closed", 10, 2, slowed, "slow"),
            ("closed", 10, 3, slowed, "degraded"),
            ("half_open", 10, 0, even, "degraded"),
            ("closed", 10, 10, even, "down"),
            ("open", 0, 0, even, "down"),
        ] {
            assert_eq!(word(breaker, failed, telling, pace), expected, "{breaker} {failed}/{telling} {pace:?}");
        }
    }

    #[test]
    fn a_pace_needs_requests_and_a_difference_that_is_felt() {
        let slowed = |before, just_now| Pace { before, just_now }.slowed();
        assert_eq!(slowed(Some(1_000), Some(2_000)), Some((1_000, 2_000)));
        assert_eq!(slowed(Some(10), Some(100)), None, "nobody feels that");
        assert_eq!(slowed(Some(1_000), Some(1_999)), None);
        assert_eq!((slowed(None, Some(9_000)), slowed(Some(1), None)), (None, None));
    }
}
