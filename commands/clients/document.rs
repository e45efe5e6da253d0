//! A client's file as text that is edited in place: what is not ours stays as it is, to the last comment.

mod json;
mod toml;

use std::path::Path;

use exai_core::error::{Error, Result};
use serde_json::Value;

use super::client::{Client, Format};
use super::entry::{Entry, NAME};

/// What a file says of exai, and what it would be with an entry.
#[derive(Debug)]
pub(super) struct Edit {
    /// The entry that is there.
    pub(super) found: Option<Value>,
    /// The whole file with the new entry; the same as before when it says so already.
    pub(super) text: String,
}

/// Puts `entry` into `text`, the content of the file `path`.
pub(super) fn edit(client: Client, entry: &Entry, text: &str, path: &Path) -> Result<Edit> {
    // Some editors begin a file with a mark of its encoding.
    let (mark, text) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let edited = match client.format() {
        Format::Json => json::edit(client.servers(), entry, text),
        Format::Toml => toml::edit(client.servers(), entry, text),
    };
    let mut edit = edited.map_err(|refusal| refusal.told(client, path))?;
    edit.text.insert_str(0, mark);
    Ok(edit)
}

/// The entries of the file `path`, by name.
pub(crate) fn servers(client: Client, text: &str, path: &Path) -> Result<Vec<(String, Value)>> {
    let text = text.trim_start_matches('\u{feff}');
    let read = match client.format() {
        Format::Json => json::read(client.servers(), text),
        Format::Toml => toml::read(client.servers(), text),
    };
    let read = read.map_err(|refusal| refusal.told(client, path))?;
    let Some(Value::Object(servers)) = read else { return Ok(Vec::new()) };
    Ok(servers.into_iter().collect())
}

/// The entry as a file of its own would have it.
pub(super) fn alone(client: Client, entry: &Entry) -> Result<String> {
    Ok(edit(client, entry, "", Path::new("the new file"))?.text)
}

/// Why a file is left as it is.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    /// It can not be read.
    Syntax { line: usize, column: usize, why: String },
    /// The part of that name, or the whole file, is something else than it should be.
    Shape { part: Option<&'static str>, wanted: &'static str },
}

impl Refusal {
    fn told(self, client: Client, path: &Path) -> Error {
        let file = path.display();
        match self {
            Self::Syntax { line, column, why } => {
                Error::invalid(format!("{file}:{line}:{column}: {why}")).hint(format!(
                    "the file was left as it is: mend it, or add the entry by hand (`exai setup {}` shows it)",
                    client.name()
                ))
            }
            Self::Shape { part, wanted } => {
                let part = part.map(|part| format!("`{part}` is ")).unwrap_or_default();
                Error::invalid(format!("{file}: {part}no {wanted}"))
                    .hint(format!("the file was left as it is: make it what {} expects there", client.title()))
            }
        }
    }
}

/// The line and the column of a place in a text, from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    (line, before.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
}

#[cfg(test)]
mod tests;
