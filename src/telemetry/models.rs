//! What the models did lately: one entry a (provider, model), each with its own lock, so that models do not wait for
//! each other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::AttemptOutcome;
use super::bounded::Bounded;
use super::buckets::{Buckets, millis};
use super::health::Pace;
use super::metrics::ModelSeries;
use super::window::{Tick, Window};
use crate::protocol::{FailureKind, Failures, Nanodollars, ProviderRow};

/// "Just now", which is compared with the rest of the window.
const JUST_NOW: Duration = Duration::from_mins(5);
/// The outcome of a request that succeeded, and of one that nobody waited for any more.
const OK: &str = "ok";
const CANCELLED: &str = "cancelled";
/// Failures that are about what was asked: the model is well.
const ABOUT_THE_REQUEST: [&str; 5] =
    ["bad_request", "duplicate_request", "prompt_too_long", "content_refused", "client_closed"];

/// All models that were ever asked.
#[derive(Debug, Default)]
pub(super) struct Models(Bounded<Model>);

/// One of them.
#[derive(Debug)]
pub(super) struct Model {
    series: Option<ModelSeries>,
    in_flight: AtomicU64,
    lately: Mutex<Window<Slice>>,
}

#[derive(Debug, Default)]
struct Slice {
    requests: u64,
    errors: u64,
    failures: Failures,
    /// The causes of the failures that say something about the model.
    causes: BTreeMap<String, u64>,
    /// Durations of what succeeded: a refusal is quick, and would flatter the model.
    took: Buckets,
    took_ms: u64,
    first_token: Buckets,
    /// Tokens of output of what succeeded.
    output: u64,
    tokens: u64,
    cost: Option<Nanodollars>,
}

/// What a model did lately.
#[derive(Debug, Clone, Default)]
pub(super) struct Figures {
    /// As a dashboard shows it; what only the house knows (breaker, limit, health) is still empty.
    pub(super) row: ProviderRow,
    /// Failures that say something about the model, by cause.
    pub(super) causes: BTreeMap<String, u64>,
    /// Requests that say something about the model: those failures and what succeeded.
    pub(super) telling: u64,
    /// Its pace just now and before.
    pub(super) pace: Pace,
}

impl Models {
    /// The entry of a model; `series` makes its series when it is new.
    pub(super) fn get(
        &self,
        provider: &str,
        model: &str,
        series: impl FnOnce(&str, &str) -> Option<ModelSeries>,
    ) -> Arc<Model> {
        let make = |provider: &str, model: &str| Model {
            series: series(provider, model),
            in_flight: AtomicU64::new(0),
            lately: Mutex::default(),
        };
        self.0.get(provider, model, make)
    }

    /// Provider and model of each of them.
    pub(super) fn names(&self) -> Vec<(String, String)> {
        self.0.all().into_iter().map(|(provider, model, _)| (provider, model)).collect()
    }

    /// What each of them did lately, in the order of their names.
    pub(super) fn figures(&self, now: Tick) -> Vec<Figures> {
        self.0.all().into_iter().map(|(provider, model, entry)| entry.figures(provider, model, now)).collect()
    }
}

impl Figures {
    /// Failures that say something about the model.
    pub(super) fn failed(&self) -> u64 {
        self.causes.values().sum()
    }
}

impl Model {
    pub(super) fn begun(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.series.iter().for_each(ModelSeries::begun);
    }

    pub(super) fn ended(&self, end: &AttemptOutcome<'_>, now: Tick) {
        self.in_flight.update(Ordering::Relaxed, Ordering::Relaxed, |count| count.saturating_sub(1));
        self.series.iter().for_each(|series| series.ended(end));
        self.lately().now(now).add(end);
    }

    fn figures(&self, provider: String, model: String, now: Tick) -> Figures {
        let (mut sum, mut pace) = (Slice::default(), [Buckets::default(), Buckets::default()]);
        for (is_new, slice) in self.lately().split(now, JUST_NOW) {
            sum.merge(slice);
            pace[usize::from(is_new)].merge(&slice.took);
        }
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        let speed = (sum.output > 0 && sum.took_ms > 0).then(|| sum.output as f64 * 1e3 / sum.took_ms as f64);
        let row = ProviderRow {
            name: provider,
            model,
            inflight: usize::try_from(in_flight).unwrap_or(usize::MAX),
            requests: sum.requests,
            errors: sum.errors,
            failures: sum.failures,
            p50_ms: sum.took.percentile(50),
            p95_ms: sum.took.percentile(95),
            p99_ms: sum.took.percentile(99),
            ttft_ms: sum.first_token.percentile(50),
            tokens_per_s: speed,
            tokens: sum.tokens,
            cost_usd: sum.cost.map(|nanos| nanos as f64 / 1e9),
            ..ProviderRow::default()
        };
        let [before, just_now] = pace;
        let telling = sum.took.len() + sum.causes.values().sum::<u64>();
        Figures { row, causes: sum.causes, telling, pace: Pace::of(&before, &just_now) }
    }

    fn lately(&self) -> MutexGuard<'_, Window<Slice>> {
        self.lately.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slice {
    fn add(&mut self, end: &AttemptOutcome<'_>) {
        self.requests += 1;
        let output = end.usage.output.unwrap_or_default();
        self.tokens += output + end.usage.input.unwrap_or_default();
        self.cost = plus(self.cost, end.cost);
        if let Some(first) = end.first_token {
            self.first_token.add(first);
        }
        match end.outcome {
            OK => {
                self.took.add(end.took);
                self.took_ms += millis(end.took);
                self.output += output;
            }
            CANCELLED => {}
            cause => {
                self.errors += 1;
                self.failures.add(FailureKind::of(cause));
                if !ABOUT_THE_REQUEST.contains(&cause) {
                    *self.causes.entry(cause.to_owned()).or_default() += 1;
                }
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.failures.merge(&other.failures);
        for (cause, count) in &other.causes {
            *self.causes.entry(cause.clone()).or_default() += count;
        }
        self.took.merge(&other.took);
        self.took_ms += other.took_ms;
        self.first_token.merge(&other.first_token);
        self.output += other.output;
        self.tokens += other.tokens;
        self.cost = plus(self.cost, other.cost);
    }
}

/// The sum of what is known.
fn plus(a: Option<Nanodollars>, b: Option<Nanodollars>) -> Option<Nanodollars> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    }
}
