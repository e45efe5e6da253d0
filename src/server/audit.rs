//! What an operator should be able to look up later: who was refused, who changed what. Never a token.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::daemon::Daemon;
use super::rate::Bucket;
use super::session::Session;
use super::token::OPERATOR;
use crate::backend::House;
use crate::clock::Timestamp;
use crate::config::Rate;
use crate::protocol::wire::AdminRequest;
use crate::store::AuditEntry;

/// So many refused tokens are written down, at once and in the long run; others are counted with the next one that is.
const REFUSALS: Rate = Rate::Bucket { burst: 100, per_second: 1 };

/// Refused tokens that are to be written down.
#[derive(Debug)]
pub(super) struct Refusals(Mutex<(Bucket, u64)>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Mutex::new((Bucket::new(REFUSALS), 0)))
    }
}

impl Refusals {
    /// Whether one more refusal is written down; how many were not before it.
    pub(super) fn admit(&self) -> Option<u64> {
        let mut refusals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (bucket, unwritten) = &mut *refusals;
        if bucket.take(REFUSALS).is_err() {
            *unwritten += 1;
            return None;
        }
        Some(std::mem::take(unwritten))
    }
}

/// A hello with a token that is not known. Who guesses without end must not fill the disk.
pub(super) fn refused_token(daemon: &Daemon, address: SocketAddr) {
    let Some(unwritten) = daemon.refusals.admit() else { return };
    tracing::warn!(%address, unwritten, "a token was refused");
    let details = if unwritten == 0 { Value::Null } else { json!({"unwritten_before": unwritten}) };
    let entry = entry(None, address.to_string(), "refused_token", None, details, false);
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

/// Whoever may send this process a signal had it read its configuration again.
pub fn reloaded_by_signal(house: &House, ok: bool) {
    let unsigned = entry(None, String::new(), "reload", None, json!({"by": "SIGHUP"}), ok);
    house.calls().store.audit_later(AuditEntry { owner: OPERATOR.to_owned(), address: None, ..unsigned });
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
