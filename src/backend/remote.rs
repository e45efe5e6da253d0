//! Calls at a daemon: the WebSocket protocol from its client's side.
//!
//! ```text
//! Remote ──commands──▶ Line (one task: owns the connection, makes it again) ──frames──▶ daemon
//!   ▲                    └─ Desk: who waits for what ◀──frames── daemon
//!   └── CallHandle (feed, result), answers, Subscription
//! ```
//!
//! A call outlives the connection: after it broke, each call is attached to again from the last event that was told.
//! Nothing is ever sent twice blindly, so nothing is paid twice.

mod address;
mod answers;
mod desk;
mod follow;
mod frame;
mod line;
mod link;
mod subscription;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use address::Address;
pub use line::LinkState;
pub use link::NotConnected;
pub use subscription::{Bulletin, Subscription};

use self::desk::{Command, Desk, Ids, Pending};
use self::follow::Asked;
use self::frame::Bare;
use self::line::{Line, closed};
use self::link::{Caller, Dial, Tcp};
use self::subscription::Subscriber;
use super::{Backend, CallHandle};
use crate::clock::Timestamp;
use crate::config::{Profile, Secret};
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::Workspace;
use crate::protocol::wire::{
    About, Admin, AdminAnswer, AdminRequest, Attach, CallFound, CallList, Cancel, Client, HealthAnswer, HelloAck,
    Picture, Prefix, Removed, Rotate, ThreadFound, ThreadList, ThreadPurge, ThreadShown, ThreadsQuery, ToolList,
    ToolsQuery, Topic, UsageList, UsageQuery,
};
use crate::protocol::{
    CallFilter, CallRecord, CallRequest, CallSummary, Found, Snapshot, ThreadChoice, ThreadId, ThreadRecord,
    ThreadSummary, UsageBy, UsageRow,
};

/// How long an answer may take that waits for nothing but the store.
const ANSWER: Duration = Duration::from_secs(30);
/// How long the daemon may take to say that it accepts a call; it waits for nothing.
const ACCEPTANCE: Duration = Duration::from_secs(15);
/// Commands that wait for the connection.
const COMMANDS: usize = 64;

/// Which daemon, and who connects.
#[derive(Debug, Clone)]
pub struct RemoteSettings {
    /// Where it is.
    pub address: Address,
    /// What it wants to know.
    pub token: Option<Secret>,
    /// What connects.
    pub client: Client,
    /// The caller's directories; the first one is what relative paths are relative to.
    pub roots: Vec<String>,
    /// The list of tools that the caller calls by; the daemon's own choice when there is none.
    pub profile: Option<Profile>,
    /// How long connecting may take, hello included.
    pub patience: Duration,
    /// It is the daemon of this state directory: its lock tells where the next one is, and whether there is one.
    pub state_dir: Option<PathBuf>,
}

/// A daemon. Cheap to clone; the clones share one connection.
#[derive(Debug, Clone)]
pub struct Remote {
    dial: Arc<dyn Dial>,
    commands: mpsc::Sender<Command>,
    welcome: watch::Receiver<Arc<HelloAck>>,
    link: watch::Receiver<LinkState>,
    ids: Ids,
    closing: CancellationToken,
    tasks: TaskTracker,
}

impl Remote {
    /// Connects to a daemon.
    pub async fn connect(settings: RemoteSettings) -> Result<Self, NotConnected> {
        let RemoteSettings { address, token, client, roots, profile, patience, state_dir } = settings;
        let dial: Arc<dyn Dial> = Arc::new(Tcp::new(address, state_dir, token.as_ref()));
        Self::over(Caller { dial, token, client, roots, profile, patience }).await
    }

    async fn over(mut caller: Caller) -> Result<Self, NotConnected> {
        let (socket, welcome) = caller.open(None).await?;
        let dial = Arc::clone(&caller.dial);
        let (commands, wanted) = mpsc::channel(COMMANDS);
        let (told, welcome) = watch::channel(Arc::new(welcome));
        let (linked, link) = watch::channel(LinkState::Up);
        let (ids, closing, tasks) = (Ids::default(), CancellationToken::new(), TaskTracker::new());
        let line = Line {
            pause: None,
            link: linked,
            caller,
            welcome: told,
            commands: wanted,
            desk: Desk::new(ids.clone()),
            closing: closing.clone(),
            tasks: tasks.clone(),
        };
        tasks.spawn(line.run(socket));
        Ok(Self { dial, commands, welcome, link, ids, closing, tasks })
    }

    /// What the daemon said when it was last connected to.
    pub fn welcome(&self) -> Arc<HelloAck> {
        Arc::clone(&self.welcome.borrow())
    }

    /// What the daemon says from now on, each time that it is connected to again.
    pub fn welcomes(&self) -> watch::Receiver<Arc<HelloAck>> {
        let mut welcomes = self.welcome.clone();
        welcomes.mark_unchanged();
        welcomes
    }

    /// Whether the connection is there now.
    pub fn is_up(&self) -> bool {
        *self.link.borrow() == LinkState::Up
    }

    /// Where the daemon is.
    pub fn address(&self) -> Address {
        self.dial.address()
    }

    /// Whether the connection is up, and every change of that.
    pub fn link(&self) -> watch::Receiver<LinkState> {
        self.link.clone()
    }

    /// Sends what is still to be sent, closes the connection and waits for its task. Calls go on at the daemon.
    pub async fn close(self) {
        self.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// How the daemon is.
    pub async fn health(&self) -> Result<Value> {
        Ok(self.read::<HealthAnswer>("health", &Bare {}).await?.health)
    }

    /// Has an operator's wish carried out.
    pub async fn admin(&self, action: Admin) -> Result<AdminAnswer> {
        self.change("admin", &AdminRequest { action }).await
    }

    /// Puts the token `new` in the place of `old`.
    pub async fn rotate_token(&self, old: &str, new: &str) -> Result<()> {
        let rotate = Rotate { old: Some(old.to_owned()), new: Some(new.to_owned()) };
        self.change::<Value>("rotate_token", &rotate).await.map(drop)
    }

    /// The tools of a profile; when none is named those that the caller calls by.
    pub async fn list_tools(&self, profile: Option<Profile>) -> Result<ToolList> {
        let query = ToolsQuery { profile: profile.map(|profile| profile.as_str().to_owned()) };
        self.read("list_tools", &query).await
    }

    /// News of the house from now on; `interval` is the time between two snapshots. They go on after the connection
    /// broke, and end when the daemon stays away.
    pub async fn subscribe(&self, topics: &[Topic], interval: Option<Duration>) -> Result<Subscription> {
        let interval = interval.map(|interval| u64::try_from(interval.as_millis()).unwrap_or(u64::MAX));
        let (subscriber, subscription) = Subscriber::new(topics, interval);
        self.send(Command::Subscribe(subscriber)).await?;
        Ok(subscription)
    }

    /// Asks something that may be asked twice.
    async fn read<T: DeserializeOwned>(&self, op: &str, body: &impl Serialize) -> Result<T> {
        self.ask(op, body, true).await
    }

    /// Asks for something that must not be asked for twice.
    async fn change<T: DeserializeOwned>(&self, op: &str, body: &impl Serialize) -> Result<T> {
        self.ask(op, body, false).await
    }

    async fn ask<T: DeserializeOwned>(&self, op: &str, body: &impl Serialize, again: bool) -> Result<T> {
        let id = self.ids.next();
        let frame = self.fitting(frame::request(op, &id, body)?)?;
        let (reply, answered) = oneshot::channel();
        let asking = async {
            self.send(Command::Ask(id, Pending { frame, again, reply })).await?;
            answered.await.unwrap_or_else(|_| Err(closed()))
        };
        let text: Utf8Bytes = tokio::time::timeout(ANSWER, asking).await.map_err(|_| {
            let message = format!("the daemon did not answer {op} within {} s", ANSWER.as_secs());
            Error::new(ErrorCode::Timeout, message)
        })??;
        frame::answer(op, &text)
    }

    /// Asks for a handle on a call.
    async fn open(&self, id: String, frame: String, workspace: Option<Arc<dyn Workspace>>) -> Result<CallHandle> {
        let frame = self.fitting(frame)?;
        let (reply, opened) = oneshot::channel();
        let again = workspace.is_none();
        let asked =
            Asked { frame, again, workspace, reply, until: Instant::now() + ACCEPTANCE, is_repeated: false, due: None };
        self.send(Command::Open(id, asked)).await?;
        // The line answers in time, unless it is busy with a daemon that comes and goes.
        let opened = tokio::time::timeout(ACCEPTANCE * 2, opened).await;
        opened
            .map_err(|_| Error::new(ErrorCode::Timeout, "the daemon takes no calls"))?
            .unwrap_or_else(|_| Err(closed()))
    }

    /// A frame that the daemon would not take would end the connection for everybody.
    fn fitting(&self, frame: String) -> Result<String> {
        let most = self.welcome.borrow().limits.max_bytes;
        if frame.len() as u64 <= most {
            return Ok(frame);
        }
        let message = format!("the request has {} bytes, and the daemon takes {most} (daemon.max_bytes)", frame.len());
        Err(Error::new(ErrorCode::ValidationError, message).hint("name large files instead of quoting them"))
    }

    async fn send(&self, command: Command) -> Result<()> {
        let sending = tokio::time::timeout(ACCEPTANCE, self.commands.send(command)).await;
        sending.map_err(|_| Error::new(ErrorCode::Timeout, "the daemon takes no requests"))?.map_err(|_| closed())
    }
}

#[async_trait]
impl Backend for Remote {
    async fn call(&self, request: CallRequest, workspace: Arc<dyn Workspace>) -> Result<CallHandle> {
        let id = self.ids.next();
        let frame = frame::call(&id, &request)?;
        self.open(id, frame, Some(workspace)).await
    }

    async fn list_calls(&self, filter: CallFilter) -> Result<Vec<CallSummary>> {
        Ok(self.read::<CallList>("list_calls", &filter).await?.calls)
    }

    async fn get_call(&self, prefix: &str) -> Result<CallRecord> {
        Ok(self.read::<CallFound>("get_call", &Prefix { id: prefix.to_owned() }).await?.call)
    }

    async fn attach(&self, prefix: &str) -> Result<CallHandle> {
        let id = self.ids.next();
        let attach = Attach { call_id: prefix.to_owned(), after: 0, stream: true };
        let frame = frame::request("attach", &id, &attach)?;
        self.open(id, frame, None).await
    }

    async fn cancel(&self, prefix: &str) -> Result<Found> {
        self.read("cancel", &Cancel { call_id: Some(prefix.to_owned()) }).await
    }

    async fn usage(&self, by: UsageBy, since: Timestamp) -> Result<Vec<UsageRow>> {
        Ok(self.read::<UsageList>("usage", &UsageQuery { by, since }).await?.rows)
    }

    async fn delete_threads(&self, which: ThreadChoice) -> Result<u64> {
        Ok(self.change::<Removed>("delete_threads", &ThreadPurge { which }).await?.deleted)
    }

    async fn list_threads(&self, limit: u32) -> Result<Vec<ThreadSummary>> {
        Ok(self.read::<ThreadList>("list_threads", &ThreadsQuery { limit: Some(limit) }).await?.threads)
    }

    async fn get_thread(&self, prefix: &str) -> Result<ThreadRecord> {
        Ok(self.read::<ThreadShown>("get_thread", &Prefix { id: prefix.to_owned() }).await?.thread)
    }

    async fn last_thread(&self, root: &str) -> Result<Option<ThreadId>> {
        Ok(self.read::<ThreadFound>("last_thread", &About { root: root.to_owned() }).await?.thread_id)
    }

    async fn snapshot(&self) -> Result<Snapshot> {
        Ok(self.read::<Picture>("snapshot", &Bare {}).await?.snapshot)
    }
}
