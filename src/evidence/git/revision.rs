//! Revisions as callers name them. They are looked at before git sees them, and git sees them only to make ids of them.

use crate::error::{Error, Result};

/// The longest revision that is looked up.
const MAX_REVISION_BYTES: usize = 256;

/// Refuses what can not be the name of a revision, or would be taken for an option.
pub(super) fn check(field: &str, revision: &str) -> Result<()> {
    let refused = |why: String| {
        let shown: String = revision.chars().take(80).collect();
        let message = format!("revision {shown:?} {why}");
        Err(Error::validation(field, shown, "a commit, branch or tag", message))
    };
    if revision.is_empty() {
        return refused("is empty".to_owned());
    }
    if revision.len() > MAX_REVISION_BYTES {
        return refused(format!("is longer than {MAX_REVISION_BYTES} bytes"));
    }
    if revision.starts_with('-') {
        return refused("begins with a dash, so it can not be the name of a commit".to_owned());
    }
    if revision.contains("..") {
        return refused("is a range; name the base and the head apart".to_owned());
    }
    if revision.chars().any(char::is_control) {
        return refused("has a control character".to_owned());
    }
    Ok(())
}

/// Whether hooks mean by `revision` that there was nothing before.
pub(super) fn is_nothing(revision: &str) -> bool {
    (revision.len() == 40 || revision.len() == 64) && revision.bytes().all(|byte| byte == b'0')
}

/// The error for a revision that names no commit.
pub(super) fn unknown(field: &str, revision: &str, is_shallow: bool) -> Error {
    let message = format!("revision {revision:?} names no commit of this repository");
    let error = Error::validation(field, revision, "a commit, branch or tag", message);
    if is_shallow {
        return error.hint("the clone is shallow: fetch more of it, such as with `git fetch --unshallow`");
    }
    error.hint("see `git branch --all` and `git log`; a branch of a remote is named as in origin/main")
}
