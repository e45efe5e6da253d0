//! What went wrong with the store, in words that say what to do. Nothing here, or anywhere, deletes a damaged file.

use std::path::Path;

use rusqlite::ErrorCode as Code;

use crate::error::Error;

/// A failure of a file beside the database or of its directory.
pub(super) fn of_file(path: &Path, error: &std::io::Error) -> Error {
    Error::internal(format!("store {}: {error}", path.display())).hint(PLACE)
}

/// A failure of the database.
pub(super) fn of_sqlite(path: &Path, error: &rusqlite::Error) -> Error {
    let name = path.display();
    match error.sqlite_error_code() {
        Some(Code::DiskFull) => Error::internal(format!("store {name}: the disk is full: {error}"))
            .hint("free some space; what the store holds is intact"),
        Some(Code::DatabaseBusy | Code::DatabaseLocked) => {
            Error::internal(format!("store {name}: another process keeps it locked: {error}"))
                .hint("try again, or end the process that writes to it")
        }
        Some(Code::NotADatabase | Code::DatabaseCorrupt) => damaged(path, &error.to_string()),
        Some(Code::SystemIoFailure) => {
            let code = error.sqlite_error().map_or(0, |failure| failure.extended_code);
            Error::internal(format!("store {name}: {error} (SQLite's code {code})"))
                .hint("check the disk, its free space and its quota; what the store holds is intact")
        }
        _ => Error::internal(format!("store {name}: {error}")).hint(PLACE),
    }
}

/// A file that is no database, or no longer one.
fn damaged(path: &Path, what: &str) -> Error {
    let name = path.display();
    Error::internal(format!("store {name} is damaged: {what}")).hint(format!(
        "when no exai runs, move it aside together with {name}-wal and {name}-shm where they exist; \
         the next call makes a new one, and nothing is ever deleted for you"
    ))
}

const PLACE: &str = "check the disk and the permissions of the state directory, or set EXAI_STATE_DIR to another one";
