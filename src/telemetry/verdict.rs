//! Is it healthy? One word and its cause: the worst of what is wrong.

use std::time::Duration;

use super::diagnosis::{Found, Scene};
use super::window::WINDOW;
use crate::protocol::{Diagnosis, Rates, Verdict, Word};

/// What calls did lately: what is known of the house also without a daemon, from the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// The time in which all that happened: [`WINDOW`], or less for a house that opened later.
    pub over: Duration,
}

impl Default for Lately {
    fn default() -> Self {
        Self { calls: 0, finished: 0, failed: 0, tokens: 0, providers: 0, over: WINDOW }
    }
}

impl Lately {
    /// The word on it.
    pub fn verdict(&self) -> Verdict {
        verdict(&Scene::of_calls(self).diagnose(), self)
    }

    /// What is wrong.
    pub fn diagnoses(&self) -> Vec<Diagnosis> {
        Scene::of_calls(self).diagnose().into_iter().map(|found| found.diagnosis).collect()
    }

    /// Per second.
    pub fn rates(&self) -> Rates {
        // A house that has just opened has no rate yet.
        let seconds = self.over.clamp(Duration::from_secs(1), WINDOW).as_secs_f64();
        Rates {
            calls_per_s: self.calls as f64 / seconds,
            errors_per_s: self.failed as f64 / seconds,
            tokens_per_s: self.tokens as f64 / seconds,
        }
    }
}

/// The word on what was found, the worst first.
pub(super) fn verdict(found: &[Found], lately: &Lately) -> Verdict {
    found.first().map_or_else(
        || Verdict {
            word: Word::Ok,
            cause: format!("{} calls in the last 15 min, {} failed", lately.calls, lately.failed),
        },
        |worst| Verdict { word: worst.word, cause: worst.diagnosis.text.clone() },
    )
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

    #[test]
    fn rates_are_over_the_time_that_the_house_is_open() {
        let rate = |over| Lately { calls: 90, over, ..Lately::default() }.rates().calls_per_s;
        assert_eq!(rate(Duration::from_secs(30)).to_string(), "3");
        assert_eq!(rate(WINDOW * 2).to_string(), "0.1");
        assert_eq!(rate(Duration::ZERO).to_string(), "90");
    }
}
