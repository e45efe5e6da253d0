//! Any other endpoint of the `OpenAI` shape: plain fields only, and errors by the words that such servers share.

use serde_json::{Map, Value, json};

use super::dialect::common;
use super::refusal::Refusal;
use super::{Cause, ChatRequest, Dialect, Model, ProviderError, ProviderName};

/// What any other endpoint of the `OpenAI` shape takes and answers.
pub const CUSTOM: Dialect =
    Dialect { name: ProviderName::Custom, body, headers: &[], classify, search_fee: None, search_engine: None };

/// The body of a request.
pub(crate) fn body(model: &Model, request: &ChatRequest) -> Map<String, Value> {
    let mut body = common(model, request);
    if let Some(tokens) = model.output_limit(request.max_output_tokens) {
        body.insert("max_tokens".into(), tokens.into());
    }
    body.insert("stream_options".into(), json!({"include_usage": true}));
    body
}

/// Sorts a refusal by its code or type, else by its status.
pub(crate) fn classify(refusal: &Refusal) -> ProviderError {
    let words = [&refusal.code, &refusal.kind].into_iter().flatten();
    let cause = words.map(String::as_str).find_map(|word| match word {
        "invalid_api_key" | "authentication_error" => Some(Cause::Auth),
        "insufficient_quota" | "billing_hard_limit_reached" => Some(Cause::NoBalance),
        "rate_limit_exceeded" | "rate_limit_error" => Some(Cause::RateLimited),
        "overloaded_error" => Some(Cause::Overloaded),
        "context_length_exceeded" | "string_above_max_length" => Some(Cause::PromptTooLong),
        "model_not_found" => Some(Cause::ModelNotFound),
        "content_filter" | "content_policy_violation" => Some(Cause::ContentRefused),
        _ => None,
    });
    let cause = cause.unwrap_or_else(|| match Cause::of_status(refusal.status) {
        Cause::BadRequest { .. } => Cause::BadRequest { parameter: refusal.parameter.clone() },
        cause => cause,
    });
    ProviderError::told(cause.clone(), cause.phrase(), refusal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn refusals_are_sorted_by_word_then_by_status() {
        for (status, body, cause) in [
            (401, r#"{"error":{"code":"invalid_api_key"}}"#, "auth"),
            (429, r#"{"error":{"code":"insufficient_quota"}}"#, "no_balance"),
            (429, r#"{"error":{"type":"rate_limit_exceeded"}}"#, "rate_limited"),
            (529, r#"{"error":{"type":"overloaded_error"}}"#, "overloaded"),
            (400, r#"{"error":{"code":"context_length_exceeded"}}"#, "prompt_too_long"),
            (400, r#"{"error":{"type":"invalid_request_error","param":"top_p"}}"#, "bad_request"),
            (404, r#"{"error":"model 'x' not found"}"#, "model_not_found"),
            (402, "", "no_balance"),
            (502, "<html>", "server"),
            (200, r#"{"error":"x"}"#, "server"),
        ] {
            assert_eq!(CUSTOM.classify(status, body, Timestamp::from_millis(0)).cause.as_str(), cause, "{body}");
        }
    }
}
