//! The HTTP side of the ports: the socket, health, metrics, the snapshot and the page.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use super::accept::Role;
use super::daemon::{Daemon, Held};
use super::stay::Stay;
use super::{connection, dashboard, guard, health, mcp, upgrade};

/// One connection and what its port serves.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) daemon: Arc<Daemon>,
    /// The connection's place, which a socket keeps after HTTP has left.
    pub(super) held: Arc<Held>,
    pub(super) address: SocketAddr,
    pub(super) role: Role,
    /// There are too many: it is told to come back.
    pub(super) is_crowded: bool,
    /// Answers that are under way.
    pub(super) stay: Arc<Stay>,
}

pub(super) type Answer = Response<BoxBody<Bytes, Infallible>>;

/// Answers one request.
pub(super) async fn answer(visit: Visit, request: Request<Incoming>) -> Result<Answer, Infallible> {
    Ok(route(&visit, request).await)
}

async fn route(visit: &Visit, request: Request<Incoming>) -> Answer {
    if visit.is_crowded {
        let mut answer = text(StatusCode::SERVICE_UNAVAILABLE, "too many connections\n");
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        return answer;
    }
    if let Err(why) = guard::check(visit, request.headers()) {
        if visit.daemon.refusals.admit().is_some() {
            tracing::warn!(address = %visit.address, why, "a request was refused");
        }
        return text(StatusCode::FORBIDDEN, format!("{why}\n"));
    }
    let serves_sockets = match visit.role {
        Role::Main => true,
        Role::Page => request.uri().path() == "/ws",
        Role::Health | Role::Metrics => false,
    };
    if upgrade::is_asked(request.headers()) {
        if !serves_sockets {
            return text(StatusCode::NOT_FOUND, "no socket here\n");
        }
        return socket(visit, request);
    }
    if visit.role == Role::Main && request.uri().path() == "/mcp" {
        return mcp::answer(visit, request).await;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "only GET\n");
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    page(visit, request.uri().path(), request.headers()).await
}

/// Answers the handshake and goes on in a task of its own.
fn socket(visit: &Visit, mut request: Request<Incoming>) -> Answer {
    let accept = match upgrade::accept(request.headers()) {
        Ok(accept) => accept,
        Err(why) => return text(StatusCode::BAD_REQUEST, format!("{why}\n")),
    };
    let upgraded = hyper::upgrade::on(&mut request);
    let Visit { daemon, held, address, .. } = visit.clone();
    let tasks = daemon.tasks.clone();
    tasks.spawn(async move {
        if let Some((stream, read)) = upgrade::taken(upgraded).await {
            connection::serve(stream, read, daemon, address).await;
        }
        drop(held);
    });
    let mut answer = text(StatusCode::SWITCHING_PROTOCOLS, "");
    let headers = answer.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    answer
}

pub(super) async fn page(visit: &Visit, path: &str, headers: &HeaderMap) -> Answer {
    let daemon = &visit.daemon;
    let is_known = guard::bears_token(daemon, headers, visit.address);
    let is_near = visit.address.ip().is_loopback() || is_known;
    let unauthorized = || text(StatusCode::UNAUTHORIZED, "the token is needed: Authorization: Bearer TOKEN\n");
    match (visit.role, path) {
        (Role::Main | Role::Health, "/health/live") => health::live(),
        (Role::Main | Role::Health, "/health/ready") => health::ready(daemon).await,
        (Role::Main | Role::Health, "/health" | "/healthz") if is_near => health::whole(daemon).await,
        (Role::Main | Role::Health, "/health/semaphores") if is_near => health::semaphores(daemon),
        (Role::Main | Role::Health, "/health" | "/healthz" | "/health/semaphores") => unauthorized(),
        (Role::Main | Role::Metrics, "/metrics") => {
            let is_open = is_near || daemon.config().daemon.metrics_open;
            if is_open { health::metrics(daemon).await } else { unauthorized() }
        }
        (Role::Main | Role::Page, "/api/snapshot") => {
            if is_known {
                health::snapshot(daemon).await
            } else {
                unauthorized()
            }
        }
        // Beyond this machine a token would be typed into a page that anybody on the way may have changed.
        (Role::Main | Role::Page, "/") => {
            if is_near {
                dashboard::page()
            } else {
                dashboard::too_far()
            }
        }
        _ => text(StatusCode::NOT_FOUND, "not found\n"),
    }
}

/// An answer of text.
pub(super) fn text(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    with_type(status, body, "text/plain; charset=utf-8")
}

/// The answer to who asks too often.
pub(super) fn too_many(wait: Duration) -> Answer {
    let mut answer = text(StatusCode::TOO_MANY_REQUESTS, "too many requests\n");
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    answer
}

/// An answer of JSON.
pub(super) fn json<T: serde::Serialize>(status: StatusCode, value: &T) -> Answer {
    let body = serde_json::to_vec(value).unwrap_or_default();
    with_type(status, body, "application/json")
}

/// An answer of some type. Nothing here is worth keeping for a browser, and nothing may be guessed.
pub(super) fn with_type(status: StatusCode, body: impl Into<Bytes>, kind: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(body.into()).boxed());
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}
