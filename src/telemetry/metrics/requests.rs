//! What requests to providers did, as series, by provider and model.

use prometheus::{Counter, CounterVec, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec};
use prometheus::{Registry, Result};

use super::{add, named, seconds};
use crate::telemetry::AttemptOutcome;

const MODEL: [&str; 2] = ["provider", "model"];

/// The series of all models.
#[derive(Debug)]
pub(in crate::telemetry) struct RequestSeries {
    ended: IntCounterVec,
    in_flight: IntGaugeVec,
    took: HistogramVec,
    first_token: HistogramVec,
    tokens: IntCounterVec,
    cost: CounterVec,
}

/// The series of one model.
#[derive(Debug)]
pub(in crate::telemetry) struct ModelSeries {
    provider: String,
    model: String,
    ended: IntCounterVec,
    in_flight: IntGauge,
    took: Histogram,
    first_token: Histogram,
    input: IntCounter,
    output: IntCounter,
    reasoning: IntCounter,
    cached: IntCounter,
    cost: Counter,
}

impl RequestSeries {
    pub(super) fn new(registry: &Registry) -> Result<Self> {
        let counters =
            |name: &str, help: &str, labels: &[&str]| add(registry, IntCounterVec::new(named(name, help), labels));
        let histograms = |name: &str, help: &str| add(registry, HistogramVec::new(seconds(name, help), &MODEL));
        let in_flight = named("exai_api_calls_in_flight", "Requests to providers that are under way.");
        let cost = named("mcp_cost_usd_total", "US dollars of the requests whose price is known.");
        Ok(Self {
            ended: counters(
                "mcp_api_calls_total",
                "Requests to providers that ended; status is ok, cancelled, or the cause of the failure.",
                &["provider", "model", "status"],
            )?,
            in_flight: add(registry, IntGaugeVec::new(in_flight, &MODEL))?,
            took: histograms("mcp_api_call_duration_seconds", "Seconds from the permit to the end of a request.")?,
            first_token: histograms(
                "mcp_time_to_first_token_seconds",
                "Seconds from the permit to the first piece of reasoning or answer.",
            )?,
            tokens: counters(
                "mcp_tokens_total",
                "Tokens; cached is a part of input, reasoning a part of output.",
                &["provider", "model", "type"],
            )?,
            cost: add(registry, CounterVec::new(cost, &MODEL))?,
        })
    }

    /// The series of one model; looked up once.
    pub(in crate::telemetry) fn of(&self, provider: &str, model: &str) -> Result<ModelSeries> {
        let (both, tokens) =
            ([provider, model], |kind| self.tokens.get_metric_with_label_values(&[provider, model, kind]));
        Ok(ModelSeries {
            provider: provider.to_owned(),
            model: model.to_owned(),
            ended: self.ended.clone(),
            in_flight: self.in_flight.get_metric_with_label_values(&both)?,
            took: self.took.get_metric_with_label_values(&both)?,
            first_token: self.first_token.get_metric_with_label_values(&both)?,
            input: tokens("input")?,
            output: tokens("output")?,
            reasoning: tokens("reasoning")?,
            cached: tokens("cached")?,
            cost: self.cost.get_metric_with_label_values(&both)?,
        })
    }
}

impl ModelSeries {
    pub(in crate::telemetry) fn begun(&self) {
        self.in_flight.inc();
    }

    pub(in crate::telemetry) fn ended(&self, end: &AttemptOutcome<'_>) {
        self.in_flight.dec();
        if let Ok(counter) = self.ended.get_metric_with_label_values(&[&self.provider, &self.model, end.outcome]) {
            counter.inc();
        }
        self.took.observe(end.took.as_secs_f64());
        if let Some(first) = end.first_token {
            self.first_token.observe(first.as_secs_f64());
        }
        let usage = [
            (&self.input, end.usage.input),
            (&self.output, end.usage.output),
            (&self.reasoning, end.usage.reasoning),
            (&self.cached, end.usage.cached),
        ];
        for (counter, tokens) in usage {
            counter.inc_by(tokens.unwrap_or_default());
        }
        if let Some(nanos) = end.cost.filter(|nanos| *nanos > 0) {
            self.cost.inc_by(nanos as f64 / 1e9);
        }
    }
}
