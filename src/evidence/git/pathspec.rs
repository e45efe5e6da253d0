//! Which part of a repository a question is about: never more than the caller may read.

use std::path::{Path, PathBuf};

use super::repository::Repository;
use crate::error::{Error, Result};
use crate::evidence::paths::Rules;

/// The paths to look at, relative to the top; all of the repository when empty.
pub(super) fn pathspecs(rules: &Rules, repository: &Repository, only: &[String]) -> Result<Vec<PathBuf>> {
    let Some(top) = &repository.top else {
        // A bare repository has no files: names in it are taken as they are, and never reach a file system.
        return Ok(only.iter().map(PathBuf::from).collect());
    };
    if !only.is_empty() {
        let placed = only.iter().map(|path| {
            let place = rules.place(path)?;
            let inside = place.strip_prefix(top).map_err(|_| elsewhere(path, top))?;
            Ok(inside.to_owned())
        });
        let placed: Vec<PathBuf> = placed.collect::<Result<_>>()?;
        let is_all = placed.iter().any(|path| path.as_os_str().is_empty());
        // The top stands for what may be read of it.
        return Ok(if is_all { allowed(rules, top) } else { placed });
    }
    Ok(allowed(rules, top))
}

/// What may be read of the repository; all of it when empty.
fn allowed(rules: &Rules, top: &Path) -> Vec<PathBuf> {
    if rules.admits(top) {
        return Vec::new();
    }
    rules.allowed().filter_map(|root| Some(root.strip_prefix(top).ok()?.to_owned())).collect()
}

fn elsewhere(path: &str, top: &Path) -> Error {
    let message = format!("path {path:?} is not in the repository at {}", top.display());
    Error::validation("only", path, "a path of the same repository", message)
        .hint("ask for each repository in a call of its own")
}
