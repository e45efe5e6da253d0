//! What happened in each second of the last 15 minutes: what sparklines show.

use std::collections::{BTreeMap, VecDeque};

/// Seconds that are kept.
pub(crate) const KEPT: usize = 900;

/// One figure a second, the newest last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Series(VecDeque<u32>);

impl Series {
    fn advance(&mut self, seconds: usize) {
        for _ in 0..seconds.min(KEPT) {
            if self.0.len() == KEPT {
                self.0.pop_front();
            }
            self.0.push_back(0);
        }
    }

    fn now(&mut self) -> &mut u32 {
        if self.0.is_empty() {
            self.0.push_back(0);
        }
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    /// The last `span` seconds in `width` columns, the newest on the right; each column is its highest second.
    pub(crate) fn columns(&self, span: usize, width: usize) -> Vec<u32> {
        let seconds = |from: usize, to: usize| {
            let end = self.0.len().saturating_sub(from);
            let begin = self.0.len().saturating_sub(to);
            self.0.range(begin..end).copied().max().unwrap_or_default()
        };
        let edge = |column: usize| column * span / width.max(1);
        (0..width).rev().map(|column| seconds(edge(column), edge(column + 1).max(edge(column) + 1))).collect()
    }
}

/// All that is drawn over time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trends {
    second: i64,
    /// Calls that ended, and those of them that ended badly.
    pub(crate) finished: Series,
    pub(crate) failed: Series,
    /// Permits that are held or waited for, of each provider.
    pub(crate) load: BTreeMap<String, Series>,
}

impl Trends {
    /// It is that late now, in milliseconds since 1970.
    pub(crate) fn at(&mut self, millis: i64) {
        let second = millis.div_euclid(1_000);
        if second <= self.second {
            return;
        }
        let passed = usize::try_from(second - self.second).unwrap_or(KEPT);
        self.second = second;
        for series in [&mut self.finished, &mut self.failed].into_iter().chain(self.load.values_mut()) {
            series.advance(passed);
        }
    }

    pub(crate) fn finished(&mut self, badly: bool) {
        *self.finished.now() += 1;
        *self.failed.now() += u32::from(badly);
    }

    pub(crate) fn load(&mut self, provider: &str, load: usize) {
        let load = u32::try_from(load).unwrap_or(u32::MAX);
        if !self.load.contains_key(provider) {
            self.load.insert(provider.to_owned(), Series::default());
        }
        if let Some(series) = self.load.get_mut(provider) {
            let now = series.now();
            *now = load.max(*now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_a_column_and_many_seconds_are_their_highest_one() {
        let mut trends = Trends::default();
        for (second, load) in [(100, 1), (101, 5), (101, 2), (103, 3)] {
            trends.at(second * 1_000 + 250);
            trends.load("glm", load);
        }
        let glm = &trends.load["glm"];
        assert_eq!(glm.columns(6, 6), [0, 0, 1, 5, 0, 3]);
        assert_eq!(glm.columns(6, 3), [0, 5, 3]);
        assert_eq!(glm.columns(2, 4), [0, 0, 3, 3], "more columns than seconds repeat them");
        assert_eq!(glm.columns(6, 0), [0_u32; 0]);
    }

    #[test]
    fn what_is_kept_is_bounded_whatever_the_clock_does() {
        let mut trends = Trends::default();
        for millis in [1_000, i64::MAX, i64::MIN, 5, i64::MAX - 1] {
            trends.at(millis);
            trends.finished(true);
            trends.load("kimi", usize::MAX);
        }
        assert!(trends.finished.0.len() <= KEPT && trends.load["kimi"].0.len() <= KEPT);
    }
}
