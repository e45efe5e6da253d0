//! The result of a call as an agent is given it: the tool's document as JSON text, errors as errors.

use rmcp::ErrorData;
use rmcp::model::{CallToolResult, ContentBlock, MetaObject, Resource};
use serde_json::{Value, json};

use super::hints::hint_of_agents;
use super::resources;
use super::shorten::{self, MOST};
use crate::error::{Error, ErrorCode};
use crate::protocol::{CallId, Envelope};

/// The answer. That there is no such tool is the fault of the request, not the result of a call.
pub(super) fn of(envelope: Envelope) -> Result<CallToolResult, ErrorData> {
    let meta = about(&envelope);
    if let Some(error) = &envelope.error {
        let mut error = error.clone();
        if error.code == ErrorCode::ToolNotFound {
            return Err(no_tool(&error.message, &error.hints));
        }
        error.hints = hints_of_agents(&error.hints);
        let mut body = json!({
            "status": "error",
            "error": error,
            "retry_after_s": envelope.retry_after_s,
            "call_id": envelope.call_id,
        });
        // An answer that was paid for and could not be kept.
        if !envelope.text.is_empty() {
            body["answer"] = Value::String(envelope.text);
        }
        let (text, _) = shorten::document(body, MOST);
        return Ok(CallToolResult::error(vec![ContentBlock::text(text)]).with_meta(Some(meta)));
    }
    let Envelope { call_id, warnings, text, data, thread_id, .. } = envelope;
    // A conversation's document is its text; only what stands for itself is structured content.
    let structured = Some(&data).filter(|data| thread_id.is_none() && !data.is_null()).cloned();
    let (text, is_short) = if data.is_null() {
        let is_short = text.len() > MOST;
        let mut text = text;
        shorten::cut(&mut text, MOST);
        (text, is_short)
    } else {
        shorten::document(data, MOST)
    };
    let mut content = vec![ContentBlock::text(text)];
    if !warnings.is_empty() {
        let mut text =
            format!("Warnings:\n{}", warnings.iter().map(|warning| format!("- {warning}\n")).collect::<String>());
        shorten::cut(&mut text, MOST / 10);
        content.push(ContentBlock::text(text));
    }
    if is_short {
        content.push(ContentBlock::text(rest(&call_id)));
        content.push(ContentBlock::resource_link(link(&call_id)));
    }
    let mut answer = CallToolResult::success(content).with_meta(Some(meta));
    // A client that shows structured content shows nothing else: it is the whole, or it is not there.
    answer.structured_content = structured.filter(|_| !is_short);
    Ok(answer)
}

fn no_tool(message: &str, hints: &[String]) -> ErrorData {
    let words: Vec<_> =
        std::iter::once(message.to_owned()).chain(hints.iter().map(|hint| hint_of_agents(hint))).collect();
    ErrorData::invalid_params(words.join("; "), None)
}

/// The error of a request that is no call.
pub(super) fn failed(error: &Error) -> ErrorData {
    let data = json!({"code": error.code, "hints": hints_of_agents(&error.hints)});
    ErrorData::internal_error(error.to_string(), Some(data))
}

/// The answer to a request whose call could not be begun.
pub(super) fn refusal(error: &Error) -> Result<CallToolResult, ErrorData> {
    if error.code == ErrorCode::ToolNotFound {
        return Err(no_tool(&error.message, &error.hints));
    }
    let hints = hints_of_agents(&error.hints);
    let body = json!({
        "status": "error",
        "error": {"code": error.code, "message": error.message, "details": error.details, "hints": hints},
        "retry_after_s": error.retry_after.map(|after| after.as_secs_f64()),
    });
    Ok(CallToolResult::error(vec![ContentBlock::text(shorten::document(body, MOST).0)]))
}

fn hints_of_agents(hints: &[String]) -> Vec<String> {
    hints.iter().map(|hint| hint_of_agents(hint)).collect()
}

/// The answer while the call goes on.
pub(super) fn still_running(call_id: &CallId) -> CallToolResult {
    let next = format!(
        "The call goes on. Call the tool `calls` with action `wait` and this call_id to get its answer, or read {}.",
        resources::call_uri(call_id.as_str())
    );
    let text = json!({"status": "still_running", "call_id": call_id, "next": next}).to_string();
    let content = vec![ContentBlock::text(text), ContentBlock::resource_link(link(call_id))];
    CallToolResult::success(content).with_meta(Some(meta(&json!({"exai/call_id": call_id}))))
}

fn rest(call_id: &CallId) -> String {
    format!(
        "This answer was shortened. The rest: the tool `calls` with action `fetch`, call_id `{call_id}` and page 1, 2, …, or the \
         resource {}.",
        resources::call_uri(call_id.as_str())
    )
}

fn link(call_id: &CallId) -> Resource {
    Resource::new(resources::call_uri(call_id.as_str()), format!("call {call_id}")).with_mime_type("application/json")
}

/// What programs want to know of a call beside its answer.
fn about(envelope: &Envelope) -> MetaObject {
    meta(&json!({
        "exai/call_id": envelope.call_id,
        "exai/thread_id": envelope.thread_id,
        "exai/model": envelope.model.used,
        "exai/usage": envelope.usage,
        "exai/cost_usd": envelope.cost.usd,
        "exai/reused": envelope.reused,
        "exai/joined": envelope.joined,
        "exai/exit": envelope.exit,
    }))
}

fn meta(fields: &Value) -> MetaObject {
    MetaObject::from(fields.as_object().cloned().unwrap_or_default())
}
