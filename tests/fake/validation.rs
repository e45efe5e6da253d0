//! Requests that the real providers refuse with 400, and how they refuse them.

use serde_json::Value;

use crate::recorded::{Recorded, text_of_message};
use crate::refusal::Refusal;
use crate::scenario::Provider;

type Check = fn(&Recorded) -> Option<Refusal>;

const GLM: &[Check] = &[
    glm_messages,
    glm_temperature,
    glm_top_p,
    glm_max_tokens,
    glm_thinking,
    glm_effort,
    glm_stop,
    glm_tool_choice,
    glm_user_id,
];

const KIMI: &[Check] =
    &[kimi_messages, kimi_content, kimi_temperature, kimi_top_p, kimi_n, kimi_effort, kimi_stop, kimi_tool_loop];

/// How `provider` refuses the request, if it does.
pub(crate) fn refusal(provider: Provider, request: &Recorded) -> Option<Refusal> {
    let checks = match provider {
        Provider::Glm => GLM,
        Provider::Kimi => KIMI,
        Provider::Custom => return None,
    };
    checks.iter().find_map(|check| check(request))
}

fn role(message: &Value) -> &str {
    message["role"].as_str().unwrap_or_default()
}

fn glm_fault(message: &str) -> Refusal {
    Refusal::glm("1210", Some(message))
}

fn glm_messages(request: &Recorded) -> Option<Refusal> {
    let asks = request.messages().iter().any(|message| matches!(role(message), "user" | "tool"));
    (!asks).then(|| Refusal::glm("1214", None))
}

fn glm_temperature(request: &Recorded) -> Option<Refusal> {
    let value = request.body["temperature"].as_f64()?;
    let fault = || glm_fault(&format!("temperature: {value} is out of range, the valid range is [0, 1]"));
    (!(0.0..=1.0).contains(&value)).then(fault)
}

fn glm_top_p(request: &Recorded) -> Option<Refusal> {
    let value = request.body["top_p"].as_f64()?;
    let fault = || glm_fault(&format!("top_p: {value} is out of range, the valid range is [0.01, 1]"));
    (!(0.01..=1.0).contains(&value)).then(fault)
}

fn glm_max_tokens(request: &Recorded) -> Option<Refusal> {
    let limit = match request.model() {
        model if model.starts_with("glm-4.5v") => 16_384,
        model if model.starts_with("glm-4.6v") => 32_768,
        model if model.starts_with("glm-4.5") => 98_304,
        _ => 131_072,
    };
    let value = request.body["max_tokens"].as_i64()?;
    let fault = || glm_fault(&format!("max_tokens: {value} is out of range, the valid range is [1, {limit}]"));
    (!(1..=limit).contains(&value)).then(fault)
}

fn glm_thinking(request: &Recorded) -> Option<Refusal> {
    let words = "This model always engages in thinking and cannot be disabled; please use low, high, or max";
    let disabled = request.body["thinking"]["type"] == "disabled";
    (disabled && request.model().starts_with("glm-5.3")).then(|| glm_fault(words))
}

fn glm_effort(request: &Recorded) -> Option<Refusal> {
    let wrong = request.model().starts_with("glm-5.3") && !is_effort(&request.body["reasoning_effort"]);
    wrong.then(|| glm_fault("reasoning_effort: please use low, high, or max"))
}

fn glm_stop(request: &Recorded) -> Option<Refusal> {
    let several = request.body["stop"].as_array()?.len() > 1;
    several.then(|| glm_fault("stop: at most one stop word is supported"))
}

fn glm_tool_choice(request: &Recorded) -> Option<Refusal> {
    let choice = &request.body["tool_choice"];
    (!choice.is_null() && choice != "auto").then(|| glm_fault("tool_choice: only auto is supported"))
}

fn glm_user_id(request: &Recorded) -> Option<Refusal> {
    let length = request.body["user_id"].as_str()?.chars().count();
    (!(6..=128).contains(&length)).then(|| glm_fault("user_id: the length must be between 6 and 128"))
}

/// Whether it is an effort that the newest models of both providers take, or none.
fn is_effort(value: &Value) -> bool {
    value.is_null() || ["low", "high", "max"].iter().any(|known| value == known)
}

fn kimi_fault(message: &str) -> Refusal {
    Refusal::kimi("invalid_request_error", Some(message))
}

/// Whether the model takes no sampling settings but its own.
fn is_fixed(model: &str) -> bool {
    ["kimi-k2.5", "kimi-k2.6", "kimi-k2.7", "kimi-k3"].iter().any(|family| model.starts_with(family))
}

/// Whether the request switches thinking off.
fn is_quiet(request: &Recorded) -> bool {
    request.body["thinking"]["type"] == "disabled"
}

fn kimi_messages(request: &Recorded) -> Option<Refusal> {
    request.messages().is_empty().then(|| kimi_fault("Invalid request: messages is empty"))
}

fn kimi_content(request: &Recorded) -> Option<Refusal> {
    let is_empty = |message: &Value| {
        let parts = message["content"].as_array().is_some_and(|parts| !parts.is_empty());
        !parts && text_of_message(message).is_empty() && message["tool_calls"].is_null()
    };
    let at = request.messages().iter().position(is_empty)?;
    let role = role(&request.messages()[at]);
    Some(kimi_fault(&format!("Invalid request: the message at position {at} with role '{role}' must not be empty")))
}

fn kimi_temperature(request: &Recorded) -> Option<Refusal> {
    let value = request.body["temperature"].as_f64()?;
    if is_fixed(request.model()) {
        let (fixed, named) = if is_quiet(request) { (0.6, "0.6") } else { (1.0, "1") };
        let fault = || kimi_fault(&format!("invalid temperature: only {named} is allowed for this model"));
        return differs(value, fixed).then(fault);
    }
    (!(0.0..=1.0).contains(&value)).then(|| kimi_fault("Invalid request: temperature must be in [0, 1]"))
}

fn kimi_top_p(request: &Recorded) -> Option<Refusal> {
    let wrong = differs(request.body["top_p"].as_f64()?, 0.95) && is_fixed(request.model());
    wrong.then(|| kimi_fault("invalid top_p: only 0.95 is allowed for this model"))
}

fn differs(value: f64, fixed: f64) -> bool {
    (value - fixed).abs() > 1e-6
}

fn kimi_n(request: &Recorded) -> Option<Refusal> {
    let several = request.body["n"].as_i64()? > 1 && is_fixed(request.model());
    several.then(|| kimi_fault("invalid n: only 1 is allowed for this model"))
}

fn kimi_effort(request: &Recorded) -> Option<Refusal> {
    let wrong = request.model().starts_with("kimi-k3") && !is_effort(&request.body["reasoning_effort"]);
    wrong.then(|| kimi_fault("Invalid request: reasoning_effort must be one of low, high, max"))
}

fn kimi_stop(request: &Recorded) -> Option<Refusal> {
    let words = request.body["stop"].as_array()?;
    let long = words.iter().any(|word| word.as_str().is_some_and(|word| word.len() > 32));
    let wrong = words.len() > 5 || long;
    wrong.then(|| kimi_fault("Invalid request: stop takes at most 5 words of at most 32 bytes"))
}

fn kimi_tool_loop(request: &Recorded) -> Option<Refusal> {
    let words = "thinking is enabled but reasoning_content is missing in assistant tool call message";
    let forgets = |message: &Value| message["tool_calls"].is_array() && message["reasoning_content"].is_null();
    let wrong = is_fixed(request.model()) && !is_quiet(request) && request.messages().iter().any(forgets);
    wrong.then(|| kimi_fault(words))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The request with these fields over a good one.
    fn request(provider: Provider, model: &str, fields: &Value) -> Recorded {
        let mut body = json!({"model": model, "messages": [{"role": "user", "content": "hello"}]});
        for (key, value) in fields.as_object().unwrap() {
            body[key] = value.clone();
        }
        Recorded::chat(provider, &body)
    }

    fn check(provider: Provider, cases: &[(&str, Value, Option<&str>)]) {
        for (model, fields, expected) in cases {
            let refused = refusal(provider, &request(provider, model, fields));
            match (expected, &refused) {
                (None, None) => {}
                (Some(words), Some(refused)) => {
                    assert_eq!(refused.status, 400, "{model} {fields}");
                    assert!(refused.body.contains(words), "{model} {fields}: {}", refused.body);
                }
                _ => panic!("{model} {fields}: expected {expected:?}, not {refused:?}"),
            }
        }
    }

    #[test]
    fn glm_refuses_what_the_real_one_refuses() {
        check(
            Provider::Glm,
            &[
                ("glm-4.6", json!({}), None),
                ("glm-4.6", json!({"temperature": 1.0, "max_tokens": 131_072, "thinking": {"type": "disabled"}}), None),
                ("glm-4.6", json!({"temperature": 1.01}), Some("\"1210\"")),
                ("glm-4.6", json!({"top_p": 0.0}), Some("[0.01, 1]")),
                ("glm-4.6", json!({"max_tokens": 131_073}), Some("[1, 131072]")),
                ("glm-4.5-air", json!({"max_tokens": 98_305}), Some("[1, 98304]")),
                ("glm-4.5v", json!({"max_tokens": 16_385}), Some("[1, 16384]")),
                ("glm-4.6v", json!({"max_tokens": 32_769}), Some("[1, 32768]")),
                ("glm-5.3-flash", json!({"thinking": {"type": "disabled"}}), Some("cannot be disabled")),
                ("glm-5.3", json!({"reasoning_effort": "medium"}), Some("\"1210\"")),
                ("glm-5.3", json!({"reasoning_effort": "max"}), None),
                ("glm-5.2", json!({"reasoning_effort": "medium"}), None),
                ("glm-4.6", json!({"messages": [{"role": "system", "content": "x"}]}), Some("\"1214\"")),
                ("glm-4.6", json!({"stop": ["a", "b"]}), Some("stop")),
                ("glm-4.6", json!({"tool_choice": "none"}), Some("only auto")),
                ("glm-4.6", json!({"user_id": "short"}), Some("user_id")),
            ],
        );
    }

    #[test]
    fn kimi_refuses_what_the_real_one_refuses() {
        let quiet = json!({"type": "disabled"});
        let call = json!([{"role": "user", "content": "x"}, {"role": "assistant", "content": "", "tool_calls": []}]);
        check(
            Provider::Kimi,
            &[
                ("kimi-k3", json!({"reasoning_effort": "low"}), None),
                ("kimi-k3", json!({"temperature": 0.3}), Some("invalid temperature: only 1 is allowed for this model")),
                ("kimi-k3", json!({"temperature": 1}), None),
                ("kimi-k2.6", json!({"temperature": 0.6, "thinking": quiet}), None),
                ("kimi-k2.6", json!({"temperature": 1, "thinking": quiet}), Some("only 0.6 is allowed")),
                ("moonshot-v1-8k", json!({"temperature": 0.3}), None),
                ("moonshot-v1-8k", json!({"temperature": 1.3}), Some("[0, 1]")),
                ("kimi-k3", json!({"top_p": 0.5}), Some("invalid top_p")),
                ("kimi-k3", json!({"n": 2}), Some("invalid n")),
                ("kimi-k3.1-pro", json!({"reasoning_effort": "medium"}), Some("reasoning_effort")),
                ("kimi-k3", json!({"messages": []}), Some("messages is empty")),
                ("kimi-k3", json!({"messages": [{"role": "user", "content": ""}]}), Some("must not be empty")),
                ("kimi-k3", json!({"stop": ["1", "2", "3", "4", "5", "6"]}), Some("at most 5")),
                ("kimi-k3", json!({"messages": call}), Some("reasoning_content is missing")),
                ("kimi-k2.6", json!({"messages": call, "thinking": quiet}), None),
            ],
        );
    }
}
