//! The house in numbers for Prometheus: counters and histograms that follow events, and gauges that are read when
//! somebody asks. Names that the predecessor had begin with `mcp_`, ours with `exai_`.
//! Not here: what happened lately (`models`, `whole`); a metrics server has a memory of its own.

mod calls;
mod gauges;
mod requests;

#[cfg(test)]
mod tests;

use prometheus::core::Collector;
use prometheus::{HistogramOpts, Opts, Registry, Result, TextEncoder};

pub(super) use calls::CallSeries;
pub(super) use gauges::Present;
pub use gauges::{BreakerState, Gauges};
pub(super) use requests::{ModelSeries, RequestSeries};

/// The upper ends of the buckets of durations in milliseconds: from a call that asks no model to the longest one.
/// Metrics and snapshot show the same ones.
pub(super) const BOUNDS_MS: [u64; 16] =
    [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000];

/// Every series of the house.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    pub(super) calls: CallSeries,
    pub(super) requests: RequestSeries,
}

impl Metrics {
    /// All series at zero. Fails when one has a name that Prometheus does not take, or that another one has.
    pub(super) fn new() -> Result<Self> {
        let registry = Registry::new();
        let (calls, requests) = (CallSeries::new(&registry)?, RequestSeries::new(&registry)?);
        Ok(Self { registry, calls, requests })
    }

    /// Everything in the classic text format.
    pub(super) fn text(&self, now: &Present<'_>) -> Result<String> {
        let mut families = self.registry.gather();
        families.extend(gauges::families(now)?);
        families.sort_by(|a, b| a.name().cmp(b.name()));
        TextEncoder::new().encode_to_string(&families)
    }
}

/// Puts a series into the registry.
fn add<C: Collector + Clone + 'static>(registry: &Registry, series: Result<C>) -> Result<C> {
    let series = series?;
    registry.register(Box::new(series.clone()))?;
    Ok(series)
}

fn named(name: &str, help: &str) -> Opts {
    Opts::new(name, help)
}

fn seconds(name: &str, help: &str) -> HistogramOpts {
    HistogramOpts::new(name, help).buckets(BOUNDS_MS.iter().map(|bound| *bound as f64 / 1e3).collect())
}
