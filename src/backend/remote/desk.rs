//! What is under way with one daemon, and where each of its frames belongs. No sockets here: frames come in, and what is
//! to be sent waits in `out`.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::answers::{Answers, refusal};
use super::follow::{Asked, Followed};
use super::frame;
use super::subscription::{Audience, Subscriber};
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::Workspace;
use crate::protocol::wire::{Attach, CallAck, CallResult, Cancel, Head, Progress, Subscribe, Topic, WorkspaceAsk};
use crate::protocol::{CallId, Envelope};

/// Questions about the files of a call whose acknowledgement has not come yet.
const EARLY: usize = 64;
/// When to try again what was refused for now, if the daemon does not say.
const LATER: Duration = Duration::from_secs(1);
/// A daemon that says "at once" is not asked in a circle.
const SOONEST: Duration = Duration::from_millis(20);
/// No call lasts longer than this, so that nothing is due later.
const LATEST: Duration = Duration::from_hours(2);

/// Names requests; each name is used once.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids(Arc<AtomicU64>);

impl Ids {
    pub(super) fn next(&self) -> String {
        (self.0.fetch_add(1, Ordering::Relaxed) + 1).to_string()
    }
}

/// Something that a user of the connection wants.
#[derive(Debug)]
pub(super) enum Command {
    /// An answer to this.
    Ask(String, Pending),
    /// A handle on a call.
    Open(String, Asked),
    /// News.
    Subscribe(Subscriber),
}

/// A request that waits for its answer.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) frame: String,
    /// Whether asking twice is the same as asking once.
    pub(super) again: bool,
    pub(super) reply: oneshot::Sender<Result<Utf8Bytes>>,
}

/// Something that nobody waits for, and that must happen all the same.
#[derive(Debug)]
struct Wish {
    what: Wished,
    /// When to ask again, because it was refused for now.
    due: Option<Instant>,
}

/// What is wished.
#[derive(Debug)]
enum Wished {
    /// This call shall end.
    Cancel(CallId),
    /// News.
    Subscribe,
}

/// What is under way.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// What is to be sent.
    pub(super) out: VecDeque<String>,
    ids: Ids,
    asked: HashMap<String, Asked>,
    calls: HashMap<String, Followed>,
    requests: HashMap<String, Pending>,
    audience: Audience,
    /// What was asked for that nobody waits for, by the name of the request.
    wishes: HashMap<String, Wish>,
    /// Calls whose owner wants them to end.
    cancelled: FuturesUnordered<BoxFuture<'static, Option<CallId>>>,
    early: Vec<WorkspaceAsk>,
    answers: Option<Answers>,
}

impl Desk {
    pub(super) fn new(ids: Ids) -> Self {
        Self { ids, ..Self::default() }
    }

    /// Nobody waits for anything.
    pub(super) fn is_idle(&self) -> bool {
        let waiting = self.requests.values().any(|request| !request.reply.is_closed());
        !waiting && self.asked.is_empty() && self.calls.is_empty() && self.audience.is_empty()
    }

    pub(super) fn carry_out(&mut self, command: Command) {
        self.requests.retain(|_, request| !request.reply.is_closed());
        match command {
            // Nobody waits for it any more, and it was never sent.
            Command::Ask(_, Pending { reply, .. }) if reply.is_closed() => {}
            Command::Open(_, Asked { reply, .. }) if reply.is_closed() => {}
            Command::Ask(id, pending) => {
                self.out.push_back(pending.frame.clone());
                self.requests.insert(id, pending);
            }
            Command::Open(id, asked) => {
                self.out.push_back(asked.frame.clone());
                self.asked.insert(id, asked);
            }
            Command::Subscribe(subscriber) => {
                self.audience.join(subscriber);
                self.subscribe();
            }
        }
    }

    /// There is no connection for it.
    pub(super) fn refuse(command: Command, error: Error) {
        match command {
            // Whoever asked may have stopped waiting.
            Command::Ask(_, pending) => drop(pending.reply.send(Err(error))),
            Command::Open(_, asked) => asked.refuse(error),
            Command::Subscribe(_) => {}
        }
    }

    /// Takes a frame. What is not understood is for another version, and is passed over.
    pub(super) fn take(&mut self, text: &Utf8Bytes) {
        let Ok(head) = serde_json::from_str::<Head<'_>>(text) else { return };
        let id = head.request_id.map(Cow::into_owned);
        match head.op.as_ref() {
            "progress" => self.progress(id.as_deref(), text),
            "workspace" => self.question(text),
            "snapshot" => self.news(Topic::Snapshot, text),
            "event" => self.news(Topic::Events, text),
            "log" => self.news(Topic::Log, text),
            "catalog_changed" => self.news(Topic::Catalog, text),
            op => {
                if let Some(id) = id {
                    self.answered(op, &id, text);
                }
            }
        }
    }

    fn progress(&mut self, id: Option<&str>, text: &str) {
        let Ok(progress) = serde_json::from_str::<Progress>(text) else { return };
        let call = match id {
            Some(id) => self.calls.get_mut(id),
            None => self.calls.values_mut().find(|call| call.id == progress.call_id),
        };
        if let Some(call) = call {
            call.tell(progress);
        }
    }

    fn answered(&mut self, op: &str, id: &str, text: &Utf8Bytes) {
        if let Some(pending) = self.requests.remove(id) {
            // Whoever asked may have stopped waiting.
            drop(pending.reply.send(Ok(text.clone())));
        } else if self.asked.contains_key(id) {
            self.opened(op, id, text);
        } else if self.calls.contains_key(id) {
            self.settled(op, id, text);
        } else if let Some(wish) = self.wishes.remove(id) {
            self.heeded(op, id, wish, text);
        }
    }

    /// The answer to what nobody waits for.
    fn heeded(&mut self, op: &str, id: &str, wish: Wish, text: &str) {
        let Some(error) = frame::failure(op, text) else { return };
        if error.is_retryable() {
            self.wishes.insert(id.to_owned(), Wish { due: Some(later(&error)), ..wish });
        } else if matches!(wish.what, Wished::Subscribe) {
            // Better no news than waiting for some that do not come.
            self.audience.dismiss();
        }
    }

    /// The first answer to a call: that it is accepted, or that it is not.
    fn opened(&mut self, op: &str, id: &str, text: &str) {
        if let Some(later) = refused_for_now(op, text)
            && let Some(asked) = self.asked.get_mut(id).filter(|asked| asked.is_repeated)
        {
            // Its first sending may have been accepted: a caller who hears that it was refused would ask anew, and pay twice.
            asked.due = Some(later);
            return;
        }
        let accepted = match (op, frame::failure(op, text)) {
            ("call_tool_ack", None) => frame::answer::<CallAck>(op, text),
            ("call_tool_res", None) => result(text).and_then(accepted_before),
            (_, Some(error)) => Err(error),
            _ => return,
        };
        let Some(asked) = self.asked.remove(id) else { return };
        match accepted {
            Ok(ack) => {
                let (call, handle) = Followed::new(ack, asked.workspace, Instant::now());
                self.cancelled.push(Box::pin(call.wish_to_cancel()));
                self.calls.insert(id.to_owned(), call);
                // Nobody may wait for the handle any more; the call still needs its files.
                drop(asked.reply.send(Ok(handle)));
                for question in std::mem::take(&mut self.early) {
                    self.look_up(question);
                }
                if op == "call_tool_res" {
                    self.settled(op, id, text);
                }
            }
            Err(error) => asked.refuse(error),
        }
    }

    /// A later answer to a call: its result, or that it can not be attached to.
    fn settled(&mut self, op: &str, id: &str, text: &str) {
        let error = frame::failure(op, text);
        if op != "call_tool_res" && error.is_none() {
            if let Some(call) = self.calls.get_mut(id) {
                call.is_attaching = false;
            }
            return;
        }
        if let Some(later) = refused_for_now(op, text)
            && let Some(call) = self.calls.get_mut(id).filter(|call| call.is_attaching)
        {
            // Many calls that are attached to at once meet the daemon's limits; the call itself goes on.
            call.due = Some(later);
            return;
        }
        let Some(call) = self.calls.remove(id) else { return };
        match (result(text), error) {
            (Ok(result), error) if result.meta.is_some() => call.finish(result, error),
            (_, Some(error)) if error.code == ErrorCode::NotFound => call.unknown(),
            (Ok(result), error) => call.finish(result, error),
            (Err(unreadable), error) => call.fail(&error.unwrap_or(unreadable)),
        }
    }

    fn question(&mut self, text: &str) {
        match serde_json::from_str::<WorkspaceAsk>(text) {
            Ok(question) => self.look_up(question),
            Err(error) => {
                // A kind of question that this version does not know is refused, so that nobody waits for it.
                let id = serde_json::from_str::<Numbered>(text).map(|numbered| numbered.id);
                let why = Error::invalid(format!("a question about files can not be read: {error}"));
                self.out.extend(id.ok().map(|id| refusal(id, &why)));
            }
        }
    }

    fn look_up(&mut self, question: WorkspaceAsk) {
        let mut of_call = self.calls.values().filter(|call| call.id == question.call_id);
        let workspace: Option<Arc<dyn Workspace>> = of_call.find_map(|call| call.workspace.clone());
        match (workspace, &self.answers) {
            (Some(workspace), Some(answers)) => self.out.extend(answers.answer(question, workspace).err()),
            // The acknowledgement of a call that was asked for again is still on its way.
            (None, _) if !self.asked.is_empty() && self.early.len() < EARLY => self.early.push(question),
            _ => {
                let error = Error::not_found(format!("call {} has no files here", question.call_id));
                self.out.push_back(refusal(question.id, &error));
            }
        }
    }

    fn news(&mut self, topic: Topic, text: &Utf8Bytes) {
        if !self.audience.hear(topic, text) {
            self.write("unsubscribe", &Subscribe { topics: vec![topic], interval_ms: None });
        }
    }

    fn subscribe(&mut self) {
        let (topics, interval_ms) = self.audience.wishes();
        if !topics.is_empty() {
            // The newest one says all that is wanted.
            self.wishes.retain(|_, wish| !matches!(wish.what, Wished::Subscribe));
            let id = self.write("subscribe", &Subscribe { topics, interval_ms });
            self.wishes.insert(id, Wish { what: Wished::Subscribe, due: None });
        }
    }

    /// Asks for something; returns the name of the request.
    fn write<T: serde::Serialize>(&mut self, op: &str, body: &T) -> String {
        let id = self.ids.next();
        // Our own types can always be written.
        self.out.extend(frame::request(op, &id, body).ok());
        id
    }

    /// Waits until the owner of a call wants it to end.
    pub(super) async fn cancelled(&mut self) -> CallId {
        loop {
            match self.cancelled.next().await {
                Some(Some(id)) => return id,
                // That call has ended: whoever else follows it still wants it.
                Some(None) => {}
                None => std::future::pending().await,
            }
        }
    }

    /// Asks a call to end, if it is still under way.
    pub(super) fn cancel(&mut self, id: &CallId) {
        if self.calls.values().any(|call| call.id == *id) {
            let request = self.write("cancel", &Cancel { call_id: Some(id.to_string()) });
            self.wishes.insert(request, Wish { what: Wished::Cancel(id.clone()), due: None });
        }
    }

    /// When the next wait is over, or something is to be sent again.
    pub(super) fn next_limit(&self) -> Option<Instant> {
        let asked = self.asked.values().map(|asked| asked.due.map_or(asked.until, |due| due.min(asked.until)));
        let calls = self.calls.values().map(|call| call.due.map_or(call.until, |due| due.min(call.until)));
        asked.chain(calls).chain(self.wishes.values().filter_map(|wish| wish.due)).min()
    }

    /// Does what time asks for: ends the waits that are over, and sends again what was refused until now.
    pub(super) fn tick(&mut self, now: Instant) {
        self.expire(now);
        for asked in self.asked.values_mut().filter(|asked| asked.due.is_some_and(|due| due <= now)) {
            asked.due = None;
            self.out.push_back(asked.frame.clone());
        }
        let due: Vec<_> = self.calls.extract_if(|_, call| call.due.is_some_and(|due| due <= now)).collect();
        for (_, call) in due {
            self.attach(call);
        }
        let due: Vec<_> = self.wishes.extract_if(|_, wish| wish.due.is_some_and(|due| due <= now)).collect();
        for (_, wish) in due {
            match wish.what {
                Wished::Cancel(id) => self.cancel(&id),
                Wished::Subscribe => self.subscribe(),
            }
        }
    }

    /// Ends the waits that are over.
    fn expire(&mut self, now: Instant) {
        for (_, asked) in self.asked.extract_if(|_, asked| asked.until <= now) {
            self.out.retain(|frame| *frame != asked.frame);
            asked.lost("it did not answer in time");
        }
        for (_, call) in self.calls.extract_if(|_, call| call.until <= now) {
            call.late();
        }
    }

    /// A connection is up.
    pub(super) fn connected(&mut self, answers: Answers) {
        self.answers = Some(answers);
    }

    /// The connection is gone. What can not be asked twice fails now.
    pub(super) fn disconnected(&mut self, why: &str) {
        self.out.clear();
        self.early.clear();
        self.wishes.clear();
        self.answers = None;
        for (_, request) in self.requests.extract_if(|_, request| !request.again) {
            let message = format!("the connection to the daemon broke before its answer: {why}");
            // Whoever asked may have stopped waiting.
            drop(request.reply.send(Err(Error::new(ErrorCode::ServiceUnavailable, message))));
        }
    }

    /// The daemon is there again. A call is never sent again blindly: only a session that was resumed knows whether it
    /// has come before.
    pub(super) fn rejoin(&mut self, resumed: bool) {
        // First of all: what its caller was told not to be sent again, or nobody holds, must not run and be paid.
        self.expire(Instant::now());
        self.asked.retain(|_, asked| !asked.reply.is_closed());
        self.requests.retain(|_, request| !request.reply.is_closed());
        for (_, asked) in self.asked.extract_if(|_, asked| !asked.again && !resumed) {
            asked.lost("the connection broke, and the daemon has forgotten the session");
        }
        for asked in self.asked.values_mut() {
            (asked.is_repeated, asked.due) = (true, None);
            self.out.push_back(asked.frame.clone());
        }
        self.out.extend(self.requests.values().map(|request| request.frame.clone()));
        for (_, call) in std::mem::take(&mut self.calls) {
            let cancelled = call.cancel.is_cancelled().then(|| call.id.clone());
            self.attach(call);
            if let Some(id) = cancelled {
                self.cancel(&id);
            }
        }
        self.subscribe();
    }

    /// Follows a call from where its telling stopped.
    fn attach(&mut self, mut call: Followed) {
        call.rejoin();
        let attach = Attach { call_id: call.id.to_string(), after: call.last(), stream: true };
        let id = self.ids.next();
        self.out.extend(frame::request("attach", &id, &attach).ok());
        self.calls.insert(id, call);
    }

    /// The daemon does not come back: nobody waits any longer.
    pub(super) fn give_up(&mut self, why: &str) {
        self.disconnected(why);
        for (_, asked) in self.asked.drain() {
            asked.lost(why);
        }
        for (_, call) in self.calls.drain() {
            call.abandoned(why);
        }
        for (_, request) in self.requests.drain() {
            let message = format!("the daemon is gone: {why}");
            // Whoever asked may have stopped waiting.
            drop(request.reply.send(Err(Error::new(ErrorCode::ServiceUnavailable, message))));
        }
        self.audience.dismiss();
    }
}

/// A question that can be refused by its number, whatever else it says.
#[derive(serde::Deserialize)]
struct Numbered {
    id: u64,
}

/// When to ask again, if `text` says that a request about a call was refused only for now. A call that ended in an error
/// of that kind has ended: its result has an envelope.
fn refused_for_now(op: &str, text: &str) -> Option<Instant> {
    let error = frame::failure(op, text).filter(Error::is_retryable)?;
    let has_ended = result(text).is_ok_and(|result| result.meta.is_some());
    (!has_ended).then(|| later(&error))
}

fn later(error: &Error) -> Instant {
    let now = Instant::now();
    let after = error.retry_after.unwrap_or(LATER).clamp(SOONEST, LATEST);
    now + after
}

fn result(text: &str) -> Result<CallResult> {
    serde_json::from_str(text).map_err(|error| {
        Error::new(ErrorCode::ProtocolError, format!("the daemon's result of a call can not be read: {error}"))
    })
}

/// The acknowledgement that a result stands for when none came before it.
fn accepted_before(result: CallResult) -> Result<CallAck> {
    let meta: Option<Envelope> = result.meta;
    meta.map(|meta| CallAck { accepted: true, timeout: 0.0, name: meta.tool, call_id: meta.call_id }).ok_or_else(|| {
        Error::new(ErrorCode::ProtocolError, "the daemon answered a call neither with a result nor with an error")
    })
}
