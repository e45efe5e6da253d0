//! The files of the log: one a day in UTC, readable by their owner only, the oldest ones removed.
//!
//! The writer of `tracing-appender` creates files as the umask says, which is a property of the whole process, and a file
//! that was created beforehand would help only until midnight. So this one opens its files itself, with their mode.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// What the names of the files begin with; the date follows.
const PREFIX: &str = "exai.log.";
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Writes each line into the file of its day. It belongs to a thread of its own.
pub(super) struct DailyFile {
    directory: PathBuf,
    keep: usize,
    clock: Box<dyn Fn() -> Timestamp + Send>,
    today: Option<(i64, BufWriter<File>)>,
    lost: Arc<AtomicU64>,
}

impl DailyFile {
    /// Makes `directory`, for its owner only, in which `keep` files are kept. Lines that can not be written are counted
    /// in `lost`.
    pub(super) fn new(directory: &Path, keep: u32, lost: Arc<AtomicU64>) -> Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(|error| failed(directory, &error))?;
        let keep = usize::try_from(keep).unwrap_or(usize::MAX).max(1);
        Ok(Self { directory: directory.to_owned(), keep, clock: Box::new(Timestamp::now), today: None, lost })
    }

    /// The same by another clock.
    #[cfg(test)]
    pub(super) fn by(mut self, clock: impl Fn() -> Timestamp + Send + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Opens the file of today, so that a directory of no use is told at once.
    pub(super) fn open(&mut self) -> Result<()> {
        let directory = self.directory.clone();
        self.file().map(drop).map_err(|error| failed(&directory, &error))
    }

    fn file(&mut self) -> io::Result<&mut BufWriter<File>> {
        let now = (self.clock)();
        let day = now.as_millis().div_euclid(DAY);
        if self.today.as_ref().is_none_or(|(open, _)| *open != day) {
            let date = now.to_string();
            let path = self.directory.join(format!("{PREFIX}{}", date.get(..10).unwrap_or(&date)));
            match OpenOptions::new().append(true).create(true).mode(0o600).open(path) {
                Ok(file) => {
                    // The old one is flushed when it is dropped.
                    self.today = Some((day, BufWriter::new(file)));
                    self.remove_oldest();
                }
                // The file of yesterday is better than none.
                Err(_) if self.today.is_some() => {}
                Err(error) => return Err(error),
            }
        }
        self.today.as_mut().map(|(_, file)| file).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// What can not be removed now is tried again tomorrow.
    fn remove_oldest(&self) {
        let Ok(entries) = std::fs::read_dir(&self.directory) else { return };
        let mut names: Vec<_> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.strip_prefix(PREFIX).is_some_and(is_date))
            .collect();
        names.sort_unstable();
        for name in names.iter().take(names.len().saturating_sub(self.keep)) {
            drop(std::fs::remove_file(self.directory.join(name)));
        }
    }
}

/// Files of other names are not ours.
fn is_date(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(fits)
}

fn failed(directory: &Path, error: &io::Error) -> Error {
    Error::internal(format!("log directory {}: {error}", directory.display()))
        .hint("make it writable for you, or switch the log off with EXAI_LOG_LEVEL=off")
}

impl Write for DailyFile {
    /// Takes one line, and always all of it: there is nobody to tell of a failure but the count.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.file().and_then(|file| file.write_all(line)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    /// Called when nothing is queued.
    fn flush(&mut self) -> io::Result<()> {
        self.today.as_mut().map_or(Ok(()), |(_, file)| file.flush())
    }
}
