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
use crate::protocol::wire::Progress;
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
    let teller = Teller { handle, telling, link, accepted: Timestamp::now(), phase: Phase::Evidence, received: 0 };
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
    /// Bytes of reasoning and answer so far.
    received: usize,
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
        // Set when it rings, not with every piece of the answer. What the client is not told does not keep it from ringing.
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
                    Some(Told::Live(Live::Heartbeat { phase: self.phase, received: self.received }))
                }
            };
            let Some(told) = told else { break };
            if self.show(&told) {
                beat = Instant::now() + BEAT;
            }
            if bell.is_elapsed() {
                bell.as_mut().reset(beat);
            }
        }
        let Self { handle, telling, link, .. } = self;
        link.outbox.push(frame::result(telling.request_id.as_deref(), &*handle.written().await));
    }

    /// Tells it, unless the client does not want it or knows it already.
    fn show(&mut self, told: &Told) -> bool {
        match told {
            Told::Event(event) => {
                self.note(&event.kind, event.at);
                if event.n <= self.telling.after {
                    return false;
                }
            }
            Told::Live(Live::Delta { text }) => {
                self.received += text.len();
                if !self.telling.stream {
                    return false;
                }
            }
            Told::Live(Live::Heartbeat { received, .. }) => self.received = self.received.max(*received),
        }
        let (request_id, call) = (self.telling.request_id.as_deref(), &self.handle);
        match told {
            Told::Event(event) => {
                if let Some(frame) = frame::step(request_id, call.tool(), event) {
                    self.link.outbox.push_unhurried(frame);
                }
            }
            Told::Live(news) => {
                let elapsed = Timestamp::now().since(self.accepted);
                self.link.outbox.live(request_id, Progress::live(&call.id, call.tool(), news, elapsed));
            }
        }
        true
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

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use serde_json::Value;
    use tokio::sync::watch;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::feed::Feed;
    use crate::protocol::CallId;
    use crate::protocol::wire::Hello;
    use crate::server::outbox::Next;

    #[tokio::test(start_paused = true)]
    async fn who_is_not_told_the_text_hears_all_the_same_that_it_comes() {
        let (feed, (_result, result)) = (Feed::default(), watch::channel(None));
        let (news, minute) = (feed.reader(), Duration::from_mins(1));
        let handle = CallHandle::over(CallId::new(), "chat", minute, news, result, CancellationToken::new());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let link = Arc::new(Link::new(address, &Hello::default(), CancellationToken::new()));
        let place = Place::take(&link).unwrap();
        let speaking = async {
            for _ in 0..35 {
                feed.push(Told::Live(Live::Delta { text: "word ".to_owned() }));
                tokio::time::sleep(Duration::from_millis(350)).await;
            }
        };
        let (began, mut heard) = (Instant::now(), Vec::new());
        let hearing = async {
            loop {
                let Next::Send(frames) = link.outbox.next().await else { panic!("nobody closes") };
                heard.extend(frames.iter().map(|frame| (began.elapsed(), frame.to_string())));
            }
        };
        let telling = Telling { request_id: Some("r".to_owned()), after: 0, stream: false };
        tokio::select! {
            () = speaking => {}
            () = hearing => {}
            () = tell(handle, telling, place) => {}
        }
        let times: Vec<_> = heard.iter().map(|(at, _)| at.as_millis()).collect();
        assert_eq!(times, [800, 4_800, 8_800], "the first within a second, the others within five");
        let last: Value = serde_json::from_str(&heard[2].1).unwrap();
        assert_eq!((&last["kind"], &last["received"]), (&"heartbeat".into(), &(26 * 5).into()), "{last}");
    }
}
