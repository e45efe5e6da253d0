//! Sessions: what a client may resume after its connection broke. A session remembers the requests it made, so that one
//! that comes again is the same call and not a second one, and the connections over which its files can be asked for.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::connection::Link;
use super::rate::Bucket;
use crate::backend::Local;
use crate::calls::Vanished;
use crate::clock::Timestamp;
use crate::config::Rate;
use crate::error::{Error, ErrorCode, Result};
use crate::mcp::Agent;
use crate::protocol::wire::{Client, Hello};
use crate::protocol::{CallId, SessionId};

/// Requests of a session that are remembered.
const REQUESTS: usize = 1024;

/// One client.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: SessionId,
    pub(super) owner: &'static str,
    /// The house as this session sees it.
    pub(super) local: Local,
    pub(super) bucket: Mutex<Bucket>,
    state: Mutex<State>,
    /// A connection came.
    connected: Notify,
}

#[derive(Debug)]
struct State {
    client: Client,
    address: SocketAddr,
    roots: Vec<String>,
    /// It has no connections: its requests come over HTTP.
    is_of_agents: bool,
    links: Vec<Weak<Link>>,
    requests: HashMap<Arc<str>, Asked>,
    order: VecDeque<Arc<str>>,
    last_seen: Timestamp,
    idle_since: Instant,
    closed: bool,
}

/// What was asked under a request's name.
#[derive(Debug, Clone)]
struct Asked {
    what: u64,
    call_id: CallId,
    vanished: Vanished,
}

/// What became of a request.
#[derive(Debug)]
pub(super) enum Named<T> {
    /// It is new, and was begun.
    New(T),
    /// The same was asked before: this is its call, which may leave nothing behind.
    Again(CallId, Vanished),
}

impl Session {
    fn new(owner: &'static str, local: Local, rate: Rate, id: SessionId, address: SocketAddr) -> Self {
        let state = State {
            client: Client::default(),
            address,
            roots: Vec::new(),
            is_of_agents: false,
            links: Vec::new(),
            requests: HashMap::new(),
            order: VecDeque::new(),
            last_seen: Timestamp::now(),
            idle_since: Instant::now(),
            closed: false,
        };
        let (bucket, state) = (Mutex::new(Bucket::new(rate)), Mutex::new(state));
        Self { id, owner, local, bucket, state, connected: Notify::new() }
    }

    /// A connection of this session is up.
    pub(super) fn connect(&self, link: &Arc<Link>, hello: &Hello) {
        {
            let mut state = self.state();
            state.links.retain(|link| link.strong_count() > 0);
            state.links.push(Arc::downgrade(link));
            state.address = link.address;
            state.client = hello.client.clone().unwrap_or_default();
            state.roots.clone_from(&hello.roots);
            state.last_seen = Timestamp::now();
        }
        self.connected.notify_waiters();
    }

    /// A connection of this session is gone.
    pub(super) fn disconnect(&self, link: &Arc<Link>) {
        let mut state = self.state();
        state.links.retain(|other| !std::ptr::eq(other.as_ptr(), Arc::as_ptr(link)) && other.strong_count() > 0);
        (state.idle_since, state.last_seen) = (Instant::now(), Timestamp::now());
    }

    /// Whether it is the session of the agents on HTTP that call themselves so.
    fn is_of_agent(&self, client: &Client) -> bool {
        let state = self.state();
        state.is_of_agents && state.client.name == client.name
    }

    /// An agent on HTTP asked something just now.
    fn used_by(&self, client: &Client, address: SocketAddr) {
        let mut state = self.state();
        (state.client, state.address, state.is_of_agents) = (client.clone(), address, true);
        (state.idle_since, state.last_seen) = (Instant::now(), Timestamp::now());
    }

    /// The connections that are up.
    pub(super) fn links(&self) -> Vec<Arc<Link>> {
        self.state().links.iter().filter_map(Weak::upgrade).collect()
    }

    /// The connection over which files can be asked for, the newest first; waits for one, but not long.
    pub(super) async fn workspace_link(&self, patience: Duration) -> Option<Arc<Link>> {
        let find = async {
            loop {
                let mut connected = std::pin::pin!(self.connected.notified());
                connected.as_mut().enable();
                let found = self.links().into_iter().rev().find(|link| link.workspace && !link.end.is_cancelled());
                if found.is_some() || self.state().closed {
                    return found;
                }
                connected.await;
            }
        };
        tokio::time::timeout(patience, find).await.ok().flatten()
    }

    /// The directories that the client said it works in.
    pub(super) fn roots(&self) -> Vec<String> {
        self.state().roots.clone()
    }

    /// Begins the call that `request_id` asks for and remembers it; the same request again, by the fingerprint of `what` it asks
    /// for, is that call. Nobody hears of a
    /// call that is not begun yet, and one that was refused, or has left nothing behind, may be asked for again.
    pub(super) fn begin<T>(
        &self,
        request_id: &str,
        what: u64,
        start: impl FnOnce(CallId, Vanished) -> Result<T>,
    ) -> Result<Named<T>> {
        let mut state = self.state();
        if let Some(asked) = state.requests.get(request_id).filter(|asked| !asked.vanished.is_so()) {
            if asked.what == what {
                return Ok(Named::Again(asked.call_id.clone(), asked.vanished.clone()));
            }
            let message = format!("request_id {request_id:?} was used in this session for something else");
            return Err(Error::invalid(message).hint("give each request an id of its own"));
        }
        let (call_id, vanished) = (CallId::new(), Vanished::default());
        let begun = start(call_id.clone(), vanished.clone())?;
        state.forget(request_id);
        while state.order.len() >= REQUESTS {
            let Some(oldest) = state.order.pop_front() else { break };
            state.requests.remove(&oldest);
        }
        let name = Arc::<str>::from(request_id);
        state.requests.insert(Arc::clone(&name), Asked { what, call_id, vanished });
        state.order.push_back(name);
        Ok(Named::New(begun))
    }

    /// Forgets the name of a call that left nothing behind, unless another one has it by now.
    pub(super) fn forget(&self, request_id: &str) {
        let mut state = self.state();
        if state.requests.get(request_id).is_some_and(|asked| asked.vanished.is_so()) {
            state.forget(request_id);
        }
    }

    /// The call that was asked for under this name.
    pub(super) fn call_of(&self, request_id: &str) -> Option<CallId> {
        self.state().requests.get(request_id).map(|asked| asked.call_id.clone())
    }

    /// What a dashboard shows of it, but for its calls.
    pub(super) fn about(&self) -> (String, SocketAddr, bool, Timestamp) {
        let state = self.state();
        let Client { name, version } = &state.client;
        let client = format!("{name} {version}").trim().to_owned();
        let is_connected = state.links.iter().any(|link| link.strong_count() > 0);
        (client, state.address, is_connected, state.last_seen)
    }

    /// Nobody comes back to it.
    fn end(&self) {
        self.state().closed = true;
        self.connected.notify_waiters();
    }

    /// Since when it has no connection.
    fn away_since(&self) -> Option<Instant> {
        let state = self.state();
        state.links.iter().all(|link| link.strong_count() == 0).then_some(state.idle_since)
    }

    fn is_idle(&self, longer_than: Duration) -> bool {
        self.away_since().is_some_and(|since| since.elapsed() >= longer_than)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn forget(&mut self, request_id: &str) {
        // What is forgotten is among the latest.
        if self.requests.remove(request_id).is_some()
            && let Some(index) = self.order.iter().rposition(|name| **name == *request_id)
        {
            self.order.remove(index);
        }
    }
}

/// The session whose client has been away for the longest time.
fn longest_away(sessions: &HashMap<SessionId, Arc<Session>>) -> Option<SessionId> {
    let away = sessions.values().filter_map(|session| Some((session.away_since()?, &session.id)));
    away.min().map(|(_, id)| id.clone())
}

/// One more session; one whose client is away may have to make room.
fn begin(
    sessions: &mut HashMap<SessionId, Arc<Session>>,
    limits: (usize, Duration),
    make: impl FnOnce(&SessionId) -> Session,
) -> Result<Arc<Session>> {
    let (most, idle) = limits;
    if sessions.len() >= most {
        sessions.retain(|_, session| !session.is_idle(idle));
    }
    if sessions.len() >= most
        && let Some(longest) = longest_away(sessions)
        && let Some(gone) = sessions.remove(&longest)
    {
        gone.end();
    }
    if sessions.len() >= most {
        return Err(Error::new(ErrorCode::OverCapacity, format!("{most} sessions are open already"))
            .retry_after(Duration::from_secs(30)));
    }
    let id = SessionId::new();
    let session = Arc::new(make(&id));
    sessions.insert(id, Arc::clone(&session));
    Ok(session)
}

/// All sessions.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<SessionId, Arc<Session>>>);

impl Sessions {
    /// The session that `owner` resumes, or a new one; says whether it was resumed.
    pub(super) fn open(
        &self,
        resumed: Option<&SessionId>,
        owner: &'static str,
        limits: (usize, Duration),
        rate: Rate,
        address: SocketAddr,
        make: impl FnOnce(&SessionId) -> Local,
    ) -> Result<(Arc<Session>, bool)> {
        let mut sessions = self.lock();
        let known = resumed.and_then(|id| sessions.get(id));
        if let Some(session) = known.filter(|session| session.owner == owner && !session.is_idle(limits.1)) {
            return Ok((Arc::clone(session), true));
        }
        let session = begin(&mut sessions, limits, |id| Session::new(owner, make(id), rate, id.clone(), address))?;
        Ok((session, false))
    }

    /// The session of all agents on HTTP that call themselves `client`, whichever connection each request comes over.
    pub(super) fn of_agent(
        &self,
        agent: &Agent,
        owner: &'static str,
        limits: (usize, Duration),
        rate: Rate,
        make: impl FnOnce(&SessionId) -> Local,
    ) -> Result<Arc<Session>> {
        let Agent { client, address } = agent;
        let address = address.unwrap_or_else(|| SocketAddr::from(([0, 0, 0, 0], 0)));
        let mut sessions = self.lock();
        let known = sessions.values().find(|session| session.owner == owner && session.is_of_agent(client));
        let session = match known {
            Some(session) => Arc::clone(session),
            None => begin(&mut sessions, limits, |id| Session::new(owner, make(id), rate, id.clone(), address))?,
        };
        session.used_by(client, address);
        Ok(session)
    }
    /// Forgets a session; its connections are the caller's business.
    pub(super) fn remove(&self, id: &SessionId) -> Option<Arc<Session>> {
        self.lock().remove(id).inspect(|session| session.end())
    }

    /// Forgets those that nobody came back to; returns their ids.
    pub(super) fn sweep(&self, idle: Duration) -> Vec<SessionId> {
        let mut sessions = self.lock();
        let gone: Vec<SessionId> =
            sessions.values().filter(|session| session.is_idle(idle)).map(|session| session.id.clone()).collect();
        for id in &gone {
            if let Some(session) = sessions.remove(id) {
                session.end();
            }
        }
        gone
    }

    pub(super) fn all(&self) -> Vec<Arc<Session>> {
        self.lock().values().cloned().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<Session>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
