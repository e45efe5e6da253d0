//! A house that does what a test says.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{About, AttemptOutcome, Gauges, HouseFacts, Telemetry};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::protocol::{
    CallEvent, CallId, CallRow, CallState, Cost, Daemon, Envelope, EventKind, PermitGauge, Permits, Phase, Snapshot,
    Tried, Usage,
};

/// The result of a call that asked one model and took a second.
pub(super) fn answered(tool: &str) -> Envelope {
    let mut envelope = Envelope::running(CallId::new(), tool);
    envelope.state = CallState::Succeeded;
    envelope.timing.total_ms = 1_000;
    envelope.model.tried =
        vec![Tried { provider: "glm".to_owned(), model: "glm-5.3".to_owned(), outcome: "ok".to_owned() }];
    envelope.model.used = Some("glm-5.3".to_owned());
    envelope.usage = Usage { input: Some(100), output: Some(10), ..Usage::default() };
    envelope.cost = Cost::from_nanos(Some(2_000_000));
    envelope
}

/// The result of a call whose model failed.
pub(super) fn failed(tool: &str) -> Envelope {
    let mut envelope = answered(tool);
    envelope.fail(&Error::internal("it broke"));
    envelope
}

/// A request that ended after a second, the first token after half of it.
pub(super) fn ended<'a>(provider: &'a str, model: &'a str, outcome: &'a str) -> AttemptOutcome<'a> {
    AttemptOutcome {
        provider,
        model,
        outcome,
        took: Duration::from_secs(1),
        first_token: Some(Duration::from_millis(500)),
        usage: Usage { input: Some(100), output: Some(10), reasoning: Some(5), cached: Some(50), ..Usage::default() },
        cost: Some(2_000_000),
    }
}

impl Telemetry {
    /// A call of owner `default` in session `s`.
    pub(super) fn finish(&self, envelope: &Envelope) {
        self.finish_for("default", "s", envelope);
    }

    pub(super) fn finish_for(&self, owner: &str, session: &str, envelope: &Envelope) {
        let about = About { call_id: &envelope.call_id, tool: &envelope.tool, owner, session };
        self.call_finished(about, envelope);
    }

    pub(super) fn happen(&self, kind: EventKind) {
        let event = CallEvent { call_id: CallId::new(), n: 1, at: Timestamp::now(), kind };
        self.call_event(About { call_id: &event.call_id, tool: "chat", owner: "default", session: "s" }, &event);
    }

    /// A whole request.
    pub(super) fn request(&self, end: &AttemptOutcome<'_>) {
        self.attempt_begun(end.provider, end.model);
        self.attempt_ended(end);
    }

    pub(super) fn picture(&self) -> Snapshot {
        self.snapshot(house())
    }
}

pub(super) fn permits() -> Permits {
    let gauge = |limit| PermitGauge { in_use: 0, limit, waiting: 0 };
    Permits { global: gauge(5), providers: BTreeMap::from([("glm".to_owned(), gauge(2))]) }
}

/// A house in which nothing is wrong.
pub(super) fn house() -> HouseFacts {
    HouseFacts {
        daemon: Daemon { version: "1".to_owned(), pid: Some(1), uptime_s: 0, state: "running".to_owned() },
        providers: 1,
        permits: permits(),
        breakers: Vec::new(),
        running: Vec::new(),
        sessions: Vec::new(),
        sessions_total: 0,
        stores: BTreeMap::from([("sqlite".to_owned(), "ok".to_owned())]),
        kept_bytes: 0,
    }
}

pub(super) fn gauges() -> Gauges {
    Gauges { permits: permits(), sessions: 0, connections: 0, running: 0, breakers: Vec::new(), store_ok: true }
}

/// A call that is answered right now.
pub(super) fn running(owner: &str, session: &str) -> CallRow {
    CallRow {
        call_id: CallId::new(),
        tool: "chat".to_owned(),
        session_id: session.to_owned(),
        owner: owner.to_owned(),
        state: CallState::Running,
        phase: Some(Phase::Answering),
        provider: Some("glm".to_owned()),
        model: Some("glm-5.3".to_owned()),
        elapsed_s: 10.0,
        queued_s: 0.0,
        attempts: 1,
        tokens: None,
        cause: None,
    }
}
