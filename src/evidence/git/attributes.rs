//! What a repository's attributes say about files: that they are generated, are no text, or go through a filter.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::enclosure::Enclosure;
use super::program::{Program, words};
use crate::error::Result;

/// The attributes that are looked at.
const ASKED: [&str; 3] = ["diff", "filter", "linguist-generated"];
/// An answer has each path and attribute again.
const MAX_ANSWER_BYTES: u64 = 32 * 1024 * 1024;

/// What the attributes of one file say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    /// The filter that its content goes through on the way to the file, which is never run.
    pub(super) filter: Option<String>,
    /// Said to be written by a program.
    pub(super) is_generated: bool,
    /// Said to have no text to compare.
    pub(super) has_no_diff: bool,
}

/// The attributes of `paths`; those that say nothing of interest are not among them.
pub(super) async fn attributes(
    program: &Program,
    enclosure: &Enclosure,
    paths: &[&[u8]],
) -> Result<BTreeMap<Vec<u8>, Attributes>> {
    if paths.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut input = paths.join(&0);
    input.push(0);
    let input = enclosure.input(&input)?;
    let mut arguments: Vec<OsString> = words(["check-attr", "-z", "--stdin"]);
    arguments.extend(words(ASKED));
    let said = enclosure.ask(program, arguments, Some(input), MAX_ANSWER_BYTES).await?;
    let mut all: BTreeMap<Vec<u8>, Attributes> = BTreeMap::new();
    let fields: Vec<&[u8]> = said.bytes.split(|&byte| byte == 0).collect();
    for triple in fields.chunks_exact(3) {
        let [path, name, value] = triple else { continue };
        let value = String::from_utf8_lossy(value);
        // Those that say nothing are the most, and have no entry.
        let says = match (*name, value.as_ref()) {
            (_, "unspecified") | (b"filter", "unset" | "set" | "") => continue,
            (b"filter", filter) => Attributes { filter: Some(filter.to_owned()), ..Attributes::default() },
            (b"linguist-generated", "set" | "true") => Attributes { is_generated: true, ..Attributes::default() },
            (b"diff", "unset") => Attributes { has_no_diff: true, ..Attributes::default() },
            _ => continue,
        };
        let own = all.entry(path.to_vec()).or_default();
        own.filter = says.filter.or(own.filter.take());
        own.is_generated |= says.is_generated;
        own.has_no_diff |= says.has_no_diff;
    }
    Ok(all)
}
