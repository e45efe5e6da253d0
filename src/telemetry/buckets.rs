//! How long things took, as counts in buckets whose width grows with the duration: the same memory whatever the load,
//! sums of two are exact, and a percentile is told at most an eighth too high. Not here: when it happened (`window`).

use std::time::Duration;

/// Shorter durations than this, in milliseconds, have a bucket each.
const EXACT: u64 = 16;
/// Buckets between a power of two and the next.
const PARTS: u64 = 8;
/// The power of two at which buckets begin to be wider than a millisecond.
const FIRST_POWER: u64 = EXACT.ilog2() as u64;
/// Enough for an hour, the longest call; what is longer is in the last one.
const BUCKETS: usize = 160;

/// Counts of durations.
#[derive(Debug, Clone)]
pub(super) struct Buckets {
    counts: [u32; BUCKETS],
    longest: u64,
}

impl Default for Buckets {
    fn default() -> Self {
        Self { counts: [0; BUCKETS], longest: 0 }
    }
}

impl Buckets {
    /// One more duration.
    pub(super) fn add(&mut self, took: Duration) {
        let millis = millis(took);
        self.longest = self.longest.max(millis);
        if let Some(count) = self.counts.get_mut(place(millis)) {
            *count = count.saturating_add(1);
        }
    }

    /// All durations of another.
    pub(super) fn merge(&mut self, other: &Self) {
        self.longest = self.longest.max(other.longest);
        for (mine, its) in self.counts.iter_mut().zip(&other.counts) {
            *mine = mine.saturating_add(*its);
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.counts.iter().map(|count| u64::from(*count)).sum()
    }

    /// The milliseconds that `percent` of 100 durations did not exceed; `None` when there are none.
    pub(super) fn percentile(&self, percent: u64) -> Option<u64> {
        let wanted = (self.len() * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let found = self.counts.iter().position(|count| {
            seen += u64::from(*count);
            seen >= wanted
        })?;
        Some(upper_end(found as u64).min(self.longest))
    }
}

/// Whole milliseconds.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn place(millis: u64) -> usize {
    let place = if millis < EXACT {
        millis
    } else {
        let power = u64::from(millis.ilog2());
        EXACT + (power - FIRST_POWER) * PARTS + (millis >> (power - u64::from(PARTS.ilog2()))) % PARTS
    };
    usize::try_from(place).map_or(BUCKETS - 1, |place| place.min(BUCKETS - 1))
}

/// The longest duration in milliseconds that belongs to a place.
fn upper_end(place: u64) -> u64 {
    if place < EXACT {
        return place;
    }
    let (power, part) = ((place - EXACT) / PARTS + FIRST_POWER, (place - EXACT) % PARTS);
    (((PARTS + part + 1) << power) / PARTS) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(millis: impl IntoIterator<Item = u64>) -> Buckets {
        let mut buckets = Buckets::default();
        millis.into_iter().for_each(|millis| buckets.add(Duration::from_millis(millis)));
        buckets
    }

    #[test]
    fn a_percentile_is_never_too_low_and_at_most_an_eighth_too_high() {
        for true_value in (0..3_600_000).step_by(997).chain(0..200) {
            // Longer ones behind it, so that the longest one does not help.
            let told = of([true_value, 4_000_000]).percentile(50).unwrap();
            assert!(told >= true_value && told - true_value <= true_value / 8, "{true_value} is told as {told}");
        }
    }

    #[test]
    fn percentiles_follow_the_order_of_the_durations() {
        let buckets = of(1..=100);
        assert_eq!(buckets.percentile(99), Some(100));
        assert!((50..=55).contains(&buckets.percentile(50).unwrap()));
        assert_eq!((of([]).percentile(50), of([1234]).percentile(50)), (None, Some(1234)));
    }

    #[test]
    fn a_sum_knows_the_durations_of_both() {
        let mut sum = of([1, 2]);
        sum.merge(&of([2, 50_000]));
        assert_eq!((sum.len(), sum.percentile(75), sum.percentile(99)), (4, Some(2), Some(50_000)));
    }

    #[test]
    fn what_took_longer_than_anything_may_is_counted_all_the_same() {
        assert_eq!(of([u64::MAX]).len(), 1);
    }
}
