//! Tells one call over one connection: its events, the news of the moment, and its result, until either of them ends.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use super::connection::Link;
use super::daemon::COME_BACK;
use super::frame;
use crate::backend::CallHandle;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::wire::{CallResult, Progress};
use crate::protocol::{EventKind, Live, Phase, Told};

/// A client that hears nothing else hears this often that its call goes on; the first time sooner.
const BEAT: Duration = Duration::from_secs(4);
const FIRST_BEAT: Duration = Duration::from_millis(800);

/// Calls that are told over one connection at once.
const MOST: usize = 4096;

/// How a call is told.
#[derive(Debug, Clone)]
pub(super) struct Telling {
    /// The client's name for it.
    pub(super) request_id: Option<String>,
    /// The last event that the client knows already.
    pub(super) after: u32,
    /// Tell the answer as it arrives.
    pub(super) stream: bool,
}

/// Tells the call until it is over or the connection is.
pub(super) async fn tell(handle: CallHandle, telling: Telling, place: Place) {
    let link = &*place.0;
    let teller = Teller { handle, telling, link, accepted: Timestamp::now(), phase: Phase::Evidence };
    tokio::select! {
        biased;
        () = teller.tell() => {}
        () = link.end.cancelled() => {}
    }
}

struct Teller<'a> {
    handle: CallHandle,
    telling: Telling,
    link: &'a Link,
    accepted: Timestamp,
    /// What the events say that the call is doing.
    phase: Phase,
}

impl Teller<'_> {
    async fn tell(mut self) {
        // What the call has said already is told first, in one piece.
        let (mut text, mut steps) = (String::new(), Vec::new());
        for told in self.handle.news.ready() {
            match told {
                Told::Live(Live::Delta { text: more }) => text.push_str(&more),
                Told::Live(Live::Heartbeat { .. }) => {}
                step @ Told::Event(_) => steps.push(step),
            }
        }
        if !text.is_empty() {
            self.show(&Told::Live(Live::Delta { text }));
        }
        for step in steps {
            self.show(&step);
        }
        // Set when it rings, not with every piece of the answer.
        let mut bell = std::pin::pin!(tokio::time::sleep(FIRST_BEAT));
        let mut beat = bell.deadline();
        loop {
            let told = tokio::select! {
                biased;
                told = self.handle.news.next() => told,
                () = &mut bell => {
                    if beat > bell.deadline() {
                        bell.as_mut().reset(beat);
                        continue;
                    }
                    Some(Told::Live(Live::Heartbeat { phase: self.phase, received: 0 }))
                }
            };
            let Some(told) = told else { break };
            beat = Instant::now() + BEAT;
            if bell.is_elapsed() {
                bell.as_mut().reset(beat);
            }
            self.show(&told);
        }
        let Self { handle, telling, link, .. } = self;
        let (result, error) = CallResult::new(handle.result().await);
        link.outbox.push(frame::outcome("call_tool_res", telling.request_id.as_deref(), &result, error.as_ref()));
    }

    fn show(&mut self, told: &Told) {
        if let Told::Event(event) = told {
            self.note(&event.kind, event.at);
            if event.n <= self.telling.after {
                return;
            }
        }
        if matches!(told, Told::Live(Live::Delta { .. })) && !self.telling.stream {
            return;
        }
        let request_id = self.telling.request_id.as_deref();
        let elapsed = Timestamp::now().since(self.accepted);
        let news = Progress::new(&self.handle.id, self.handle.tool(), told, elapsed);
        match told {
            Told::Event(_) => {
                if let Some(frame) = frame::progress(request_id, &news) {
                    self.link.outbox.push_unhurried(frame);
                }
            }
            Told::Live(_) => self.link.outbox.live(request_id, news),
        }
    }

    fn note(&mut self, kind: &EventKind, at: Timestamp) {
        match kind {
            EventKind::Accepted { .. } => self.accepted = at,
            EventKind::Queued { .. } => self.phase = Phase::Queued,
            EventKind::Sent { .. } => self.phase = Phase::Waiting,
            EventKind::FirstToken => self.phase = Phase::Answering,
            EventKind::Retrying { .. } => self.phase = Phase::Retrying,
            EventKind::Note { .. } | EventKind::Finished { .. } => {}
        }
    }
}

/// One of the calls that are told over a connection.
pub(super) struct Place(Arc<Link>);

impl Place {
    /// Takes one, if there are not too many.
    pub(super) fn take(link: &Arc<Link>) -> Result<Self> {
        let place = Self(Arc::clone(link));
        if link.calls.fetch_add(1, Ordering::Relaxed) < MOST {
            return Ok(place);
        }
        let message = format!("{MOST} calls are told over this connection already");
        Err(Error::new(ErrorCode::OverCapacity, message).retry_after(COME_BACK))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::Relaxed);
    }
}
