//! The directory of everything that is kept: private to its user.

use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use crate::error::{Error, Result};

/// Makes `dir` and what it holds, for its owner only. A directory that is there already is taken as it is, unless
/// others may write into it: whoever can replace the journal can lie to its owner.
pub fn prepare(dir: &Path) -> Result<()> {
    if dir.metadata().is_ok_and(|found| !found.is_dir()) {
        return Err(failed(dir, &std::io::ErrorKind::NotADirectory.into()));
    }
    for dir in [dir.to_owned(), dir.join("instances"), dir.join("permits")] {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir).map_err(|error| failed(&dir, &error))?;
    }
    let mode = std::fs::metadata(dir).map_err(|error| failed(dir, &error))?.permissions().mode();
    if mode & 0o022 == 0 {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "state directory {} may be written by others (mode {:o})",
        dir.display(),
        mode & 0o7777
    ))
    .hint(format!("chmod 700 {}, or set EXAI_STATE_DIR to a directory of your own", dir.display())))
}

fn failed(dir: &Path, error: &std::io::Error) -> Error {
    Error::internal(format!("state directory {}: {error}", dir.display()))
        .hint("make it writable for you, or set EXAI_STATE_DIR to another directory")
}
