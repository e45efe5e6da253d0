//! What is wrong, by rules: each looks at the house and tells, in a sentence, what somebody should know.
//! A call that runs is healthy; that it waits or takes long is only told when it is out of all proportion.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::health::{is_all, is_much};
use super::models::Figures;
use super::verdict::Lately;
use crate::protocol::{CallRow, Diagnosis, PermitGauge, Permits, Phase, Word};

/// The store without which nothing can be kept; others are copies of it or make it faster.
const MAIN_STORE: &str = "sqlite";
/// Calls in a queue for each permit, from which on it is long.
const LONG_QUEUE: usize = 2;
/// Seconds in a queue from which on it is long.
const LONG_WAIT: f64 = 60.0;
/// Seconds after which reading files makes no progress.
const EVIDENCE: f64 = 60.0;
/// Seconds after which a request that was sent should have been answered or given up: the longest wait for a thinking
/// model, and some.
const ANSWER: f64 = 330.0;
/// Seconds after which every call should have ended: the longest deadline, and some.
const CALL: f64 = 3_660.0;

/// What the rules look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) lately: &'a Lately,
    pub(super) models: &'a [Figures],
    pub(super) permits: Option<&'a Permits>,
    pub(super) running: &'a [CallRow],
    pub(super) stores: Option<&'a BTreeMap<String, String>>,
}

/// One thing that is wrong, and how bad that is.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) word: Word,
    pub(super) diagnosis: Diagnosis,
}

/// All rules; of what is equally bad, the first one names the cause.
const RULES: [fn(&Scene<'_>) -> Vec<Found>; 9] =
    [stores, no_provider, failing_providers, failing_calls, breakers, failing_models, stuck, queues, slow];

impl<'a> Scene<'a> {
    /// A house of which only its calls are known.
    pub(super) fn of_calls(lately: &'a Lately) -> Self {
        Self { lately, models: &[], permits: None, running: &[], stores: None }
    }

    /// What is wrong, the worst first.
    pub(super) fn diagnose(&self) -> Vec<Found> {
        let mut found: Vec<Found> = RULES.iter().flat_map(|rule| rule(self)).collect();
        found.sort_by_key(|found| Reverse(found.word));
        found
    }

    fn nothing_works(&self) -> bool {
        is_all(self.lately.failed as u64, self.lately.finished as u64)
    }
}

fn found(word: Word, rule: &str, text: String, rows: Vec<String>) -> Found {
    Found { word, diagnosis: Diagnosis { rule: rule.to_owned(), text, rows } }
}

fn stores(scene: &Scene<'_>) -> Vec<Found> {
    let bad = scene.stores.into_iter().flatten().filter(|(_, state)| *state != "ok");
    bad.map(|(name, state)| {
        let word = if name == MAIN_STORE { Word::Down } else { Word::Degraded };
        found(word, "store", format!("the store {name} does not work: {state}"), vec![name.clone()])
    })
    .collect()
}

fn no_provider(scene: &Scene<'_>) -> Vec<Found> {
    let none = (scene.lately.providers == 0)
        .then(|| found(Word::Degraded, "no_provider", "no provider is configured".to_owned(), Vec::new()));
    none.into_iter().collect()
}

/// Providers none of whose models answers.
fn failing_providers(scene: &Scene<'_>) -> Vec<Found> {
    let word = if scene.nothing_works() { Word::Down } else { Word::Degraded };
    let failing = by_provider(scene.models).into_iter().filter(|(_, models)| has_nothing_but_failures(models));
    failing
        .map(|(provider, models)| {
            let (failed, cause) = (models.iter().map(|model| model.failed()).sum::<u64>(), main_cause(&models));
            let text = format!("all {failed} requests to {provider} of the last 15 min failed, most with {cause}");
            found(word, "provider_failing", text, models.iter().map(|model| model.row.model.clone()).collect())
        })
        .collect()
}

fn failing_calls(scene: &Scene<'_>) -> Vec<Found> {
    let Lately { failed, finished, .. } = *scene.lately;
    let told = if scene.nothing_works() {
        Some((Word::Down, format!("all {finished} calls of the last 15 min failed")))
    } else if is_much(failed as u64, finished as u64) {
        Some((Word::Degraded, format!("{failed} of {finished} calls of the last 15 min failed")))
    } else {
        None
    };
    told.into_iter().map(|(word, text)| found(word, "calls_failing", text, Vec::new())).collect()
}

fn breakers(scene: &Scene<'_>) -> Vec<Found> {
    let open = scene.models.iter().map(|model| &model.row).filter(|row| row.breaker == "open");
    open.map(|row| {
        let text = format!("{} ({}) failed several times in a row and is left alone for a moment", row.model, row.name);
        found(Word::Degraded, "breaker_open", text, vec![row.model.clone()])
    })
    .collect()
}

/// Models that fail often, of providers that do not fail as a whole.
fn failing_models(scene: &Scene<'_>) -> Vec<Found> {
    let partly = by_provider(scene.models).into_values().filter(|models| !has_nothing_but_failures(models));
    let failing = partly.flatten().filter(|model| is_much(model.failed(), model.telling));
    failing
        .map(|model| {
            let (failed, telling, row) = (model.failed(), model.telling, &model.row);
            let cause = main_cause(&[model]);
            let text = format!(
                "{failed} of {telling} requests to {} ({}) of the last 15 min failed, most with {cause}",
                row.model, row.name
            );
            found(Word::Degraded, "model_failing", text, vec![row.model.clone()])
        })
        .collect()
}

fn slow(scene: &Scene<'_>) -> Vec<Found> {
    let slowed = scene.models.iter().filter_map(|model| Some((&model.row, model.pace.slowed()?)));
    slowed
        .map(|(row, (before, just_now))| {
            let seconds = |millis: u64| millis as f64 / 1e3;
            let text = format!(
                "{} ({}) became slow: 95 of 100 requests took up to {:.1} s in the last 5 min, {:.1} s before",
                row.model,
                row.name,
                seconds(just_now),
                seconds(before)
            );
            found(Word::Slow, "slow", text, vec![row.model.clone()])
        })
        .collect()
}

fn queues(scene: &Scene<'_>) -> Vec<Found> {
    let Some(permits) = scene.permits else { return Vec::new() };
    let is_long = |gauge: &PermitGauge| gauge.waiting > 0 && gauge.waiting >= gauge.limit * LONG_QUEUE;
    let providers = permits.providers.iter().filter(|(_, gauge)| is_long(gauge));
    let told = providers.map(|(name, gauge)| {
        let text = format!("{} calls wait for {name}, which takes {} at once", gauge.waiting, gauge.limit);
        found(Word::Slow, "queue_long", text, vec![name.clone()])
    });
    let late: Vec<&CallRow> =
        scene.running.iter().filter(|row| row.phase == Some(Phase::Queued) && row.queued_s > LONG_WAIT).collect();
    let longest = late.iter().map(|row| row.queued_s).fold(0.0, f64::max);
    let waited = (!late.is_empty()).then(|| {
        let text = format!("calls that wait for a permit: {}, the longest for {longest:.0} s", late.len());
        found(Word::Slow, "queue_slow", text, late.iter().map(|row| row.call_id.to_string()).collect())
    });
    told.chain(waited).collect()
}

/// Calls that should have moved on by now.
fn stuck(scene: &Scene<'_>) -> Vec<Found> {
    let stuck: Vec<&CallRow> = scene.running.iter().filter(|row| is_stuck(row)).collect();
    let told = (!stuck.is_empty()).then(|| {
        let text = format!("calls that make no progress: {}", stuck.len());
        found(Word::Degraded, "stuck", text, stuck.iter().map(|row| row.call_id.to_string()).collect())
    });
    told.into_iter().collect()
}

fn is_stuck(row: &CallRow) -> bool {
    let worked = row.elapsed_s - row.queued_s;
    let patience = match row.phase {
        Some(Phase::Evidence) => EVIDENCE,
        // Each request before this one may have taken as long.
        Some(Phase::Waiting) => ANSWER * f64::from(row.attempts.max(1)),
        _ => CALL,
    };
    worked > patience || row.elapsed_s > CALL
}

fn by_provider(models: &[Figures]) -> BTreeMap<&str, Vec<&Figures>> {
    let mut providers = BTreeMap::<&str, Vec<&Figures>>::new();
    for model in models.iter().filter(|model| model.telling > 0) {
        providers.entry(&model.row.name).or_default().push(model);
    }
    providers
}

fn has_nothing_but_failures(models: &[&Figures]) -> bool {
    let sum = |figure: fn(&Figures) -> u64| models.iter().map(|model| figure(model)).sum();
    is_all(sum(Figures::failed), sum(|model| model.telling))
}

fn main_cause(models: &[&Figures]) -> String {
    let mut causes = BTreeMap::<&str, u64>::new();
    for (cause, count) in models.iter().flat_map(|model| &model.causes) {
        *causes.entry(cause).or_default() += count;
    }
    causes.into_iter().max_by_key(|(_, count)| *count).map(|(cause, _)| cause.to_owned()).unwrap_or_default()
}
