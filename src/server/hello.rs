//! The first frame of a connection: who is there, with what right, and which session goes on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use super::connection::{self, Socket};
use super::daemon::{COME_BACK, Daemon};
use super::session::Session;
use super::{audit, frame};
use crate::clock::Timestamp;
use crate::protocol::wire::{Close, Hello, HelloAck, HelloError, PROTOCOL, ServerInfo, WireLimits};

/// Who came in.
pub(super) struct Welcome {
    pub(super) session: Arc<Session>,
    /// The answer that is still to be sent.
    pub(super) reply: String,
}

/// What to say, if anything, before the connection is closed, and how it is closed.
type Refusal = (Option<String>, Close);

/// Waits for hello; the caller bounds the time.
pub(super) async fn hear(
    socket: &mut Socket,
    daemon: &Arc<Daemon>,
    address: SocketAddr,
) -> Result<(Welcome, Hello), Refusal> {
    let hello = read(socket).await?;
    if hello.protocol.is_some_and(|protocol| protocol != PROTOCOL) {
        return Err(refuse("unsupported_protocol", Close::NoHello, Some(PROTOCOL), None));
    }
    let by_token = hello.token.as_deref().and_then(|token| daemon.tokens.owner(token));
    let by_code = |code: &str| daemon.tokens.redeem(code).or_else(|| daemon.tokens.holder(code, Timestamp::now()));
    let Some(owner) = by_token.or_else(|| hello.code.as_deref().and_then(by_code)) else {
        audit::refused_token(daemon, address);
        return Err(refuse("unauthorized", Close::Unauthorized, None, None));
    };
    if daemon.is_draining() {
        return Err(refuse("draining", Close::GoingAway, None, Some(COME_BACK)));
    }
    let config = daemon.config();
    let limits = (config.daemon.max_sessions as usize, config.daemon.session_idle);
    let make = |id: &_| daemon.house.door(owner, id);
    let opened = daemon.sessions.open(hello.session_id.as_ref(), owner, limits, config.rates.session, address, make);
    let (session, resumed) =
        opened.map_err(|error| refuse("over_capacity", Close::OverCapacity, None, error.retry_after))?;
    let ack = HelloAck {
        session_id: session.id.clone(),
        protocol: PROTOCOL,
        resumed,
        server: ServerInfo {
            name: "exai".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            autostarted: daemon.autostarted,
        },
        catalog: daemon.house.calls().registry.fingerprint().to_owned(),
        config_id: hello.token.as_deref().map(|token| crate::backend::config_id(&config, token)).unwrap_or_default(),
        limits: WireLimits {
            max_bytes: u64::from(config.daemon.max_bytes),
            session_inflight: config.limits.session as usize,
            call_timeout_s: config.timeouts.call.as_secs(),
        },
        ticket: hello.ticket.then(|| daemon.tokens.make_ticket(Timestamp::now())),
    };
    Ok((Welcome { session, reply: frame::answer("hello_ack", None, &ack) }, hello))
}

/// The first frame, if it is a hello.
async fn read(socket: &mut Socket) -> Result<Hello, Refusal> {
    let text = loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => break text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Binary(_))) => return Err(refuse("invalid_hello", Close::InvalidHello, None, None)),
            Some(Err(error)) => {
                let close = connection::of_broken(&error);
                return Err((None, if close == Close::Left { Close::NoHello } else { close }));
            }
            Some(Ok(Message::Close(_) | Message::Frame(_))) | None => return Err((None, Close::NoHello)),
        }
    };
    let object = serde_json::from_str::<Value>(text.as_str()).ok().filter(Value::is_object);
    let Some(object) = object else { return Err(refuse("invalid_hello", Close::InvalidHello, None, None)) };
    if object.get("op").and_then(Value::as_str) != Some("hello") {
        return Err(refuse("missing_hello", Close::MissingHello, None, None));
    }
    serde_json::from_value(object).map_err(|_| refuse("invalid_hello", Close::InvalidHello, None, None))
}

fn refuse(error: &str, close: Close, protocol: Option<u32>, retry_after: Option<Duration>) -> Refusal {
    let retry_after = retry_after.map(|after| after.as_secs_f64());
    let body = HelloError { error: error.to_owned(), protocol, retry_after };
    (Some(frame::refusal("hello_ack", None, &body)), close)
}
