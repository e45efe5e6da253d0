//! What is asked of a model, before any provider's dialect.

use serde::{Deserialize, Serialize};

use super::ThinkingMode;

/// One request for one answer. Optional fields are sent only when the caller set them and the model takes them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChatRequest {
    /// The conversation, oldest first.
    pub messages: Vec<ChatMessage>,
    /// Sampling temperature.
    pub temperature: Option<f64>,
    /// How hard to think.
    pub thinking: Option<ThinkingMode>,
    /// The most tokens of reasoning and answer.
    pub max_output_tokens: Option<u64>,
    /// Whether the answer has to be one JSON object.
    pub json_object: bool,
    /// Names the conversation, so that its requests meet the same cache.
    pub cache_key: Option<String>,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatMessage {
    /// Who speaks.
    pub role: Role,
    /// The text.
    pub content: String,
}

impl ChatMessage {
    /// A message of `role`.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into() }
    }
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The house.
    System,
    /// The caller.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The role on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}
