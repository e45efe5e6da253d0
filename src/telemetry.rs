//! What the house knows of itself: every event is heard here once, counted for the metrics, remembered for a while for
//! percentiles and the verdict, and passed on to whoever listens. Displays, metrics and log can not disagree.
//! Not here: anything durable.
//!
//! ```text
//! call events, ends of calls ──┬─▶ metrics (since the start) ─▶ prometheus()
//! beginnings, ends of requests ┴─▶ whole, models, sessions, recent (lately) ─▶ snapshot(): figures ─▶ diagnosis ─▶ verdict
//! ```

pub mod log;

mod bounded;
mod buckets;
mod diagnosis;
mod health;
mod metrics;
mod models;
mod picture;
mod recent;
mod sessions;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod verdict;
mod whole;
mod window;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::Instant;

pub use metrics::{BreakerState, Gauges};
pub use picture::{HouseFacts, for_owner};
pub use sessions::SessionFigures;
pub use verdict::Lately;
pub use window::WINDOW;

use crate::clock::Timestamp;
use crate::protocol::{
    CallEvent, CallId, Envelope, EventKind, Happening, Nanodollars, News, SessionId, Snapshot, Usage,
};
use metrics::{Metrics, Present};
use models::{Model, Models};
use picture::Counted;
use recent::Recent;
use sessions::Sessions;
use whole::Whole;
use window::{Tick, Window};

/// News that wait for a slow listener; what is older is dropped, and counted.
const BACKLOG: usize = 4096;

/// The ears of the house.
#[derive(Debug)]
pub struct Telemetry {
    /// Locked while news are told: they are heard in the order of their numbers.
    seq: Mutex<u64>,
    news: broadcast::Sender<News>,
    started: Instant,
    started_at: Timestamp,
    /// `None` when a series has a name that can not be; a test sees that none has.
    metrics: Option<Metrics>,
    models: Models,
    books: Mutex<Books>,
}

/// What calls did. Held for a few additions, never while anything is put together.
#[derive(Debug, Default)]
struct Books {
    whole: Window<Whole>,
    sessions: Sessions,
    recent: Recent,
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
        Self {
            seq: Mutex::new(0),
            news: broadcast::Sender::new(BACKLOG),
            started: Instant::now(),
            started_at: Timestamp::now(),
            metrics: Metrics::new().ok(),
            models: Models::default(),
            books: Mutex::default(),
        }
    }
}

impl Telemetry {
    /// A numbered step of a call.
    pub fn call_event(&self, about: About<'_>, event: &CallEvent) {
        self.metrics.iter().for_each(|metrics| metrics.calls.event(&event.kind));
        if matches!(event.kind, EventKind::Accepted { .. } | EventKind::Sent { .. }) {
            let now = self.tick(Instant::now());
            self.books().whole.now(now).event(&event.kind);
        }
        self.tell(about.owner, about.session, || Happening::Call(event.clone()));
    }

    /// A call has its result.
    pub fn call_finished(&self, about: About<'_>, envelope: &Envelope) {
        self.metrics.iter().for_each(|metrics| metrics.calls.finished(about.tool, envelope));
        let (row, now) = (recent::row(about, envelope), Instant::now());
        let tick = self.tick(now);
        let mut books = self.books();
        books.whole.now(tick).finished(envelope);
        books.sessions.finished(about.session, envelope, now);
        books.recent.add(row);
    }

    /// A request is about to leave.
    pub fn attempt_begun(&self, provider: &str, model: &str) {
        self.model(provider, model).begun();
    }

    /// A request is over.
    pub fn attempt_ended(&self, outcome: &AttemptOutcome<'_>) {
        let now = self.tick(Instant::now());
        self.model(outcome.provider, outcome.model).ended(outcome, now);
        self.books().whole.now(now).spent(outcome.usage);
    }

    /// A client connected, or came back.
    pub fn session_opened(&self, owner: &str, session: &SessionId) {
        self.metrics.iter().for_each(|metrics| metrics.calls.sessions_opened.inc());
        self.tell(owner, session.as_str(), || Happening::Session { kind: "session_opened".to_owned() });
    }

    /// A client's connection ended.
    pub fn session_closed(&self, owner: &str, session: &SessionId) {
        self.metrics.iter().for_each(|metrics| metrics.calls.sessions_closed.inc());
        self.tell(owner, session.as_str(), || Happening::Session { kind: "session_closed".to_owned() });
    }

    /// What a session did so far.
    pub fn session_figures(&self, session: &str) -> SessionFigures {
        self.books().sessions.of(session)
    }

    /// A session is gone for good.
    pub fn forget_session(&self, session: &str) {
        self.books().sessions.forget(session);
    }

    /// Hears everything from now on.
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// A listener was too slow for so many news.
    pub fn news_dropped(&self, count: u64) {
        self.metrics.iter().for_each(|metrics| metrics.calls.news_dropped.inc_by(count));
    }

    /// The number of the last news.
    pub fn seq(&self) -> u64 {
        *lock(&self.seq)
    }

    /// Everything in Prometheus's classic text format (`text/plain; version=0.0.4`).
    pub fn prometheus(&self, gauges: &Gauges) -> String {
        let now = Present {
            gauges,
            models: &self.models.names(),
            started_at_s: self.started_at.as_millis() as f64 / 1e3,
            since_start: self.started.elapsed(),
        };
        match self.metrics.as_ref().map(|metrics| metrics.text(&now)) {
            Some(Ok(text)) => text,
            // A comment is valid text: a scrape finds no series, and who looks at it the reason.
            Some(Err(error)) => format!("# the metrics can not be told: {error}\n"),
            None => "# the metrics can not be told: a series has a name that can not be\n".to_owned(),
        }
    }

    /// The whole house at this moment.
    pub fn snapshot(&self, house: HouseFacts) -> Snapshot {
        let now = self.tick(Instant::now());
        let (whole, ended) = {
            let books = self.books();
            (Whole::of(&books.whole, now), books.recent.rows())
        };
        let (models, over) = (self.models.figures(now), self.started.elapsed());
        picture::draw(Counted { seq: self.seq(), whole, models, ended, over }, house)
    }

    fn model(&self, provider: &str, model: &str) -> Arc<Model> {
        self.models.get(provider, model, |provider, model| self.metrics.as_ref()?.requests.of(provider, model).ok())
    }

    fn tick(&self, now: Instant) -> Tick {
        Tick::at(now.saturating_duration_since(self.started))
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        lock(&self.books)
    }

    fn tell(&self, owner: &str, session: &str, what: impl FnOnce() -> Happening) {
        // Nothing is copied for nobody.
        let news = (self.news.receiver_count() > 0).then(|| News {
            seq: 0,
            t: Timestamp::now().as_millis() as f64 / 1e3,
            owner: owner.to_owned(),
            session_id: session.to_owned(),
            what: what(),
        });
        let mut seq = lock(&self.seq);
        *seq += 1;
        if let Some(news) = news {
            drop(self.news.send(News { seq: *seq, ..news }));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
