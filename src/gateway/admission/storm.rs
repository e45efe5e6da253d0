//! A storm: many callers are refused in a short time. Who is refused looks first whether its answer is there already, which
//! costs far more than the refusal itself; in a storm that would leave little for those who hold permits, so only the first
//! ones of each second look.

use std::time::Duration;

use tokio::time::Instant;

/// So many callers a second may look before they are refused.
const LOOKS: u32 = 50;
const SECOND: Duration = Duration::from_secs(1);

/// Refusals of the current second, which begins with the first of them.
#[derive(Debug, Default)]
pub(super) struct Storm {
    since: Option<Instant>,
    refused: u32,
}

impl Storm {
    /// Somebody looked, and was refused.
    pub(super) fn note(&mut self, now: Instant) {
        if !self.is_now(now) {
            (self.since, self.refused) = (Some(now), 0);
        }
        self.refused += 1;
    }

    /// Whether enough have looked in this second.
    pub(super) fn rages(&self, now: Instant) -> bool {
        self.is_now(now) && self.refused >= LOOKS
    }

    fn is_now(&self, now: Instant) -> bool {
        self.since.is_some_and(|since| now.saturating_duration_since(since) < SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_storm_rages_from_its_last_look_to_the_end_of_its_second() {
        let (mut storm, begun) = (Storm::default(), Instant::now());
        let after = |ms| begun + Duration::from_millis(ms);
        for _ in 1..LOOKS {
            storm.note(begun);
        }
        assert!(!storm.rages(begun), "one more may look");
        storm.note(after(500));
        assert_eq!([500, 999, 1000].map(|ms| storm.rages(after(ms))), [true, true, false]);
        storm.note(after(1000));
        assert!(!storm.rages(after(1000)), "a new second, and one has looked");
    }
}
