//! What the house knows of itself: every event is heard here once, counted for the metrics, remembered for a while for
//! percentiles and the verdict, and passed on to whoever listens. Displays, metrics and log can not disagree.
//! Not here: anything durable.

mod verdict;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::broadcast;

pub use verdict::{Lately, WINDOW};

use crate::clock::Timestamp;
use crate::protocol::{CallEvent, CallId, Envelope, Happening, Nanodollars, News, SessionId, Usage};

/// News that wait for a slow listener; what is older is dropped, and counted.
const BACKLOG: usize = 4096;

/// The ears of the house.
#[derive(Debug)]
pub struct Telemetry {
    seq: AtomicU64,
    news: broadcast::Sender<News>,
}

/// Which call an event belongs to.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The call.
    pub call_id: &'a CallId,
    /// Its tool.
    pub tool: &'a str,
    /// Whose it is.
    pub owner: &'a str,
    /// The session that asked.
    pub session: &'a str,
}

/// How a request to a provider ended.
#[derive(Debug, Clone)]
pub struct AttemptOutcome<'a> {
    /// The provider.
    pub provider: &'a str,
    /// The model.
    pub model: &'a str,
    /// `ok`, or the cause of the failure.
    pub outcome: &'a str,
    /// From the permit to the end.
    pub took: Duration,
    /// From the permit to the first piece of reasoning or answer.
    pub first_token: Option<Duration>,
    /// Tokens.
    pub usage: Usage,
    /// Money; `None` when not known.
    pub cost: Option<Nanodollars>,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { seq: AtomicU64::new(0), news: broadcast::Sender::new(BACKLOG) }
    }
}

impl Telemetry {
    /// A numbered step of a call.
    pub fn call_event(&self, about: About<'_>, event: &CallEvent) {
        self.tell(about.owner, about.session, Happening::Call(event.clone()));
    }

    /// A call has its result.
    pub fn call_finished(&self, _about: About<'_>, _envelope: &Envelope) {}

    /// A request is about to leave.
    pub fn attempt_begun(&self, _provider: &str, _model: &str) {}

    /// A request is over.
    pub fn attempt_ended(&self, _outcome: &AttemptOutcome<'_>) {}

    /// A client connected, or came back.
    pub fn session_opened(&self, owner: &str, session: &SessionId) {
        self.tell(owner, session.as_str(), Happening::Session { kind: "session_opened".to_owned() });
    }

    /// A client's connection ended.
    pub fn session_closed(&self, owner: &str, session: &SessionId) {
        self.tell(owner, session.as_str(), Happening::Session { kind: "session_closed".to_owned() });
    }

    /// Hears everything from now on.
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// The number of the last news.
    pub fn seq(&self) -> u64 {
        self.seq.load(Ordering::Relaxed)
    }

    fn tell(&self, owner: &str, session: &str, what: Happening) {
        let seq = self.seq.fetch_add(1, Ordering::Relaxed) + 1;
        // Nothing is copied for nobody.
        if self.news.receiver_count() > 0 {
            let news = News {
                seq,
                t: Timestamp::now().as_millis() as f64 / 1e3,
                owner: owner.to_owned(),
                session_id: session.to_owned(),
                what,
            };
            drop(self.news.send(news));
        }
    }
}

/// Interim.
#[derive(Debug, Default)]
pub struct SessionFigures {
    /// Calls.
    pub calls: u64,
    /// Errors.
    pub errors: u64,
    /// Tokens.
    pub tokens: u64,
    /// Cost.
    pub cost_usd: Option<f64>,
}

impl Telemetry {
    /// Interim.
    pub fn session_figures(&self, _session: &str) -> SessionFigures {
        SessionFigures::default()
    }
    /// Interim.
    pub fn forget_session(&self, _session: &str) {}
}
/// Interim.
pub mod log {
    /// Interim.
    pub fn listen() -> tokio::sync::broadcast::Receiver<crate::protocol::LogLine> {
        tokio::sync::broadcast::Sender::new(1).subscribe()
    }
}
