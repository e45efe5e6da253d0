//! Reads one regular file whole or not at all, and never more than its bound.
//!
//! Devices, FIFOs and sockets are refused without being opened; should one take a file's place in between, it is
//! opened without blocking and refused by what the open handle says.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// What a file holds.
#[derive(Debug)]
pub(super) enum Content {
    /// All of it.
    Whole(Vec<u8>),
    /// More than the bound.
    TooLarge,
    /// A NUL byte near its start: not a text.
    Binary,
    /// A directory, a device, a FIFO or a socket.
    NotRegular,
}

/// How much of a file is looked at to tell binary from text, as git does.
const BINARY_PROBE_BYTES: usize = 8_000;

/// Reads the regular file at `path`, which must not end in a symlink, if it has at most `limit` bytes.
pub(super) fn whole(path: &Path, limit: u64) -> io::Result<Content> {
    let Some(file) = regular(path)? else { return Ok(Content::NotRegular) };
    let length = file.metadata()?.len();
    if length > limit {
        return Ok(Content::TooLarge);
    }
    bounded(file, length, limit)
}

/// Opens the regular file at `path`, which must not end in a symlink; none when it is something else.
pub(super) fn regular(path: &Path) -> io::Result<Option<File>> {
    if !fs::symlink_metadata(path)?.file_type().is_file() {
        return Ok(None);
    }
    let file = open(path)?;
    Ok(file.metadata()?.is_file().then_some(file))
}

/// At most `most` bytes of the regular file at `path` from `offset` on, and the file's size; `None` when it is no regular
/// file.
pub(super) fn piece(path: &Path, offset: u64, most: u64) -> io::Result<Option<(Vec<u8>, u64)>> {
    if !fs::symlink_metadata(path)?.file_type().is_file() {
        return Ok(None);
    }
    let mut file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(offset))?;
    let expected = metadata.len().saturating_sub(offset).min(most);
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
    file.take(most).read_to_end(&mut bytes)?;
    Ok(Some((bytes, metadata.len())))
}

/// Reads to the end, but at most one byte more than `limit`; `expected` sizes the buffer.
fn bounded(source: impl Read, expected: u64, limit: u64) -> io::Result<Content> {
    // One byte more than expected lets the read that finds the end do so without growing the buffer.
    let capacity = usize::try_from(expected.min(limit).saturating_add(1)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(capacity);
    source.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(if bytes.len() as u64 > limit {
        Content::TooLarge
    } else if bytes[..bytes.len().min(BINARY_PROBE_BYTES)].contains(&0) {
        Content::Binary
    } else {
        Content::Whole(bytes)
    })
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW | libc::O_NOCTTY).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_grows_without_end_is_read_one_byte_past_its_bound() {
        let mut endless = io::repeat(b'a');
        assert!(matches!(bounded(&mut endless, 10, 100).unwrap(), Content::TooLarge));
    }

    #[test]
    fn a_file_of_exactly_the_bound_is_read() {
        let Content::Whole(bytes) = bounded(&b"abcd"[..], 4, 4).unwrap() else { panic!("not read") };
        assert_eq!(bytes, b"abcd");
    }

    #[test]
    fn a_nul_byte_after_the_probe_does_not_make_a_file_binary() {
        let mut bytes = vec![b'a'; BINARY_PROBE_BYTES];
        bytes.push(0);
        assert!(matches!(bounded(&bytes[..], 0, 100_000).unwrap(), Content::Whole(_)));
        bytes[7] = 0;
        assert!(matches!(bounded(&bytes[..], 0, 100_000).unwrap(), Content::Binary));
    }
}
