//! What one event of a stream says, whatever is missing from it.
//!
//! A whole completion (`message` in place of `delta`) is read the same way, as one chunk.

#[cfg(test)]
mod tests;
mod tool_call;
mod usage;

use serde_json::{Map, Value};

pub use tool_call::ToolCallPiece;
pub use usage::read as read_usage;

use crate::protocol::{Extra, Usage};

/// Members of a chunk that have a place of their own.
const KNOWN: [&str; 7] = ["id", "object", "created", "model", "choices", "usage", "error"];
/// Members of a choice that have a place of their own.
const KNOWN_IN_CHOICE: [&str; 5] = ["index", "delta", "message", "finish_reason", "usage"];
/// Members of a delta that have a place of their own.
const KNOWN_IN_DELTA: [&str; 5] = ["role", "content", "reasoning_content", "reasoning", "tool_calls"];

/// What one event of a stream says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chunk {
    /// The answer's id.
    pub id: Option<String>,
    /// The model that answers; not always the one that was asked.
    pub model: Option<String>,
    /// A piece of the answer.
    pub text: String,
    /// A piece of reasoning.
    pub reasoning: String,
    /// Pieces of the functions that the model asks for.
    pub tool_calls: Vec<ToolCallPiece>,
    /// Why it ends.
    pub finish: Option<Finish>,
    /// Tokens, when it says them.
    pub usage: Option<Usage>,
    /// The `error` member of a stream that failed in the middle.
    pub error: Option<Value>,
    /// Everything else, as it came; members of the choice as `choice.NAME`, of the delta as `delta.NAME`.
    pub extra: Extra,
}

/// Why an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// It was complete.
    Stop,
    /// It reached the limit of output.
    Length,
    /// The model wants a tool.
    ToolCalls,
    /// The provider's filter cut it.
    ContentFilter,
    /// It filled the model's window.
    ContextExceeded,
    /// The provider lost it.
    NetworkError,
    /// A word of the future.
    Unknown(String),
}

impl Finish {
    /// The reason of that name.
    pub fn parse(word: &str) -> Self {
        match word {
            "stop" => Self::Stop,
            "length" => Self::Length,
            "tool_calls" | "function_call" => Self::ToolCalls,
            "sensitive" | "content_filter" => Self::ContentFilter,
            "model_context_window_exceeded" => Self::ContextExceeded,
            "network_error" => Self::NetworkError,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// The reason's name; one name for what providers call differently.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
            Self::ContextExceeded => "model_context_window_exceeded",
            Self::NetworkError => "network_error",
            Self::Unknown(word) => word,
        }
    }
}

impl Chunk {
    /// Reads one JSON object.
    pub fn read(mut object: Map<String, Value>) -> Self {
        let mut chunk = Self {
            id: text_member(&object, "id"),
            model: text_member(&object, "model"),
            usage: object.get("usage").and_then(usage::read),
            error: object.remove("error").filter(|error| !error.is_null()),
            ..Self::default()
        };
        chunk.keep_usage_details(object.get("usage"));
        if let Some(Value::Array(choices)) = object.remove("choices")
            && let Some(Value::Object(choice)) = choices.into_iter().next()
        {
            chunk.read_choice(choice);
        }
        chunk.keep("", object, &KNOWN);
        chunk
    }

    fn read_choice(&mut self, mut choice: Map<String, Value>) {
        self.finish = text_member(&choice, "finish_reason").map(|word| Finish::parse(&word));
        if self.usage.is_none() {
            self.usage = choice.get("usage").and_then(usage::read);
            self.keep_usage_details(choice.get("usage"));
        }
        let said = choice.remove("delta").filter(Value::is_object).or_else(|| choice.remove("message"));
        if let Some(Value::Object(mut said)) = said {
            self.text = said.remove("content").map(plain).unwrap_or_default();
            let reasoning = said.remove("reasoning_content").filter(|value| !value.is_null());
            self.reasoning = reasoning.or_else(|| said.remove("reasoning")).map(plain).unwrap_or_default();
            let calls = said.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
            self.tool_calls = calls.enumerate().map(|(at, call)| ToolCallPiece::read(at, call)).collect();
            self.keep("delta.", said, &KNOWN_IN_DELTA);
        }
        self.keep("choice.", choice, &KNOWN_IN_CHOICE);
    }

    fn keep_usage_details(&mut self, usage: Option<&Value>) {
        if let Some(written) = usage.and_then(|usage| usage.get("cache_write_tokens")).filter(|value| !value.is_null())
        {
            self.extra.insert("usage.cache_write_tokens".into(), written.clone());
        }
    }

    fn keep(&mut self, prefix: &str, members: Map<String, Value>, known: &[&str]) {
        for (name, value) in members {
            if !value.is_null() && !known.contains(&name.as_str()) {
                self.extra.insert(format!("{prefix}{name}"), value);
            }
        }
    }
}

fn text_member(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Content as plain text: a string, or a list of parts with `text` members.
fn plain(content: Value) -> String {
    match content {
        Value::String(text) => text,
        Value::Array(parts) => {
            parts.into_iter().filter_map(|part| part.get("text").and_then(Value::as_str).map(str::to_owned)).collect()
        }
        _ => String::new(),
    }
}
