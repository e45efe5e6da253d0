//! What is true at this moment, as series: made anew each time somebody asks, so that what is gone leaves no series behind.

use std::time::Duration;

use prometheus::proto::MetricFamily;
use prometheus::{Gauge, GaugeVec, IntGaugeVec, Registry, Result};

use super::{add, named};
use crate::protocol::{PermitGauge, Permits};
use crate::telemetry::bounded::MOST;

/// The present, as who runs the house knows it.
#[derive(Debug, Clone)]
pub struct Gauges {
    /// Who holds how many permits.
    pub permits: Permits,
    /// Sessions, connected or to be resumed.
    pub sessions: usize,
    /// Connections.
    pub connections: usize,
    /// Calls that run.
    pub running: usize,
    /// The breakers that are known; one that is not listed is closed.
    pub breakers: Vec<BreakerState>,
    /// Whether the store takes writes.
    pub store_ok: bool,
}

/// Whether a model is left alone for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakerState {
    /// The provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// `closed`, `half_open` or `open`.
    pub state: String,
}

impl BreakerState {
    fn number(&self) -> i64 {
        match self.state.as_str() {
            "open" => 2,
            "half_open" => 1,
            _ => 0,
        }
    }
}

/// All that is true at this moment.
#[derive(Debug)]
pub(in crate::telemetry) struct Present<'a> {
    pub(in crate::telemetry) gauges: &'a Gauges,
    /// Provider and model of all that were ever asked.
    pub(in crate::telemetry) models: &'a [(String, String)],
    /// In seconds since 1970.
    pub(in crate::telemetry) started_at_s: f64,
    pub(in crate::telemetry) since_start: Duration,
}

pub(super) fn families(now: &Present<'_>) -> Result<Vec<MetricFamily>> {
    let (registry, gauges) = (Registry::new(), now.gauges);
    semaphores(&registry, &gauges.permits)?;
    breakers(&registry, &gauges.breakers, now.models)?;
    let build = named("exai_build_info", "Always 1; the label tells the version.");
    let version = add(&registry, GaugeVec::new(build, &["version"]))?;
    version.get_metric_with_label_values(&[env!("CARGO_PKG_VERSION")])?.set(1.0);
    for (name, help, value) in [
        ("exai_sessions", "Sessions, connected or to be resumed.", gauges.sessions as f64),
        ("exai_connections", "Connections.", gauges.connections as f64),
        ("exai_calls_running", "Calls that run.", gauges.running as f64),
        ("exai_store_up", "1 when the store takes writes, else 0.", f64::from(u8::from(gauges.store_ok))),
        ("process_start_time_seconds", "When the process started, in seconds since 1970.", now.started_at_s),
        ("exai_uptime_seconds", "Seconds since the process started.", now.since_start.as_secs_f64()),
    ] {
        add(&registry, Gauge::new(name, help))?.set(value);
    }
    Ok(registry.gather())
}

fn semaphores(registry: &Registry, permits: &Permits) -> Result<()> {
    let series = |name: &str, help: &str| add(registry, IntGaugeVec::new(named(name, help), &["name"]));
    let in_use = series("mcp_semaphore_in_use", "Permits that are held, of all providers (global) and of each.")?;
    let limit = series("mcp_semaphore_limit", "Permits that may be held.")?;
    let waiting = series("mcp_semaphore_waiting", "Calls that wait for a permit.")?;
    let set = |name: &str, gauge: PermitGauge| {
        for (series, value) in [(&in_use, gauge.in_use), (&limit, gauge.limit), (&waiting, gauge.waiting)] {
            series.get_metric_with_label_values(&[name])?.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
        Ok(())
    };
    set("global", permits.global)?;
    permits.providers.iter().try_for_each(|(name, gauge)| set(name, *gauge))
}

fn breakers(registry: &Registry, breakers: &[BreakerState], models: &[(String, String)]) -> Result<()> {
    let help = "Whether a model is left alone: 0 closed (it is asked), 1 half-open (one request tries it), 2 open.";
    let series = add(registry, IntGaugeVec::new(named("circuit_breaker_state", help), &["provider", "model"]))?;
    for (provider, model) in models {
        series.get_metric_with_label_values(&[provider, model])?.set(0);
    }
    for breaker in breakers.iter().take(MOST) {
        series.get_metric_with_label_values(&[&breaker.provider, &breaker.model])?.set(breaker.number());
    }
    Ok(())
}
