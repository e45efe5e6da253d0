//! Permits that hold across processes: a limit of n is n lock files, and to hold a permit is to hold one of them.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};

/// The slots of one state directory, shared by all processes that use it.
#[derive(Debug, Clone)]
pub struct Slots {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    dir: PathBuf,
    /// Open files by slot; `true` while this process holds it. A file opened twice would lock out its own process.
    files: Mutex<HashMap<String, (File, bool)>>,
}

/// One slot, held until it is dropped.
#[derive(Debug)]
pub struct Slot {
    shared: Arc<Shared>,
    name: String,
}

impl Slots {
    /// The slots under `state_dir`, which must be prepared.
    pub fn new(state_dir: &Path) -> Self {
        let dir = state_dir.join("permits");
        Self { shared: Arc::new(Shared { dir, files: Mutex::default() }) }
    }

    /// Takes one slot of each name, or none at all. `None` when one of them has no free slot.
    pub fn try_take(&self, wanted: &[(&str, usize)]) -> Result<Option<Vec<Slot>>> {
        let mut taken = Vec::with_capacity(wanted.len());
        for &(name, limit) in wanted {
            match self.try_take_one(name, limit)? {
                Some(slot) => taken.push(slot),
                None => return Ok(None),
            }
        }
        Ok(Some(taken))
    }

    /// Slots of `name` that any process holds now.
    pub fn in_use(&self, name: &str, limit: usize) -> usize {
        (0..limit).filter(|index| self.is_held(&slot_name(name, *index))).count()
    }

    fn try_take_one(&self, name: &str, limit: usize) -> Result<Option<Slot>> {
        for index in 0..limit {
            let slot = slot_name(name, index);
            if self.lock(&slot).map_err(|error| self.failed(&slot, &error))? {
                return Ok(Some(Slot { shared: Arc::clone(&self.shared), name: slot }));
            }
        }
        Ok(None)
    }

    fn lock(&self, slot: &str) -> std::io::Result<bool> {
        let mut files = self.shared.files();
        if !files.contains_key(slot) {
            files.insert(slot.to_owned(), (self.open(slot)?, false));
        }
        let Some((file, held)) = files.get_mut(slot) else { return Ok(false) };
        if *held {
            return Ok(false);
        }
        match file.try_lock() {
            Ok(()) => *held = true,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(*held)
    }

    fn open(&self, slot: &str) -> std::io::Result<File> {
        OpenOptions::new().append(true).create(true).mode(0o600).open(self.shared.dir.join(slot))
    }

    /// Looks through another file handle, with a shared lock, so that two who look do not see each other.
    fn is_held(&self, slot: &str) -> bool {
        File::open(self.shared.dir.join(slot))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    fn failed(&self, slot: &str, error: &std::io::Error) -> Error {
        Error::internal(format!("permit file {}: {error}", self.shared.dir.join(slot).display()))
    }
}

impl Shared {
    fn files(&self) -> MutexGuard<'_, HashMap<String, (File, bool)>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some((file, held)) = self.shared.files().get_mut(&self.name) {
            // Should the kernel refuse, closing the file at the end of the process frees the slot.
            drop(file.unlock());
            *held = false;
        }
    }
}

fn slot_name(name: &str, index: usize) -> String {
    format!("{name}.{index}.lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two values over one directory see each other only through the kernel, as two processes do.
    fn two_processes() -> (tempfile::TempDir, Slots, Slots) {
        let dir = tempfile::tempdir().unwrap();
        super::super::prepare_state_dir(dir.path()).unwrap();
        let (one, two) = (Slots::new(dir.path()), Slots::new(dir.path()));
        (dir, one, two)
    }

    #[test]
    fn two_processes_together_never_hold_more_than_the_limit() {
        let (_dir, one, two) = two_processes();
        let first = one.try_take(&[("glm", 2)]).unwrap();
        let second = two.try_take(&[("glm", 2)]).unwrap();
        assert!(first.is_some() && second.is_some());
        assert!(one.try_take(&[("glm", 2)]).unwrap().is_none());
        assert_eq!(two.in_use("glm", 2), 2);
        drop(first);
        assert_eq!(two.in_use("glm", 2), 1);
        assert!(two.try_take(&[("glm", 2)]).unwrap().is_some());
    }

    #[test]
    fn slots_are_taken_together_or_not_at_all() {
        let (_dir, one, two) = two_processes();
        let _held = one.try_take(&[("global", 1)]).unwrap().unwrap();
        assert!(two.try_take(&[("kimi", 1), ("global", 1)]).unwrap().is_none());
        assert_eq!(two.in_use("kimi", 1), 0, "the half that was free must have been given back");
    }
}
