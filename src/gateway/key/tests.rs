//! Which requests are the same question.

use serde_json::json;

use super::*;
use crate::providers::ProviderName;

fn key(owner: &str, provider: ProviderName, model: &str, body: &Value) -> String {
    of(owner, &Model::unlisted(provider, model, 1, 1), "account", body.as_object().unwrap())
}

fn key_of(body: &Value) -> String {
    key("default", ProviderName::Glm, "glm-4.6", body)
}

fn question() -> Value {
    json!({"model": "glm-4.6", "stream": true, "messages": [{"role": "user", "content": "why?"}]})
}

#[test]
fn neither_the_order_of_fields_nor_the_names_of_a_request_make_a_difference() {
    for same in [
        json!({"messages": [{"content": "why?", "role": "user"}], "stream": true, "model": "glm-4.6"}),
        json!({"request_id": "1", "model": "glm-4.6", "stream": true, "messages": [{"role": "user", "content": "why?"}]}),
        json!({"model": "glm-4.6", "stream": true, "messages": [{"role": "user", "content": "why?"}], "user_id": "somebody"}),
        json!({"model": "glm-4.6", "prompt_cache_key": "thread", "stream": true, "messages": [{"role": "user", "content": "why?"}]}),
    ] {
        assert_eq!(key_of(&same), key_of(&question()), "{same}");
    }
}

#[test]
fn everything_that_is_asked_makes_a_difference() {
    let mut keys = vec![key_of(&question())];
    for different in [
        json!({"model": "glm-4.6", "stream": true, "messages": [{"role": "user", "content": "why not?"}]}),
        json!({"model": "glm-4.6", "stream": true, "messages": [{"role": "system", "content": "why?"}]}),
        json!({"model": "glm-4.6", "stream": true, "messages": [{"role": "user", "content": "why?", "user_id": "1"}]}),
        json!({"model": "glm-4.6", "stream": true, "messages": [{"role": "user"}, {"content": "why?"}]}),
        json!({"model": "glm-4.6", "stream": true, "messages": [{"role": "user", "content": ["why?"]}]}),
        json!({"model": "glm-4.6", "stream": "true", "messages": [{"role": "user", "content": "why?"}]}),
        json!({"model": "glm-4.6", "stream": true, "temperature": 0, "messages": [{"role": "user", "content": "why?"}]}),
        json!({"model": "glm-4.6", "stream": true, "thinking": {"type": "disabled"}, "messages": [{"role": "user", "content": "why?"}]}),
    ] {
        keys.push(key_of(&different));
    }
    for (owner, provider, model) in [
        ("other", ProviderName::Glm, "glm-4.6"),
        ("default", ProviderName::Custom, "glm-4.6"),
        ("default", ProviderName::Glm, "glm-4.7"),
        // The parts can not flow into each other.
        ("defaultg", ProviderName::Glm, "lm-4.6"),
    ] {
        keys.push(key(owner, provider, model, &question()));
    }
    let count = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), count);
}
