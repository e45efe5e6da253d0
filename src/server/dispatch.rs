//! What a frame of a client asks for. Every answer to a request carries its operation and its name, whatever went wrong.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::connection::Link;
use super::daemon::Daemon;
use super::session::Session;
use super::{call, frame, requests};
use crate::error::{Error, ErrorCode};
use crate::protocol::wire::{CallTool, Head};

/// A request's name may be so long.
const NAME: usize = 128;
const NAMES: &str = "use a string of 1 to 128 characters, another one for each request of a session";

/// A request that was understood as far as its operation.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) op: String,
    pub(super) request_id: Option<String>,
    pub(super) text: String,
}

/// Takes one frame. A call is begun at once; other requests run beside each other, so many and no more.
pub(super) async fn frame(text: &str, link: &Arc<Link>, session: &Arc<Session>, daemon: &Arc<Daemon>) {
    // Nearly every frame is a call: its shape is tried first, so that it is read once.
    if let Ok(call) = serde_json::from_str::<CallTool<'_>>(text)
        && call.op == "call_tool"
    {
        let request_id = call.request_id.clone();
        if let Err(error) = admit(request_id.as_deref(), link, session, daemon) {
            return link.outbox.push(frame::failure("call_tool_res", request_id.as_deref(), &error));
        }
        return call::begin(&call, link, session, daemon);
    }
    let asked = match understand(text) {
        Ok(asked) => asked,
        Err((op, error)) => {
            // What can not be read counts too.
            let error = admit(None, link, session, daemon).err().unwrap_or(error);
            return link.outbox.push(frame::failure(&op, None, &error));
        }
    };
    if asked.op == "workspace_res" {
        return requests::workspace_answer(link, asked);
    }
    let checked =
        requests::check_op(&asked.op).and_then(|()| admit(asked.request_id.as_deref(), link, session, daemon));
    let checked = checked.and_then(|()| if asked.op == "call_tool" { Err(misshapen(text)) } else { Ok(()) });
    if let Err(error) = checked {
        return link.outbox.push(frame::failure(&answer_of(&asked.op), asked.request_id.as_deref(), &error));
    }
    let Ok(permit) = Arc::clone(&link.work).acquire_owned().await else { return };
    let (link, session, daemon) = (Arc::clone(link), Arc::clone(session), Arc::clone(daemon));
    let answers = daemon.answers.clone();
    answers.spawn(async move {
        let answer = answer_of(&asked.op);
        let request_id = asked.request_id.clone();
        let end = link.end.clone();
        tokio::select! {
            outcome = requests::carry_out(asked, &link, &session, &daemon) => match outcome {
                Ok(Some(frame)) => link.outbox.push(frame),
                Ok(None) => {}
                Err(error) => link.outbox.push(frame::failure(&answer, request_id.as_deref(), &error)),
            },
            () = end.cancelled() => {}
        }
        drop(permit);
    });
}

/// Reads what a frame is; the error goes with the operation of its answer, `error` for a frame that has none.
fn understand(text: &str) -> Result<Asked, (String, Error)> {
    if let Ok(Head { op, request_id }) = serde_json::from_str::<Head<'_>>(text) {
        return Ok(Asked { op: op.into_owned(), request_id: request_id.map(Cow::into_owned), text: text.to_owned() });
    }
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let error = Error::new(ErrorCode::ValidationError, format!("the frame is no JSON: {error}"))
            .hint("send one JSON object a frame");
        ("error".to_owned(), error)
    })?;
    let Some(op) = value.get("op").and_then(Value::as_str) else {
        let error = Error::invalid("the frame has no op").hint("send one JSON object with an op a frame");
        return Err(("error".to_owned(), error));
    };
    let error = Error::invalid("request_id must be text").hint(NAMES);
    Err((answer_of(op), error))
}

/// Why a frame is no call; its shape was tried already.
fn misshapen(text: &str) -> Error {
    let why = serde_json::from_str::<CallTool<'_>>(text).err().map(|error| error.to_string());
    Error::invalid(format!("call_tool: {}", why.unwrap_or_default()))
}

/// Checks the request's name and the rates.
fn admit(request_id: Option<&str>, link: &Link, session: &Session, daemon: &Daemon) -> Result<(), Error> {
    let length = request_id.map_or(1, |id| id.chars().count());
    if !(1..=NAME).contains(&length) {
        let message = format!("request_id has {length} characters, allowed: 1 to {NAME}");
        return Err(Error::invalid(message).hint(NAMES));
    }
    let config = daemon.config();
    let of_session = session.bucket.lock().unwrap_or_else(PoisonError::into_inner).take(config.rates.session);
    let taken = of_session.and_then(|()| daemon.rates.take(link.address.ip(), &config.rates));
    taken.map_err(|wait: Duration| {
        Error::new(ErrorCode::OverCapacity, "too many messages in too short a time").retry_after(wait)
    })
}

/// The operation of the answer; a call that is attached to answers as the call it is.
fn answer_of(op: &str) -> String {
    if op == "attach" { "call_tool_res".to_owned() } else { format!("{op}_res") }
}
