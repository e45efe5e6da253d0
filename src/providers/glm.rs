//! GLM (Zhipu, Z.ai): the fields its models take, and its refusals by code.

mod codes;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::dialect::common;
use super::refusal::Refusal;
use super::{ChatRequest, Dialect, Model, ProviderError, ProviderName, Thinking, ThinkingMode};

/// What GLM models take and answer.
pub const GLM: Dialect = Dialect {
    name: ProviderName::Glm,
    body,
    // Without it, messages come in Chinese.
    headers: &[("accept-language", "en-US,en")],
    classify,
};

fn body(model: &Model, request: &ChatRequest) -> Map<String, Value> {
    let mut body = common(model, request);
    if let Some(tokens) = model.output_limit(request.max_output_tokens) {
        body.insert("max_tokens".into(), tokens.into());
    }
    let off = model.thinking == Thinking::Toggle && request.thinking == Some(ThinkingMode::Minimal);
    // The default differs between models and endpoints, so it is always said; models that can not stop refuse `disabled`.
    if model.thinking == Thinking::Toggle {
        body.insert("thinking".into(), json!({"type": if off { "disabled" } else { "enabled" }}));
    }
    if let Some(word) = model.effort_word(request.thinking).filter(|_| !off) {
        body.insert("reasoning_effort".into(), word.into());
    }
    body
}

/// By code, never by text: messages come in two languages.
fn classify(refusal: &Refusal) -> ProviderError {
    codes::lookup(refusal).unwrap_or_else(|| ProviderError::of_status(refusal))
}
