//! GLM (Zhipu, Z.ai): the fields its models take, and its refusals by code.

mod codes;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::dialect::{add_tool, common};
use super::refusal::Refusal;
use super::{ChatRequest, Dialect, Model, ProviderError, ProviderName, Thinking, ThinkingMode};

/// What GLM models take and answer.
pub const GLM: Dialect = Dialect {
    name: ProviderName::Glm,
    body,
    // Without it, messages come in Chinese.
    headers: &[("accept-language", "en-US,en")],
    classify,
    search_fee: Some(10_000_000),
    search_engine: Some("search-prime"),
};

/// The same at the mainland site, which has other search engines and bills in another currency.
pub const GLM_MAINLAND: Dialect =
    Dialect { body: mainland_body, search_fee: None, search_engine: Some("search_std"), ..GLM };

/// Whether a URL leads to the mainland site.
pub(crate) fn is_mainland(url: &reqwest::Url) -> bool {
    url.host_str().is_some_and(|host| host == "bigmodel.cn" || host.ends_with(".bigmodel.cn"))
}

fn body(model: &Model, request: &ChatRequest) -> Map<String, Value> {
    with_search(model, request, "search_pro_jina")
}

fn mainland_body(model: &Model, request: &ChatRequest) -> Map<String, Value> {
    with_search(model, request, "search_pro")
}

fn with_search(model: &Model, request: &ChatRequest, engine: &str) -> Map<String, Value> {
    let mut body = plain_body(model, request);
    if request.web_search {
        let search = json!({"enable": true, "search_engine": engine, "search_result": true});
        add_tool(&mut body, json!({"type": "web_search", "web_search": search}));
        // Some models search only when it is said.
        body.insert("tool_choice".into(), "auto".into());
    }
    body
}

fn plain_body(model: &Model, request: &ChatRequest) -> Map<String, Value> {
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
