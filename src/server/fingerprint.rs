//! What makes two calls of one name the same: their tool and their arguments, in whatever order a client wrote these.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value};

/// Two calls with the same fingerprint ask for the same.
pub(super) fn of(tool: &str, arguments: &Map<String, Value>) -> u64 {
    let mut hasher = DefaultHasher::new();
    tool.hash(&mut hasher);
    object(arguments, &mut hasher);
    hasher.finish()
}

fn object(fields: &Map<String, Value>, hasher: &mut DefaultHasher) {
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_unstable_by_key(|(name, _)| *name);
    fields.len().hash(hasher);
    for (name, value) in fields {
        name.hash(hasher);
        add(value, hasher);
    }
}

fn add(value: &Value, hasher: &mut DefaultHasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        Value::Null => {}
        Value::Bool(is_so) => is_so.hash(hasher),
        Value::Number(number) => number.hash(hasher),
        Value::String(text) => text.hash(hasher),
        Value::Array(items) => {
            items.len().hash(hasher);
            for item in items {
                add(item, hasher);
            }
        }
        Value::Object(fields) => object(fields, hasher),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_the_same_in_any_order_and_with_any_blanks_and_not_when_a_value_differs() {
        let of = |text: &str| of("chat", &serde_json::from_str(text).unwrap());
        let asked = of(r#"{"prompt": "why?", "files": ["a", "b"], "more": {"x": 1, "y": null}}"#);
        assert_eq!(asked, of(r#"{"more":{"y":null,"x":1},"files":["a","b"],"prompt":"why?"}"#));
        for other in [
            r#"{"prompt": "why?", "files": ["b", "a"], "more": {"x": 1, "y": null}}"#,
            r#"{"prompt": "why?", "files": ["a", "b"], "more": {"x": "1", "y": null}}"#,
            r#"{"prompt": "why?", "files": ["a", "b"], "more": {"x": 1}, "y": null}"#,
        ] {
            assert_ne!(asked, of(other), "{other}");
        }
    }
}
