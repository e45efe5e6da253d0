//! One call as it is followed from here: what was told of it, and what is still to be told after the connection broke.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::calls::CallHandle;
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::Workspace;
use crate::feed::Feed;
use crate::protocol::wire::{CallAck, CallResult, Progress};
use crate::protocol::{CallId, Envelope, Live, Told, Written};

/// How long after its deadline a call may still be without a result.
const GRACE: Duration = Duration::from_secs(10);
/// No call is allowed longer.
const LONGEST: Duration = Duration::from_hours(1);

/// A call that was asked for and is not acknowledged yet.
#[derive(Debug)]
pub(super) struct Asked {
    /// The request as it was sent.
    pub(super) frame: String,
    /// Whether asking twice is the same as asking once.
    pub(super) again: bool,
    /// The caller's files; a call that is only watched has none.
    pub(super) workspace: Option<Arc<dyn Workspace>>,
    /// Who waits for the handle.
    pub(super) reply: oneshot::Sender<Result<CallHandle>>,
    /// When the wait is over.
    pub(super) until: Instant,
    /// It was sent more than once: an earlier sending may have been accepted.
    pub(super) is_repeated: bool,
    /// When it is to be sent again, because it was refused until then.
    pub(super) due: Option<Instant>,
}

/// A call that is acknowledged.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) id: CallId,
    pub(super) workspace: Option<Arc<dyn Workspace>>,
    /// Its owner wants it to end.
    pub(super) cancel: CancellationToken,
    /// It is followed no longer. Apart from `cancel`: another handle may follow the same call.
    over: CancellationToken,
    /// When the wait for its result is over.
    pub(super) until: Instant,
    /// It was asked for again and the daemon has not said yes yet.
    pub(super) is_attaching: bool,
    /// When it is to be attached to again, because that was refused until then.
    pub(super) due: Option<Instant>,
    since: Instant,
    tool: String,
    feed: Feed<Told>,
    result: watch::Sender<Option<Arc<Written>>>,
    /// The number of the last event that was told.
    last: u32,
    seam: Seam,
}

impl Followed {
    /// Follows the call that `ack` names; the handle is for its caller.
    pub(super) fn new(ack: CallAck, workspace: Option<Arc<dyn Workspace>>, now: Instant) -> (Self, CallHandle) {
        let (feed, cancel) = (Feed::default(), CancellationToken::new());
        let (result, found) = watch::channel(None);
        let allowed = Duration::try_from_secs_f64(ack.timeout).unwrap_or(LONGEST).min(LONGEST);
        let (id, tool, seam) = (ack.call_id, ack.name, Seam::default());
        let handle = CallHandle::over(id.clone(), &tool, allowed, feed.reader(), found, cancel.clone());
        let call = Self {
            id,
            workspace,
            cancel,
            over: CancellationToken::new(),
            until: now + allowed + GRACE,
            is_attaching: false,
            due: None,
            since: now,
            tool,
            feed,
            result,
            last: 0,
            seam,
        };
        (call, handle)
    }

    /// The number of the last event that was told.
    pub(super) fn last(&self) -> u32 {
        self.last
    }

    /// Waits until its caller wants it to end, and names it; `None` when it ended before.
    pub(super) fn wish_to_cancel(&self) -> impl Future<Output = Option<CallId>> + Send + 'static {
        let (cancel, over, id) = (self.cancel.clone(), self.over.clone(), self.id.clone());
        async move {
            tokio::select! {
                biased;
                () = cancel.cancelled() => Some(id),
                () = over.cancelled() => None,
            }
        }
    }

    /// It is attached to again: text will be told again from its start.
    pub(super) fn rejoin(&mut self) {
        (self.is_attaching, self.due) = (true, None);
        self.seam.rejoin();
    }

    /// Tells what was not told yet.
    pub(super) fn tell(&mut self, progress: Progress) {
        match progress.told() {
            Told::Event(event) if event.n <= self.last => {}
            Told::Event(event) => {
                self.last = event.n;
                self.feed.push(Told::Event(event));
            }
            Told::Live(Live::Delta { text }) => {
                if let Some(text) = self.seam.new_of(text) {
                    self.feed.push(Told::Live(Live::Delta { text }));
                }
            }
            beat @ Told::Live(Live::Heartbeat { .. }) => self.feed.push(beat),
        }
    }

    /// Ends with the result that came; `error` is why there is none.
    pub(super) fn finish(self, result: CallResult, error: Option<Error>) {
        match (result.envelope(), error) {
            (Some(envelope), _) => self.end(envelope),
            (None, Some(error)) => self.fail(&error),
            (None, None) => {
                let message = format!("the daemon's result of call {} has no envelope", self.id);
                self.fail(&Error::new(ErrorCode::ProtocolError, message).hint(look(&self.id)));
            }
        }
    }

    /// Ends without a result.
    pub(super) fn fail(&self, error: &Error) {
        let mut envelope = Envelope::running(self.id.clone(), &self.tool);
        envelope.fail(error);
        // How long it was waited for here: the daemon's own figures are not known.
        envelope.timing.total_ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.end(envelope);
    }

    fn end(&self, envelope: Envelope) {
        self.over.cancel();
        self.result.send_replace(Some(Arc::new(Written::from(envelope))));
        self.feed.close();
    }

    /// The call is at the daemon, and the daemon is gone.
    pub(super) fn abandoned(self, why: &str) {
        let message = format!("the daemon that carried out call {} is gone: {why}", self.id);
        self.fail(&Error::new(ErrorCode::Interrupted, message).hint(look(&self.id)));
    }

    /// The daemon does not know the call that it had acknowledged: it has no row before something is sent for it, and what is
    /// turned away in a storm, or is a dry run, never has one.
    pub(super) fn unknown(self) {
        let message = format!("nothing was sent for call {}, and nothing of it is kept", self.id);
        self.fail(&Error::new(ErrorCode::Interrupted, message).hint("nothing was paid; ask again"));
    }

    /// Nothing came in time.
    pub(super) fn late(self) {
        let message = format!("call {} is past its deadline and the daemon does not say how it ended", self.id);
        self.fail(&Error::new(ErrorCode::Timeout, message).hint(look(&self.id)));
    }
}

impl Asked {
    /// Nobody can say whether the call exists.
    pub(super) fn lost(self, why: &str) {
        let error = if self.again {
            Error::new(ErrorCode::ServiceUnavailable, format!("the daemon did not answer: {why}"))
        } else {
            let message = format!("it is unknown whether the daemon accepted the call: {why}");
            Error::new(ErrorCode::Interrupted, message)
                .hint("`exai calls list` shows it if it did; nothing is sent again by itself")
        };
        self.refuse(error);
    }

    /// There is no call.
    pub(super) fn refuse(self, error: Error) {
        // Whoever asked may have stopped waiting.
        drop(self.reply.send(Err(error)));
    }
}

fn look(id: &CallId) -> String {
    format!("what became of it: `exai calls show {id}`")
}

/// Where text that is told again meets text that was told before.
#[derive(Debug, Default)]
struct Seam {
    told: usize,
    /// Bytes that come again.
    again: usize,
}

impl Seam {
    fn rejoin(&mut self) {
        self.again = self.told;
    }

    /// What of `text` is new.
    fn new_of(&mut self, text: String) -> Option<String> {
        let cut = text.floor_char_boundary(self.again);
        let old = self.again.min(text.len());
        self.again -= old;
        let new = if cut == 0 { text } else { text[cut..].to_owned() };
        self.told += new.len();
        Some(new).filter(|new| !new.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_told_again_is_cut_where_it_was_told_before() {
        let mut seam = Seam::default();
        let mut told = String::new();
        let mut tell = |seam: &mut Seam, text: &str| told.extend(seam.new_of(text.to_owned()));
        for text in ["one ", "", "zwö"] {
            tell(&mut seam, text);
        }
        seam.rejoin();
        tell(&mut seam, "one zwölf");
        seam.rejoin();
        // In pieces, and cut off again in the middle of what was told.
        tell(&mut seam, "one z");
        seam.rejoin();
        for text in ["one ", "zwö", "lf", " drei"] {
            tell(&mut seam, text);
        }
        assert_eq!(told, "one zwölf drei");
    }
}
