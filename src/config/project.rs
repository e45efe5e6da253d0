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
use std::path::Path;

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

use super::file::{line_of, syntax, text, unreadable};
use super::toml_file::integer;
use crate::error::{Error, Result};

/// The file, in the root of a project.
const NAME: &str = "exai.toml";

/// A page of settings is a few hundred bytes.
const LIMIT: u64 = 64 << 10;

/// Options of tools that a repository may set, written with `_`: how thorough and how wide its own review is.
/// What decides whether a model is asked, or is the question itself, is not among them.
const OPTIONS: &[&str] = &[
    "analysis_type",
    "audit_focus",
    "comments_on_complex_logic",
    "compliance_requirements",
    "document_complexity",
    "document_flow",
    "focus_areas",
    "focus_on",
    "output_format",
    "refactor_type",
    "review_type",
    "security_scope",
    "severity_filter",
    "standards",
    "temperature",
    "thinking_mode",
    "threat_level",
    "trace_mode",
    "update_existing",
];

/// Options that are the caller's alone, and why; any other one is refused without a reason of its own.
const RESERVED: &[(&str, &str)] = &[
    ("model", "which model answers"),
    ("models", "which model answers"),
    ("timeout", "how long a call may take"),
    ("timeout_s", "how long a call may take"),
    ("on_error", "what a failed gate means"),
    ("use_assistant_model", "whether a model is asked"),
    ("expert", "whether a model is asked"),
    ("confidence", "whether a model is asked"),
    ("review_validation_type", "whether a model is asked"),
    ("precommit_type", "whether a model is asked"),
    ("use_websearch", "what is paid for and sent out"),
    ("web_search", "what is paid for and sent out"),
    ("continuation_id", "which conversation goes on"),
    ("prompt", "what is asked"),
    ("system_prompt", "what is asked"),
    ("step", "what is asked"),
    ("findings", "what is asked"),
    ("hypothesis", "what is asked"),
    ("problem_context", "what is asked"),
    ("target_description", "what is asked"),
    ("files", "which files are sent"),
    ("files_checked", "which files are sent"),
    ("relevant_files", "which files are sent"),
    ("style_guide_examples", "which files are sent"),
    ("compare_to", "which files are sent"),
    ("include_staged", "which files are sent"),
    ("include_unstaged", "which files are sent"),
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
        let document = DeTable::parse(text).map_err(|error| syntax(path, text, &error))?;
        let mut project = Self::default();
        for (name, value) in document.get_ref() {
            let spot = Spot { text, path, key: name.get_ref().to_string(), start: name.span().start };
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("ignore", value) => project.ignore = globs(value, &spot)?,
                ("tools", DeValue::Table(tools)) => {
                    for (tool, options) in tools {
                        let spot = spot.below(tool);
                        project.tools.insert(tool.get_ref().to_string(), read_options(options.get_ref(), &spot)?);
                    }
                }
                ("tools", _) => return Err(spot.expects("tables such as [tools.codereview]")),
                _ => return Err(spot.refuse("this")),
            }
        }
        Ok(project)
    }
}

fn globs(value: &DeValue<'_>, spot: &Spot<'_>) -> Result<Vec<String>> {
    let texts = |items: &DeArray<'_>| items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
    value.as_array().and_then(texts).ok_or_else(|| spot.expects("a list of globs such as [\"vendor/**\"]"))
}

fn read_options(options: &DeValue<'_>, spot: &Spot<'_>) -> Result<Map<String, Value>> {
    let mut read = Map::new();
    for (name, value) in options.as_table().ok_or_else(|| spot.expects("a table of options"))? {
        let spot = spot.below(name);
        let plain = name.get_ref().to_ascii_lowercase().replace('-', "_");
        if !OPTIONS.contains(&plain.as_str()) {
            let what = RESERVED.iter().find(|(reserved, _)| *reserved == plain).map(|(_, what)| *what);
            return Err(spot.refuse(what.unwrap_or("this; it may set how thorough and how wide a review is")));
        }
        let value = json(value.get_ref());
        read.insert(plain, value.ok_or_else(|| spot.expects("text, a number, true, false, or a list of them"))?);
    }
    Ok(read)
}

/// A key of the file and where it stands.
struct Spot<'a> {
    text: &'a str,
    path: &'a Path,
    key: String,
    start: usize,
}

impl Spot<'_> {
    fn below(&self, name: &Spanned<DeString<'_>>) -> Self {
        Self { key: format!("{}.{}", self.key, name.get_ref()), start: name.span().start, ..*self }
    }

    fn place(&self) -> String {
        format!("{}:{}", self.path.display(), line_of(self.text, self.start))
    }

    /// The error for a key that is not the repository's to set.
    fn refuse(&self, what: &str) -> Error {
        let (key, place) = (&self.key, self.place());
        let message = format!("{key} is refused ({place}): a repository may not decide {what}");
        Error::validation(key, place, "ignore, and options in [tools.NAME]", message)
            .hint("remove it from the repository; the one who runs exai decides this")
    }

    /// The error for a value of the wrong type. The value is not shown.
    fn expects(&self, allowed: &str) -> Error {
        let (key, place) = (&self.key, self.place());
        let message = format!("{key} has the wrong type ({place}): allowed is {allowed}");
        Error::validation(key, place, allowed, message)
    }
}

/// The value as JSON; `None` for what no option of a tool can be.
fn json(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::from(text.as_ref())),
        DeValue::Integer(number) => integer(number).map(Value::from),
        DeValue::Float(number) => number.as_str().parse().ok().and_then(Number::from_f64).map(Value::Number),
        DeValue::Boolean(yes) => Some(Value::from(*yes)),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect::<Option<_>>().map(Value::Array),
        DeValue::Table(_) | DeValue::Datetime(_) => None,
    }
}

#[cfg(test)]
mod tests;
