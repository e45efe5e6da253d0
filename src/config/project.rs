//! `exai.toml`: what a repository may decide about its own review, and nothing else.
//!
//! ```toml
//! ignore = ["vendor/**"]
//!
//! [tools.codereview]
//! severity_filter = "high"
//! ```
//!
//! Whoever clones a repository has not agreed to its wishes. So it can name neither models nor times, neither
//! prompts nor files, neither keys nor endpoints: such a key is refused with its name, never ignored.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::file::{line_of, syntax, text, unreadable};
use crate::error::{Error, Result};

/// The file, in the root of a project.
const NAME: &str = "exai.toml";

/// A page of settings is a few hundred bytes.
const LIMIT: u64 = 64 << 10;

/// Options of tools that are the caller's alone, written with `_`, and why.
const RESERVED: &[(&str, &str)] = &[
    ("model", "which model answers"),
    ("models", "which model answers"),
    ("timeout", "how long a call may take"),
    ("timeout_s", "how long a call may take"),
    ("on_error", "what a failed gate means"),
    ("use_websearch", "what is paid for and sent out"),
    ("web_search", "what is paid for and sent out"),
    ("continuation_id", "which conversation goes on"),
    ("prompt", "what is asked"),
    ("system_prompt", "what is asked"),
    ("step", "what is asked"),
    ("findings", "what is asked"),
    ("hypothesis", "what is asked"),
    ("files", "which files are sent"),
    ("files_checked", "which files are sent"),
    ("relevant_files", "which files are sent"),
    ("images", "which files are sent"),
    ("path", "which files are sent"),
    ("root", "which files are sent"),
    ("allow_missing", "which files are sent"),
    ("api_key", "which account pays"),
    ("key", "which account pays"),
    ("token", "which account pays"),
    ("url", "where requests go"),
    ("endpoint", "where requests go"),
    ("base_url", "where requests go"),
];

/// What a repository decides about its own review.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Project {
    /// Globs of files that reviews leave out.
    pub ignore: Vec<String>,
    /// Default options by the name of the tool; the caller's own arguments win.
    pub tools: BTreeMap<String, Map<String, Value>>,
}

impl Project {
    /// Reads `exai.toml` in `root`; `None` when there is none. Anything but a regular file is refused, because
    /// a link could show another file's content in an error.
    pub fn load(root: &Path) -> Result<Option<Self>> {
        let path = root.join(NAME);
        let metadata = match std::fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(&path, &error)),
        };
        if !metadata.is_file() {
            return Err(Error::invalid(format!("{} is not a regular file", path.display())));
        }
        let file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
        Self::parse(&text(file, LIMIT, &path)?, &path).map(Some)
    }

    /// Reads the text of an `exai.toml` that may not be on disk, such as the one of a base commit;
    /// errors call it `path`.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let table: toml::Table = toml::from_str(text).map_err(|error| syntax(path, text, &error))?;
        let reading = Reading { text, path: path.to_owned() };
        let mut project = Self::default();
        for (name, value) in table {
            match (name.as_str(), value) {
                ("ignore", value) => project.ignore = reading.globs(value)?,
                ("tools", toml::Value::Table(tools)) => {
                    for (tool, options) in tools {
                        let options = reading.options(&tool, options)?;
                        project.tools.insert(tool, options);
                    }
                }
                ("tools", _) => return Err(reading.shape("tools", "tables such as [tools.codereview]")),
                (name, _) => return Err(reading.refuse(name, name, "this")),
            }
        }
        Ok(project)
    }
}

struct Reading<'a> {
    text: &'a str,
    path: PathBuf,
}

impl Reading<'_> {
    fn globs(&self, value: toml::Value) -> Result<Vec<String>> {
        value.try_into().map_err(|_| self.shape("ignore", "a list of globs such as [\"vendor/**\"]"))
    }

    fn options(&self, tool: &str, options: toml::Value) -> Result<Map<String, Value>> {
        let prefix = format!("tools.{tool}");
        let toml::Value::Table(options) = options else {
            return Err(self.shape(&prefix, "a table of options"));
        };
        let option = |(name, value): (String, toml::Value)| {
            let full = format!("{prefix}.{name}");
            let plain = name.to_ascii_lowercase().replace('-', "_");
            if let Some((_, what)) = RESERVED.iter().find(|(reserved, _)| *reserved == plain) {
                return Err(self.refuse(&full, &name, what));
            }
            let value =
                json(value).ok_or_else(|| self.shape(&full, "text, a number, true, false, or a list of them"))?;
            Ok((name.replace('-', "_"), value))
        };
        options.into_iter().map(option).collect()
    }

    /// The error for a key that is not the repository's to set.
    fn refuse(&self, full: &str, last: &str, what: &str) -> Error {
        let place = self.place(last);
        let message = format!("{full} in {place} is refused: a repository may not decide {what}");
        Error::validation(full, place, "ignore, and options in [tools.NAME]", message)
            .hint("remove it; flags, the environment and config.toml of the user can set it")
    }

    /// The error for a value of the wrong type; the value is not shown.
    fn shape(&self, full: &str, allowed: &str) -> Error {
        let last = full.rsplit('.').next().unwrap_or(full);
        let place = self.place(last);
        Error::validation(full, place.as_str(), allowed, format!("{full} in {place} has to be {allowed}"))
    }

    /// The file, with the first line that mentions `name` for the reader to begin at.
    fn place(&self, name: &str) -> String {
        let at = self.text.find(name).map(|offset| format!(":{}", line_of(self.text, offset)));
        format!("{}{}", self.path.display(), at.unwrap_or_default())
    }
}

/// The value as JSON; `None` for what no option of a tool can be.
fn json(value: toml::Value) -> Option<Value> {
    match value {
        toml::Value::String(text) => Some(Value::from(text)),
        toml::Value::Integer(number) => Some(Value::from(number)),
        toml::Value::Float(number) => serde_json::Number::from_f64(number).map(Value::Number),
        toml::Value::Boolean(yes) => Some(Value::from(yes)),
        toml::Value::Array(items) => items.into_iter().map(json).collect::<Option<Vec<_>>>().map(Value::Array),
        toml::Value::Table(_) | toml::Value::Datetime(_) => None,
    }
}
