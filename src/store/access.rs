//! Who has the store open. Each process that has holds a shared lock on `store.lock`, which ends with it, however it
//! ends; whoever changes the schema holds the lock alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::failure;
use crate::error::Result;

/// This process's hold on the store, until it is dropped.
#[derive(Debug)]
pub(super) struct Access {
    file: File,
    path: PathBuf,
}

impl Access {
    /// Opens the lock file in `dir`, without taking the lock.
    pub(super) fn new(dir: &Path) -> Result<Self> {
        let path = dir.join("store.lock");
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path);
        let file = file.map_err(|error| failure::of_file(&path, &error))?;
        Ok(Self { file, path })
    }

    /// Takes the lock together with others; `false` while somebody has it alone.
    pub(super) fn try_share(&self) -> Result<bool> {
        self.taken(self.file.try_lock_shared())
    }

    /// Takes the lock alone; `false` while anybody has it. What was held before must have been released: the kernel
    /// drops it first in any case.
    pub(super) fn try_alone(&self) -> Result<bool> {
        self.taken(self.file.try_lock())
    }

    /// Gives the lock back.
    pub(super) fn release(&self) -> Result<()> {
        self.file.unlock().map_err(|error| failure::of_file(&self.path, &error))
    }

    fn taken(&self, outcome: Result<(), TryLockError>) -> Result<bool> {
        match outcome {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(failure::of_file(&self.path, &error)),
        }
    }
}
