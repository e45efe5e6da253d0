//! Calls of a connection: accepted at once, told while they run, answered at their end. They belong to the journal: a
//! connection that ends takes nothing from them.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::connection::Link;
use super::daemon::{COME_BACK, Daemon};
use super::session::{Named, Session};
use super::telling::{self, Place, Telling};
use super::workspace::workspace_of;
use super::{fingerprint, frame};
use crate::backend::{Backend, CallHandle};
use crate::calls::{Caller, Vanished};
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::wire::{Attach, CallTool};
use crate::protocol::{CallId, CallRequest};
use crate::tools::Offer;

/// Calls that one daemon runs at once, whatever they wait for.
const RUNNING: usize = 10_000;
/// The largest arguments of a call.
const MAX_ARGUMENTS: usize = 10 * 1024 * 1024;

/// Accepts a call; what is wrong with it is its answer.
pub(super) fn begin(call: &CallTool<'_>, link: &Arc<Link>, session: &Arc<Session>, daemon: &Arc<Daemon>) {
    let request_id = call.request_id.as_deref().map(str::to_owned);
    if let Err(error) = try_begin(call, link, session, daemon) {
        link.outbox.push(frame::failure("call_tool_res", request_id.as_deref(), &error));
    }
}

fn try_begin(call: &CallTool<'_>, link: &Arc<Link>, session: &Arc<Session>, daemon: &Arc<Daemon>) -> Result<()> {
    let place = Place::take(link)?;
    let request_id = call.request_id.as_deref().map(str::to_owned);
    let telling = Telling { request_id, after: 0, stream: call.stream };
    // Asked before the session is: a session that begins a call is locked.
    let (roots, arguments) = (session.roots(), arguments_of(call)?);
    let what = fingerprint::of(&call.name, &arguments);
    let start = |call_id, vanished: Vanished| {
        let handle = start(call, arguments, call_id, vanished.clone(), roots, link, session, daemon)?;
        Ok((handle, vanished))
    };
    let named = match &telling.request_id {
        Some(request_id) => session.begin(request_id, what, start)?,
        None => Named::New(start(CallId::new(), Vanished::default())?),
    };
    let detach = call.detach;
    match named {
        Named::New((handle, vanished)) => {
            acknowledge(&handle, telling.request_id.as_deref(), link, detach);
            if !detach {
                let (session, name) = (Arc::clone(session), telling.request_id.clone());
                // Boxed before it is wrapped: each wrapper would copy it.
                daemon.answers.spawn(Box::pin(async move {
                    telling::tell(handle, telling, place).await;
                    if let Some(name) = name.filter(|_| vanished.is_so()) {
                        session.forget(&name);
                    }
                }));
            }
        }
        Named::Again(call_id, vanished) => {
            let (link, session) = (Arc::clone(link), Arc::clone(session));
            daemon.answers.spawn(async move {
                match session.local.attach(call_id.as_str()).await {
                    Ok(handle) => {
                        acknowledge(&handle, telling.request_id.as_deref(), &link, detach);
                        if !detach {
                            telling::tell(handle, telling, place).await;
                        }
                    }
                    Err(error) => {
                        let error = match error.code {
                            ErrorCode::NotFound if vanished.is_so() => it_vanished(&call_id),
                            ErrorCode::NotFound => nothing_is_left(&call_id),
                            _ => error,
                        };
                        link.outbox.push(frame::failure("call_tool_res", telling.request_id.as_deref(), &error));
                    }
                }
            });
        }
    }
    Ok(())
}

/// Says that a call of this session was just turned away, or was a dry run.
fn it_vanished(call_id: &CallId) -> Error {
    let message = format!("call {call_id} has ended and left nothing behind: it found no room, or was a dry run");
    Error::new(ErrorCode::OverCapacity, message).retry_after(COME_BACK).hint("ask again, by the same request_id")
}

/// Says that a call of this session is not in the journal, though it should have left something behind.
fn nothing_is_left(call_id: &CallId) -> Error {
    let message = format!("nothing of call {call_id} is kept: it is too old, or could not be written");
    Error::new(ErrorCode::NotFound, message)
        .hint("what it cost may stand in `exai usage`; to ask anew, use another request_id")
}

/// Refuses a call that the daemon has no room for, or no time.
pub(super) fn check_room(daemon: &Daemon) -> Result<()> {
    if daemon.is_draining() {
        return Err(Error::new(ErrorCode::ServiceUnavailable, "this daemon is ending and takes no new calls")
            .retry_after(COME_BACK));
    }
    if daemon.house.calls().running.len() >= RUNNING {
        let message = format!("{RUNNING} calls are running already");
        return Err(Error::new(ErrorCode::OverCapacity, message).retry_after(COME_BACK));
    }
    Ok(())
}

/// The arguments of a call, which are not looked into yet.
fn arguments_of(call: &CallTool<'_>) -> Result<Map<String, Value>> {
    let raw = call.arguments.map_or("{}", |raw| raw.get());
    if raw.len() > MAX_ARGUMENTS {
        let message = format!("the arguments are {} bytes, allowed: {MAX_ARGUMENTS}", raw.len());
        return Err(Error::validation("arguments", raw.len(), MAX_ARGUMENTS, message)
            .hint("name files in place of their contents"));
    }
    match raw {
        "null" => Ok(Map::new()),
        raw => serde_json::from_str(raw).map_err(|_| Error::invalid("arguments must be an object")),
    }
}

#[expect(clippy::too_many_arguments, reason = "it is one step of `try_begin`, which has them all")]
fn start(
    call: &CallTool<'_>,
    arguments: Map<String, Value>,
    call_id: CallId,
    vanished: Vanished,
    roots: Vec<String>,
    link: &Arc<Link>,
    session: &Arc<Session>,
    daemon: &Arc<Daemon>,
) -> Result<CallHandle> {
    check_room(daemon)?;
    let calls = daemon.house.calls();
    let options = call.options().map_err(|seconds| {
        let message = format!("timeout_s is {seconds}, allowed: 0.1 to 3600 seconds");
        Error::validation("timeout_s", seconds, "0.1 to 3600 seconds", message)
    })?;
    let workspace = workspace_of(session, link, daemon, &call_id, roots);
    let caller = Caller {
        request_id: call.request_id.as_deref().map(str::to_owned),
        detached: call.detach,
        vanished,
        ..Caller::of(session.owner, session.id.as_str(), workspace)
    };
    let request = CallRequest { tool: call.name.clone().into_owned(), arguments, options };
    let offer = link.profile.map(Offer::Profile);
    let request = calls.registry.admit(offer.as_ref().unwrap_or_else(|| calls.registry.offer()), request)?;
    calls.start_as(call_id, request, caller)
}

/// Says that the call is accepted; at once if that `is_all` that is said of it.
fn acknowledge(handle: &CallHandle, request_id: Option<&str>, link: &Link, is_all: bool) {
    let frame = frame::accepted(request_id, handle);
    if is_all { link.outbox.push(frame) } else { link.outbox.push_unhurried(frame) }
}

/// Holds a call again, of any session of the same owner. It is told beside the other requests: who holds many calls can
/// still ask.
pub(super) async fn attach(
    asked: Attach,
    request_id: Option<String>,
    link: &Arc<Link>,
    session: &Arc<Session>,
    daemon: &Arc<Daemon>,
) -> Result<()> {
    let place = Place::take(link)?;
    let handle = session.local.attach(&asked.call_id).await?;
    let Attach { after, stream, .. } = asked;
    acknowledge(&handle, request_id.as_deref(), link, false);
    daemon.answers.spawn(telling::tell(handle, Telling { request_id, after, stream }, place));
    Ok(())
}
