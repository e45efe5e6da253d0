//! What a dashboard hears over its connection: snapshots at intervals, the steps of calls, lines of the log, and that the
//! tools changed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::{oneshot, watch};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::connection::Link;
use super::daemon::Daemon;
use super::frame;
use super::session::Session;
use super::token::OPERATOR;
use crate::error::{Error, Result};
use crate::protocol::wire::{Picture, Subscribe, Topic};
use crate::protocol::{LogLine, News};
use crate::telemetry::log;

/// Time between two snapshots unless a subscriber says otherwise, and the least that it may say.
const USUAL: Duration = Duration::from_millis(250);
const LEAST: Duration = Duration::from_millis(50);
/// The most that it may say.
const MOST: Duration = Duration::from_mins(1);

/// What one connection subscribed to, and the task that tells it.
#[derive(Debug, Default)]
pub(super) struct Slot(Mutex<Subscription>);

#[derive(Debug, Default)]
struct Subscription {
    topics: BTreeSet<Topic>,
    interval: Option<Duration>,
    end: CancellationToken,
    /// What the task that tells now listens with, as soon as it has ended.
    ears: Option<oneshot::Receiver<Ears>>,
    /// News that came faster than they could be taken, since the connection was made.
    dropped: Arc<AtomicU64>,
}

/// What is listened with.
#[derive(Debug, Default)]
struct Ears {
    news: Option<broadcast::Receiver<News>>,
    lines: Option<broadcast::Receiver<LogLine>>,
    /// Counts how often the tools have changed.
    catalog: Option<watch::Receiver<u64>>,
}

impl Ears {
    /// Those of `topics` only; what `self` hears already, and what waits for it, goes on with it.
    fn only(self, topics: &BTreeSet<Topic>, other: Self) -> Self {
        Self {
            news: self.news.or(other.news).filter(|_| topics.contains(&Topic::Events)),
            lines: self.lines.or(other.lines).filter(|_| topics.contains(&Topic::Log)),
            catalog: self.catalog.or(other.catalog).filter(|_| topics.contains(&Topic::Catalog)),
        }
    }
}

/// Hears more.
pub(super) fn subscribe(
    asked: &Subscribe,
    link: &Arc<Link>,
    session: &Arc<Session>,
    daemon: &Arc<Daemon>,
) -> Result<()> {
    if asked.topics.is_empty() {
        return Err(Error::validation("topics", "[]", "snapshot, events, log, catalog", "no topic is named"));
    }
    change(link, session, daemon, |subscription| {
        subscription.topics.extend(asked.topics.iter().copied());
        if let Some(millis) = asked.interval_ms {
            subscription.interval = Some(Duration::from_millis(millis).clamp(LEAST, MOST));
        }
    });
    Ok(())
}

/// Hears less.
pub(super) fn unsubscribe(asked: &Subscribe, link: &Arc<Link>, session: &Arc<Session>, daemon: &Arc<Daemon>) {
    change(link, session, daemon, |subscription| subscription.topics.retain(|topic| !asked.topics.contains(topic)));
}

/// Ends the task that tells, and starts one for what is subscribed now.
fn change(link: &Arc<Link>, session: &Arc<Session>, daemon: &Arc<Daemon>, edit: impl FnOnce(&mut Subscription)) {
    let mut subscription = link.feed.0.lock().unwrap_or_else(PoisonError::into_inner);
    edit(&mut subscription);
    subscription.end.cancel();
    subscription.end = link.end.child_token();
    let (topics, end, before) = (subscription.topics.clone(), subscription.end.clone(), subscription.ears.take());
    if topics.is_empty() {
        return;
    }
    // From now on, and not from when the task is first run: who subscribed may make a change at once.
    let new = Ears {
        news: topics.contains(&Topic::Events).then(|| daemon.house.telemetry().listen()),
        lines: topics.contains(&Topic::Log).then(log::listen),
        catalog: topics.contains(&Topic::Catalog).then(|| daemon.house.catalog()),
    };
    let (leave, ears) = oneshot::channel();
    subscription.ears = Some(ears);
    let mut feed = Feed {
        link: Arc::clone(link),
        owner: session.owner,
        daemon: Arc::clone(daemon),
        topics,
        interval: subscription.interval.unwrap_or(USUAL),
        dropped: Arc::clone(&subscription.dropped),
    };
    daemon.tasks.spawn(async move {
        // The task before this one has been told to end.
        let old = match before {
            Some(before) => before.await.unwrap_or_default(),
            None => Ears::default(),
        };
        let mut ears = old.only(&feed.topics, new);
        tokio::select! {
            () = feed.tell(&mut ears) => {}
            () = end.cancelled() => {}
        }
        // Nobody may want them any more.
        let _ = leave.send(ears);
    });
}

/// Tells one connection what it subscribed to.
struct Feed {
    link: Arc<Link>,
    owner: &'static str,
    daemon: Arc<Daemon>,
    topics: BTreeSet<Topic>,
    interval: Duration,
    dropped: Arc<AtomicU64>,
}

impl Feed {
    async fn tell(&mut self, ears: &mut Ears) {
        let mut ticks = interval(self.interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick(), if self.hears(Topic::Snapshot) => self.picture().await,
                item = next(&mut ears.news) => self.event(item),
                line = next(&mut ears.lines) => self.line(line),
                () = changed(&mut ears.catalog) => {
                    self.link.outbox.push(frame::tell("catalog_changed", None, &()));
                }
            }
        }
    }

    fn hears(&self, topic: Topic) -> bool {
        self.topics.contains(&topic)
    }

    async fn picture(&self) {
        let mut snapshot = self.daemon.snapshot(self.owner).await;
        snapshot.dropped = self.dropped.load(Ordering::Relaxed) + self.link.outbox.dropped();
        // One snapshot waits at the most: the next one takes its place.
        self.link.outbox.replace("snapshot", frame::snapshot(&Picture { snapshot }));
    }

    fn event(&self, item: Result<News, u64>) {
        match item {
            Ok(news) if self.owner == OPERATOR || self.owner == news.owner => {
                self.link.outbox.offer(frame::tell("event", None, &news));
            }
            Ok(_) => {}
            Err(missed) => {
                self.missed(missed);
                self.daemon.house.telemetry().news_dropped(missed);
            }
        }
    }

    fn missed(&self, count: u64) {
        self.dropped.fetch_add(count, Ordering::Relaxed);
    }

    fn line(&self, line: Result<LogLine, u64>) {
        match line {
            Ok(line) if self.owner == OPERATOR || line.owner.as_deref() == Some(self.owner) => {
                self.link.outbox.offer(frame::tell("log", None, &line));
            }
            Ok(_) => {}
            Err(missed) => self.missed(missed),
        }
    }
}

/// The next item, or how many were missed. Never comes back when there is nothing to hear.
async fn next<T: Clone + Serialize>(source: &mut Option<broadcast::Receiver<T>>) -> Result<T, u64> {
    let Some(receiver) = source else { return std::future::pending().await };
    match receiver.recv().await {
        Ok(item) => Ok(item),
        Err(RecvError::Lagged(missed)) => Err(missed),
        Err(RecvError::Closed) => {
            *source = None;
            std::future::pending().await
        }
    }
}

/// Waits for the next change. Never comes back when there is nothing to hear.
async fn changed(source: &mut Option<watch::Receiver<u64>>) {
    let Some(receiver) = source else { return std::future::pending().await };
    if receiver.changed().await.is_err() {
        *source = None;
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Telemetry;

    #[test]
    fn who_hears_more_loses_nothing_of_what_it_hears_already() {
        let telemetry = Telemetry::default();
        let old = Ears { news: Some(telemetry.listen()), ..Ears::default() };
        // Told, not taken yet; then comes a subscription to more.
        telemetry.session_opened("default", &crate::protocol::SessionId::new());
        let new = || Ears { news: Some(telemetry.listen()), ..Ears::default() };
        let topics = BTreeSet::from([Topic::Events, Topic::Snapshot]);
        let mut ears = old.only(&topics, new());
        assert!(ears.news.as_mut().is_some_and(|news| news.try_recv().is_ok()));
        assert!(ears.only(&BTreeSet::from([Topic::Snapshot]), new()).news.is_none(), "who hears less hears no events");
    }
}
