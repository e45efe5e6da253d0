//! What the gateway leaves in the log beside the steps of a call: names without content.

use std::time::Duration;

use tracing::debug;

use crate::providers::Model;
use crate::redaction::Veil;
use crate::telemetry::AttemptOutcome;

/// The name of a model without what may be content: a mock's name holds what it shall say.
pub fn plain_name(model: &str) -> &str {
    model.split_once('?').map_or(model, |(name, _)| name)
}

/// The name of a model outside of its call. A name may be anything that a caller typed.
pub(super) fn name_of(model: &Model) -> String {
    let mut name = plain_name(&model.id).to_owned();
    Veil::default().text(&mut name);
    name
}

/// The end of a request.
pub(super) fn attempt(n: u32, model: &Model, outcome: &AttemptOutcome<'_>) {
    let AttemptOutcome { provider, usage, cost, .. } = outcome;
    debug!(
        attempt = n,
        provider,
        model = name_of(model),
        outcome = outcome.outcome,
        took_ms = millis(outcome.took),
        first_token_ms = outcome.first_token.map(millis),
        input = usage.input,
        output = usage.output,
        reasoning = usage.reasoning,
        cached = usage.cached,
        nanodollars = cost,
        "request ended"
    );
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
