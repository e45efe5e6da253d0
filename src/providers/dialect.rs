//! What differs between providers: the fields they take, the headers they want, the errors they tell.

use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::{ChatRequest, Model, ProviderError, ProviderName};
use crate::clock::Timestamp;

/// One provider's ways, as pure functions.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// Whose ways.
    pub name: ProviderName,
    pub(crate) body: fn(&Model, &ChatRequest) -> Map<String, Value>,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) classify: fn(&Refusal) -> ProviderError,
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
    let messages = request.messages.iter().map(|message| json!({"role": message.role, "content": message.content}));
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
    body
}
