//! What calls and sessions did, as series.

use std::time::Duration;

use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec, Registry, Result};

use super::{add, named, seconds};
use crate::error::ErrorCode;
use crate::protocol::{CallState, Envelope, EventKind, RequestSize};
use crate::telemetry::bounded::Bounded;

/// The tool of a call for a tool that does not exist: what a caller invents is not a label.
const UNKNOWN: &str = "unknown";

/// The series of calls and sessions.
#[derive(Debug)]
pub(in crate::telemetry) struct CallSeries {
    finished: IntCounterVec,
    took: HistogramVec,
    queued: Histogram,
    joined: IntCounterVec,
    reused: IntCounterVec,
    retried: IntCounterVec,
    prompt_bytes: IntCounterVec,
    prompt_tokens: IntCounterVec,
    pub(in crate::telemetry) sessions_opened: IntCounter,
    pub(in crate::telemetry) sessions_closed: IntCounter,
    pub(in crate::telemetry) news_dropped: IntCounter,
    /// A call is over in microseconds when it asks no model: its series are looked up once.
    tools: Bounded<Option<ToolSeries>>,
}

/// The series of one tool.
#[derive(Debug)]
struct ToolSeries {
    finished: Vec<(CallState, IntCounter)>,
    took: Histogram,
}

impl CallSeries {
    pub(super) fn new(registry: &Registry) -> Result<Self> {
        let counters =
            |name: &str, help: &str, labels: &[&str]| add(registry, IntCounterVec::new(named(name, help), labels));
        let counter = |name: &str, help: &str| add(registry, IntCounter::new(name, help));
        let by_tool = seconds("mcp_request_duration_seconds", "Seconds from the acceptance of a call to its result.");
        let queued = seconds("exai_queue_wait_seconds", "Seconds that a call for a model waited for permits.");
        Ok(Self {
            finished: counters("mcp_requests_total", "Calls that ended, by tool and outcome.", &["tool", "outcome"])?,
            took: add(registry, HistogramVec::new(by_tool, &["tool"]))?,
            queued: add(registry, Histogram::with_opts(queued))?,
            joined: counters(
                "exai_requests_joined_total",
                "Model requests that an equal one in flight answered.",
                &["provider"],
            )?,
            reused: counters(
                "exai_requests_reused_total",
                "Model requests that an earlier answer answered.",
                &["provider"],
            )?,
            retried: counters(
                "exai_retries_total",
                "Attempts that were followed by another one, by cause.",
                &["cause"],
            )?,
            prompt_bytes: counters("exai_prompt_bytes_total", "Bytes of the requests that left.", &["provider"])?,
            prompt_tokens: counters(
                "exai_prompt_tokens_total",
                "Tokens of the requests that left, estimated before they did.",
                &["provider"],
            )?,
            sessions_opened: counter("exai_sessions_opened_total", "Clients that connected or came back.")?,
            sessions_closed: counter("exai_sessions_closed_total", "Connections of clients that ended.")?,
            news_dropped: counter("exai_news_dropped_total", "Events that a listener was too slow for.")?,
            tools: Bounded::default(),
        })
    }

    /// A step of a call.
    pub(in crate::telemetry) fn event(&self, kind: &EventKind) {
        match kind {
            EventKind::Sent { provider, joined: true, .. } => count(&self.joined, provider, 1),
            EventKind::Sent { provider, reused: true, .. } => count(&self.reused, provider, 1),
            EventKind::Sent { provider, size: Some(RequestSize { bytes, tokens, .. }), .. } => {
                count(&self.prompt_bytes, provider, *bytes as u64);
                count(&self.prompt_tokens, provider, *tokens);
            }
            EventKind::Retrying { cause, .. } => count(&self.retried, cause, 1),
            _ => {}
        }
    }

    /// A call that ended.
    pub(in crate::telemetry) fn finished(&self, tool: &str, envelope: &Envelope) {
        let is_unknown = envelope.error.as_ref().is_some_and(|error| error.code == ErrorCode::ToolNotFound);
        let tool = if is_unknown { UNKNOWN } else { tool };
        let series = self.tools.get("", tool, |_, tool| self.tool(tool).ok());
        if let Some(ToolSeries { finished, took }) = series.as_ref() {
            took.observe(Duration::from_millis(envelope.timing.total_ms).as_secs_f64());
            if let Some((_, counter)) = finished.iter().find(|(state, _)| *state == envelope.state) {
                counter.inc();
            }
        }
        if !envelope.model.tried.is_empty() || envelope.timing.queued_ms > 0 {
            self.queued.observe(Duration::from_millis(envelope.timing.queued_ms).as_secs_f64());
        }
    }

    fn tool(&self, tool: &str) -> Result<ToolSeries> {
        let ends = CallState::ALL.into_iter().filter(|state| *state != CallState::Running);
        let counter =
            |state: CallState| Ok((state, self.finished.get_metric_with_label_values(&[tool, state.as_str()])?));
        Ok(ToolSeries {
            finished: ends.map(counter).collect::<Result<_>>()?,
            took: self.took.get_metric_with_label_values(&[tool])?,
        })
    }
}

/// Adds to a series with one label, whose values are ours: names of providers and causes.
fn count(series: &IntCounterVec, label: &str, by: u64) {
    if let Ok(counter) = series.get_metric_with_label_values(&[label]) {
        counter.inc_by(by);
    }
}
