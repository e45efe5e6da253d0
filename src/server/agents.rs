//! What answers the agents of one owner: a handler for each of them, their sessions, and how much they may send.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::local::{LocalSessionManager, SessionConfig};
use rmcp::transport::streamable_http_server::session::{SessionId, SessionManager};
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::time::Instant;

use super::daemon::Daemon;
use super::http::Answer;

/// A session of the older generation that nobody uses goes after so long. Its library counts messages and not running calls,
/// so this is longer than any call.
const KEPT: Duration = Duration::from_hours(4);
/// Such sessions that one owner has at the most: programs that greet before each call never say good-bye.
const MOST: usize = 1_000;
/// The header that names such a session.
const SESSION: &str = "mcp-session-id";

/// Answers the requests of one owner's agents.
pub(super) type Service = Arc<dyn Fn(Request<Full<Bytes>>) -> BoxFuture<'static, Answer> + Send + Sync>;

/// Makes the service of an owner.
pub(super) type Opening = Box<dyn Fn(&Arc<Daemon>, &'static str) -> Service + Send + Sync>;

/// A service whose agents each talk to what `handler` makes.
pub(super) fn service<A: ServerHandler>(daemon: &Daemon, handler: impl Fn() -> A + Send + Sync + 'static) -> Service {
    let config = daemon.config();
    let sessions = sessions();
    let most = MOST.min(config.daemon.max_sessions as usize);
    let recent = Arc::new(Recent { sessions: Arc::clone(&sessions), uses: Mutex::default(), most });
    // Whose name and which page may ask is looked at before (`guard`).
    let config = StreamableHttpServerConfig::default()
        .disable_allowed_hosts()
        .disable_allowed_origins()
        .with_max_request_body_bytes(config.daemon.max_bytes as usize)
        .with_cancellation_token(daemon.end.child_token());
    let service = streams(handler, sessions, config);
    Arc::new(move |request| {
        let (service, recent) = (service.clone(), Arc::clone(&recent));
        Box::pin(async move {
            let named = request.headers().get(SESSION).and_then(|id| id.to_str().ok()).map(SessionId::from);
            let under_way = named.as_ref().and_then(|id| recent.open(id));
            let answer = service.handle(request).await;
            let begun = answer.headers().get(SESSION).and_then(|id| id.to_str().ok()).map(SessionId::from);
            if let Some(id) = begun.filter(|_| named.is_none()) {
                recent.begin(id).await;
            }
            answer.map(|body| {
                body.map_frame(move |frame| {
                    let _ = &under_way;
                    frame
                })
                .boxed()
            })
        })
    })
}

/// The sessions of the older generation, and how they are used.
struct Recent {
    sessions: Arc<LocalSessionManager>,
    uses: Mutex<HashMap<SessionId, Use>>,
    most: usize,
}

/// How one session is used.
#[derive(Clone, Copy)]
struct Use {
    /// When it was last asked something, or an answer of it ended.
    last: Instant,
    /// Answers that are under way. A stream of changes is one: who listens is there.
    open: usize,
}

impl Recent {
    fn uses(&self) -> MutexGuard<'_, HashMap<SessionId, Use>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a session is asked something; it is used until the answer has ended. None for one that is not known.
    fn open(self: &Arc<Self>, id: &SessionId) -> Option<Open> {
        self.uses().get_mut(id)?.open += 1;
        Some(Open { recent: Arc::clone(self), id: Arc::clone(id) })
    }

    /// One more; the one that was not used for the longest time may have to make room. Its calls go on, and its agent is told
    /// to greet again.
    async fn begin(&self, id: SessionId) {
        self.uses().insert(Arc::clone(&id), Use { last: Instant::now(), open: 0 });
        let looked = Instant::now();
        let open: HashSet<SessionId> = self.sessions.sessions.read().await.keys().cloned().collect();
        if let Some(oldest) = self.surplus(&id, &open, looked) {
            // It may have ended by itself.
            drop(self.sessions.close_session(&oldest).await);
        }
    }

    /// The session that has to make room for `fresh`, when there are too many. `open` are those that there were at `looked`: what
    /// began since is not among them, and no less there.
    fn surplus(&self, fresh: &SessionId, open: &HashSet<SessionId>, looked: Instant) -> Option<SessionId> {
        let mut uses = self.uses();
        uses.retain(|id, used| open.contains(id) || used.last >= looked);
        let others = uses.iter().filter(|(id, _)| *id != fresh);
        let oldest = others.min_by_key(|(_, used)| (used.open > 0, used.last)).map(|(id, _)| Arc::clone(id));
        oldest.filter(|_| uses.len() > self.most)
    }
}

/// An answer that is under way.
struct Open {
    recent: Arc<Recent>,
    id: SessionId,
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(used) = self.recent.uses().get_mut(&self.id) {
            *used = Use { last: Instant::now(), open: used.open.saturating_sub(1) };
        }
    }
}

/// Sessions of the older generation.
fn sessions() -> Arc<LocalSessionManager> {
    let mut config = SessionConfig::default();
    config.keep_alive = Some(KEPT);
    let mut sessions = LocalSessionManager::default();
    sessions.session_config = config;
    Arc::new(sessions)
}

/// What speaks the protocol, with its sessions.
fn streams<A: ServerHandler>(
    handler: impl Fn() -> A + Send + Sync + 'static,
    sessions: Arc<LocalSessionManager>,
    config: StreamableHttpServerConfig,
) -> StreamableHttpService<A, LocalSessionManager> {
    StreamableHttpService::new(move || Ok(handler()), sessions, config)
}

#[cfg(test)]
mod tests;
