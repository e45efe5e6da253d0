//! An agent made of lines, before a house whose calls do what the test says; for tests only.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Agent, Host, Menu, Stdio, converse};
use crate::backend::{Backend, CallHandle};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::{LocalWorkspace, Workspace};
use crate::feed::Feed;
use crate::protocol::{
    CallEvent, CallFilter, CallId, CallRecord, CallRequest, CallState, CallSummary, Envelope, EventKind, Found,
    Snapshot, ThreadChoice, ThreadId, ThreadRecord, ThreadSummary, Told, UsageBy, UsageRow, Written,
};
use crate::providers::{Catalogue, Model};
use crate::tools::{Offer, Registry};

/// A call that does what the test says.
#[derive(Debug)]
pub(crate) struct Puppet {
    pub(crate) request: CallRequest,
    pub(crate) id: CallId,
    pub(crate) cancel: CancellationToken,
    feed: Feed<Told>,
    result: watch::Sender<Option<Arc<Written>>>,
    began: Timestamp,
}

impl Puppet {
    pub(crate) fn happens(&self, kind: EventKind) {
        let event = CallEvent { call_id: self.id.clone(), n: 1, at: Timestamp::now(), kind };
        self.feed.push(Told::Event(event.into()));
    }

    pub(crate) fn ends(&self, change: impl FnOnce(&mut Envelope)) {
        let mut envelope = Envelope::running(self.id.clone(), &self.request.tool);
        envelope.state = CallState::Succeeded;
        change(&mut envelope);
        self.result.send_replace(Some(Arc::new(Written::from(envelope))));
        self.feed.close();
    }
}

/// The id of a call about which the house can not say anything just now.
pub(super) const AWAY: &str = "away";

/// A house of puppets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Puppets(Arc<Mutex<Vec<Arc<Puppet>>>>);

impl Puppets {
    fn all(&self) -> Vec<Arc<Puppet>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The call that was made as the `n`th.
    pub(crate) async fn call(&self, n: usize) -> Arc<Puppet> {
        loop {
            if let Some(puppet) = self.all().get(n) {
                return Arc::clone(puppet);
            }
            tokio::task::yield_now().await;
        }
    }

    /// How many calls were made.
    pub(super) fn count(&self) -> usize {
        self.all().len()
    }

    fn find(&self, id: &str) -> Result<Arc<Puppet>> {
        if id == AWAY {
            return Err(Error::new(ErrorCode::ServiceUnavailable, "the daemon is away"));
        }
        let found = self.all().into_iter().find(|puppet| puppet.id.as_str() == id);
        found.ok_or_else(|| Error::not_found(format!("no call is called {id}")))
    }
}

#[async_trait]
impl Backend for Puppets {
    async fn call(&self, request: CallRequest, _: Arc<dyn Workspace>) -> Result<CallHandle> {
        let (feed, cancel, id) = (Feed::default(), CancellationToken::new(), CallId::new());
        let (result, found) = watch::channel(None);
        let handle =
            CallHandle::over(id.clone(), &request.tool, Duration::from_hours(1), feed.reader(), found, cancel.clone());
        let puppet = Puppet { request, id, cancel, feed, result, began: Timestamp::now() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(puppet));
        Ok(handle)
    }

    async fn get_call(&self, prefix: &str) -> Result<CallRecord> {
        let puppet = self.find(prefix)?;
        let ended = puppet.result.borrow().clone();
        let running = || Envelope::running(puppet.id.clone(), &puppet.request.tool);
        let result = ended.map_or_else(running, |ended| Arc::unwrap_or_clone(ended).into_envelope());
        let (created_at, deadline_at) = (puppet.began, puppet.began);
        Ok(CallRecord { result, created_at, deadline_at, finished_at: None, events: Vec::new(), attempts: Vec::new() })
    }

    async fn cancel(&self, prefix: &str) -> Result<Found> {
        let puppet = self.find(prefix)?;
        puppet.cancel.cancel();
        Ok(Found { call_id: puppet.id.clone(), state: CallState::Running })
    }

    async fn list_calls(&self, _: CallFilter) -> Result<Vec<CallSummary>> {
        Ok(Vec::new())
    }

    async fn attach(&self, prefix: &str) -> Result<CallHandle> {
        Err(Error::not_found(prefix.to_owned()))
    }

    async fn usage(&self, _: UsageBy, _: Timestamp) -> Result<Vec<UsageRow>> {
        Ok(Vec::new())
    }

    async fn delete_threads(&self, _: ThreadChoice) -> Result<u64> {
        Ok(0)
    }

    async fn list_threads(&self, _: u32) -> Result<Vec<ThreadSummary>> {
        Ok(Vec::new())
    }

    async fn get_thread(&self, prefix: &str) -> Result<ThreadRecord> {
        Err(Error::not_found(format!("no thread is called {prefix}")))
    }

    async fn last_thread(&self, _: &str) -> Result<Option<ThreadId>> {
        Ok(None)
    }

    async fn snapshot(&self) -> Result<Snapshot> {
        Err(Error::internal("nobody asks for it"))
    }
}

/// Where the handler stands.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub(crate) puppets: Puppets,
    pub(super) menu: watch::Sender<Arc<Menu>>,
    registry: Arc<Registry>,
    workspace: Arc<LocalWorkspace>,
    tasks: TaskTracker,
}

impl Stage {
    /// One whose files are in `dir`.
    pub(crate) fn new(dir: &std::path::Path) -> Self {
        let registry = Arc::new(Registry::new(&[]));
        let menu = watch::Sender::new(Arc::new(Menu::of(registry.list(), &Offer::default()).unwrap()));
        let workspace = Arc::new(LocalWorkspace::new(&[dir.to_owned()], dir, None, &[]).unwrap());
        Self { puppets: Puppets::default(), menu, registry, workspace, tasks: TaskTracker::new() }
    }
}

impl Host for Stage {
    type House = Puppets;

    async fn house(&self, _: &Agent) -> Result<Puppets> {
        Ok(self.puppets.clone())
    }

    async fn prepare(&self, request: CallRequest, _: &Puppets) -> Result<(CallRequest, Arc<dyn Workspace>)> {
        let request = self.registry.admit(&Offer::default(), request)?;
        self.registry.get(&request.tool)?;
        Ok((request, self.workspace()))
    }

    fn workspace(&self) -> Arc<dyn Workspace> {
        Arc::clone(&self.workspace) as Arc<dyn Workspace>
    }

    fn menu(&self) -> watch::Receiver<Arc<Menu>> {
        self.menu.subscribe()
    }

    fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    async fn models(&self) -> Result<Vec<Arc<Model>>> {
        let catalogue = Catalogue::embedded()?;
        ["glm-5.3", "glm-5.2", "kimi-k3"].map(|name| catalogue.resolve(name)).into_iter().collect()
    }
}

/// What the newest generation puts into each request.
pub(crate) fn meta(extra: &Value) -> Value {
    let mut meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "modern", "version": "1"},
    });
    for (name, value) in extra.as_object().into_iter().flatten() {
        meta[name] = value.clone();
    }
    meta
}

/// The longest line that is taken in tests.
pub(super) const MOST: usize = 1_000_000;

/// An agent made of lines.
pub(super) struct Lines {
    pub(super) stage: Stage,
    input: BufReader<ReadHalf<DuplexStream>>,
    output: Option<WriteHalf<DuplexStream>>,
    is_modern: bool,
    /// What came and was not asked for yet.
    waiting: Vec<Value>,
    pub(super) ended: tokio::task::JoinHandle<()>,
}

impl Lines {
    fn new(is_modern: bool, dir: &std::path::Path) -> Self {
        let stage = Stage::new(dir);
        let (ours, theirs) = tokio::io::duplex(2 * MOST);
        let (read, write) = tokio::io::split(theirs);
        let conversation = converse(stage.clone(), Stdio::new(read, write, MOST), Duration::from_secs(1));
        let ended = stage.tasks.spawn(conversation);
        let (read, write) = tokio::io::split(ours);
        Self { stage, input: BufReader::new(read), output: Some(write), is_modern, waiting: Vec::new(), ended }
    }

    /// One of the newest generation: it says nothing before it asks.
    pub(super) fn modern(dir: &std::path::Path) -> Self {
        Self::new(true, dir)
    }

    /// One of the older generation, after its handshake.
    pub(super) async fn legacy(client: &str, dir: &std::path::Path) -> Self {
        let mut agent = Self::new(false, dir);
        let params = json!({
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": client, "version": "1.0"},
        });
        let hello = agent.ask("initialize", params).await;
        assert_eq!(hello["result"]["protocolVersion"], "2025-06-18", "{hello}");
        agent.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
        agent
    }

    pub(super) async fn say(&mut self, message: &Value) {
        self.line(&message.to_string()).await;
    }

    pub(super) async fn line(&mut self, line: &str) {
        let output = self.output.as_mut().unwrap();
        output.write_all(line.as_bytes()).await.unwrap();
        output.write_all(b"\n").await.unwrap();
    }

    /// Sends a request.
    pub(super) async fn send(&mut self, id: &str, method: &str, mut params: Value) {
        if self.is_modern {
            params["_meta"] = meta(&params["_meta"]);
        }
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).await;
    }

    /// Sends a request and waits for its answer.
    pub(super) async fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = format!("ask-{method}");
        self.send(&id, method, params).await;
        self.answer(&id).await
    }

    /// Asks for a tool.
    pub(super) async fn call(&mut self, id: &str, tool: &str, arguments: Value) {
        self.send(id, "tools/call", json!({"name": tool, "arguments": arguments})).await;
    }

    /// The answer to a request.
    pub(super) async fn answer(&mut self, id: &str) -> Value {
        self.wait_for(|message| message["id"] == id && message.get("method").is_none()).await
    }

    /// The next notification of that name.
    pub(super) async fn hears(&mut self, method: &str) -> Value {
        self.wait_for(|message| message["method"] == method).await
    }

    /// The next message that is the right one; the others wait.
    pub(super) async fn wait_for(&mut self, is_right: impl Fn(&Value) -> bool) -> Value {
        loop {
            if let Some(place) = self.waiting.iter().position(&is_right) {
                return self.waiting.remove(place);
            }
            let mut line = String::new();
            let read = self.input.read_line(&mut line).await.unwrap();
            assert!(read > 0, "the end came before the message; there were {:?}", self.waiting);
            self.waiting.push(serde_json::from_str(&line).unwrap());
        }
    }

    /// Closes the agent's end.
    pub(super) async fn leave(&mut self) {
        let mut output = self.output.take().unwrap();
        output.shutdown().await.unwrap();
    }
}

/// The document in the answer to a call.
pub(super) fn document(answer: &Value) -> Value {
    let text = answer["result"]["content"][0]["text"].as_str();
    serde_json::from_str(text.unwrap_or_else(|| panic!("no text in {answer}"))).unwrap()
}
