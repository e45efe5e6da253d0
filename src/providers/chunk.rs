//! What one event of a stream says, whatever is missing from it.
//!
//! A whole completion (`message` in place of `delta`) is read the same way, as one chunk.

mod read;
#[cfg(test)]
mod tests;
mod tool_call;
mod usage;

use serde_json::Value;

pub(super) use read::Event;
pub use tool_call::ToolCallPiece;
pub use usage::read as read_usage;

use crate::protocol::{Extra, Usage};

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
    /// Takes over what a `usage` member counts.
    fn count(&mut self, counted: &Value) {
        self.usage = usage::read(counted).or_else(|| self.usage.take());
        if let Some(written) = counted.get("cache_write_tokens") {
            self.keep("usage.", "cache_write_tokens", written.clone());
        }
    }

    /// Keeps a member that has no place of its own.
    fn keep(&mut self, prefix: &str, name: &str, value: Value) {
        if !value.is_null() {
            self.extra.insert(format!("{prefix}{name}"), value);
        }
    }
}
