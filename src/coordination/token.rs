//! The token of a state directory: made at the daemon's first start, kept where only its user reads it, found there by
//! the user's other processes.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Fewer characters are no secret to a patient guesser.
pub const MIN_TOKEN: usize = 16;

/// The token of `state_dir`, if one was made.
pub fn read_token(state_dir: &Path) -> Result<Option<String>> {
    let path = file_of(state_dir);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|token| !token.is_empty())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::internal(format!("token file {}: {error}", path.display()))),
    }
}

/// The token of `state_dir`; it is made when there is none.
pub fn read_or_make_token(state_dir: &Path) -> Result<String> {
    if let Some(token) = read_token(state_dir)? {
        return Ok(token);
    }
    write_token(state_dir, &new_token())?;
    // Of two who make one at once the later one wins: both read what is there now.
    read_token(state_dir)?.ok_or_else(|| Error::internal("the token that was just written is gone"))
}

/// Puts `token` in the place of the one that was there.
pub fn write_token(state_dir: &Path, token: &str) -> Result<()> {
    let path = file_of(state_dir);
    // Unique, so that two writers do not write into each other; renamed, so that readers see one or the other.
    let fresh = path.with_extension(uuid::Uuid::now_v7().to_string());
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        writeln!(file, "{token}")?;
        file.sync_all()?;
        std::fs::rename(&fresh, &path)
    };
    write().map_err(|error| Error::internal(format!("token file {}: {error}", path.display())))
}

/// A token that nobody can guess: 256 bits.
pub fn new_token() -> String {
    // Three version 4 identifiers carry 366 bits of a generator that can not be foretold, seeded by the system.
    let random = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4(), uuid::Uuid::new_v4()].map(uuid::Uuid::into_bytes);
    HEXLOWER.encode(&Sha256::digest(random.concat()))
}

fn file_of(state_dir: &Path) -> PathBuf {
    state_dir.join("token")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_token_is_made_once_and_only_its_user_reads_it() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read_token(dir.path()).unwrap(), None);
        let token = read_or_make_token(dir.path()).unwrap();
        assert!(token.len() >= MIN_TOKEN);
        assert_eq!(read_or_make_token(dir.path()).unwrap(), token);
        let mode = std::fs::metadata(file_of(dir.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        write_token(dir.path(), "another one").unwrap();
        assert_eq!(read_token(dir.path()).unwrap().as_deref(), Some("another one"));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
        assert_ne!(new_token(), new_token());
    }
}
