//! A daemon that does what a test says, over pipes in this process, so that the clock can be paused; for tests only.

use std::collections::BTreeMap;
use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::sync::{Mutex, mpsc};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

use super::link::{Bytes, Caller, Dial, NotConnected};
use super::{Address, Remote};
use crate::backend::{Backend, CallHandle};
use crate::config::{Profile, Secret};
use crate::error::Result;
use crate::evidence::git::{Changes, GitQuestion};
use crate::evidence::{Found, Listing, ReadResult, Stat, Workspace};
use crate::protocol::wire::{CallResult, Client, Hello};
use crate::protocol::{CallId, CallOptions, CallRequest, CallState, Envelope, EventKind, Live, Told, Written};

/// Longer than anything here takes; on a paused clock it passes as soon as nothing happens any more.
const DEADLINE: Duration = Duration::from_mins(5);
/// More than any frame of a test, so that nobody waits for the other one to read.
const PIPE: usize = 64 * 1024 * 1024;

/// Waits for something that must happen.
#[track_caller]
pub(super) fn in_time<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let place = std::panic::Location::caller();
    async move { tokio::time::timeout(DEADLINE, future).await.unwrap_or_else(|_| panic!("nothing happens at {place}")) }
}

/// Where connections arrive.
#[derive(Debug)]
pub(super) struct Port {
    arrivals: Mutex<mpsc::UnboundedReceiver<DuplexStream>>,
    pipes: Arc<Pipes>,
}

/// Reaches a [`Port`].
#[derive(Debug)]
pub(super) struct Pipes {
    ends: mpsc::UnboundedSender<DuplexStream>,
    open: AtomicBool,
    may_return: AtomicBool,
    token: std::sync::Mutex<Option<Secret>>,
}

#[async_trait]
impl Dial for Pipes {
    async fn dial(&self) -> io::Result<Box<dyn Bytes>> {
        let (here, there) = tokio::io::duplex(PIPE);
        if !self.open.load(Ordering::Relaxed) || self.ends.send(there).is_err() {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        Ok(Box::new(here))
    }

    fn address(&self) -> Address {
        Address::new("daemon.test", 8079)
    }

    fn token(&self) -> Option<Secret> {
        self.token.lock().unwrap().clone()
    }

    fn may_return(&self) -> bool {
        self.may_return.load(Ordering::Relaxed)
    }
}

impl Port {
    pub(super) fn new() -> Self {
        let (ends, arrivals) = mpsc::unbounded_channel();
        let (open, may_return) = (AtomicBool::new(true), AtomicBool::new(true));
        let pipes = Arc::new(Pipes { ends, open, may_return, token: std::sync::Mutex::default() });
        Self { arrivals: Mutex::new(arrivals), pipes }
    }

    /// Nobody listens from now on; `may_return` says whether that can be told to be for good.
    pub(super) fn shut(&self, may_return: bool) {
        self.pipes.open.store(false, Ordering::Relaxed);
        self.pipes.may_return.store(may_return, Ordering::Relaxed);
    }

    /// From now on this is what can be looked up as its token.
    pub(super) fn exchange(&self, token: &str) {
        *self.pipes.token.lock().unwrap() = Some(Secret::new(token));
    }

    pub(super) fn reopen(&self) {
        self.pipes.open.store(true, Ordering::Relaxed);
    }

    pub(super) fn caller(&self) -> Caller {
        Caller {
            dial: Arc::clone(&self.pipes) as _,
            token: Some(Secret::new("a-token-of-the-test")),
            client: Client { name: "test".to_owned(), version: "1".to_owned() },
            roots: vec!["/project".to_owned()],
            profile: Some(Profile::Full),
            patience: Duration::from_secs(5),
        }
    }

    /// The next connection, as bytes.
    pub(super) async fn arrival(&self) -> DuplexStream {
        let mut arrivals = self.arrivals.lock().await;
        in_time(arrivals.recv()).await.unwrap()
    }

    /// The next connection, upgraded, with its hello.
    pub(super) async fn peer(&self) -> (Peer, Hello) {
        let socket = in_time(accept_async(self.arrival().await)).await.unwrap();
        let mut peer = Peer { socket };
        let hello = peer.hears("hello").await;
        (peer, serde_json::from_value(hello).unwrap())
    }

    /// The next connection, welcomed.
    pub(super) async fn welcome(&self, resumed: bool) -> (Peer, Hello) {
        let (mut peer, hello) = self.peer().await;
        peer.says(welcome(resumed, 33_554_432)).await;
        (peer, hello)
    }

    /// A client, and the daemon that it is connected to.
    pub(super) async fn connect(&self) -> (Remote, Peer) {
        let (remote, (peer, _)) = tokio::join!(Remote::over(self.caller()), self.welcome(false));
        (remote.unwrap(), peer)
    }

    /// What a client gets that meets `reply` in place of a welcome.
    pub(super) async fn refuse(&self, reply: Value) -> NotConnected {
        let refuse = async {
            let (mut peer, _) = self.peer().await;
            peer.says(reply).await;
            peer
        };
        let (remote, _peer) = tokio::join!(Remote::over(self.caller()), refuse);
        remote.unwrap_err()
    }
}

/// The answer to a hello.
pub(super) fn welcome(resumed: bool, max_bytes: u64) -> Value {
    json!({
        "op": "hello_ack", "ok": true, "session_id": "the-session", "protocol": 1, "resumed": resumed,
        "server": {"name": "exai", "version": "9.9.9", "colour": "blue"}, "catalog": "c", "config_id": {"glm": "abc"},
        "limits": {"max_bytes": max_bytes, "session_inflight": 2, "call_timeout_s": 300}, "later": [1, 2],
    })
}

/// The daemon's end of a connection.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) socket: WebSocketStream<DuplexStream>,
}

impl Peer {
    pub(super) async fn says(&mut self, frame: Value) {
        in_time(self.socket.send(Message::text(frame.to_string()))).await.unwrap();
    }

    /// The next frame; `None` when the connection is over.
    pub(super) async fn next(&mut self) -> Option<Value> {
        loop {
            match in_time(self.socket.next()).await {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next frame, which must be a certain one.
    pub(super) async fn hears(&mut self, op: &str) -> Value {
        let frame = self.next().await.unwrap_or_else(|| panic!("the connection ended before {op}"));
        assert_eq!(frame["op"], op, "{frame}");
        frame
    }

    /// Hears a request and answers it.
    pub(super) async fn answers(&mut self, op: &str, mut with: Value) -> Value {
        let request = self.hears(op).await;
        with["op"] = format!("{op}_res").into();
        with["request_id"] = request["request_id"].clone();
        self.says(with).await;
        request
    }

    /// Hears a call and accepts it.
    pub(super) async fn accepts(&mut self, call: &CallId) -> Value {
        let request = self.next().await.unwrap();
        assert!(matches!(request["op"].as_str(), Some("call_tool" | "attach")), "{request}");
        self.says(ack(&request, call)).await;
        request
    }

    /// Tells of a call.
    pub(super) async fn tells(&mut self, request: &Value, call: &CallId, mut what: Value) {
        what["op"] = "progress".into();
        what["request_id"] = request["request_id"].clone();
        what["call_id"] = call.as_str().into();
        what["name"] = "chat".into();
        what["t"] = 1.5.into();
        if what["n"].is_u64() {
            what["at"] = "2026-01-01T00:00:00Z".into();
        }
        self.says(what).await;
    }

    /// Ends a call with an answer.
    pub(super) async fn finishes(&mut self, request: &Value, call: &CallId, text: &str) -> Envelope {
        let envelope = answered(call, text);
        let frame = CallResult::frame(request["request_id"].as_str(), &Written::from(envelope.clone())).unwrap();
        self.says(serde_json::from_str(&frame).unwrap()).await;
        envelope
    }
}

pub(super) fn ack(request: &Value, call: &CallId) -> Value {
    json!({
        "op": "call_tool_ack", "request_id": request["request_id"], "accepted": true, "timeout": 20.0,
        "name": "chat", "call_id": call, "new_field": {"deep": true},
    })
}

fn answered(call: &CallId, text: &str) -> Envelope {
    let mut envelope = Envelope::running(call.clone(), "chat");
    envelope.state = CallState::Succeeded;
    envelope.text = text.to_owned();
    envelope
}

/// A client that has a call running at the daemon.
pub(super) async fn running(port: &Port, files: &Files) -> (Remote, Peer, CallHandle, CallId, Value) {
    let (remote, mut peer) = port.connect().await;
    let call = CallId::new();
    let (handle, request) = tokio::join!(begin(&remote, files), peer.accepts(&call));
    (remote, peer, handle.unwrap(), call, request)
}

/// Makes a call.
pub(super) async fn begin(remote: &Remote, files: &Files) -> Result<CallHandle> {
    let Value::Object(arguments) = json!({"prompt": "Why?"}) else { unreachable!() };
    let request = CallRequest { tool: "chat".to_owned(), arguments, options: CallOptions::default() };
    in_time(remote.call(request, Arc::new(files.clone()))).await
}

/// All that is told of a call, shortened: text as it is, events by their number.
pub(super) async fn story(handle: &mut CallHandle) -> Vec<String> {
    let mut story = Vec::new();
    while let Some(told) = in_time(handle.news.next()).await {
        story.push(shortened(&told));
    }
    story
}

pub(super) fn shortened(told: &Told) -> String {
    match told {
        Told::Live(Live::Delta { text }) => text.clone(),
        Told::Live(Live::Heartbeat { phase, .. }) => format!("~{}", phase.as_str()),
        Told::Event(event) => match &event.kind {
            EventKind::Note { message } => format!("{}:{message}", event.n),
            kind => format!("{}:{kind}", event.n),
        },
    }
}

/// The files of a caller.
#[derive(Debug, Clone, Default)]
pub(super) struct Files {
    pub(super) texts: BTreeMap<String, String>,
    /// Looking at them takes for ever.
    pub(super) stuck: bool,
}

impl Files {
    pub(super) fn of(files: &[(&str, usize)]) -> Self {
        let texts = files.iter().map(|(name, size)| ((*name).to_owned(), "x".repeat(*size))).collect();
        Self { texts, stuck: false }
    }

    fn found(&self, path: &str) -> Option<Found> {
        let bytes = self.texts.get(path)?.len() as u64;
        Some(Found { path: path.to_owned(), location: format!("/project/{path}"), bytes })
    }
}

#[async_trait]
impl Workspace for Files {
    fn root(&self) -> &'static str {
        "/project"
    }

    async fn stat(&self, paths: &[String]) -> Result<Vec<Stat>> {
        if self.stuck {
            pending::<()>().await;
        }
        Ok(paths.iter().map(|path| self.found(path).map_or(Stat::Missing, Stat::File)).collect())
    }

    async fn list(&self, paths: &[String]) -> Result<Vec<Listing>> {
        Ok(paths.iter().map(|path| self.found(path).map_or(Listing::Missing, Listing::File)).collect())
    }

    async fn read(&self, paths: &[String], _: u64) -> Result<Vec<ReadResult>> {
        let text = |text: &String| ReadResult::Text { text: text.clone(), bytes: text.len() as u64 };
        Ok(paths.iter().map(|path| self.texts.get(path).map_or(ReadResult::Missing, text)).collect())
    }
    async fn git(&self, question: &GitQuestion) -> Result<Changes> {
        Ok(Changes { repository: question.path().to_owned(), ..Changes::default() })
    }
}
