//! A client's file on disk: read whole, written whole or not at all, with what was there kept beside it.

use std::fs::{OpenOptions, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use exai_core::error::{Error, ErrorCode, Result};

/// The bit of a mode that lets the owner write.
const OWNER_WRITES: u32 = 0o200;
/// How many copies may lie beside a file.
const COPIES: u32 = 1000;

/// A file as it was read.
#[derive(Debug)]
pub(crate) struct ClientFile {
    /// The file itself, behind links.
    path: PathBuf,
    /// Its content and its mode; none when there is no such file.
    content: Option<(String, u32)>,
}

impl ClientFile {
    /// Reads it. That there is none is no failure.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        // A link, such as one into a directory that is kept elsewhere, stays a link.
        let path = match path.canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == ErrorKind::NotFound && path.symlink_metadata().is_err() => path.to_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Error::invalid(format!("{} is a link to a file that is not there", path.display()))
                    .hint("make that file, or remove the link"));
            }
            Err(error) => return Err(failed(path, &error)),
        };
        let content = match std::fs::read(&path) {
            Ok(bytes) => {
                let text = String::from_utf8(bytes).map_err(|_| {
                    Error::invalid(format!("{}: not a text in UTF-8; the file was left as it is", path.display()))
                })?;
                let mode = path.metadata().map_err(|error| failed(&path, &error))?.permissions().mode() & 0o7777;
                Some((text, mode))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(failed(&path, &error)),
        };
        Ok(Self { path, content })
    }

    /// What stands in it; nothing when there is none.
    pub(crate) fn text(&self) -> &str {
        self.content.as_ref().map_or("", |(text, _)| text)
    }

    /// Whether it is there and others than its owner may read it.
    pub(super) fn is_open(&self) -> bool {
        self.content.as_ref().is_some_and(|(_, mode)| mode & 0o077 != 0)
    }

    /// Puts `text` in its place, with the mode that it has or `mode` when it is new. Returns where the old content is.
    pub(super) fn write(&self, text: &str, mode: u32) -> Result<Option<PathBuf>> {
        let failed = |error: std::io::Error| failed(&self.path, &error);
        if self.content.as_ref().is_some_and(|(_, mode)| mode & OWNER_WRITES == 0) {
            // The directory would let it be replaced; its owner meant it to stay.
            return Err(Error::invalid(format!("{} is read-only; nothing was changed", self.path.display()))
                .hint(format!("chmod u+w {} if it may be changed", self.path.display())));
        }
        if let Some(parent) = self.path.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        let copy = self.content.as_ref().map(|(old, mode)| self.copy(old, *mode)).transpose()?;
        let mode = self.content.as_ref().map_or(mode, |(_, mode)| *mode);
        let fresh = self.beside(&format!(".exai-{}", std::process::id()));
        // What a process of this number left behind.
        drop(std::fs::remove_file(&fresh));
        let written = create(&fresh, text, mode).and_then(|()| self.take_place(&fresh));
        if written.is_err() {
            drop(std::fs::remove_file(&fresh));
        }
        written.map_err(failed)?.then_some(()).ok_or_else(|| {
            let message = format!("{} was changed by somebody else in the same moment", self.path.display());
            Error::new(ErrorCode::ServiceUnavailable, message).hint("run this again")
        })?;
        Ok(copy)
    }

    /// Whether the new file took the place of the old one: not if that is no longer what was read.
    fn take_place(&self, fresh: &Path) -> std::io::Result<bool> {
        let now = match std::fs::read(&self.path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if now.as_deref() != self.content.as_ref().map(|(text, _)| text.as_bytes()) {
            std::fs::remove_file(fresh)?;
            return Ok(false);
        }
        std::fs::rename(fresh, &self.path)?;
        Ok(true)
    }

    /// Keeps what was there under the first free name.
    fn copy(&self, old: &str, mode: u32) -> Result<PathBuf> {
        for number in 0..COPIES {
            let suffix = if number == 0 { ".bak".to_owned() } else { format!(".bak.{number}") };
            let copy = self.beside(&suffix);
            match create(&copy, old, mode) {
                Ok(()) => return Ok(copy),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(&copy, &error)),
            }
        }
        Err(Error::invalid(format!("{} copies of {} lie beside it", COPIES, self.path.display()))
            .hint("remove those that nobody needs"))
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(suffix);
        self.path.with_file_name(name)
    }
}

fn create(path: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::invalid(format!("{}: {error}", path.display())).hint("see to it that you may read and write it")
}
