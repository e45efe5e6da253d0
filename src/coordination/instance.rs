//! A process proves that it lives by a lock on its instance file. Dead means that the lock can be taken.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
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
        let id = InstanceId::new();
        let path = file_of(state_dir, &id);
        let failed = |error: std::io::Error| Error::internal(format!("instance file {}: {error}", path.display()));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(Self { id, path, _file: file })
    }

    /// The name under which this process runs calls.
    pub fn id(&self) -> &InstanceId {
        &self.id
    }

    /// Whether the process of that name is gone.
    pub fn is_dead(state_dir: &Path, id: &InstanceId) -> bool {
        match File::open(file_of(state_dir, id)) {
            Ok(file) => match file.try_lock() {
                Ok(()) => {
                    // Nobody will ever take this name again: what the dead left behind goes.
                    drop(std::fs::remove_file(file_of(state_dir, id)));
                    true
                }
                Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
            },
            Err(error) => error.kind() == std::io::ErrorKind::NotFound,
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // A file that stays is taken for a dead process's and removed by the next one that looks.
        drop(std::fs::remove_file(&self.path));
    }
}

fn file_of(state_dir: &Path, id: &InstanceId) -> PathBuf {
    state_dir.join("instances").join(format!("{id}.lock"))
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
}
