//! What a refused request teaches: the parameter that the model does not take.

use serde_json::{Map, Value};

use crate::providers::{Cause, ProviderError};

/// Fields without which a request is not the caller's any more.
const ESSENTIAL: [&str; 5] = ["model", "messages", "stream", "response_format", "tools"];

/// The field of `body` that the refusal names, if the request makes sense without it.
pub(super) fn of(error: &ProviderError, body: &Map<String, Value>) -> Option<String> {
    let Cause::BadRequest { parameter } = &error.cause else { return None };
    let may_go = |name: &&String| !ESSENTIAL.contains(&name.as_str());
    if let Some(parameter) = parameter {
        let root = parameter.split(['.', '[']).next().unwrap_or_default();
        return body.keys().filter(may_go).find(|name| *name == root).cloned();
    }
    let mut named = body.keys().filter(may_go).filter(|name| mentions(&error.message, name));
    match (named.next(), named.next()) {
        (Some(only), None) => Some(only.clone()),
        // None, or a choice that is not ours to make.
        _ => None,
    }
}

/// Whether `text` has `name` as a word of its own.
fn mentions(text: &str, name: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(is_part)
            && !text[at + name.len()..].chars().next().is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_named_parameter_is_found_where_the_request_can_do_without_it() {
        let body = json!({"model": "m", "messages": [], "temperature": 1, "thinking": {}, "max_tokens": 9});
        let body = body.as_object().unwrap();
        for (parameter, message, lesson) in [
            (Some("temperature"), "", Some("temperature")),
            (Some("thinking.type"), "", Some("thinking")),
            (Some("messages[0].content"), "", None),
            (Some("top_p"), "", None),
            (None, "invalid temperature: only 1 is allowed for this model", Some("temperature")),
            (None, "max_tokens must be below 8192", Some("max_tokens")),
            (None, "temperature and thinking do not go together", None),
            (None, "the model does not exist", None),
            (None, "bad_temperature_value", None),
        ] {
            let cause = Cause::BadRequest { parameter: parameter.map(str::to_owned) };
            let error = ProviderError::new(cause, message);
            assert_eq!(of(&error, body).as_deref(), lesson, "{parameter:?} {message}");
        }
        let other = ProviderError::new(Cause::Auth, "temperature");
        assert_eq!(of(&other, body), None);
    }
}
