//! Which process accepts connections for a state directory: the one that holds this lock. The kernel gives it back when
//! the process ends, however it ends; what is written in the file only says where that process listens.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorCode, Result};

/// What a daemon says of itself to other processes of the same state directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonInfo {
    /// Its process id.
    pub pid: u32,
    /// Where it serves everything; absent until it listens.
    pub address: Option<SocketAddr>,
    /// Its version.
    pub version: String,
}

/// How often the lock is tried while other processes look at it.
const TRIES: u32 = 10_000;

/// The right to accept connections, until it is dropped.
#[derive(Debug)]
pub struct DaemonLock {
    file: File,
    path: PathBuf,
}

impl DaemonLock {
    /// Takes the lock; the error names the daemon that has it.
    pub fn take(state_dir: &Path) -> Result<Self> {
        let path = file_of(state_dir);
        let failed = |error: std::io::Error| Error::internal(format!("daemon lock {}: {error}", path.display()));
        let options = || OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = options().map_err(failed)?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self { file, path }),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) => {}
            }
            if file.try_lock_shared().is_err() {
                break;
            }
            // Nobody has it: another process is just looking who does, which takes it no time.
            file.unlock().map_err(failed)?;
            std::thread::yield_now();
        }
        Err(taken(state_dir, read(&file)))
    }

    /// Writes down who has the lock and where it listens.
    pub fn announce(&mut self, info: &DaemonInfo) -> Result<()> {
        let text = serde_json::to_string(info).unwrap_or_default();
        let mut write = || {
            self.file.set_len(0)?;
            self.file.rewind()?;
            writeln!(self.file, "{text}")
        };
        write().map_err(|error| Error::internal(format!("daemon lock {}: {error}", self.path.display())))
    }

    /// The daemon that accepts connections for `state_dir`, if there is one.
    pub fn find(state_dir: &Path) -> Option<DaemonInfo> {
        let file = File::open(file_of(state_dir)).ok()?;
        // A shared lock: two who look do not take each other for the daemon.
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)).then(|| read(&file))?
    }
}

fn taken(state_dir: &Path, info: Option<DaemonInfo>) -> Error {
    let who = info.map_or_else(String::new, |info| format!(" (pid {})", info.pid));
    let message = format!("another daemon{who} accepts connections for {}", state_dir.display());
    Error::new(ErrorCode::UnsupportedProtocol, message)
        .hint("stop it with `exai daemon stop`, or set EXAI_STATE_DIR to another directory")
}

fn read(mut file: &File) -> Option<DaemonInfo> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn file_of(state_dir: &Path) -> PathBuf {
    state_dir.join("daemon.lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_accepts_and_others_learn_who_it_is() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(DaemonLock::find(dir.path()), None);
        let mut lock = DaemonLock::take(dir.path()).unwrap();
        let info = DaemonInfo { pid: 4711, address: "127.0.0.1:8079".parse().ok(), version: "1.0.0".to_owned() };
        lock.announce(&DaemonInfo { version: "a longer version".to_owned(), ..info.clone() }).unwrap();
        lock.announce(&info).unwrap();
        assert_eq!(DaemonLock::find(dir.path()), Some(info));
        let refusal = DaemonLock::take(dir.path()).unwrap_err();
        assert!(refusal.message.contains("pid 4711"), "{refusal}");
        assert_eq!(refusal.kind().exit_code(), 7);
    }

    #[test]
    fn who_only_looks_is_never_taken_for_a_daemon() {
        let dir = tempfile::tempdir().unwrap();
        drop(DaemonLock::take(dir.path()).unwrap());
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !done.load(std::sync::atomic::Ordering::Relaxed) {
                        DaemonLock::find(dir.path());
                    }
                });
            }
            let failed: Vec<_> = (0..500).filter_map(|_| DaemonLock::take(dir.path()).err()).collect();
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(failed, []);
        });
    }

    #[test]
    fn what_a_dead_daemon_left_behind_is_no_daemon() {
        let dir = tempfile::tempdir().unwrap();
        let mut lock = DaemonLock::take(dir.path()).unwrap();
        lock.announce(&DaemonInfo { pid: 1, address: None, version: String::new() }).unwrap();
        drop(lock);
        assert_eq!(DaemonLock::find(dir.path()), None);
        DaemonLock::take(dir.path()).unwrap();
    }
}
