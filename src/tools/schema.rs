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
    if object.get("default").is_some_and(Value::is_null) {
        object.remove("default");
    }
    if object.get("format").and_then(Value::as_str).is_some_and(|format| format != "date-time") {
        object.remove("format");
    }
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
