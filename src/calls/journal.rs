//! The journal of one call: numbers its steps, tells them, and sees to it that they are on disk in time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Unkept, Vanished, trail, veiled};
use crate::clock::Timestamp;
use crate::error::{ErrorCode, Result};
use crate::feed::{Feed, Reader};
use crate::gateway::{Departure, Recorder};
use crate::protocol::{
    CallEvent, CallId, CallRow, CallState, Envelope, EventKind, Live, Phase, ThreadId, Told, Usage, Written,
};
use crate::providers::Model;
use crate::redaction::Veil;
use crate::store::{
    AttemptEnd, Begun, CallEnd, CallNews, CallStart, EndedAttempt, NewAnswer, NewAttempt, Store, ThreadWrite,
};
use crate::telemetry::{About, Telemetry, log};

/// The journal of one call.
#[derive(Debug)]
pub(super) struct Journal {
    start: Arc<CallStart>,
    begun: Instant,
    store: Store,
    veil: Arc<Veil>,
    feed: Feed<Told>,
    pages: Mutex<Pages>,
    /// There is something that the store does not know.
    stirred: Notify,
    now: Mutex<Now>,
    telemetry: Arc<Telemetry>,
    unkept: Arc<Unkept>,
}

/// What the call is doing, for dashboards.
#[derive(Debug, Default)]
struct Now {
    phase: Option<Phase>,
    provider: Option<String>,
    model: Option<String>,
    attempts: u32,
    received: usize,
    queued_since: Option<Instant>,
    queued: Duration,
}

/// The end of a call, which is to be committed.
pub(super) struct Conclusion {
    /// The last step.
    event: Arc<CallEvent>,
    end: Arc<CallEnd>,
}

#[derive(Debug, Default)]
struct Pages {
    /// Every event so far.
    events: Vec<Arc<CallEvent>>,
    /// How many of them are known to be in the store. The others are offered with each commit: it keeps each once.
    kept: usize,
    /// Requests that are over and whose end is not known to be in the store.
    ended: Vec<EndedAttempt>,
    attempts: u32,
    /// The row is, or is about to be, in the store.
    saved: bool,
    /// The last event is there. A request that goes on for others has nothing more to say here.
    closed: bool,
}

impl Pages {
    fn add(&mut self, call_id: &CallId, kind: EventKind, at: Timestamp) -> Arc<CallEvent> {
        let n = u32::try_from(self.events.len()).unwrap_or(u32::MAX).saturating_add(1);
        let event = Arc::new(CallEvent { call_id: call_id.clone(), n, at, kind });
        self.events.push(Arc::clone(&event));
        event
    }

    /// What the store does not know yet, for all that is known.
    fn news(&self) -> CallNews {
        CallNews { has_row: self.saved, events: self.events[self.kept..].to_vec(), ended: self.ended.clone() }
    }

    /// So many events are in the store now, and the ends of these requests.
    fn keep(&mut self, events: usize, ended: &[u32]) {
        self.kept = self.kept.max(events);
        self.ended.retain(|attempt| !ended.contains(&attempt.n));
    }

    /// What is left to be kept, when nothing follows.
    fn close(&mut self) -> CallNews {
        self.closed = true;
        let mut events = std::mem::take(&mut self.events);
        events.drain(..std::mem::take(&mut self.kept));
        CallNews { has_row: self.saved, events, ended: std::mem::take(&mut self.ended) }
    }
}

impl Journal {
    pub(super) fn new(
        start: CallStart,
        store: Store,
        veil: Arc<Veil>,
        telemetry: Arc<Telemetry>,
        unkept: Arc<Unkept>,
    ) -> Self {
        let start = veiled::hide_arguments(&veil, start);
        Self {
            start: Arc::new(start),
            begun: Instant::now(),
            store,
            veil,
            feed: Feed::default(),
            pages: Mutex::default(),
            stirred: Notify::new(),
            now: Mutex::default(),
            telemetry,
            unkept,
        }
    }

    /// What is kept of the beginning; what was found meanwhile may stand in the arguments too.
    fn start(&self) -> Arc<CallStart> {
        if self.veil.is_clear() {
            return Arc::clone(&self.start);
        }
        Arc::new(veiled::hide_arguments(&self.veil, CallStart::clone(&self.start)))
    }

    pub(super) fn id(&self) -> &CallId {
        &self.start.id
    }

    pub(super) fn session(&self) -> &str {
        &self.start.session
    }

    pub(super) fn owner(&self) -> &str {
        &self.start.owner
    }

    pub(super) fn allowed(&self) -> Duration {
        self.start.deadline_at.since(self.start.created_at)
    }

    fn about(&self) -> About<'_> {
        let CallStart { id, tool, owner, session, .. } = &*self.start;
        About { call_id: id, tool, owner, session }
    }

    /// The call as a dashboard shows it while it runs.
    pub(super) fn row(&self) -> CallRow {
        let now = lock(&self.now);
        let waiting = now.queued_since.map(|since| since.elapsed()).unwrap_or_default();
        CallRow {
            call_id: self.start.id.clone(),
            tool: self.start.tool.clone(),
            session_id: self.start.session.to_string(),
            owner: self.start.owner.to_string(),
            state: CallState::Running,
            phase: Some(now.phase.unwrap_or(Phase::Evidence)),
            provider: now.provider.clone(),
            model: now.model.clone(),
            elapsed_s: self.begun.elapsed().as_secs_f64(),
            queued_s: (now.queued + waiting).as_secs_f64(),
            attempts: now.attempts,
            tokens: (now.received > 0).then(|| now.received as u64 / 4),
            cause: None,
        }
    }

    /// Takes note of what a step says about the present.
    fn notice(&self, kind: &EventKind) {
        let mut now = lock(&self.now);
        match kind {
            EventKind::Queued { .. } => {
                now.phase = Some(Phase::Queued);
                now.queued_since.get_or_insert_with(Instant::now);
            }
            EventKind::Sent { provider, model, joined, reused, .. } => {
                let waited = now.queued_since.take().map(|since| since.elapsed());
                now.queued += waited.unwrap_or_default();
                now.phase = Some(Phase::Waiting);
                now.attempts += u32::from(!joined && !reused);
                (now.provider, now.model) = (Some(provider.clone()), Some(model.clone()));
            }
            EventKind::Retrying { .. } => now.phase = Some(Phase::Retrying),
            EventKind::FirstToken => now.phase = Some(Phase::Answering),
            _ => {}
        }
    }

    pub(super) fn tool(&self) -> &str {
        &self.start.tool
    }

    pub(super) fn thread_id(&self) -> Option<&ThreadId> {
        self.start.thread_id.as_ref()
    }

    /// All that happens, from the start.
    pub(super) fn news(&self) -> Reader<Told> {
        self.feed.reader()
    }

    pub(super) fn accepted(&self, allowed: Duration) {
        self.event(EventKind::Accepted {
            tool: self.start.tool.clone(),
            timeout_s: allowed.as_secs_f64(),
            thread_id: self.start.thread_id.clone(),
        });
    }

    /// Makes the call, and what has happened to it, visible to other processes, waiting for nothing.
    pub(super) fn save_later(&self) {
        let news = {
            let mut pages = self.pages();
            let news = pages.news();
            if pages.saved && news.events.is_empty() && news.ended.is_empty() {
                return;
            }
            pages.saved = true;
            news
        };
        // A full queue loses nothing: a commit that is waited for offers all of it again, and so does the next of these.
        if !self.store.save_call_later(self.start(), news) {
            self.stirred.notify_one();
        }
    }

    /// Waits until something has happened that the store does not know.
    pub(super) async fn stirred(&self) {
        self.stirred.notified().await;
    }

    /// Takes note of the end: the last step, and the result with everything that is not on disk yet.
    pub(super) fn conclude(&self, mut envelope: Envelope, thread: Option<ThreadWrite>) -> Conclusion {
        envelope.timing.total_ms = super::millis(self.begun.elapsed());
        point_to_log(&mut envelope);
        let now = Timestamp::now();
        let (event, news) = {
            let mut pages = self.pages();
            let event = pages.add(self.id(), EventKind::Finished { state: envelope.state }, now);
            (event, pages.close())
        };
        let result = Arc::new(Written::from(envelope));
        Conclusion { event, end: Arc::new(CallEnd { start: self.start(), news, result, thread, at: now }) }
    }

    /// Commits an end, then tells it. What the store does not take is told too, and offered to it again.
    pub(super) async fn commit(&self, Conclusion { mut event, end }: Conclusion) -> Arc<Written> {
        let envelope = match self.store.finish_call(Arc::clone(&end)).await {
            Ok(envelope) => envelope,
            Err(error) => {
                // An answer that could not be kept is still the caller's, with the truth about it.
                let mut envelope = Envelope::clone(&end.result);
                envelope.lose(&error);
                point_to_log(&mut envelope);
                Arc::make_mut(&mut event).kind = EventKind::Finished { state: envelope.state };
                self.unkept.add(end);
                Arc::new(Written::from(envelope))
            }
        };
        self.tell(event, &envelope);
        envelope
    }

    /// Ends a call that found no room in a storm of callers. Nothing of it is in the store, unless others could see it
    /// already, and it comes back: whoever makes it again loses nothing, and the store is left to those that are under way.
    pub(super) fn turn_away(&self, mut envelope: Envelope, vanished: &Vanished) -> Result<Arc<Written>, Box<Envelope>> {
        let event = {
            let mut pages = self.pages();
            if pages.saved {
                None
            } else {
                let kind = EventKind::Finished { state: envelope.state };
                let event = pages.add(self.id(), kind, Timestamp::now());
                pages.close();
                Some(event)
            }
        };
        let Some(event) = event else { return Err(Box::new(envelope)) };
        envelope.timing.total_ms = super::millis(self.begun.elapsed());
        vanished.note();
        self.tell(event, &envelope);
        Ok(Arc::new(Written::from(envelope)))
    }

    fn tell(&self, event: Arc<CallEvent>, envelope: &Envelope) {
        self.telemetry.call_event(self.about(), &event);
        self.telemetry.call_finished(self.about(), envelope);
        trail::finished(envelope, lock(&self.now).phase);
        self.feed.push(Told::Event(event));
        self.feed.close();
    }

    /// What was worth telling so far.
    pub(super) fn notes(&self) -> Vec<String> {
        let pages = self.pages();
        let note = |event: &Arc<CallEvent>| match &event.kind {
            EventKind::Note { message } => Some(message.clone()),
            _ => None,
        };
        pages.events.iter().filter_map(note).collect()
    }

    /// Ends a call that leaves no trace.
    pub(super) fn discard(&self, mut envelope: Envelope) -> Arc<Written> {
        envelope.timing.total_ms = super::millis(self.begun.elapsed());
        trail::finished(&envelope, lock(&self.now).phase);
        self.feed.close();
        Arc::new(Written::from(envelope))
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        lock(&self.pages)
    }
}

/// A request that is being committed. Its call may end meanwhile, and the commit goes on: then it was never sent, and cost
/// nothing.
struct Unsent<'a> {
    journal: &'a Journal,
    n: u32,
}

impl Drop for Unsent<'_> {
    fn drop(&mut self) {
        let end = AttemptEnd {
            at: Timestamp::now(),
            outcome: "cancelled".to_owned(),
            message: Some("it was never sent".to_owned()),
            usage: Usage::default(),
            cost: Some(0),
            priced_on: None,
            extra: None,
        };
        self.journal.abandon_attempt(self.n, end);
    }
}

/// Says where our own fault is told in full, when this process keeps a log.
fn point_to_log(envelope: &mut Envelope) {
    let Some(error) = envelope.error.as_mut().filter(|error| error.code == ErrorCode::InternalError) else { return };
    let Some(directory) = log::directory() else { return };
    let hint = format!("the log of the daemon in {} may say more", directory.display());
    if !error.hints.contains(&hint) {
        error.hints.push(hint);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Recorder for Journal {
    fn event(&self, kind: EventKind) {
        let kind = veiled::hide_event(&self.veil, kind);
        self.notice(&kind);
        // Locked to the end: events are told in the order of their numbers.
        let mut pages = self.pages();
        if pages.closed {
            return;
        }
        let event = pages.add(self.id(), kind, Timestamp::now());
        trail::step(event.n, &event.kind);
        self.stirred.notify_one();
        self.telemetry.call_event(self.about(), &event);
        self.feed.push(Told::Event(event));
    }

    fn live(&self, live: Live) {
        if let Live::Heartbeat { phase, received } = &live {
            let mut now = lock(&self.now);
            (now.phase, now.received) = (Some(*phase), *received);
        }
        self.feed.push(Told::Live(live));
    }

    async fn begin_attempt(&self, model: &Model, key: &str, reuse: bool) -> Result<Departure> {
        let (n, news, events) = {
            let mut pages = self.pages();
            pages.attempts += 1;
            let news = pages.news();
            pages.saved = true;
            (pages.attempts, news, pages.events.len())
        };
        let ended: Vec<u32> = news.ended.iter().map(|attempt| attempt.n).collect();
        let mut name = model.to_string();
        self.veil.text(&mut name);
        let attempt = NewAttempt {
            n,
            provider: model.provider.to_string(),
            model: name,
            request_key: key.to_owned(),
            at: Timestamp::now(),
        };
        let unsent = Unsent { journal: self, n };
        let begun = self.store.begin_attempt(self.start(), news, attempt, reuse).await?;
        std::mem::forget(unsent);
        Ok(match begun {
            Begun::Attempt => {
                let mut pages = self.pages();
                if !pages.closed {
                    pages.keep(events, &ended);
                }
                Departure::Attempt(n)
            }
            Begun::Answered(answer) => Departure::Answered(answer),
        })
    }

    async fn end_attempt(&self, n: u32, end: AttemptEnd, answer: Option<NewAnswer>) -> Result<()> {
        let answer = answer.map(|answer| veiled::hide_answer(&self.veil, answer));
        let ended = EndedAttempt { n, end: veiled::hide_end(&self.veil, end), answer };
        {
            let mut pages = self.pages();
            if !pages.closed {
                pages.ended.push(ended);
                self.stirred.notify_one();
                return Ok(());
            }
        }
        self.store.end_attempt(self.start.id.clone(), ended).await
    }

    fn abandon_attempt(&self, n: u32, end: AttemptEnd) {
        let ended = EndedAttempt { n, end: veiled::hide_end(&self.veil, end), answer: None };
        self.store.end_attempt_later(self.start.id.clone(), ended);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::poll;
    use serde_json::Map;

    use super::*;
    use crate::protocol::InstanceId;
    use crate::providers::Catalogue;

    #[tokio::test]
    async fn a_request_whose_call_ends_while_it_is_committed_has_an_end_and_cost_nothing() {
        let dir = tempfile::tempdir().unwrap();
        crate::coordination::prepare_state_dir(dir.path()).unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let now = Timestamp::now();
        let start = CallStart {
            id: CallId::new(),
            owner: "default".into(),
            session: "session".into(),
            instance: InstanceId::new(),
            tool: "chat".to_owned(),
            arguments: Map::new(),
            thread_id: None,
            created_at: now,
            deadline_at: now,
        };
        let journal = Journal::new(start, store.clone(), Arc::default(), Arc::default(), Arc::default());
        let model = Catalogue::embedded().unwrap().resolve("glm-4.6").unwrap();
        {
            let mut committing = std::pin::pin!(journal.begin_attempt(&model, "key", true));
            assert!(poll!(&mut committing).is_pending());
        }
        // Behind both in the queue of the store.
        store.check_writable().await.unwrap();
        let record = store.get_call("default".to_owned(), journal.id().to_string()).await.unwrap();
        let attempt = &record.attempts[0];
        assert_eq!((attempt.outcome.as_deref(), attempt.cost_usd), (Some("cancelled"), Some(0.0)), "{attempt:?}");
        assert!(attempt.finished_at.is_some());
    }
}
