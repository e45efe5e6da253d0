//! News of the house, as a dashboard hears them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::de::DeserializeOwned;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::frame;
use crate::error::Result;
use crate::protocol::wire::Topic;

/// Frames that wait to be read; more are dropped and counted.
const WAITING: usize = 256;

/// News that were subscribed to. Dropping it ends the subscription.
#[derive(Debug)]
pub struct Subscription {
    frames: mpsc::Receiver<Bulletin>,
    dropped: Arc<AtomicU64>,
}

impl Subscription {
    /// The next frame; `None` when the daemon is gone for good. Cancel-safe.
    pub async fn next(&mut self) -> Option<Bulletin> {
        self.frames.recv().await
    }

    /// Frames that were dropped because they were not read in time.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// One frame of news.
#[derive(Debug, Clone)]
pub struct Bulletin {
    /// What it is about.
    pub topic: Topic,
    text: Utf8Bytes,
}

impl Bulletin {
    /// The frame as it came: JSON.
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// What it says: a [`crate::protocol::Snapshot`], a [`crate::protocol::News`], or any JSON.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        frame::answer("subscribe", self.text())
    }
}

/// The other end of a [`Subscription`].
#[derive(Debug)]
pub(super) struct Subscriber {
    topics: Vec<Topic>,
    interval_ms: Option<u64>,
    frames: mpsc::Sender<Bulletin>,
    dropped: Arc<AtomicU64>,
}

impl Subscriber {
    pub(super) fn new(topics: &[Topic], interval_ms: Option<u64>) -> (Self, Subscription) {
        let (sender, frames) = mpsc::channel(WAITING);
        let dropped = Arc::<AtomicU64>::default();
        let own = Self { topics: topics.to_vec(), interval_ms, frames: sender, dropped: Arc::clone(&dropped) };
        (own, Subscription { frames, dropped })
    }
}

/// Who hears what, over one connection.
#[derive(Debug, Default)]
pub(super) struct Audience(Vec<Subscriber>);

impl Audience {
    pub(super) fn join(&mut self, subscriber: Subscriber) {
        self.0.push(subscriber);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everybody hears that it is over.
    pub(super) fn dismiss(&mut self) {
        self.0.clear();
    }

    /// Hands out a frame; says whether somebody wanted it.
    pub(super) fn hear(&mut self, topic: Topic, text: &Utf8Bytes) -> bool {
        self.0.retain(|subscriber| !subscriber.frames.is_closed());
        let mut is_wanted = false;
        for subscriber in self.0.iter().filter(|subscriber| subscriber.topics.contains(&topic)) {
            is_wanted = true;
            if subscriber.frames.try_send(Bulletin { topic, text: text.clone() }).is_err() {
                subscriber.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
        is_wanted
    }

    /// What all of them want, and how often the fastest one does.
    pub(super) fn wishes(&self) -> (Vec<Topic>, Option<u64>) {
        let mut topics: Vec<Topic> = self.0.iter().flat_map(|subscriber| subscriber.topics.clone()).collect();
        topics.sort_unstable();
        topics.dedup();
        (topics, self.0.iter().filter_map(|subscriber| subscriber.interval_ms).min())
    }
}
