//! Writes requests and reads answers: one JSON object a frame.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::to_raw_value;

use crate::error::{Error, ErrorCode, Result};
use crate::protocol::CallRequest;
use crate::protocol::wire::{CallTool, Hello, WireError};

/// A request that brings nothing but its name.
#[derive(Debug, Serialize)]
pub(super) struct Bare {}

#[derive(Serialize)]
struct Request<'a, T> {
    op: &'a str,
    request_id: &'a str,
    #[serde(flatten)]
    body: &'a T,
}

/// The first frame of a connection.
pub(super) fn hello(hello: &Hello) -> Result<String> {
    #[derive(Serialize)]
    struct Greeting<'a> {
        op: &'a str,
        #[serde(flatten)]
        hello: &'a Hello,
    }
    serde_json::to_string(&Greeting { op: "hello", hello })
        .map_err(|error| Error::internal(format!("hello can not be written: {error}")))
}

/// A request as it is sent.
pub(super) fn request<T: Serialize>(op: &str, request_id: &str, body: &T) -> Result<String> {
    serde_json::to_string(&Request { op, request_id, body })
        .map_err(|error| Error::internal(format!("request {op} can not be written: {error}")))
}

/// A call as it is asked for: its answer is told as it arrives.
pub(super) fn call(request_id: &str, request: &CallRequest) -> Result<String> {
    let unwritable = |error| Error::internal(format!("the call can not be written: {error}"));
    let arguments = to_raw_value(&request.arguments).map_err(unwritable)?;
    let call = CallTool {
        op: "call_tool".into(),
        request_id: Some(request_id.into()),
        name: request.tool.as_str().into(),
        arguments: Some(&arguments),
        timeout_s: request.options.timeout.map(|timeout| timeout.as_secs_f64()),
        fresh: request.options.fresh,
        dry_run: request.options.dry_run,
        stream: true,
        detach: false,
    };
    serde_json::to_string(&call).map_err(unwritable)
}

/// How a request went.
#[derive(Deserialize)]
struct Outcome {
    #[serde(default)]
    ok: Option<bool>,
    #[serde(default)]
    error: Option<Value>,
}

/// What the answer `text` to `op` brings, or the error that it tells.
pub(super) fn answer<T: DeserializeOwned>(op: &str, text: &str) -> Result<T> {
    if let Some(error) = failure(op, text) {
        return Err(error);
    }
    serde_json::from_str(text).map_err(|error| unreadable(op, &error))
}

/// The error that the answer `text` to `op` tells, if it does.
pub(super) fn failure(op: &str, text: &str) -> Option<Error> {
    let outcome: Outcome = match serde_json::from_str(text) {
        Ok(outcome) => outcome,
        Err(error) => return Some(unreadable(op, &error)),
    };
    let error = outcome.error.filter(|error| !error.is_null());
    if outcome.ok.unwrap_or(error.is_none()) {
        return None;
    }
    Some(match error {
        Some(Value::String(word)) => in_a_word(op, &word),
        Some(error) => serde_json::from_value::<WireError>(error.clone()).map_or_else(
            |_| Error::new(ErrorCode::ProtocolError, format!("the daemon refused {op}: {error}")),
            Error::from,
        ),
        None => Error::new(ErrorCode::ProtocolError, format!("the daemon refused {op} and does not say why")),
    })
}

/// Errors that the predecessor's protocol tells in one word.
fn in_a_word(op: &str, word: &str) -> Error {
    match word {
        "unauthorized" => Error::new(ErrorCode::Unauthorized, format!("{op}: the daemon refused the token")),
        "missing_params" => Error::invalid(format!("{op}: something is missing")),
        "too_short" => Error::invalid(format!("{op}: the token is too short")).hint("use 16 characters or more"),
        _ => Error::invalid(format!("{op}: {word}")),
    }
}

fn unreadable(op: &str, error: &serde_json::Error) -> Error {
    let message = format!("the daemon's answer to {op} can not be read: {error}");
    Error::new(ErrorCode::ProtocolError, message).hint("are both exai of the same version? see `exai daemon status`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::wire::{Attach, Removed};

    #[test]
    fn a_request_is_one_object_and_an_answer_is_read_or_its_error_is() {
        let attach = Attach { call_id: "c".to_owned(), after: 3, stream: true };
        let text = request("attach", "7", &attach).unwrap();
        assert_eq!(text, r#"{"op":"attach","request_id":"7","call_id":"c","after":3,"stream":true}"#);
        assert_eq!(request("health", "8", &Bare {}).unwrap(), r#"{"op":"health","request_id":"8"}"#);

        let read = |text: &str| answer::<Removed>("delete_threads", text);
        assert_eq!(read(r#"{"ok":true,"deleted":2,"later":[]}"#).unwrap().deleted, 2);
        assert_eq!(read(r#"{"deleted":2}"#).unwrap().deleted, 2, "the predecessor does not say ok");
        for (text, code) in [
            (
                r#"{"ok":false,"error":{"code":"OVER_CAPACITY","message":"full","retry_after":2}}"#,
                ErrorCode::OverCapacity,
            ),
            (r#"{"ok":false,"error":"unauthorized"}"#, ErrorCode::Unauthorized),
            (r#"{"ok":false}"#, ErrorCode::ProtocolError),
            (r#"{"ok":false,"error":{"code":"NEW","message":"m"}}"#, ErrorCode::ProtocolError),
            (r#"{"ok":true}"#, ErrorCode::ProtocolError),
        ] {
            assert_eq!(read(text).unwrap_err().code, code, "{text}");
        }
    }
}
