//! From an HTTP request to a socket (RFC 6455, section 4.2).

use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::upgrade::{OnUpgrade, Parts};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Whether the request asks for a socket.
pub(super) fn is_asked(headers: &HeaderMap) -> bool {
    let names = |name| headers.get_all(name).iter().filter_map(|value: &HeaderValue| value.to_str().ok());
    names(header::UPGRADE).any(|value| value.trim().eq_ignore_ascii_case("websocket"))
}

/// The answer to the client's key, or why there is none.
pub(super) fn accept(headers: &HeaderMap) -> Result<HeaderValue, &'static str> {
    let value = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let tokens = value(header::CONNECTION).split(',').map(str::trim);
    if !tokens.into_iter().any(|token| token.eq_ignore_ascii_case("upgrade")) {
        return Err("Connection must say Upgrade");
    }
    if value(header::SEC_WEBSOCKET_VERSION).trim() != "13" {
        return Err("Sec-WebSocket-Version must be 13");
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY).ok_or("Sec-WebSocket-Key is missing")?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).map_err(|_| "Sec-WebSocket-Key is no key")
}

/// The connection behind an upgrade, and what was read of it already.
pub(super) async fn taken(upgraded: OnUpgrade) -> Option<(TcpStream, Vec<u8>)> {
    let upgraded = upgraded.await.ok()?;
    let Parts { io, read_buf, .. } = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
    Some((io.into_inner(), read_buf.into()))
}
