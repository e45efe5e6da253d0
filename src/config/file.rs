//! Reads a file of the configuration: absent is fine, unreadable is not.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::error::{Error, Result};

/// More than any configuration needs, less than hurts when the path was a mistake.
const LIMIT: u64 = 1 << 20;

/// The text of the file at `path`, without a byte-order mark; `None` when there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<String>> {
    match File::open(path) {
        Ok(file) => text(file, LIMIT, path).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// The text of an open file of at most `limit` bytes.
pub(super) fn text(file: File, limit: u64, path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if u64::try_from(bytes.len()).is_ok_and(|len| len > limit) {
        return Err(Error::invalid(format!("{} is larger than {limit} bytes", path.display())));
    }
    let text = String::from_utf8(bytes).map_err(|_| Error::invalid(format!("{} is not UTF-8", path.display())))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The error for a file that is there but can not be read.
pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::invalid(format!("{} can not be read: {error}", path.display()))
}

/// The number of the line, counted from 1, in which byte `offset` of `text` is.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The error for a TOML file that is none. Says where, but never shows the line: it may hold a key.
pub(super) fn syntax(path: &Path, text: &str, error: &toml::de::Error) -> Error {
    let line = line_of(text, error.span().map_or(0, |span| span.start));
    Error::invalid(format!("{}:{line}: {}", path.display(), error.message().replace('\n', ", ")))
}
