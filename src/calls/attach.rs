//! Holding a call again: one of this process through its feed, one of another process through the journal.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{CallHandle, Calls};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::feed::Feed;
use crate::protocol::{CallId, CallRecord, CallState, Found, Told, Written};

/// How often the journal is read for news of another process's call.
const LOOK: Duration = Duration::from_millis(200);
/// How long after its deadline a call of a living process may still be without a result.
const GRACE: Duration = Duration::from_secs(30);

impl Calls {
    /// A handle on the call of `owner` whose id begins with `prefix`: all its events from the start, then its result.
    pub async fn attach(self: &Arc<Self>, owner: &str, prefix: &str) -> Result<CallHandle> {
        // A call that runs here may be too young to be in the journal.
        if let Some(handle) = self.hold(owner, &CallId::from(prefix.to_owned())) {
            return Ok(handle);
        }
        let record = self.store.get_call(owner.to_owned(), prefix.to_owned()).await?;
        let id = record.result.call_id.clone();
        if let Some(handle) = self.hold(owner, &id) {
            return Ok(handle);
        }
        let (feed, cancel) = (Feed::default(), CancellationToken::new());
        let (finished, result) = watch::channel(None);
        let allowed = record.deadline_at.since(record.created_at);
        let handle = CallHandle::over(id.clone(), &record.result.tool, allowed, feed.reader(), result, cancel.clone());
        let follower = Follower { calls: Arc::clone(self), owner: owner.to_owned(), id, feed, cancel };
        self.tasks.spawn(follower.follow(record, finished));
        Ok(handle)
    }

    /// A handle on a call that this process runs.
    fn hold(&self, owner: &str, id: &CallId) -> Option<CallHandle> {
        let entry = self.running.get(id).filter(|entry| entry.journal.owner() == owner)?;
        Some(entry.handle())
    }

    /// Asks the call of `owner` whose id begins with `prefix` to end, whichever process runs it.
    pub async fn cancel(&self, owner: &str, prefix: &str) -> Result<Found> {
        let id = CallId::from(prefix.to_owned());
        if self.hold(owner, &id).is_some() && self.running.cancel(&id) {
            return Ok(Found { call_id: id, state: CallState::Running });
        }
        let record = self.store.get_call(owner.to_owned(), prefix.to_owned()).await?;
        let found = Found { call_id: record.result.call_id, state: record.result.state };
        if found.state == CallState::Running && !self.running.cancel(&found.call_id) {
            self.store.request_cancel(found.call_id.clone()).await?;
        }
        Ok(found)
    }
}

/// Follows one call through the journal.
struct Follower {
    calls: Arc<Calls>,
    owner: String,
    id: CallId,
    feed: Feed<Told>,
    cancel: CancellationToken,
}

impl Follower {
    async fn follow(self, mut record: CallRecord, finished: watch::Sender<Option<Arc<Written>>>) {
        let mut told = 0;
        let mut cancelled = false;
        loop {
            for event in record.events.drain(..).filter(|event| event.n > told).collect::<Vec<_>>() {
                told = event.n;
                self.feed.push(Told::Event(event.into()));
            }
            if record.result.state != CallState::Running {
                self.feed.close();
                return drop(finished.send(Some(Arc::new(Written::from(record.result)))));
            }
            tokio::select! {
                () = finished.closed() => return,
                () = self.cancel.cancelled(), if !cancelled => {
                    cancelled = true;
                    // Should it fail, the next look will fail too, and tell.
                    let _ = self.calls.store.request_cancel(self.id.clone()).await.is_ok();
                }
                () = tokio::time::sleep(LOOK) => {}
            }
            record = match self.look().await {
                Ok(record) => record,
                Err(error) => {
                    record.result.fail(&error);
                    self.feed.close();
                    return drop(finished.send(Some(Arc::new(Written::from(record.result)))));
                }
            };
        }
    }

    /// The call as the journal has it now. A call whose process is gone ends here.
    async fn look(&self) -> Result<CallRecord> {
        Calls::recover(&self.calls.store, &self.calls.state_dir).await?;
        let record = self.calls.store.get_call(self.owner.clone(), self.id.to_string()).await?;
        let is_late = record.deadline_at.after(GRACE) < Timestamp::now();
        if record.result.state == CallState::Running && is_late {
            let message = format!("call {} is past its deadline and its process does not say how it ended", self.id);
            return Err(Error::internal(message).hint("look at it again with `exai calls show`"));
        }
        Ok(record)
    }
}
