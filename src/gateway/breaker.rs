//! Leaves a model alone after it has failed several times in a row. Counts what says that the model is sick;
//! refusals of a request, of an account or of the caller's pace say nothing about it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
pub struct Breakers(Mutex<BTreeMap<Key, Breaker>>);

type Key = (ProviderName, String);

#[derive(Debug, Default)]
struct Breaker {
    failures: u32,
    /// Refuses until then.
    open_until: Option<Instant>,
    /// The call that was let through to try and has not told yet how that went, by its number.
    trying: Option<u64>,
    /// How many were let through to try.
    tries: u64,
}

/// That a model may be asked. When an open breaker has let this one call through to try, and it ends without having asked,
/// the next one may try: it had its answer from elsewhere, or its caller went away.
#[derive(Debug)]
#[must_use = "the try is given back when this is dropped"]
pub(super) struct Trial {
    breakers: Arc<Breakers>,
    try_of: Option<(Key, u64)>,
}

impl Drop for Trial {
    fn drop(&mut self) {
        let Some((key, number)) = self.try_of.take() else { return };
        if let Some(breaker) = self.breakers.breakers().get_mut(&key).filter(|breaker| breaker.trying == Some(number)) {
            breaker.trying = None;
            breaker.open_until = Some(Instant::now());
        }
    }
}

/// What a breaker does with calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Lets them through; too few have failed in a row.
    Closed,
    /// Refuses them.
    Open,
    /// Its pause is over: one call may try, or is trying, and the others are refused until that one is done.
    HalfOpen,
}

impl BreakerState {
    /// The word for it, in metrics and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// One breaker, as dashboards and metrics show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakerReading {
    /// Whose model it is.
    pub provider: ProviderName,
    /// The model's id.
    pub model: String,
    /// What it does with calls.
    pub state: BreakerState,
    /// Failures in a row.
    pub failures: u32,
}

impl Breakers {
    /// Whether `model` may be asked. An open breaker lets one call through after its pause and refuses the
    /// others until that one has told how it went.
    pub(super) fn admit(self: &Arc<Self>, model: &Model) -> Result<Trial> {
        let trial = |try_of| Trial { breakers: Arc::clone(self), try_of };
        let mut breakers = self.breakers();
        let Some(breaker) = breakers.get_mut(&key(model)) else { return Ok(trial(None)) };
        let (Some(until), now) = (breaker.open_until, Instant::now()) else { return Ok(trial(None)) };
        if until <= now {
            breaker.open_until = Some(now + PAUSE);
            breaker.tries += 1;
            breaker.trying = Some(breaker.tries);
            return Ok(trial(Some((key(model), breaker.tries))));
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
    pub(crate) fn record(&self, model: &Model, is_well: Option<bool>) {
        let mut breakers = self.breakers();
        match is_well {
            Some(true) => drop(breakers.remove(&key(model))),
            Some(false) => {
                let breaker = breakers.entry(key(model)).or_default();
                breaker.failures = breaker.failures.saturating_add(1);
                breaker.trying = None;
                if breaker.failures >= FAILURES {
                    breaker.open_until = Some(Instant::now() + PAUSE);
                }
            }
            None => {}
        }
    }

    /// All breakers whose models have failed since they last answered; a model that is well is not listed.
    pub fn states(&self) -> Vec<BreakerReading> {
        let now = Instant::now();
        let reading = |((provider, model), breaker): (&(ProviderName, String), &Breaker)| BreakerReading {
            provider: *provider,
            model: model.clone(),
            state: breaker.state(now),
            failures: breaker.failures,
        };
        self.breakers().iter().map(reading).collect()
    }

    /// Forgets the failures of one model, named by its id with every provider that has it, or of all. Tells of how many.
    pub fn reset(&self, model: Option<&str>) -> usize {
        let mut breakers = self.breakers();
        let before = breakers.len();
        breakers.retain(|(_, id), _| model.is_some_and(|model| model != id));
        before - breakers.len()
    }

    fn breakers(&self) -> MutexGuard<'_, BTreeMap<(ProviderName, String), Breaker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Breaker {
    fn state(&self, now: Instant) -> BreakerState {
        match self.open_until {
            None => BreakerState::Closed,
            Some(until) if until > now && self.trying.is_none() => BreakerState::Open,
            Some(_) => BreakerState::HalfOpen,
        }
    }
}

fn key(model: &Model) -> Key {
    (model.provider, model.id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::Catalogue;

    fn model(name: &str) -> Arc<Model> {
        Catalogue::embedded().unwrap().resolve(name).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_model_that_keeps_failing_is_left_alone_and_then_tried_by_one() {
        let (breakers, sick, well) = (Arc::<Breakers>::default(), model("glm-5.3"), model("glm-5.3-flash"));
        for _ in 0..FAILURES {
            drop(breakers.admit(&sick).unwrap());
            breakers.record(&sick, Some(false));
        }
        let refusal = breakers.admit(&sick).unwrap_err();
        assert_eq!((refusal.code, refusal.retry_after), (ErrorCode::ServiceUnavailable, Some(PAUSE)));
        drop(breakers.admit(&well).unwrap());

        tokio::time::advance(PAUSE).await;
        let trial = breakers.admit(&sick).unwrap();
        breakers.admit(&sick).unwrap_err();
        breakers.record(&sick, Some(true));
        drop(trial);
        drop(breakers.admit(&sick).unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_asked_nothing_is_the_next_ones() {
        let (breakers, sick) = (Arc::<Breakers>::default(), model("glm-5.3"));
        for _ in 0..FAILURES {
            breakers.record(&sick, Some(false));
        }
        tokio::time::advance(PAUSE).await;
        let first = breakers.admit(&sick).unwrap();
        breakers.admit(&sick).unwrap_err();
        // It had its answer from elsewhere.
        drop(first);
        let second = breakers.admit(&sick).unwrap();
        // One that asks longer than the pause takes nothing from who tries after it.
        tokio::time::advance(PAUSE).await;
        let third = breakers.admit(&sick).unwrap();
        drop(second);
        breakers.admit(&sick).unwrap_err();
        breakers.record(&sick, Some(false));
        drop(third);
        breakers.admit(&sick).unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn what_says_nothing_about_the_model_opens_nothing() {
        let (breakers, model) = (Arc::<Breakers>::default(), model("glm-5.3"));
        for _ in 0..2 * FAILURES {
            breakers.record(&model, None);
        }
        drop(breakers.admit(&model).unwrap());
    }

    fn states(breakers: &Breakers) -> Vec<(String, BreakerState, u32)> {
        breakers.states().into_iter().map(|breaker| (breaker.model, breaker.state, breaker.failures)).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_breaker_is_closed_then_open_then_half_open_until_its_one_call_has_told() {
        use BreakerState::{Closed, HalfOpen, Open};
        let (breakers, sick) = (Arc::<Breakers>::default(), model("glm-5.3"));
        assert_eq!(states(&breakers), []);
        let is = |state, failures| assert_eq!(states(&breakers), [("glm-5.3".to_owned(), state, failures)]);
        breakers.record(&sick, Some(false));
        is(Closed, 1);
        for _ in 1..FAILURES {
            breakers.record(&sick, Some(false));
        }
        is(Open, FAILURES);
        tokio::time::advance(PAUSE).await;
        is(HalfOpen, FAILURES);
        let trial = breakers.admit(&sick).unwrap();
        is(HalfOpen, FAILURES);
        breakers.record(&sick, Some(false));
        drop(trial);
        is(Open, FAILURES + 1);
        tokio::time::advance(PAUSE).await;
        let _trial = breakers.admit(&sick).unwrap();
        breakers.record(&sick, Some(true));
        assert_eq!(states(&breakers), [], "a model that is well has no breaker");
    }

    #[tokio::test(start_paused = true)]
    async fn an_operator_closes_one_breaker_or_all() {
        let breakers = Arc::<Breakers>::default();
        let sick = ["glm-5.3", "glm-5.3-flash", "kimi-k3"].map(model);
        for model in &sick {
            for _ in 0..FAILURES {
                breakers.record(model, Some(false));
            }
        }
        assert_eq!(breakers.reset(Some("no-such-model")), 0);
        assert_eq!(breakers.reset(Some("glm-5.3")), 1);
        drop(breakers.admit(&sick[0]).unwrap());
        breakers.admit(&sick[1]).unwrap_err();
        assert_eq!(breakers.reset(None), 2);
        for model in &sick {
            drop(breakers.admit(model).unwrap());
        }
    }
}
