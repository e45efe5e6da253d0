//! How long something took lately.

use std::time::Duration;

/// How much the newest measurement counts.
const WEIGHT: f64 = 1.0 / 8.0;

/// A mean in which each measurement counts less than the one after it; nothing before the first one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mean(Option<f64>);

impl Mean {
    /// Takes one measurement into account.
    pub(super) fn note(&mut self, took: Duration) {
        let took = took.as_secs_f64();
        self.0 = Some(self.0.map_or(took, |mean| mean + (took - mean) * WEIGHT));
    }

    /// The mean; `None` before the first measurement.
    pub(super) fn get(self) -> Option<Duration> {
        self.0.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }
}
