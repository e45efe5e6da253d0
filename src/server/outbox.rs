//! What waits to be sent over one connection. It is bounded: news that are only of the moment are merged or replaced while
//! they wait, and who reads too slowly is not read from either, until there is room again.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, Sleep};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::protocol::wire::{Close, Outlet, Progress, Step};

/// Above so many bytes nothing more is read from the peer.
const ROOM: usize = 256 * 1024;
/// Above so many bytes events for dashboards are dropped, and counted.
const CROWDED: usize = 1024 * 1024;
/// Above so many bytes the peer is taken for one that takes nothing: what it asked for is in the journal.
const MOST: usize = 128 * 1024 * 1024;
/// How far back news of the moment look for something to be merged with.
const NEAR: usize = 256;

/// So long a step may wait for what follows it: to write it alone costs more than to make it. Nobody sees the difference, and
/// what somebody waits for (an answer, a piece of text) takes along what waits before it.
const UNHURRIED: Duration = Duration::from_millis(25);

/// The queue of one connection.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    filled: Notify,
    emptied: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    bytes: usize,
    /// When what is there has to be sent; nothing is there without it.
    due: Option<Due>,
    /// When the writer looks again, whatever comes: it need not be told of what may wait so long.
    looks_at: Option<Instant>,
    close: Option<Close>,
    /// Nobody takes what is sent, and nothing more is queued.
    is_given_up: bool,
    dropped: u64,
}

impl Queue {
    /// Takes note of bytes that came; too many of them close the connection.
    fn grow(&mut self, bytes: usize) {
        self.bytes += bytes;
        if self.bytes > MOST {
            self.give_up(Close::Stalled);
        }
    }

    fn give_up(&mut self, close: Close) {
        self.items.clear();
        (self.bytes, self.close, self.is_given_up) = (0, Some(close), true);
    }
}

/// When something is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Now,
    /// At this time, or with what comes before.
    At(Instant),
}

/// Something to be sent.
#[derive(Debug)]
enum Item {
    /// As it is.
    Frame(Utf8Bytes),
    /// Replaced by the next one of the same name while it waits.
    Latest(String, Utf8Bytes),
    /// News of a call that are only of the moment: text is joined to text, a heartbeat takes the place of the last one.
    Live(Option<String>, Progress),
}

impl Item {
    fn bytes(&self) -> usize {
        match self {
            Self::Frame(text) | Self::Latest(_, text) => text.len(),
            Self::Live(_, Progress { step: Step::Live(Outlet::Delta { text }), .. }) => text.len(),
            Self::Live(..) => 0,
        }
    }
}

/// What the writer has to do next.
#[derive(Debug)]
pub(super) enum Next {
    /// Send these, in this order.
    Send(Vec<Utf8Bytes>),
    /// Send a close frame, and no more.
    Close(Close),
}

impl Outbox {
    /// Queues a frame that somebody waits for.
    pub(super) fn push(&self, text: impl Into<Utf8Bytes>) {
        self.add(Item::Frame(text.into()), true);
    }

    /// Queues a frame that may wait a moment for the next one.
    pub(super) fn push_unhurried(&self, text: impl Into<Utf8Bytes>) {
        self.add(Item::Frame(text.into()), false);
    }

    /// Queues a frame that only its latest state matters of.
    pub(super) fn replace(&self, name: &str, text: String) {
        {
            let mut queue = self.lock();
            let found = queue.items.iter().position(|item| matches!(item, Item::Latest(old, _) if old == name));
            if let Some(index) = found {
                queue.bytes -= queue.items[index].bytes();
                queue.items[index] = Item::Latest(name.to_owned(), text.into());
                return self.grow(queue, index, false);
            }
        }
        self.add(Item::Latest(name.to_owned(), text.into()), false);
    }

    /// Queues an event for a dashboard; it is dropped when too much waits already.
    pub(super) fn offer(&self, text: String) {
        {
            let mut queue = self.lock();
            if queue.bytes > CROWDED {
                queue.dropped += 1;
                return;
            }
        }
        self.push_unhurried(text);
    }

    /// Queues live news of a call; merged with what waits of the same call and kind.
    pub(super) fn live(&self, request_id: Option<&str>, news: Progress) {
        {
            let mut queue = self.lock();
            let merged = queue.items.iter_mut().rev().take(NEAR).find_map(|item| match item {
                // Several may hear one call over one connection, each under a name of its own.
                Item::Live(name, waiting) if name.as_deref() == request_id && waiting.call_id == news.call_id => {
                    merge(waiting, &news)
                }
                _ => None,
            });
            if let Some(more) = merged {
                queue.grow(more);
                return;
            }
        }
        let is_text = matches!(news.step, Step::Live(Outlet::Delta { .. }));
        self.add(Item::Live(request_id.map(str::to_owned), news), is_text);
    }

    /// Closes the connection as soon as what waits is sent.
    pub(super) fn close(&self, close: Close) {
        self.lock().close.get_or_insert(close);
        self.filled.notify_one();
    }

    /// Throws away what waits and closes the connection: nobody takes it.
    pub(super) fn give_up(&self, close: Close) {
        self.lock().give_up(close);
        self.emptied.notify_one();
        self.filled.notify_one();
    }

    /// How the connection is being closed, if it is.
    pub(super) fn closing(&self) -> Option<Close> {
        self.lock().close
    }

    /// Events that were dropped so far.
    pub(super) fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    /// Waits until there is room for answers.
    pub(super) async fn room(&self) {
        while self.lock().bytes > ROOM {
            self.emptied.notified().await;
        }
    }

    /// Waits until there is something to do now. `alarm` is the writer's: it is left to ring when what it was set for has gone
    /// already, for to set it for each step costs more than to look in vain now and then.
    pub(super) async fn filled(&self, mut alarm: Pin<&mut Sleep>) {
        loop {
            match self.look() {
                Some(Due::Now) => return,
                Some(Due::At(time)) => {
                    if alarm.deadline() != time {
                        alarm.as_mut().reset(time);
                    }
                    tokio::select! {
                        biased;
                        () = self.filled.notified() => {}
                        () = &mut alarm => self.lock().looks_at = None,
                    }
                }
                None => self.filled.notified().await,
            }
        }
    }

    /// When the writer has to look again; without a time, when it is told to.
    fn look(&self) -> Option<Due> {
        let mut queue = self.lock();
        match queue.due {
            _ if queue.close.is_some() => return Some(Due::Now),
            Some(Due::Now) => return Some(Due::Now),
            Some(Due::At(time)) if time <= Instant::now() => return Some(Due::Now),
            Some(Due::At(time)) => _ = queue.looks_at.get_or_insert(time),
            None => {}
        }
        queue.looks_at.map(Due::At)
    }

    /// Waits for something to do. Cancel-safe.
    pub(super) async fn next(&self) -> Next {
        loop {
            if let Some(next) = self.take() {
                return next;
            }
            self.filled.notified().await;
        }
    }

    fn take(&self) -> Option<Next> {
        let (items, close) = {
            let mut queue = self.lock();
            (queue.bytes, queue.due) = (0, None);
            (std::mem::take(&mut queue.items), queue.close)
        };
        self.emptied.notify_one();
        if items.is_empty() {
            return close.map(Next::Close);
        }
        Some(Next::Send(items.into_iter().filter_map(written).collect()))
    }

    fn add(&self, item: Item, is_wanted: bool) {
        let mut queue = self.lock();
        if queue.is_given_up {
            return;
        }
        queue.items.push_back(item);
        let last = queue.items.len() - 1;
        self.grow(queue, last, is_wanted);
    }

    /// Counts the item at `index`, which is new, and says when it is to be sent.
    fn grow(&self, mut queue: MutexGuard<'_, Queue>, index: usize, is_wanted: bool) {
        let bytes = queue.items[index].bytes();
        queue.grow(bytes);
        let before = queue.due;
        queue.due = Some(match before {
            // What fills the room keeps others out until it is gone.
            _ if is_wanted || queue.bytes > ROOM => Due::Now,
            None => Due::At(Instant::now() + UNHURRIED),
            Some(due) => due,
        });
        let is_seen = matches!((queue.looks_at, queue.due), (Some(look), Some(Due::At(time))) if look <= time);
        let is_news = queue.due != before && !is_seen || queue.close.is_some();
        drop(queue);
        // The writer knows of what waits already, or looks in time.
        if is_news {
            self.filled.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Merges `news` into what waits; says how many bytes that added, or `None` when they are different things.
fn merge(waiting: &mut Progress, news: &Progress) -> Option<usize> {
    match (&mut waiting.step, &news.step) {
        (Step::Live(Outlet::Delta { text }), Step::Live(Outlet::Delta { text: more })) => {
            text.push_str(more);
            Some(more.len())
        }
        (Step::Live(Outlet::Heartbeat { .. }), Step::Live(Outlet::Heartbeat { .. })) => {
            *waiting = news.clone();
            Some(0)
        }
        _ => None,
    }
}

fn written(item: Item) -> Option<Utf8Bytes> {
    match item {
        Item::Frame(text) | Item::Latest(_, text) => Some(text),
        Item::Live(request_id, news) => super::frame::live(request_id.as_deref(), &news).map(Into::into),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{CallId, Live, Phase};
    use std::time::Duration;

    fn delta(call: &CallId, text: &str) -> Progress {
        Progress::live(call, "chat", &Live::Delta { text: text.to_owned() }, Duration::ZERO)
    }

    fn beat(call: &CallId, received: usize) -> Progress {
        Progress::live(call, "chat", &Live::Heartbeat { phase: Phase::Thinking, received }, Duration::ZERO)
    }

    fn alarm() -> Pin<Box<Sleep>> {
        Box::pin(tokio::time::sleep(Duration::from_secs(30)))
    }

    async fn is_filled(outbox: &Outbox, alarm: &mut Pin<Box<Sleep>>) -> bool {
        futures_util::poll!(std::pin::pin!(outbox.filled(alarm.as_mut()))).is_ready()
    }

    async fn sent(outbox: &Outbox) -> Vec<serde_json::Value> {
        match outbox.next().await {
            Next::Send(frames) => frames.iter().map(|text| serde_json::from_str(text.as_str()).unwrap()).collect(),
            Next::Close(close) => panic!("{close:?}"),
        }
    }

    #[tokio::test]
    async fn text_that_waits_is_joined_and_only_the_last_heartbeat_and_snapshot_are_sent() {
        let (outbox, call, other) = (Outbox::default(), CallId::new(), CallId::new());
        outbox.live(Some("r"), delta(&call, "one "));
        outbox.live(Some("r"), delta(&call, "two"));
        outbox.live(Some("s"), delta(&other, "three"));
        outbox.live(Some("r"), beat(&call, 1));
        outbox.live(Some("r"), beat(&call, 2));
        outbox.replace("snapshot", "{\"n\":1}".to_owned());
        outbox.push("{\"op\":\"x\"}");
        outbox.replace("snapshot", "{\"n\":2}".to_owned());
        let frames = sent(&outbox).await;
        assert_eq!(frames.len(), 5, "{frames:#?}");
        assert_eq!((&frames[0]["text"], &frames[0]["request_id"]), (&"one two".into(), &"r".into()));
        assert_eq!(frames[1]["text"], "three");
        assert_eq!(frames[2]["received"], 2);
        assert_eq!(frames[3]["n"], 2);
    }

    #[tokio::test]
    async fn text_of_a_call_is_joined_for_each_of_those_who_hear_it() {
        let (outbox, call) = (Outbox::default(), CallId::new());
        for name in ["r", "s", "r", "s"] {
            outbox.live(Some(name), delta(&call, "word "));
        }
        let frames = sent(&outbox).await;
        let told: Vec<_> = frames.iter().map(|frame| (frame["request_id"].as_str(), frame["text"].as_str())).collect();
        assert_eq!(told, [(Some("r"), Some("word word ")), (Some("s"), Some("word word "))]);
    }

    #[tokio::test]
    async fn a_peer_that_reads_too_slowly_is_not_read_from_and_loses_only_events() {
        let outbox = Outbox::default();
        outbox.push("x".repeat(CROWDED + 1));
        outbox.offer("an event".to_owned());
        assert_eq!(outbox.dropped(), 1);
        let mut waiting = std::pin::pin!(outbox.room());
        assert!(futures_util::poll!(&mut waiting).is_pending());
        let Next::Send(frames) = outbox.next().await else { panic!("nothing to send") };
        assert_eq!(frames.len(), 1);
        waiting.await;
    }

    #[tokio::test]
    async fn what_nobody_takes_is_bounded() {
        let outbox = Outbox::default();
        let large: Utf8Bytes = "x".repeat(MOST / 4).into();
        for _ in 0..5 {
            outbox.push(large.clone());
        }
        assert!(matches!(outbox.next().await, Next::Close(Close::Stalled)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_waits_a_moment_for_the_answer_behind_it_and_no_longer() {
        let (outbox, mut alarm) = (Outbox::default(), alarm());
        outbox.push_unhurried("a step");
        assert!(!is_filled(&outbox, &mut alarm).await);
        tokio::time::advance(UNHURRIED).await;
        assert!(is_filled(&outbox, &mut alarm).await, "nothing came behind it");
        assert!(matches!(outbox.next().await, Next::Send(frames) if frames.len() == 1));
        outbox.push_unhurried("another step");
        {
            let mut waiting = std::pin::pin!(outbox.filled(alarm.as_mut()));
            assert!(futures_util::poll!(&mut waiting).is_pending());
            outbox.push("the answer");
            waiting.await;
        }
        let Next::Send(frames) = outbox.next().await else { panic!("nothing to send") };
        assert_eq!(frames, ["another step", "the answer"].map(Utf8Bytes::from));
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_that_comes_while_the_alarm_of_an_earlier_one_is_set_waits_its_own_moment() {
        let (outbox, mut alarm) = (Outbox::default(), alarm());
        outbox.push_unhurried("a step");
        assert!(!is_filled(&outbox, &mut alarm).await);
        outbox.push("its answer");
        assert!(is_filled(&outbox, &mut alarm).await);
        outbox.next().await;
        tokio::time::advance(UNHURRIED / 2).await;
        let mut waiting = std::pin::pin!(outbox.filled(alarm.as_mut()));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        outbox.push_unhurried("another step");
        let came = Instant::now();
        waiting.await;
        // Timers ring at whole milliseconds.
        assert!((UNHURRIED..=UNHURRIED + Duration::from_millis(1)).contains(&came.elapsed()), "{:?}", came.elapsed());
        assert!(matches!(outbox.next().await, Next::Send(frames) if frames == [Utf8Bytes::from("another step")]));
    }

    #[tokio::test]
    async fn who_was_given_up_is_sent_nothing_more_but_the_close() {
        let outbox = Outbox::default();
        outbox.push("an answer");
        outbox.give_up(Close::Stalled);
        outbox.push("the answer to what was read meanwhile");
        assert!(matches!(outbox.next().await, Next::Close(Close::Stalled)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_fills_the_room_does_not_wait_for_more() {
        let (outbox, mut alarm) = (Outbox::default(), alarm());
        outbox.replace("snapshot", "{}".to_owned());
        assert!(!is_filled(&outbox, &mut alarm).await);
        outbox.replace("snapshot", "x".repeat(ROOM + 1));
        assert!(is_filled(&outbox, &mut alarm).await, "it took the place of a small one");
        assert!(matches!(outbox.next().await, Next::Send(frames) if frames.len() == 1));
        outbox.push_unhurried("x".repeat(ROOM + 1));
        assert!(is_filled(&outbox, &mut alarm).await);
    }

    #[tokio::test]
    async fn what_waits_is_sent_before_the_close() {
        let outbox = Outbox::default();
        outbox.push("the result");
        outbox.close(Close::GoingAway);
        assert!(matches!(outbox.next().await, Next::Send(frames) if frames.len() == 1));
        assert!(matches!(outbox.next().await, Next::Close(Close::GoingAway)));
    }
}
