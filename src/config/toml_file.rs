//! Reads `config.toml`: nested tables become dotted keys, each with the line that it stands in.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeInteger, DeString, DeTable, DeValue};

use super::Key;
use super::file::{line_of, syntax};
use super::nearest::unknown;
use super::origin::{Entry, Layer, Origin};
use super::setting::Raw;
use super::settings::{GROUPS, KEYS};
use crate::error::{Error, Result};

/// The values in `text`, the content of the file at `path`.
pub(super) fn layer(text: &str, path: &Path) -> Result<Layer> {
    let document = DeTable::parse(text).map_err(|error| syntax(path, text, &error))?;
    let mut reading = Reading { text, path, layer: Layer::new() };
    reading.table("", document.get_ref())?;
    Ok(reading.layer)
}

struct Reading<'a> {
    text: &'a str,
    path: &'a Path,
    layer: Layer,
}

impl Reading<'_> {
    fn table(&mut self, prefix: &str, table: &DeTable<'_>) -> Result<()> {
        for (part, value) in table {
            let name = format!("{prefix}{}", part.get_ref());
            let line = line_of(self.text, part.span().start);
            let is_group = GROUPS.iter().any(|(group, _)| *group == name);
            match (value.get_ref(), Key::named(&name)) {
                (DeValue::Table(inner), None) if is_group || !inner.is_empty() => {
                    self.table(&format!("{name}."), inner)?;
                }
                (_, Some(key)) => self.layer.push(Entry { key, raw: raw(value), origin: self.origin(line) }),
                (_, None) if is_group => return Err(self.not_a_table(&name, line)),
                (_, None) => {
                    let place = self.origin(line).to_string();
                    return Err(unknown("key", &name, &place, KEYS.iter().map(|key| key.name)));
                }
            }
        }
        Ok(())
    }

    fn origin(&self, line: usize) -> Origin {
        Origin::ConfigFile { path: self.path.to_owned(), line }
    }

    fn not_a_table(&self, name: &str, line: usize) -> Error {
        let place = self.origin(line).to_string();
        let message = format!("{name} is a table of keys, not a value ({place})");
        Error::validation(name, place, format!("[{name}]"), message)
    }
}

fn raw(value: &Spanned<DeValue<'_>>) -> Raw {
    match value.get_ref() {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Integer(number) => {
            Raw::Number(integer(number).map_or_else(|| number.as_str().to_owned(), |number| number.to_string()))
        }
        DeValue::Float(float) => Raw::Number(float.as_str().to_owned()),
        DeValue::Boolean(yes) => Raw::Bool(*yes),
        DeValue::Array(items) => {
            let texts: Option<Vec<String>> =
                items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
            texts.map_or(Raw::Unfit("an array of other things than text"), Raw::List)
        }
        DeValue::Table(inner) => {
            let pair = |(name, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| {
                Some((name.get_ref().to_string(), value.get_ref().as_str()?.to_owned()))
            };
            let pairs = inner.iter().map(pair).collect::<Option<_>>();
            pairs.map_or(Raw::Unfit("a table"), Raw::Table)
        }
        DeValue::Datetime(_) => Raw::Unfit("a date"),
    }
}

/// The number, whatever its base; `None` when it is too large.
pub(super) fn integer(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}
