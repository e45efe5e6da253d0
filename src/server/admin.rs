//! What an operator may do; each is a row in the audit log.

use std::sync::Arc;

use super::audit;
use super::connection::Link;
use super::daemon::Daemon;
use super::session::Session;
use super::token::OPERATOR;
use crate::backend::Backend;
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::SessionId;
use crate::protocol::wire::{Admin, AdminAnswer, AdminRequest, Close};

/// Does it, and writes it down, also when it was refused or failed.
pub(super) async fn carry_out(
    action: Admin,
    link: &Link,
    session: &Arc<Session>,
    daemon: &Arc<Daemon>,
) -> Result<AdminAnswer> {
    let outcome = if session.owner == OPERATOR {
        act(&action, session, daemon).await
    } else {
        Err(Error::new(ErrorCode::Unauthorized, format!("{} is the operator's", action.as_str())))
    };
    audit::admin(daemon, session, link.address, &AdminRequest { action }, outcome.is_ok()).await;
    outcome
}

async fn act(action: &Admin, session: &Arc<Session>, daemon: &Arc<Daemon>) -> Result<AdminAnswer> {
    let mut answer = AdminAnswer::default();
    match action {
        Admin::SetLimit { name, limit } => {
            daemon.house.set_limit(name, *limit)?;
            answer
                .notes
                .push(format!("the limit {name} is {limit} until the daemon ends or reads its configuration again"));
        }
        Admin::Drain => daemon.shutdown.drain.cancel(),
        Admin::CloseSession { session_id } => {
            let id = SessionId::from(session_id.clone());
            let closed = daemon.sessions.remove(&id);
            let closed = closed.ok_or_else(|| Error::not_found(format!("no session is called {session_id}")))?;
            let cancelled = daemon.house.calls().running.cancel_session(closed.id.as_str());
            for link in closed.links() {
                link.outbox.close(Close::ClosedByOperator);
            }
            daemon.house.telemetry().forget_session(closed.id.as_str());
            answer.notes.push(format!("{cancelled} calls were cancelled"));
        }
        Admin::Cancel { call_id } => {
            let found = session.local.cancel(call_id).await?;
            answer.notes.push(format!("call {} was {}", found.call_id, found.state.as_str()));
        }
        Admin::ResetBreaker { model } => {
            let count = daemon.house.calls().gateway.breakers.reset(model.as_deref());
            answer.notes.push(format!("{count} breakers were reset"));
        }
        Admin::Reload => answer.notes = daemon.reload()?,
        Admin::LoginCode => answer.code = Some(daemon.tokens.make_code()),
    }
    Ok(answer)
}
