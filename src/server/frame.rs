//! Writes frames as text.

use serde::Serialize;

use crate::backend::CallHandle;
use crate::error::Error;
use crate::json;
use crate::protocol::wire::{CallAck, CallResult, Picture, Progress, WireError};
use crate::protocol::{CallEvent, Written};

/// Bytes of most frames.
const ROOM: usize = 512;
const UNWRITTEN: &str = r#"{"op":"error","error":{"code":"INTERNAL_ERROR","message":"a frame could not be written"}}"#;

/// A frame: its operation, its request, and what it says.
#[derive(Serialize)]
struct Frame<'a, T> {
    op: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(flatten)]
    body: &'a T,
}

/// The same with whether it went well.
#[derive(Serialize)]
struct Settled<'a, T> {
    op: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    ok: bool,
    #[serde(flatten)]
    body: Option<&'a T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a WireError>,
}

/// A frame that tells.
pub(super) fn tell<T: Serialize>(op: &str, request_id: Option<&str>, body: &T) -> String {
    text(&Frame { op, request_id, body })
}

/// The answer to a request that went well.
pub(super) fn answer<T: Serialize>(op: &str, request_id: Option<&str>, body: &T) -> String {
    text(&Settled { op, request_id, ok: true, body: Some(body), error: None })
}

/// The answer to a request that failed.
pub(super) fn failure(op: &str, request_id: Option<&str>, error: &Error) -> String {
    let error = WireError::from(error);
    text(&Settled::<()> { op, request_id, ok: false, body: None, error: Some(&error) })
}

/// That a call is accepted.
pub(super) fn accepted(request_id: Option<&str>, call: &CallHandle) -> String {
    CallAck::frame(request_id, &call.id, call.tool(), call.allowed).unwrap_or_else(|_| UNWRITTEN.to_owned())
}

/// A step of a call of `tool`.
pub(super) fn step(request_id: Option<&str>, tool: &str, event: &CallEvent) -> Option<String> {
    Progress::frame_of(event, tool, request_id).ok()
}

/// Live news of a call.
pub(super) fn live(request_id: Option<&str>, news: &Progress) -> Option<String> {
    news.frame(request_id).ok()
}

/// How a call ended.
pub(super) fn result(request_id: Option<&str>, result: &Written) -> String {
    CallResult::frame(request_id, result).unwrap_or_else(|_| UNWRITTEN.to_owned())
}

/// Our own types can always be written; a frame that could not be is an error frame.
fn text<T: Serialize>(frame: &T) -> String {
    json::text(frame, ROOM).unwrap_or_else(|_| UNWRITTEN.to_owned())
}

/// A refusal in the predecessor's form: one word.
pub(super) fn refusal<T: Serialize>(op: &str, request_id: Option<&str>, body: &T) -> String {
    text(&Settled { op, request_id, ok: false, body: Some(body), error: None })
}

/// A snapshot as subscribers get it.
pub(super) fn snapshot(picture: &Picture) -> String {
    tell("snapshot", None, &picture.snapshot)
}
