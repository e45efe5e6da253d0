//! Arguments against their schema: obvious spellings are understood, everything else is refused by name.

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// Checks `arguments` against the flat `schema`, trims strings and reads the usual spellings of booleans and numbers.
/// Returns warnings about arguments that the schema does not know; they are taken out.
pub(super) fn check(schema: &Value, arguments: &mut Map<String, Value>) -> Result<Vec<String>> {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let mut warnings = Vec::new();
    arguments.retain(|name, value| {
        let known = properties.contains_key(name);
        if !known {
            warnings
                .push(format!("argument `{name}` is not known to this tool and was ignored{}", near(name, properties)));
        }
        known && !value.is_null()
    });
    for (name, value) in arguments.iter_mut() {
        let Some(property) = properties.get(name) else { continue };
        let given = value.take();
        *value = read(name, property, given)?;
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for name in required {
        match arguments.get(name) {
            None => return Err(missing(name, "is missing")),
            Some(Value::String(text)) if text.is_empty() => return Err(missing(name, "is empty")),
            Some(_) => {}
        }
    }
    Ok(warnings)
}

fn missing(name: &str, what: &str) -> Error {
    Error::validation(name, Value::Null, "a non-empty value", format!("argument `{name}` {what}"))
}

fn near(name: &str, properties: &Map<String, Value>) -> String {
    let best = properties.keys().max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    match best {
        Some(best) if strsim::jaro_winkler(best, name) > 0.8 => format!(" (did you mean `{best}`?)"),
        _ => String::new(),
    }
}

fn read(name: &str, property: &Value, given: Value) -> Result<Value> {
    match property.get("type").and_then(Value::as_str) {
        Some("string") => read_string(name, property, given),
        Some("boolean") => read_boolean(name, given),
        Some("integer") => read_integer(name, property, given),
        Some("number") => read_number(name, property, given),
        Some("array") => read_array(name, property, given),
        Some("object") => read_object(name, property, given),
        _ => Ok(given),
    }
}

fn wrong(name: &str, given: Value, allowed: impl Into<Value>) -> Error {
    let allowed = allowed.into();
    let shown = match &allowed {
        Value::String(text) => text.clone(),
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    let message = format!("argument `{name}` is {}, allowed: {shown}", brief(&given));
    Error::validation(name, given, allowed, message)
}

/// A value as it is quoted in an error.
fn brief(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn read_string(name: &str, property: &Value, given: Value) -> Result<Value> {
    let Value::String(text) = &given else { return Err(wrong(name, given, "a string")) };
    let trimmed = text.trim();
    if let Some(words) = property.get("enum").and_then(Value::as_array) {
        let word = words.iter().find(|word| word.as_str().is_some_and(|word| word.eq_ignore_ascii_case(trimmed)));
        return word.cloned().ok_or_else(|| wrong(name, given.clone(), words.clone()));
    }
    let length = trimmed.chars().count() as u64;
    let limit = |key: &str| property.get(key).and_then(Value::as_u64);
    if limit("maxLength").is_some_and(|most| length > most) || limit("minLength").is_some_and(|least| length < least) {
        let (least, most) = (limit("minLength").unwrap_or(0), limit("maxLength"));
        let allowed = match most {
            Some(most) => format!("{least} to {most} characters"),
            None => format!("at least {least} characters"),
        };
        return Err(wrong(name, given, allowed));
    }
    Ok(trimmed.into())
}

fn read_boolean(name: &str, given: Value) -> Result<Value> {
    let word = match &given {
        Value::Bool(_) => return Ok(given),
        Value::String(text) => text.trim().to_ascii_lowercase(),
        other => other.to_string(),
    };
    match word.as_str() {
        "true" | "1" | "yes" | "on" => Ok(true.into()),
        "false" | "0" | "no" | "off" => Ok(false.into()),
        _ => Err(wrong(name, given, "true or false")),
    }
}

fn read_integer(name: &str, property: &Value, given: Value) -> Result<Value> {
    let number = match &given {
        Value::String(text) => text.trim().parse().ok(),
        // Some clients send 1.0 for 1.
        other => other.as_i64().or_else(|| other.to_string().strip_suffix(".0")?.parse().ok()),
    };
    match number {
        Some(number) if in_range(property, number as f64) => Ok(number.into()),
        _ => Err(wrong(name, given, range(property, "an integer"))),
    }
}

fn read_number(name: &str, property: &Value, given: Value) -> Result<Value> {
    let number = match &given {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    match number {
        Some(number) if in_range(property, number) => Ok(number.into()),
        _ => Err(wrong(name, given, range(property, "a number"))),
    }
}

fn in_range(property: &Value, number: f64) -> bool {
    let bound = |key: &str| property.get(key).and_then(Value::as_f64);
    bound("minimum").is_none_or(|least| number >= least) && bound("maximum").is_none_or(|most| number <= most)
}

fn range(property: &Value, noun: &str) -> String {
    match (property.get("minimum"), property.get("maximum")) {
        (Some(least), Some(most)) => format!("{noun} from {least} to {most}"),
        (Some(least), None) => format!("{noun} of at least {least}"),
        (None, Some(most)) => format!("{noun} of at most {most}"),
        (None, None) => noun.to_owned(),
    }
}

/// An object, or the short form of one: the text that it can not do without, and behind the last `:` a word of those
/// that one of its fields can be.
fn read_object(name: &str, property: &Value, given: Value) -> Result<Value> {
    match given {
        Value::Object(_) => Ok(given),
        // Some clients write what is inside as JSON in a text.
        Value::String(text) if text.trim_start().starts_with('{') => match serde_json::from_str(&text) {
            Ok(object @ Value::Object(_)) => Ok(object),
            _ => Err(wrong(name, text.into(), "an object")),
        },
        Value::String(text) => match short_form(property) {
            Some(form) if !text.trim().is_empty() => Ok(form.read(text.trim())),
            _ => Err(wrong(name, text.into(), "an object")),
        },
        other => Err(wrong(name, other, "an object")),
    }
}

/// The short form of the objects of a schema; only those have one that need nothing but one text.
pub fn short_form(schema: &Value) -> Option<ShortForm<'_>> {
    let properties = schema.get("properties")?.as_object()?;
    let [text] = schema.get("required")?.as_array()?.as_slice() else { return None };
    let text = text.as_str().filter(|text| properties.get(*text).is_some_and(|field| field["type"] == "string"))?;
    let choice = properties.iter().find_map(|(name, field)| {
        let words = field.get("enum")?.as_array()?;
        Some((name.as_str(), words.iter().filter_map(Value::as_str).collect()))
    });
    Some(ShortForm { text, choice })
}

/// How an object is written as a text: `glm-5.3:for`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortForm<'a> {
    /// The field that the text fills.
    pub text: &'a str,
    /// The field whose word may follow, with its words.
    pub choice: Option<(&'a str, Vec<&'a str>)>,
}

impl ShortForm<'_> {
    fn read(&self, text: &str) -> Value {
        let said = self.choice.as_ref().and_then(|(field, words)| {
            let (before, last) = text.rsplit_once(':')?;
            let word = words.iter().find(|word| word.eq_ignore_ascii_case(last.trim()))?;
            Some((before.trim(), *field, *word)).filter(|(before, ..)| !before.is_empty())
        });
        match said {
            Some((before, field, word)) => serde_json::json!({ self.text: before, field: word }),
            None => serde_json::json!({ self.text: text }),
        }
    }
}

fn holds_objects(property: &Value) -> bool {
    property.get("items").and_then(|item| item.get("type")).is_some_and(|of| of == "object")
}

fn read_array(name: &str, property: &Value, given: Value) -> Result<Value> {
    let items = match given {
        Value::Array(items) => items,
        Value::String(text) if text.trim().is_empty() => Vec::new(),
        Value::String(text) if holds_objects(property) && text.trim_start().starts_with(['[', '{']) => {
            match serde_json::from_str(&text) {
                Ok(Value::Array(items)) => items,
                Ok(single) => vec![single],
                Err(_) => return Err(wrong(name, text.into(), "a list")),
            }
        }
        Value::String(text) if property.get("items").is_some_and(|item| short_form(item).is_some()) => {
            text.split(',').map(Value::from).collect()
        }
        // A single value is a list of one.
        single @ (Value::String(_) | Value::Object(_)) => vec![single],
        other => return Err(wrong(name, other, "a list")),
    };
    if property.get("maxItems").and_then(Value::as_u64).is_some_and(|most| items.len() as u64 > most) {
        let most = property.get("maxItems").cloned().unwrap_or_default();
        return Err(wrong(name, items.len().into(), format!("at most {most} items")));
    }
    let item = property.get("items").cloned().unwrap_or_default();
    items.into_iter().map(|value| read(name, &item, value)).collect::<Result<Vec<_>>>().map(Value::Array)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({
            "properties": {
                "prompt": {"type": "string"},
                "mode": {"type": "string", "enum": ["low", "high"]},
                "step": {"type": "integer", "minimum": 1},
                "temperature": {"type": "number", "minimum": 0, "maximum": 1},
                "last": {"type": "boolean"},
                "files": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
            },
            "required": ["prompt"],
        })
    }

    fn checked(arguments: &Value) -> Result<(Value, Vec<String>)> {
        let mut arguments = arguments.as_object().cloned().unwrap_or_default();
        let warnings = check(&schema(), &mut arguments)?;
        Ok((Value::Object(arguments), warnings))
    }

    #[test]
    fn usual_spellings_are_understood() {
        let given =
            json!({"prompt": " hi ", "mode": "HIGH", "step": "2", "temperature": "0.5", "last": "yes", "files": "a"});
        let (read, warnings) = checked(&given).unwrap();
        let wanted =
            json!({"prompt": "hi", "mode": "high", "step": 2, "temperature": 0.5, "last": true, "files": ["a"]});
        assert_eq!((read, warnings), (wanted, vec![]));
    }

    #[test]
    fn a_wrong_value_is_refused_with_field_value_and_what_is_allowed() {
        for (given, message) in [
            (json!({"prompt": ""}), "argument `prompt` is empty"),
            (json!({}), "argument `prompt` is missing"),
            (json!({"prompt": 7}), "argument `prompt` is 7, allowed: a string"),
            (json!({"prompt": "x", "mode": "max"}), "argument `mode` is \"max\", allowed: low, high"),
            (json!({"prompt": "x", "step": 0}), "argument `step` is 0, allowed: an integer of at least 1"),
            (json!({"prompt": "x", "temperature": 2}), "argument `temperature` is 2, allowed: a number from 0 to 1"),
            (json!({"prompt": "x", "last": "maybe"}), "argument `last` is \"maybe\", allowed: true or false"),
            (json!({"prompt": "x", "files": ["a", "b", "c"]}), "argument `files` is 3, allowed: at most 2 items"),
        ] {
            let error = checked(&given).unwrap_err();
            assert_eq!(error.message, message);
            assert!(error.details.is_some());
        }
    }

    #[test]
    fn an_object_that_needs_one_text_may_be_written_as_one() {
        let stance = json!({"type": "string", "enum": ["for", "against"]});
        let fields = json!({"model": {"type": "string"}, "stance": stance, "stance_prompt": {"type": "string"}});
        let item = json!({"type": "object", "properties": fields, "required": ["model"]});
        let schema = json!({"properties": {
            "models": {"type": "array", "items": item},
            "issues": {"type": "array", "items": {"type": "object"}},
        }});
        let mut given =
            json!({"models": ["glm-5.3:FOR", "mock:echo", "mock:echo:against", ":for", {"model": "kimi-k3"}]});
        check(&schema, given.as_object_mut().unwrap()).unwrap();
        let read = json!([
            {"model": "glm-5.3", "stance": "for"}, {"model": "mock:echo"}, {"model": "mock:echo", "stance": "against"},
            {"model": ":for"}, {"model": "kimi-k3"},
        ]);
        assert_eq!(given["models"], read);
        let mut given = json!({"models": "glm-5.3:for, kimi-k3"});
        check(&schema, given.as_object_mut().unwrap()).unwrap();
        assert_eq!(given["models"], json!([{"model": "glm-5.3", "stance": "for"}, {"model": "kimi-k3"}]));
        let written = json!([{"model": "glm-5.3", "stance": "for"}, {"model": "kimi-k3"}]).to_string();
        let issue = json!({"severity": "low", "description": "a, [b]"});
        let mut given = json!({"models": format!(" {written}"), "issues": issue.to_string()});
        check(&schema, given.as_object_mut().unwrap()).unwrap();
        let models = json!([{"model": "glm-5.3", "stance": "for"}, {"model": "kimi-k3"}]);
        assert_eq!((&given["models"], &given["issues"]), (&models, &json!([issue])), "JSON in a text is read");
        let mut given = json!({"models": "[{\"model\": "});
        let error = check(&schema, given.as_object_mut().unwrap()).unwrap_err();
        assert!(error.message.ends_with("allowed: a list"), "{error}");
        for (name, value) in [("issues", json!(["a text"])), ("models", json!([" "])), ("models", json!([7]))] {
            let mut given = json!({ name: value });
            let error = check(&schema, given.as_object_mut().unwrap()).unwrap_err();
            assert!(error.message.ends_with("allowed: an object"), "{error}");
        }
    }

    #[test]
    fn an_unknown_argument_is_taken_out_with_a_warning_that_names_the_nearest() {
        let (read, warnings) = checked(&json!({"prompt": "x", "temprature": 0.1})).unwrap();
        assert_eq!(read, json!({"prompt": "x"}));
        assert!(
            warnings[0].contains("`temprature`") && warnings[0].contains("did you mean `temperature`"),
            "{warnings:?}"
        );
    }
}
