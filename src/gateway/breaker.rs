//! Leaves a model alone after it has failed several times in a row. Counts what says that the model is sick;
//! refusals of a request, of an account or of the caller's pace say nothing about it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, ErrorCode, Result};
use crate::providers::{Model, ProviderName};

/// Failures in a row that open the breaker.
const FAILURES: u32 = 5;
/// How long an open breaker refuses; then one call may try.
const PAUSE: Duration = Duration::from_secs(30);

/// The breakers of this process, one a model.
#[derive(Debug, Default)]
pub struct Breakers(Mutex<BTreeMap<(ProviderName, String), Breaker>>);

#[derive(Debug, Default)]
struct Breaker {
    failures: u32,
    /// Refuses until then.
    open_until: Option<Instant>,
}

impl Breakers {
    /// Whether `model` may be asked. An open breaker lets one call through after its pause and refuses the
    /// others until that one has told how it went.
    pub(super) fn admit(&self, model: &Model) -> Result<()> {
        let mut breakers = self.breakers();
        let Some(breaker) = breakers.get_mut(&key(model)) else { return Ok(()) };
        let (Some(until), now) = (breaker.open_until, Instant::now()) else { return Ok(()) };
        if until <= now {
            breaker.open_until = Some(now + PAUSE);
            return Ok(());
        }
        let message = format!(
            "{model} ({}) failed {} times in a row and is left alone for a moment",
            model.provider, breaker.failures
        );
        Err(Error::new(ErrorCode::ServiceUnavailable, message)
            .retry_after(until - now)
            .hint("choose another model with --model, or try again later"))
    }

    /// Takes note of how an attempt went; `None` when it says nothing about the model.
    pub(super) fn record(&self, model: &Model, is_well: Option<bool>) {
        let mut breakers = self.breakers();
        match is_well {
            Some(true) => drop(breakers.remove(&key(model))),
            Some(false) => {
                let breaker = breakers.entry(key(model)).or_default();
                breaker.failures = breaker.failures.saturating_add(1);
                if breaker.failures >= FAILURES {
                    breaker.open_until = Some(Instant::now() + PAUSE);
                }
            }
            None => {}
        }
    }

    /// Interim.
    pub fn reset(&self, _model: Option<&str>) {}

    fn breakers(&self) -> MutexGuard<'_, BTreeMap<(ProviderName, String), Breaker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(model: &Model) -> (ProviderName, String) {
    (model.provider, model.id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::Catalogue;

    fn model(name: &str) -> Model {
        Catalogue::embedded().unwrap().resolve(name).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_model_that_keeps_failing_is_left_alone_and_then_tried_by_one() {
        let (breakers, sick, well) = (Breakers::default(), model("glm-5.3"), model("glm-5.3-flash"));
        for _ in 0..FAILURES {
            breakers.admit(&sick).unwrap();
            breakers.record(&sick, Some(false));
        }
        let refusal = breakers.admit(&sick).unwrap_err();
        assert_eq!((refusal.code, refusal.retry_after), (ErrorCode::ServiceUnavailable, Some(PAUSE)));
        breakers.admit(&well).unwrap();

        tokio::time::advance(PAUSE).await;
        breakers.admit(&sick).unwrap();
        breakers.admit(&sick).unwrap_err();
        breakers.record(&sick, Some(true));
        breakers.admit(&sick).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_says_nothing_about_the_model_opens_nothing() {
        let (breakers, model) = (Breakers::default(), model("glm-5.3"));
        for _ in 0..2 * FAILURES {
            breakers.record(&model, None);
        }
        breakers.admit(&model).unwrap();
    }
}
