//! One process at a time starts a daemon; the others wait for what becomes of it. The right to start is a kernel lock, so it
//! ends with its process; what is written in the file says how the last start went.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use exai_core::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// How the last start went.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    /// How many starts there were; tells whoever waited that one more has ended.
    starts: u64,
    /// Why it failed, if it did.
    failure: Option<Error>,
}

/// A process that waits for a daemon.
#[derive(Debug)]
pub(super) struct Waiter {
    path: PathBuf,
    /// How many starts there had been when somebody else was first seen starting one.
    seen: Option<u64>,
}

/// What a waiter meets.
#[derive(Debug)]
pub(super) enum Met {
    /// Nobody starts a daemon: it is the waiter's to do.
    Turn(Turn),
    /// Somebody does.
    Busy,
    /// The start that was waited for has failed, and would fail again.
    Failed(Error),
}

/// The right to start a daemon, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    file: File,
    starts: u64,
}

impl Waiter {
    pub(super) fn new(state_dir: &Path) -> Self {
        Self { path: state_dir.join("autostart.lock"), seen: None }
    }

    /// Takes the turn if it is free.
    pub(super) fn look(&mut self) -> Result<Met> {
        let failed = |error: std::io::Error| Error::internal(format!("{}: {error}", self.path.display()));
        let options =
            || OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&self.path);
        let file = options().map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => {
                // What is half written is read whole the next time.
                self.seen = self.seen.or_else(|| Some(read(&file)?.starts));
                return Ok(Met::Busy);
            }
        }
        let record = read(&file).unwrap_or_default();
        match record.failure {
            Some(failure) if self.seen.is_some_and(|seen| seen != record.starts) => Ok(Met::Failed(failure)),
            _ => Ok(Met::Turn(Turn { file, starts: record.starts })),
        }
    }
}

impl Turn {
    /// Tells those who wait how it went, and lets the next one have its turn.
    pub(super) fn end(mut self, outcome: &Result<()>) {
        let record = Record { starts: self.starts.wrapping_add(1), failure: outcome.as_ref().err().cloned() };
        let text = serde_json::to_string(&record).unwrap_or_default();
        let mut write = || {
            self.file.rewind()?;
            self.file.set_len(0)?;
            self.file.write_all(text.as_bytes())
        };
        // Those who do not learn of a failure try for themselves.
        let _: std::io::Result<()> = write();
    }
}

/// What is written; nothing yet is no start yet.
fn read(mut file: &File) -> Option<Record> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    if text.is_empty() { Some(Record::default()) } else { serde_json::from_str(&text).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(met: Met) -> Turn {
        let Met::Turn(turn) = met else { panic!("{met:?}") };
        turn
    }

    #[test]
    fn who_waited_for_a_start_learns_that_it_failed_and_who_comes_later_tries_again() {
        let dir = tempfile::tempdir().unwrap();
        let (mut first, mut second) = (Waiter::new(dir.path()), Waiter::new(dir.path()));
        let started = turn(first.look().unwrap());
        assert!(matches!(second.look().unwrap(), Met::Busy));
        started.end(&Err(Error::internal("the port is busy")));
        let Met::Failed(failure) = second.look().unwrap() else { panic!("the failure is not told") };
        assert_eq!(failure.message, "the port is busy");
        turn(Waiter::new(dir.path()).look().unwrap()).end(&Ok(()));
        turn(second.look().unwrap());
    }

    #[test]
    fn a_process_that_dies_in_its_turn_gives_it_to_the_next_that_waits() {
        let dir = tempfile::tempdir().unwrap();
        turn(Waiter::new(dir.path()).look().unwrap()).end(&Err(Error::internal("an old failure")));
        let mut waiter = Waiter::new(dir.path());
        let dies = turn(Waiter::new(dir.path()).look().unwrap());
        assert!(matches!(waiter.look().unwrap(), Met::Busy));
        drop(dies);
        turn(waiter.look().unwrap());
    }
}
