//! Files of what the house told: written as it comes, played later.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use exai_core::error::Error;
use exai_core::protocol::Snapshot;
use exai_ui::{Feed, record};
use tokio::time::Instant;

/// Bytes that the first line has at the most.
const HEAD: u64 = 1_024;

/// Writes a recording.
#[derive(Debug)]
pub(super) struct Recorder {
    file: BufWriter<File>,
    began: Instant,
}

impl Recorder {
    /// Begins a new file; none is overwritten.
    pub(super) fn create(path: &Path) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| {
            Error::invalid(format!("--record {}: {error}", path.display())).hint("name a file that does not exist yet")
        })?;
        let mut recorder = Self { file: BufWriter::new(file), began: Instant::now() };
        recorder.file.write_all(record::head().as_bytes()).map_err(|error| full(&error))?;
        Ok(recorder)
    }

    /// Keeps what is told. Pictures come a few times a second; with each all before it is on its way to the disk.
    pub(super) fn take(&mut self, feed: &Feed) -> Result<(), Error> {
        let line = record::entry(self.began.elapsed(), feed);
        self.file.write_all(line.as_bytes()).map_err(|error| full(&error))?;
        if matches!(feed, Feed::Snapshot(_)) {
            self.file.flush().map_err(|error| full(&error))?;
        }
        Ok(())
    }
}

fn full(error: &std::io::Error) -> Error {
    Error::internal(format!("the recording can not be written: {error}"))
}

/// A recording that is played.
#[derive(Debug)]
pub(super) struct Recording {
    pub(super) path: PathBuf,
    pub(super) speed: f64,
    file: BufReader<File>,
    /// Lines that could not be read so far.
    unread: u64,
    /// Whether the last line has no end: the recorder was ended while it wrote.
    is_cut: bool,
}

impl Recording {
    /// Opens it, if it is one.
    pub(super) fn open(path: &Path, speed: f64) -> Result<Self, Error> {
        let wrong = |why: String| Error::invalid(format!("--replay {}: {why}", path.display()));
        let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
        let mut file = BufReader::new(file);
        // What is no recording may have no lines at all.
        let mut first = Vec::new();
        let read = file.by_ref().take(HEAD).read_until(b'\n', &mut first);
        read.map_err(|error| wrong(error.to_string()))?;
        record::check(&String::from_utf8_lossy(&first)).map_err(wrong)?;
        Ok(Self { path: path.to_owned(), speed, file, unread: 0, is_cut: false })
    }

    /// What was told next, and when after the beginning; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(Duration, Feed)>, Error> {
        let mut line = Vec::new();
        loop {
            line.clear();
            // Bytes, for a line may be cut inside a letter.
            let read = self.file.read_until(b'\n', &mut line);
            let count = read.map_err(|error| Error::invalid(format!("{}: {error}", self.path.display())))?;
            if count == 0 {
                return Ok(None);
            }
            if let Some(entry) = record::read(&line) {
                return Ok(Some(entry));
            }
            if line.last() == Some(&b'\n') {
                self.unread += 1;
            } else {
                self.is_cut = true;
            }
        }
    }

    /// What was left out so far, if anything was.
    pub(super) fn left_out(&self) -> Option<String> {
        match (self.unread, self.is_cut) {
            (0, false) => None,
            (0, true) => Some("the last line of the recording is cut off and was left out".to_owned()),
            (lines, _) => Some(format!("{lines} lines of the recording can not be read and were left out")),
        }
    }

    /// The last picture in it.
    pub(super) fn last_snapshot(&mut self) -> Result<Option<Box<Snapshot>>, Error> {
        let mut last = None;
        while let Some((_, feed)) = self.next()? {
            if let Feed::Snapshot(snapshot) = feed {
                last = Some(snapshot);
            }
        }
        Ok(last)
    }
}
