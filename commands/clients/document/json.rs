//! Files of JSON, with comments and trailing commas where a client takes them.

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstObject, CstObjectProp, CstRootNode};
use serde_json::Value;

use super::{Edit, Entry, NAME, Refusal};

/// The part of a file that says what its user is asked for.
const INPUTS: &str = "inputs";

/// Puts `entry` among `servers`.
pub(super) fn edit(servers: &'static str, entry: &Entry, text: &str) -> Result<Edit, Refusal> {
    let root = parse(text)?;
    let whole = root.object_value_or_create().ok_or(Refusal::Shape { part: None, wanted: "object" })?;
    if whole.get(servers).is_none() {
        whole.append(servers, CstInputValue::Object(Vec::new()));
    }
    let list = whole.object_value(servers).ok_or(Refusal::Shape { part: Some(servers), wanted: "object" })?;
    let place = list.get(NAME);
    let found = place.as_ref().and_then(CstObjectProp::value).and_then(|value| value.to_serde_value());
    let is_asked = entry.question.as_ref().is_none_or(|question| asks(&whole, question));
    if is_asked && found.as_ref().is_some_and(|found| entry.is(found)) {
        return Ok(Edit { found, text: text.to_owned() });
    }
    let server = input(&Value::Object(entry.server.clone()));
    match place {
        Some(place) => place.set_value(server),
        None => drop(list.append(NAME, server)),
    }
    if let Some(question) = entry.question.as_ref().filter(|_| !is_asked) {
        if whole.get(INPUTS).is_none() {
            whole.append(INPUTS, CstInputValue::Array(Vec::new()));
        }
        let inputs = whole.array_value(INPUTS).ok_or(Refusal::Shape { part: Some(INPUTS), wanted: "array" })?;
        inputs.ensure_multiline();
        inputs.append(input(question));
    }
    let mut text = root.to_string();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(Edit { found, text })
}

/// What stands at `servers`.
pub(super) fn read(servers: &str, text: &str) -> Result<Option<Value>, Refusal> {
    let whole = parse(text)?.object_value();
    Ok(whole.and_then(|whole| whole.get(servers)?.to_serde_value()))
}

fn parse(text: &str) -> Result<CstRootNode, Refusal> {
    let strict = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    CstRootNode::parse(text, &strict).map_err(|error| {
        let why = error.kind().to_string();
        Refusal::Syntax { line: error.line_display(), column: error.column_display(), why: uncapital(&why) }
    })
}

/// Whether the user is asked this already, in whatever words.
fn asks(whole: &CstObject, question: &Value) -> bool {
    let inputs = whole.array_value(INPUTS).and_then(|inputs| inputs.to_serde_value());
    let Some(Value::Array(inputs)) = inputs else { return false };
    inputs.iter().any(|input| input["id"] == question["id"])
}

/// A value for the editor.
fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(yes) => CstInputValue::Bool(*yes),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Value::Object(fields) => {
            CstInputValue::Object(fields.iter().map(|(name, value)| (name.clone(), input(value))).collect())
        }
    }
}

fn uncapital(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
