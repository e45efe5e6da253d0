//! Permits that hold across processes: a limit of n is n lock files, and to hold a permit is to hold one of them.
//!
//! What this process knows of a slot is kept in memory (`slots/rack.rs`), so that taking one does not try all that are
//! busy, and counting them does not ask the kernel about those that are held here.

mod rack;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};
use rack::Rack;

/// The slots of one state directory, shared by all processes that use it.
#[derive(Debug, Clone)]
pub struct Slots {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    dir: PathBuf,
    racks: Mutex<BTreeMap<&'static str, Rack>>,
}

/// One slot, held until it is dropped.
#[derive(Debug)]
pub struct Slot {
    shared: Arc<Shared>,
    name: &'static str,
    index: usize,
}

/// Which slots are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Those that no other process held when they were tried last.
    Known,
    /// Also those: they may have been given back, which nobody announces.
    Everywhere,
}

impl Slots {
    /// The slots under `state_dir`, which must be prepared.
    pub fn new(state_dir: &Path) -> Self {
        let dir = state_dir.join("permits");
        Self { shared: Arc::new(Shared { dir, racks: Mutex::default() }) }
    }

    /// Takes one slot of each name, below the limit beside it, or none at all. `None` when one of them has no free slot.
    pub fn try_take(&self, wanted: &[(&'static str, usize)], look: Look) -> Result<Option<Vec<Slot>>> {
        let mut taken = Vec::with_capacity(wanted.len());
        for &(name, limit) in wanted {
            match self.shared.try_take_one(name, limit, look)? {
                Some(index) => taken.push(Slot { shared: Arc::clone(&self.shared), name, index }),
                None => return Ok(None),
            }
        }
        Ok(Some(taken))
    }

    /// Slots of `name` that any process holds now: one above `limit` counts when this process knows of it.
    pub fn in_use(&self, name: &'static str, limit: usize) -> usize {
        let known = self.shared.racks().entry(name).or_default().known();
        (0..limit.max(known)).filter(|index| self.shared.is_held(name, *index)).count()
    }
}

impl Shared {
    fn try_take_one(&self, name: &'static str, limit: usize, look: Look) -> Result<Option<usize>> {
        let mut racks = self.racks();
        let rack = racks.entry(name).or_default();
        if look == Look::Everywhere {
            rack.forget_others();
        }
        while let Some(index) = rack.next_free(limit) {
            if self.lock(rack, name, index).map_err(|error| self.failed(name, index, &error))? {
                rack.hold(index);
                return Ok(Some(index));
            }
            rack.held_by_another(index);
        }
        Ok(None)
    }

    /// Locks a slot that is not held here. Its file stays open: one opened twice would lock out its own process.
    fn lock(&self, rack: &mut Rack, name: &str, index: usize) -> std::io::Result<bool> {
        let file = match rack.file(index) {
            Some(file) => file,
            None => rack.keep(index, self.open(name, index)?),
        };
        match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn open(&self, name: &str, index: usize) -> std::io::Result<File> {
        OpenOptions::new().append(true).create(true).mode(0o600).open(self.path(name, index))
    }

    /// Whether any process holds a slot. One that is not held here is looked at with a shared lock, so that two who look
    /// do not see each other, and under our own lock, so that nobody here takes the looking for a holder.
    fn is_held(&self, name: &'static str, index: usize) -> bool {
        let mut racks = self.racks();
        let rack = racks.entry(name).or_default();
        if rack.is_held(index) {
            return true;
        }
        let Some(file) = rack.file(index) else {
            let opened = File::open(self.path(name, index));
            return opened.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)));
        };
        let look = file.try_lock_shared();
        if look.is_ok() {
            // Should the kernel refuse, the slot looks busy to the others until it is taken here or the process ends.
            drop(file.unlock());
        }
        matches!(look, Err(TryLockError::WouldBlock))
    }

    fn path(&self, name: &str, index: usize) -> PathBuf {
        self.dir.join(format!("{name}.{index}.lock"))
    }

    fn failed(&self, name: &str, index: usize, error: &std::io::Error) -> Error {
        Error::internal(format!("permit file {}: {error}", self.path(name, index).display()))
    }

    fn racks(&self) -> MutexGuard<'_, BTreeMap<&'static str, Rack>> {
        self.racks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(rack) = self.shared.racks().get_mut(self.name) {
            if let Some(file) = rack.file(self.index) {
                // Should the kernel refuse, closing the file at the end of the process frees the slot.
                drop(file.unlock());
            }
            rack.give_back(self.index);
        }
    }
}
