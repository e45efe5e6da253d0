//! What is asked of a model, before any provider's dialect.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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
    /// Whether the model may search the web; that costs extra, and sends queries out.
    pub web_search: bool,
    /// Functions of the caller that the model may ask for, in the providers' shape.
    pub tools: Vec<Value>,
    /// How the model chooses among them.
    pub tool_choice: Option<Value>,
}

impl ChatRequest {
    /// Whether any message has an image.
    pub fn has_images(&self) -> bool {
        self.messages.iter().any(|message| !message.images.is_empty())
    }
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatMessage {
    /// Who speaks.
    pub role: Role,
    /// The text.
    pub content: String,
    /// What it shows, before the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// The functions that the model asked for; of an assistant's message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// The reasoning before it; models that think want it back with their tool calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// Which call of a function it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// The function that it answers for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// An image as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Such as `image/png`.
    pub media_type: String,
    /// Its bytes in Base64.
    pub data: String,
    /// An estimate of the tokens that it costs.
    #[serde(default)]
    pub tokens: u64,
}

/// A function that a model asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// Names the call.
    pub id: String,
    /// `function`, or `builtin_function` of the provider's own.
    #[serde(rename = "type")]
    pub kind: String,
    /// The function.
    pub name: String,
    /// Its arguments, as JSON text.
    pub arguments: String,
}

impl ChatMessage {
    /// A message of `role`.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self {
            role,
            content: content.into(),
            images: Vec::new(),
            tool_calls: Vec::new(),
            reasoning: None,
            tool_call_id: None,
            name: None,
        }
    }
}

impl ToolCall {
    /// Reads a member of `tool_calls`, or a piece of one; what is missing is empty. Arguments may be text or an object.
    pub fn read(value: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let function = &value["function"];
        let arguments = match &function["arguments"] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        Self { id: text(&value["id"]), kind: text(&value["type"]), name: text(&function["name"]), arguments }
    }

    /// The member of `tool_calls`, as providers tell and take it.
    pub fn write(&self) -> Value {
        let Self { id, kind, name, arguments } = self;
        json!({"id": id, "type": kind, "function": {"name": name, "arguments": arguments}})
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
    /// A function that the model asked for.
    Tool,
}

impl Role {
    /// The role on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }
}
