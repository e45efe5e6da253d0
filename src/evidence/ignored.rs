//! Which paths of a repository are ignored: its `.gitignore` files and the caller's globs.
//!
//! The files are read here and not by the walker of `ignore`, which would follow a `.gitignore` that is a link to
//! `/dev/zero`. Nothing outside the allowed root is consulted: no global git configuration, no directory above.

use std::path::Path;
use std::rc::Rc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::read;
use crate::error::{Error, Result};

/// The largest `.gitignore` that is obeyed.
const MAX_IGNORE_FILE_BYTES: u64 = 65_536;
/// The most bytes of `.gitignore` files that one walk reads: each pattern costs time and memory.
const MAX_IGNORE_BYTES: u64 = 1_048_576;

/// The caller's globs, in the syntax of `.gitignore`, relative to `root`.
pub(super) fn globs(root: &Path, globs: &[String]) -> Result<Gitignore> {
    let mut builder = GitignoreBuilder::new(root);
    builder.allow_unclosed_class(false);
    for glob in globs {
        builder.add_line(None, glob).map_err(|error| {
            Error::validation(
                "ignore",
                glob.as_str(),
                "a pattern as in .gitignore",
                format!("glob {glob:?} can not be read: {error}"),
            )
        })?;
    }
    builder.build().map_err(|error| Error::invalid(format!("the globs to ignore can not be used: {error}")))
}

/// The `.gitignore` files that hold in one directory, the nearest first.
#[derive(Debug)]
pub(super) struct Scope {
    rules: Gitignore,
    above: Option<Rc<Self>>,
}

impl Scope {
    /// What holds in `directory` when `above` holds around it; `spent` counts the bytes read so far.
    pub(super) fn enter(directory: &Path, above: Option<Rc<Self>>, spent: &mut u64) -> Option<Rc<Self>> {
        let left = MAX_IGNORE_BYTES.saturating_sub(*spent).min(MAX_IGNORE_FILE_BYTES);
        let Ok(read::Content::Whole(bytes)) = read::whole(&directory.join(".gitignore"), left) else { return above };
        *spent += bytes.len() as u64;
        let mut builder = GitignoreBuilder::new(directory);
        for line in String::from_utf8_lossy(&bytes).lines() {
            // A line that is no pattern is no reason to read nothing: git passes over it too.
            let _ = builder.add_line(None, line);
        }
        match builder.build() {
            Ok(rules) if !rules.is_empty() => Some(Rc::new(Self { rules, above })),
            _ => above,
        }
    }
}

/// Whether the nearest file that says anything about `path` says that it is ignored.
pub(super) fn is_ignored(scope: Option<&Rc<Scope>>, path: &Path, is_directory: bool) -> bool {
    let mut next = scope;
    while let Some(scope) = next {
        match scope.rules.matched(path, is_directory) {
            Match::Ignore(_) => return true,
            Match::Whitelist(_) => return false,
            Match::None => next = scope.above.as_ref(),
        }
    }
    false
}
