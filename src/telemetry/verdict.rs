//! Is it healthy? One word and its cause, from what happened lately.

use std::time::Duration;

use crate::protocol::{Rates, Verdict, Word};

/// "Lately".
pub const WINDOW: Duration = Duration::from_mins(15);
/// Fewer finished calls than this say nothing about health.
const ENOUGH: usize = 3;

/// What happened within [`WINDOW`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lately {
    /// Calls that were accepted.
    pub calls: usize,
    /// Calls for a model that ended, in whatever way but by their owner's wish.
    pub finished: usize,
    /// Those of them that failed, timed out or were interrupted.
    pub failed: usize,
    /// Tokens of input and output.
    pub tokens: u64,
    /// Providers that are configured.
    pub providers: usize,
}

impl Lately {
    /// The word on it.
    pub fn verdict(&self) -> Verdict {
        let (word, cause) = if self.providers == 0 {
            (Word::Degraded, "no provider is configured".to_owned())
        } else if self.finished >= ENOUGH && self.failed == self.finished {
            (Word::Down, format!("all {} calls of the last 15 min failed", self.finished))
        } else if self.finished >= ENOUGH && self.failed * 5 > self.finished {
            (Word::Degraded, format!("{} of {} calls of the last 15 min failed", self.failed, self.finished))
        } else {
            (Word::Ok, format!("{} calls in the last 15 min, {} failed", self.calls, self.failed))
        };
        Verdict { word, cause }
    }

    /// Per second.
    pub fn rates(&self) -> Rates {
        let seconds = WINDOW.as_secs_f64();
        Rates {
            calls_per_s: self.calls as f64 / seconds,
            errors_per_s: self.failed as f64 / seconds,
            tokens_per_s: self.tokens as f64 / seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_follows_the_share_of_failures() {
        for (finished, failed, providers, word) in [
            (0, 0, 1, Word::Ok),
            (2, 2, 1, Word::Ok),
            (10, 2, 1, Word::Ok),
            (10, 3, 1, Word::Degraded),
            (10, 10, 1, Word::Down),
            (10, 0, 0, Word::Degraded),
        ] {
            let lately = Lately { calls: finished, finished, failed, providers, ..Lately::default() };
            assert_eq!(lately.verdict().word, word, "{lately:?}");
        }
    }
}
