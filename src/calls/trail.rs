//! What a call leaves in the log: its steps and how it ended, with names and figures and without any content.
//!
//! | level | what |
//! |---|---|
//! | error | it ended by our own fault |
//! | warn | it failed, and that is our or a provider's fault; calls were refused for want of room, once a second |
//! | info | it failed for another reason |
//! | debug | its steps, its success |
//! | trace | how many files it looked at |
//!
//! Messages of errors quote arguments, answers and providers, who quote the question: of those the log has the code. Only
//! the words of our own faults are there in full. All of it has gone through the call's `Veil` before.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use tracing::{Span, debug, error_span, trace};

use crate::clock::Timestamp;
use crate::error::ErrorCode;
use crate::gateway::plain_name;
use crate::protocol::{Envelope, ErrorBody, EventKind, Phase, Tried};
use crate::store::CallStart;

/// A line with the figures of a call's end, at one of several levels.
macro_rules! ended {
    ($level:ident, $end:expr, $message:literal) => {
        tracing::$level!(
            code = $end.code(),
            state = $end.envelope.state.as_str(),
            phase = $end.phase.map(Phase::as_str),
            tried = $end.tried(),
            cause = $end.words(),
            total_ms = $end.envelope.timing.total_ms,
            queued_ms = $end.envelope.timing.queued_ms,
            $message
        )
    };
}

/// The span of a call: every line inside it names the call, and the client's request. It is there at every level, so that an
/// error finds its call. `tool` finds the name of a tool that there is.
pub(super) fn span(start: &CallStart, request_id: Option<&str>, tool: impl Fn() -> Option<&'static str>) -> Span {
    error_span!(
        "call",
        call_id = start.id.as_str(),
        tool = tool().unwrap_or("unknown"),
        session_id = &*start.session,
        owner = &*start.owner,
        request_id,
    )
}

/// A step.
pub(super) fn step(n: u32, kind: &EventKind) {
    match kind {
        EventKind::Accepted { timeout_s, .. } => debug!(n, timeout_s, "call accepted"),
        EventKind::Queued { position, waiting_for } => debug!(n, position, waiting_for = ?waiting_for, "call queued"),
        EventKind::Sent { attempt, provider, model, joined, reused, size } => debug!(
            n,
            attempt,
            provider,
            model = plain_name(model),
            joined,
            reused,
            bytes = size.map(|size| size.bytes),
            tokens = size.map(|size| size.tokens),
            window = size.map(|size| size.window),
            "request sent"
        ),
        EventKind::FirstToken => debug!(n, "first token"),
        EventKind::Retrying { after_s, cause } => debug!(n, after_s, cause, "trying again"),
        // What it says is for the caller.
        EventKind::Note { .. } => debug!(n, "call has a note"),
        // Told with its figures by [`finished`].
        EventKind::Finished { .. } => {}
    }
}

/// The end of the call, after its secrets were hidden.
pub(super) fn finished(envelope: &Envelope, phase: Option<Phase>) {
    let coverage = &envelope.coverage;
    trace!(
        selected = coverage.selected.len(),
        sent = coverage.sent.len(),
        skipped = coverage.skipped.len(),
        bytes = envelope.text.len(),
        "files and answer"
    );
    let Some(error) = &envelope.error else { return succeeded(envelope) };
    let end = End { envelope, error, phase };
    match severity(error.code) {
        Severity::OurFault => ended!(error, end, "call ended by our own fault"),
        Severity::Fault => ended!(warn, end, "call failed"),
        Severity::Refused => ended!(info, end, "call failed"),
        Severity::Crowded => {
            ended!(debug, end, "call refused");
            CROWD.refused();
        }
    }
}

fn succeeded(envelope: &Envelope) {
    debug!(
        model = envelope.model.used.as_deref().map(plain_name),
        reused = envelope.reused,
        joined = envelope.joined,
        input = envelope.usage.input,
        output = envelope.usage.output,
        usd = envelope.cost.usd,
        total_ms = envelope.timing.total_ms,
        queued_ms = envelope.timing.queued_ms,
        provider_ms = envelope.timing.provider_ms,
        "call succeeded"
    );
}

/// A bug of ours ended the call.
pub(super) fn panicked() {
    tracing::error!("call met a bug and panicked");
}

enum Severity {
    OurFault,
    Fault,
    Refused,
    Crowded,
}

/// Whose fault a failure is.
fn severity(code: ErrorCode) -> Severity {
    use ErrorCode as C;
    match code {
        C::InternalError => Severity::OurFault,
        C::OverCapacity => Severity::Crowded,
        C::NoVerdict | C::ProviderError | C::Timeout | C::ServiceUnavailable => Severity::Fault,
        _ => Severity::Refused,
    }
}

/// Calls that were refused for want of room. They come in thousands a second, and a line for each would cost more than
/// the refusal: so there is one a second, of all of this process.
struct Crowd {
    count: AtomicU64,
    /// In which second a line was written last.
    told: AtomicI64,
}

static CROWD: Crowd = Crowd { count: AtomicU64::new(0), told: AtomicI64::new(0) };

impl Crowd {
    fn refused(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let now = Timestamp::now().as_millis() / 1000;
        if self.told.swap(now, Ordering::Relaxed) != now {
            let calls = self.count.swap(0, Ordering::Relaxed);
            tracing::warn!(calls, "calls were refused: there is no room for more");
        }
    }
}

/// A call that failed.
struct End<'a> {
    envelope: &'a Envelope,
    error: &'a ErrorBody,
    phase: Option<Phase>,
}

impl End<'_> {
    /// The code in the wire's words.
    fn code(&self) -> Option<String> {
        serde_json::to_value(self.error.code).ok()?.as_str().map(str::to_owned)
    }

    /// Each model that was asked, with what came of it.
    fn tried(&self) -> Option<String> {
        let one = |tried: &Tried| format!("{}:{}", plain_name(&tried.model), tried.outcome);
        let all: Vec<String> = self.envelope.model.tried.iter().map(one).collect();
        (!all.is_empty()).then(|| all.join(","))
    }

    /// The message, when it is about our own fault.
    fn words(&self) -> Option<&str> {
        matches!(severity(self.error.code), Severity::OurFault).then_some(self.error.message.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Level, LogFormat, LogKeys};
    use crate::error::Error;
    use crate::protocol::{CallId, LogLevel};
    use crate::telemetry::log;

    #[test]
    fn refusals_for_want_of_room_do_not_fill_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let keys = LogKeys { level: Level::Info, format: LogFormat::Text, files: 1 };
        let (dispatch, guard) = log::prepare(dir.path(), &keys).unwrap();
        let mut lines = guard.listen();
        let mut envelope = Envelope::running(CallId::new(), "chat");
        envelope.fail(&Error::new(ErrorCode::OverCapacity, "256 calls wait already"));
        tracing::dispatcher::with_default(&dispatch, || (0..500).for_each(|_| finished(&envelope, None)));
        let told: Vec<_> = std::iter::from_fn(|| lines.try_recv().ok()).collect();
        assert!((1..100).contains(&told.len()), "{} lines", told.len());
        assert!(told.iter().all(|line| line.level == LogLevel::Warn && line.fields.contains_key("calls")), "{told:?}");
    }
}
