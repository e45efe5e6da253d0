//! Kimi (Moonshot): the fields its models take, and its refusals by type.

#[cfg(test)]
mod tests;
mod types;

use serde_json::{Map, Value, json};

use super::dialect::{add_tool, common};
use super::{ChatRequest, Dialect, Model, ProviderName, Thinking, ThinkingMode};

/// What Kimi models take and answer.
pub const KIMI: Dialect = Dialect {
    name: ProviderName::Kimi,
    body,
    headers: &[],
    classify: types::classify,
    // Its help centre and its price page name different fees.
    search_fee: None,
    search_engine: None,
};

/// The name of Kimi's own search of the web.
pub const WEB_SEARCH: &str = "$web_search";

/// Stands for a message without content, which the provider refuses.
const NOTHING: &str = "(empty)";

fn body(model: &Model, request: &ChatRequest) -> Map<String, Value> {
    let mut body = common(model, request);
    if let Some(messages) = body.get_mut("messages").and_then(Value::as_array_mut) {
        for message in messages {
            let is_empty = message["content"].as_str().is_some_and(|content| content.trim().is_empty());
            if is_empty && message.get("tool_calls").is_none() {
                message["content"] = NOTHING.into();
            }
        }
    }
    // A model that thinks wants its thoughts back with what it asked for; a caller may not have kept them.
    if model.thinking == Thinking::Always
        && let Some(messages) = body.get_mut("messages").and_then(Value::as_array_mut)
    {
        for message in messages.iter_mut().filter(|message| message.get("tool_calls").is_some()) {
            if let Some(message) = message.as_object_mut() {
                message.entry("reasoning_content").or_insert_with(|| " ".into());
            }
        }
    }
    // The rate limit counts the limit that was asked for, so it is sent only when somebody set it.
    if let Some(tokens) = model.output_limit(request.max_output_tokens) {
        body.insert("max_completion_tokens".into(), tokens.into());
    }
    // Its search wants no thinking.
    let thinking = if request.web_search { Some(ThinkingMode::Minimal) } else { request.thinking };
    if let Some(mode) = thinking.filter(|_| model.thinking == Thinking::Toggle) {
        let word = if mode == ThinkingMode::Minimal { "disabled" } else { "enabled" };
        body.insert("thinking".into(), json!({"type": word}));
    }
    if let Some(word) = model.effort_word(request.thinking) {
        body.insert("reasoning_effort".into(), word.into());
    }
    if let Some(key) = request.cache_key.as_deref().filter(|_| model.listed) {
        body.insert("prompt_cache_key".into(), key.into());
    }
    if request.web_search {
        add_tool(&mut body, json!({"type": "builtin_function", "function": {"name": WEB_SEARCH}}));
    }
    body.insert("stream_options".into(), json!({"include_usage": true}));
    body
}
