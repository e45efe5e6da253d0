//! A process proves that it lives by a lock on its instance file. Dead means that the lock can be taken.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::protocol::InstanceId;

/// This process, as long as the value lives.
#[derive(Debug)]
pub struct Instance {
    id: InstanceId,
    path: PathBuf,
    /// Holds the lock.
    _file: File,
}

impl Instance {
    /// Announces this process in the state directory.
    pub fn announce(state_dir: &Path) -> Result<Self> {
        // Until it is locked, a new file looks like a dead process's and may be swept away.
        for _ in 0..TRIES {
            let id = InstanceId::new();
            let path = file_of(state_dir, &id);
            let failed = |error| {
                Error::internal(format!("instance file {}: {error}", path.display())).hint(
                    "check the disk and the permissions of the state directory, or set EXAI_STATE_DIR to another one",
                )
            };
            if let Some(file) = create_locked(&path).map_err(failed)? {
                return Ok(Self { id, path, _file: file });
            }
        }
        let dir = folder(state_dir);
        Err(Error::internal(format!("instance files in {} vanish while they are made", dir.display())))
    }

    /// The name under which this process runs calls.
    pub fn id(&self) -> &InstanceId {
        &self.id
    }

    /// Whether the process of that name is gone.
    pub fn is_dead(state_dir: &Path, id: &InstanceId) -> bool {
        // Nobody will ever take this name again: what the dead left behind goes.
        matches!(look(&file_of(state_dir, id)), Found::Dead)
    }

    /// Ids of the other processes that are alive, as they wrote them down.
    pub fn others(state_dir: &Path) -> Vec<u32> {
        let own = std::process::id();
        let pids = files(state_dir).filter_map(|path| match look(&path) {
            Found::Alive(pid) => pid.filter(|pid| *pid != own),
            Found::Dead | Found::Unknown => None,
        });
        let mut pids: Vec<_> = pids.collect();
        pids.sort_unstable();
        pids.dedup();
        pids
    }

    /// Removes what dead processes left behind.
    pub fn sweep(state_dir: &Path) {
        for path in files(state_dir) {
            look(&path);
        }
    }
}

/// How often a process tries to announce itself.
const TRIES: u32 = 5;

enum Found {
    /// With its process id, if that can be read.
    Alive(Option<u32>),
    /// What it left has been removed.
    Dead,
    Unknown,
}

/// Makes a file and locks it; `None` when it was swept away in between.
fn create_locked(path: &Path) -> std::io::Result<Option<File>> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.lock()?;
    writeln!(file, "{}", std::process::id())?;
    Ok(path.exists().then_some(file))
}

/// Looks with a shared lock, so that two who look do not take each other for the living. Whoever gets the lock removes
/// the file before giving it back: a file that is still there when its owner has locked it stays.
fn look(path: &Path) -> Found {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Found::Dead,
        Err(_) => return Found::Unknown,
    };
    match file.try_lock_shared() {
        Ok(()) => {
            drop(std::fs::remove_file(path));
            Found::Dead
        }
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            // Only for a message: a process that can not be named is alive all the same.
            let read = file.read_to_string(&mut pid);
            Found::Alive(read.ok().and_then(|_| pid.trim().parse().ok()))
        }
        Err(TryLockError::Error(_)) => Found::Unknown,
    }
}

fn files(state_dir: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder(state_dir)).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "lock"))
}

impl Drop for Instance {
    fn drop(&mut self) {
        // A file that stays is taken for a dead process's and removed by the next one that looks.
        drop(std::fs::remove_file(&self.path));
    }
}

fn folder(state_dir: &Path) -> PathBuf {
    state_dir.join("instances")
}

fn file_of(state_dir: &Path, id: &InstanceId) -> PathBuf {
    folder(state_dir).join(format!("{id}.lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_alive_until_it_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        super::super::prepare_state_dir(dir.path()).unwrap();
        let instance = Instance::announce(dir.path()).unwrap();
        let id = instance.id().clone();
        assert!(!Instance::is_dead(dir.path(), &id));
        drop(instance);
        assert!(Instance::is_dead(dir.path(), &id));
    }

    #[test]
    fn a_file_left_behind_without_its_lock_is_a_dead_process() {
        let dir = tempfile::tempdir().unwrap();
        super::super::prepare_state_dir(dir.path()).unwrap();
        let id = InstanceId::new();
        std::fs::write(file_of(dir.path(), &id), "1\n").unwrap();
        assert!(Instance::is_dead(dir.path(), &id));
        assert!(!file_of(dir.path(), &id).exists());
    }

    #[test]
    fn the_living_are_named_and_what_the_dead_left_is_swept_away() {
        let dir = tempfile::tempdir().unwrap();
        super::super::prepare_state_dir(dir.path()).unwrap();
        let living = file_of(dir.path(), &InstanceId::new());
        std::fs::write(&living, "4711\n").unwrap();
        let held = File::open(&living).unwrap();
        held.lock().unwrap();
        let left = file_of(dir.path(), &InstanceId::new());
        std::fs::write(&left, "1\n").unwrap();
        let own = Instance::announce(dir.path()).unwrap();

        Instance::sweep(dir.path());
        assert!(!left.exists() && living.exists() && own.path.exists());
        assert_eq!(Instance::others(dir.path()), [4711], "without this process");
    }

    #[test]
    fn two_who_look_at_the_dead_at_once_agree() {
        let dir = tempfile::tempdir().unwrap();
        super::super::prepare_state_dir(dir.path()).unwrap();
        let id = InstanceId::new();
        std::fs::write(file_of(dir.path(), &id), "1\n").unwrap();
        let other = File::open(file_of(dir.path(), &id)).unwrap();
        other.try_lock_shared().unwrap();
        assert!(Instance::is_dead(dir.path(), &id));
    }

    #[test]
    fn a_process_that_announces_itself_while_others_sweep_stays_announced() {
        let dir = tempfile::tempdir().unwrap();
        super::super::prepare_state_dir(dir.path()).unwrap();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    Instance::sweep(dir.path());
                }
            });
            for _ in 0..500 {
                match Instance::announce(dir.path()) {
                    Ok(instance) => assert!(instance.path.exists()),
                    Err(error) => assert!(error.message.contains("vanish"), "{error}"),
                }
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    }
}
