//! Files of TOML.

use serde_json::{Map, Value};
use toml_edit::{Array, DocumentMut, Item, Table, TableLike};

use super::{Edit, Entry, NAME, Refusal, place};

/// Puts `entry` among `servers`.
pub(super) fn edit(servers: &'static str, entry: &Entry, text: &str) -> Result<Edit, Refusal> {
    let mut document = parse(text)?;
    let list = document.entry(servers).or_insert_with(|| {
        let mut list = Table::new();
        // Only its tables have headers.
        list.set_implicit(true);
        Item::Table(list)
    });
    let list = list.as_table_like_mut().ok_or(Refusal::Shape { part: Some(servers), wanted: "table" })?;
    let found = list.get(NAME).map(value);
    if found.as_ref().is_some_and(|found| entry.is(found)) {
        return Ok(Edit { found, text: text.to_owned() });
    }
    replace(list, entry);
    Ok(Edit { found, text: document.to_string() })
}

/// What stands at `servers`.
pub(super) fn read(servers: &str, text: &str) -> Result<Option<Value>, Refusal> {
    Ok(parse(text)?.get(servers).map(value))
}

fn parse(text: &str) -> Result<DocumentMut, Refusal> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        Refusal::Syntax { line, column, why: error.message().lines().collect::<Vec<_>>().join(", ") }
    })
}

/// Writes the entry where the old one was, with the comment above it.
fn replace(list: &mut dyn TableLike, entry: &Entry) {
    let mut table = Table::new();
    for (name, value) in &entry.server {
        table.insert(name, item(value));
    }
    match list.get_mut(NAME) {
        Some(Item::Table(old)) => {
            *table.decor_mut() = old.decor().clone();
            table.set_position(old.position());
            *old = table;
        }
        Some(other) => *other = Item::Value(table.into_inline_table().into()),
        None => drop(list.insert(NAME, Item::Table(table))),
    }
}

/// A value for the editor. There is no null in TOML, and none in an entry.
fn item(value: &Value) -> Item {
    match value {
        Value::Null => Item::None,
        Value::Bool(yes) => toml_edit::value(*yes),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => toml_edit::value(whole),
            None => toml_edit::value(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => toml_edit::value(text.as_str()),
        Value::Array(items) => {
            let items = items.iter().filter_map(|value| item(value).into_value().ok());
            toml_edit::value(items.collect::<Array>())
        }
        Value::Object(fields) => {
            let mut table = Table::new();
            for (name, value) in fields {
                table.insert(name, item(value));
            }
            Item::Value(table.into_inline_table().into())
        }
    }
}

/// A value of the editor as one that can be compared.
fn value(item: &Item) -> Value {
    if let Some(table) = item.as_table_like() {
        return table.iter().map(|(name, item)| (name.to_owned(), value(item))).collect::<Map<_, _>>().into();
    }
    match item.as_value() {
        Some(toml_edit::Value::String(text)) => text.value().as_str().into(),
        Some(toml_edit::Value::Integer(number)) => (*number.value()).into(),
        // `300` and `300.0` are the same time.
        Some(toml_edit::Value::Float(number)) if number.value().fract() == 0.0 => {
            format!("{:.0}", number.value()).parse::<i64>().map_or(Value::Null, Value::from)
        }
        Some(toml_edit::Value::Float(number)) => (*number.value()).into(),
        Some(toml_edit::Value::Boolean(yes)) => (*yes.value()).into(),
        Some(toml_edit::Value::Array(items)) => {
            items.iter().map(|item| value(&Item::Value(item.clone()))).collect::<Vec<_>>().into()
        }
        Some(other) => other.to_string().trim().into(),
        None => Value::Null,
    }
}
