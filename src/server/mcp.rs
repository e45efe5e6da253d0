//! `/mcp`: agents on HTTP. Each owner has a service of its own, so that nobody comes into another's session.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, StatusCode};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use tokio_util::task::TaskTracker;

use super::agents::{self, Opening, Service};
use super::daemon::{COME_BACK, Daemon};
use super::http::{self, Answer, Visit};
use super::{early, guard, workspace};
use crate::backend::Local;
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::Workspace;
use crate::mcp::{Agent, Handler, Host, Menu};
use crate::protocol::CallRequest;
use crate::providers::Model;

/// Sent to clients: after so many seconds without a request they should not use the connection again.
const KEEP_ALIVE: HeaderValue = HeaderValue::from_static("timeout=10");

/// What `/mcp` has beside the daemon.
pub(super) struct Mcp {
    menu: watch::Sender<Arc<Menu>>,
    open: Opening,
    services: Mutex<HashMap<&'static str, Service>>,
}

impl fmt::Debug for Mcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mcp").finish_non_exhaustive()
    }
}

impl Mcp {
    /// Each owner has what `open` makes.
    pub(super) fn new(open: Opening) -> Self {
        Self { menu: watch::Sender::default(), open, services: Mutex::default() }
    }
}

/// The agents of one owner, as the daemon answers them.
pub(super) fn open(daemon: &Arc<Daemon>, owner: &'static str) -> Service {
    let host = Agents {
        daemon: Arc::downgrade(daemon),
        owner,
        menu: daemon.mcp.menu.subscribe(),
        tasks: daemon.tasks.clone(),
    };
    agents::service(daemon, move || Handler::new(host.clone()))
}

/// Keeps the menu as the configuration has it.
pub(super) async fn keep_menu(daemon: Arc<Daemon>) {
    let mut catalog = daemon.house.catalog();
    loop {
        let calls = daemon.house.calls();
        match Menu::of(calls.registry.list(), calls.registry.offer()) {
            Ok(menu) => {
                daemon.mcp.menu.send_if_modified(|old| {
                    let is_new = **old != menu;
                    if is_new {
                        *old = Arc::new(menu);
                    }
                    is_new
                });
            }
            Err(error) => tracing::error!(code = ?error.code, "the tools can not be shown to agents"),
        }
        tokio::select! {
            changed = catalog.changed() => if changed.is_err() { return },
            () = daemon.shutdown.drain.cancelled() => return,
        }
    }
}

/// Answers one request of an agent.
pub(super) async fn answer(visit: &Visit, request: Request<Incoming>) -> Answer {
    let daemon = &visit.daemon;
    let Some(owner) = guard::bearer(daemon, request.headers(), visit.address) else {
        let mut answer = http::text(
            StatusCode::UNAUTHORIZED,
            "the token is needed: Authorization: Bearer TOKEN, which is EXAI_WS_TOKEN or in the file `token` of the daemon's state directory
",
        );
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return answer;
    };
    if let Err(wait) = daemon.rates.take(visit.address.ip(), &daemon.config().rates) {
        return http::too_many(wait);
    }
    daemon.touch();
    let config = daemon.config();
    let mut request = match whole(request, config.daemon.max_bytes, config.daemon.stalled).await {
        Ok(request) => request,
        Err(refused) => return refused,
    };
    // A connection is not closed, and a drain waits, while an answer is under way; a stream of changes is none.
    let is_listening = *request.method() == Method::GET
        || request.headers().get("mcp-method").is_some_and(|method| method == "subscriptions/listen");
    let answering = (!is_listening).then(|| daemon.answers.token());
    let busy = visit.stay.hold();
    request.extensions_mut().insert(visit.address);
    let service = service(daemon, owner);
    // Only the newer generation names its method there; for the older one the library sends the head at once.
    let is_called = !is_listening && request.headers().contains_key("mcp-method") && early::suits(request.headers());
    let answer_to_come = service(request);
    let mut answer = if is_called { early::answer(answer_to_come).await } else { answer_to_come.await };
    answer.headers_mut().insert("keep-alive", KEEP_ALIVE);
    answer.map(|body| {
        let held = (answering, busy);
        body.map_frame(move |frame| {
            let _ = &held;
            frame
        })
        .boxed()
    })
}

/// How long a message may take to come as a whole, however steadily.
const ARRIVAL: Duration = Duration::from_mins(10);

/// The request with all of its message. Who stops in the middle of one for `patience`, or goes on for ever, is not waited for.
async fn whole<B>(request: Request<B>, most: u32, patience: Duration) -> Result<Request<Full<Bytes>>, Answer>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let until = Instant::now() + ARRIVAL;
    let (head, body) = request.into_parts();
    let mut body = pin!(Limited::new(body, most as usize));
    let mut pieces = Vec::new();
    loop {
        match timeout_at(until.min(Instant::now() + patience), body.frame()).await {
            Ok(Some(Ok(frame))) => pieces.extend_from_slice(&frame.into_data().unwrap_or_default()),
            Ok(None) => return Ok(Request::from_parts(head, Full::new(pieces.into()))),
            Ok(Some(Err(error))) if error.is::<LengthLimitError>() => {
                let why = format!(
                    "a message has more than {most} bytes (daemon.max_bytes): name files instead of quoting them\n"
                );
                return Err(http::text(StatusCode::PAYLOAD_TOO_LARGE, why));
            }
            Ok(Some(Err(_))) => return Err(http::text(StatusCode::BAD_REQUEST, "the message broke off\n")),
            Err(_) => {
                let mut answer = http::text(StatusCode::REQUEST_TIMEOUT, "the rest of the message did not come\n");
                answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                return Err(answer);
            }
        }
    }
}

/// The service of `owner`.
fn service(daemon: &Arc<Daemon>, owner: &'static str) -> Service {
    let mut services = daemon.mcp.services.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(services.entry(owner).or_insert_with(|| (daemon.mcp.open)(daemon, owner)))
}

/// The daemon, as the agents of one owner have it.
#[derive(Debug, Clone)]
struct Agents {
    /// Its services are the daemon's own.
    daemon: Weak<Daemon>,
    owner: &'static str,
    menu: watch::Receiver<Arc<Menu>>,
    tasks: TaskTracker,
}

impl Agents {
    fn daemon(&self) -> Result<Arc<Daemon>> {
        let ending = || Error::new(ErrorCode::ServiceUnavailable, "this daemon is ending").retry_after(COME_BACK);
        self.daemon.upgrade().ok_or_else(ending)
    }
}

impl Host for Agents {
    type House = Local;

    /// All agents of one name are one session: the newer generation has none of its own.
    async fn house(&self, agent: &Agent) -> Result<Local> {
        let daemon = self.daemon()?;
        let config = daemon.config();
        let limits = (config.daemon.max_sessions as usize, config.daemon.session_idle);
        let make = |id: &_| daemon.house.door(self.owner, id);
        let session = daemon.sessions.of_agent(agent, self.owner, limits, config.rates.session, make)?;
        Ok(session.local.clone())
    }

    async fn prepare(&self, request: CallRequest, _: &Local) -> Result<(CallRequest, Arc<dyn Workspace>)> {
        let daemon = self.daemon()?;
        super::call::check_room(&daemon)?;
        let calls = daemon.house.calls();
        let request = calls.registry.admit(calls.registry.offer(), request)?;
        // What is no tool is not worth a call in the journal.
        calls.registry.get(&request.tool)?;
        Ok((request, self.workspace()))
    }

    fn workspace(&self) -> Arc<dyn Workspace> {
        let allowed = self.daemon().map(|daemon| daemon.config().daemon.roots.clone()).unwrap_or_default();
        workspace::own_files(allowed, Vec::new())
    }

    fn menu(&self) -> watch::Receiver<Arc<Menu>> {
        self.menu.clone()
    }

    fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    async fn models(&self) -> Result<Vec<Arc<Model>>> {
        let calls = self.daemon()?.house.calls();
        Ok(calls.gateway.catalogue.models().filter(|model| !model.is_retired()).cloned().collect())
    }
}

#[cfg(test)]
mod tests;
