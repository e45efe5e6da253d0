//! What differs between providers: the fields they take, the headers they want, the errors they tell.

use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::{ChatMessage, ChatRequest, Image, Model, ProviderError, ProviderName, ToolCall};
use crate::clock::Timestamp;
use crate::protocol::Nanodollars;

/// One provider's ways, as pure functions.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// Whose ways.
    pub name: ProviderName,
    pub(crate) body: fn(&Model, &ChatRequest) -> Map<String, Value>,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) classify: fn(&Refusal) -> ProviderError,
    /// What one search of the web costs; `None` when its price is not known for sure.
    pub(crate) search_fee: Option<Nanodollars>,
    /// The search engine of `/web_search`, where there is one.
    pub(crate) search_engine: Option<&'static str>,
}

impl Dialect {
    /// The body of a request: only what the model takes, always as a stream.
    pub fn body(&self, model: &Model, request: &ChatRequest) -> Map<String, Value> {
        (self.body)(model, request)
    }

    /// The headers that go with every request; the key comes on top.
    pub fn headers(&self) -> &'static [(&'static str, &'static str)] {
        self.headers
    }

    /// Sorts a refusal by its cause; `status` is 200 when it came inside an answer, `at` is the moment it came.
    pub fn classify(&self, status: u16, body: &str, at: Timestamp) -> ProviderError {
        (self.classify)(&Refusal::read(status, body, at))
    }
}

/// The fields that all dialects begin with.
pub(crate) fn common(model: &Model, request: &ChatRequest) -> Map<String, Value> {
    let messages = request.messages.iter().map(message);
    let mut body = Map::new();
    body.insert("model".into(), model.id.as_str().into());
    body.insert("messages".into(), messages.collect());
    body.insert("stream".into(), true.into());
    if let Some(temperature) = model.temperature(request.temperature) {
        body.insert("temperature".into(), temperature.into());
    }
    if request.json_object {
        body.insert("response_format".into(), json!({"type": "json_object"}));
    }
    if !request.tools.is_empty() {
        body.insert("tools".into(), request.tools.clone().into());
    }
    if let Some(choice) = request.tool_choice.as_ref().filter(|_| !request.tools.is_empty()) {
        body.insert("tool_choice".into(), choice.clone());
    }
    body
}

/// A message; what it has besides its text only where it has it.
fn message(message: &ChatMessage) -> Value {
    let mut written = json!({"role": message.role, "content": content(message)});
    if !message.tool_calls.is_empty() {
        written["tool_calls"] = message.tool_calls.iter().map(ToolCall::write).collect();
    }
    let texts =
        [("reasoning_content", &message.reasoning), ("tool_call_id", &message.tool_call_id), ("name", &message.name)];
    for (field, text) in texts {
        if let Some(text) = text {
            written[field] = text.as_str().into();
        }
    }
    written
}

/// A text, or parts where there are images.
fn content(message: &ChatMessage) -> Value {
    if message.images.is_empty() {
        return message.content.as_str().into();
    }
    let image = |image: &Image| {
        let url = format!("data:{};base64,{}", image.media_type, image.data);
        json!({"type": "image_url", "image_url": {"url": url}})
    };
    let text = json!({"type": "text", "text": message.content});
    message.images.iter().map(image).chain([text]).collect()
}

/// Adds a tool of the provider's own behind those of the caller.
pub(crate) fn add_tool(body: &mut Map<String, Value>, tool: Value) {
    if let Value::Array(tools) = body.entry("tools").or_insert_with(|| Value::Array(Vec::new())) {
        tools.push(tool);
    }
}
