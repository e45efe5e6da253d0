//! What answers the agents of one owner: a handler for each of them, their sessions, and how much they may send.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hyper::Request;
use hyper::body::Incoming;
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::local::{LocalSessionManager, SessionConfig};
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};

use super::daemon::Daemon;
use super::http::Answer;

/// A session of the older generation that nobody uses goes after so long. Its library counts messages and not running calls,
/// so this is longer than any call.
const KEPT: Duration = Duration::from_hours(4);

/// Answers the requests of one owner's agents.
pub(super) type Service = Arc<dyn Fn(Request<Incoming>) -> BoxFuture<'static, Answer> + Send + Sync>;

/// Makes the service of an owner.
pub(super) type Opening = Box<dyn Fn(&Arc<Daemon>, &'static str) -> Service + Send + Sync>;

/// A service whose agents each talk to what `handler` makes.
pub(super) fn service<A: ServerHandler>(daemon: &Daemon, handler: impl Fn() -> A + Send + Sync + 'static) -> Service {
    // Whose name and which page may ask is looked at before (`guard`).
    let config = StreamableHttpServerConfig::default()
        .disable_allowed_hosts()
        .disable_allowed_origins()
        .with_max_request_body_bytes(daemon.config().daemon.max_bytes as usize)
        .with_cancellation_token(daemon.end.child_token());
    let service = streams(handler, config);
    Arc::new(move |request| {
        let service = service.clone();
        Box::pin(async move { service.handle(request).await })
    })
}

/// What speaks the protocol, with its sessions.
fn streams<A: ServerHandler>(
    handler: impl Fn() -> A + Send + Sync + 'static,
    config: StreamableHttpServerConfig,
) -> StreamableHttpService<A, LocalSessionManager> {
    let mut session_config = SessionConfig::default();
    session_config.keep_alive = Some(KEPT);
    let mut sessions = LocalSessionManager::default();
    sessions.session_config = session_config;
    StreamableHttpService::new(move || Ok(handler()), Arc::new(sessions), config)
}

#[cfg(test)]
mod tests;
