//! JSON Schemas of arguments, made from types and kept flat: no references, no combinators, no nulls,
//! so that every client and the command line can read them.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

/// The schema of `T`, titled `title`.
pub(super) fn of<T: JsonSchema>(title: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    tidy(&mut schema);
    if let Some(object) = schema.as_object_mut() {
        object.remove("$schema");
        object.remove("description");
        object.insert("title".to_owned(), title.into());
        object.insert("additionalProperties".to_owned(), false.into());
    }
    schema
}

/// The schema of a tool's `Own` arguments and of those that it shares with others, but for those that it is `without`.
pub(super) fn joined<Own: JsonSchema, Shared: JsonSchema>(title: &str, without: &[&str], required: &[&str]) -> Value {
    let mut schema = of::<Own>(title);
    let Value::Object(object) = &mut schema else { return schema };
    let mut shared = of::<Shared>(title);
    let mut properties = Map::new();
    for part in [object.get_mut("properties"), shared.get_mut("properties")] {
        let Some(Value::Object(part)) = part.map(Value::take) else { continue };
        properties.extend(part.into_iter().filter(|(name, _)| !without.contains(&name.as_str())));
    }
    object.insert("properties".to_owned(), properties.into());
    object.remove("required");
    if !required.is_empty() {
        object.insert("required".to_owned(), required.into());
    }
    object.shift_remove("additionalProperties");
    object.insert("additionalProperties".to_owned(), false.into());
    schema
}

/// Arguments of the predecessors that say what `use_assistant_model` says: they are understood, and not shown.
#[cfg(test)]
const SAID_OTHERWISE: [&str; 2] = ["precommit_type", "review_validation_type"];

/// The schema as a client's model is shown it: what is told once for all tools, what another argument says, and what
/// only the check of the arguments needs, is left out.
#[cfg(test)]
pub(super) fn brief(schema: &Value, shared: &Value) -> Value {
    let mut brief = schema.clone();
    let Some(object) = brief.as_object_mut() else { return brief };
    object.remove("title");
    // Other arguments are warned of and not taken.
    object.remove("additionalProperties");
    let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) else { return brief };
    properties.retain(|name, _| !SAID_OTHERWISE.contains(&name.as_str()));
    for (name, property) in properties {
        let Some(property) = property.as_object_mut() else { continue };
        for bound in ["minLength", "maxLength", "maxItems", "minimum", "maximum"] {
            property.remove(bound);
        }
        if shared["properties"].get(name).is_some_and(|shared| shared.get("description") == property.get("description"))
        {
            property.remove("description");
            property.remove("default");
        }
    }
    brief
}

fn tidy(value: &mut Value) {
    match value {
        Value::Object(object) => {
            flatten_choices(object);
            drop_nulls(object);
            object.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// An optional field is one that need not be there; it is never null. Number formats say nothing to callers.
fn drop_nulls(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    // What readers of schemas take for granted.
    object.remove("writeOnly");
    if object.get("additionalProperties") == Some(&true.into()) {
        object.remove("additionalProperties");
    }
    // What is left out is empty or off; only another default says something.
    if object.get("default").is_some_and(says_nothing) {
        object.remove("default");
    }
    if object.get("format").and_then(Value::as_str).is_some_and(|format| format != "date-time") {
        object.remove("format");
    }
}

fn says_nothing(default: &Value) -> bool {
    [Value::Null, false.into(), "".into(), Value::Array(Vec::new())].contains(default)
}

/// Enums come as a list of described constants, optional ones inside another choice: a plain list of words says it shorter.
fn flatten_choices(object: &mut Map<String, Value>) {
    for combinator in ["anyOf", "oneOf"] {
        let Some(Value::Array(choices)) = object.get(combinator) else { continue };
        let mut words = Vec::new();
        for choice in choices {
            let (mut choice, mut nested) = (choice.clone(), Map::new());
            if let Some(inner) = choice.as_object_mut() {
                flatten_choices(inner);
                nested.clone_from(inner);
            }
            if nested.get("type").is_some_and(|kind| kind == "null") {
                continue;
            }
            match (nested.remove("const"), nested.remove("enum")) {
                (Some(word), _) => words.push(word),
                (None, Some(Value::Array(inner))) => words.extend(inner),
                _ => return,
            }
        }
        object.remove(combinator);
        object.insert("type".to_owned(), "string".into());
        object.insert("enum".to_owned(), Value::Array(words));
    }
}
