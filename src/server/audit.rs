//! What an operator should be able to look up later: who was refused, who changed what. Never a token.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::daemon::Daemon;
use super::session::Session;
use crate::clock::Timestamp;
use crate::protocol::wire::AdminRequest;
use crate::store::AuditEntry;

/// A hello with a token that is not known.
pub(super) fn refused_token(daemon: &Daemon, address: SocketAddr) {
    let entry = entry(None, address.to_string(), "refused_token", None, Value::Null, false);
    daemon.house.calls().store.audit_later(entry);
}

/// The token was exchanged, or not.
pub(super) async fn rotated(daemon: &Daemon, session: &Session, ok: bool) {
    let address = session.about().1.to_string();
    write(daemon, entry(Some(session), address, "rotate_token", None, Value::Null, ok)).await;
}

/// An operator's action.
pub(super) async fn admin(daemon: &Daemon, session: &Session, address: SocketAddr, request: &AdminRequest, ok: bool) {
    let details = serde_json::to_value(request).unwrap_or(Value::Null);
    write(
        daemon,
        entry(Some(session), address.to_string(), request.action.as_str(), request.action.target(), details, ok),
    )
    .await;
}

/// A store that can not be written says so elsewhere; what was done stays done.
async fn write(daemon: &Daemon, entry: AuditEntry) {
    let action = entry.action.clone();
    if let Err(error) = daemon.house.calls().store.audit(entry).await {
        tracing::error!(%error, action, "an action could not be written into the audit log");
    }
}

fn entry(
    session: Option<&Session>,
    address: String,
    action: &str,
    target: Option<String>,
    details: Value,
    ok: bool,
) -> AuditEntry {
    AuditEntry {
        at: Timestamp::now(),
        // Who did not come in is nobody.
        owner: session.map_or_else(String::new, |session| session.owner.to_owned()),
        session: session.map(|session| session.id.to_string()),
        address: Some(address),
        action: action.to_owned(),
        target,
        details: if details.is_null() { json!({}) } else { details },
        ok,
    }
}
