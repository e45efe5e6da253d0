//! How a store is opened: made when there is none, brought to this program's schema when nobody else has it open.
//!
//! ```text
//! share the lock ─▶ connect ─▶ schema is mine ─▶ open
//!       ▲                        │ older: release the lock
//!       └── released ◀─ migrate ◀┴─ alone? else wait, at most `drain`, then refuse and name who has it
//! ```

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::time::Instant;

use super::access::Access;
use super::schema::{self, MIGRATIONS, Migrations};
use super::{checkpoint, failure};
use crate::error::{Error, ErrorCode, Result};

#[cfg(test)]
mod tests;

/// Statements that stay prepared.
const STATEMENTS: usize = 128;

/// What opening a store may take.
#[derive(Debug, Clone)]
pub struct Opening {
    /// How long to wait for the processes that have the store open, when its schema must change.
    pub drain: Duration,
    /// How long a write waits for another process's write.
    pub busy: Duration,
    /// Ids of the processes that may have the store of a directory open, for a message.
    pub holders: fn(&Path) -> Vec<u32>,
    /// The schema of this program.
    pub(super) migrations: Migrations,
}

impl Default for Opening {
    fn default() -> Self {
        Self::new(Duration::from_secs(30), Duration::from_secs(10), |_| Vec::new())
    }
}

impl Opening {
    /// With the schema of this program.
    pub fn new(drain: Duration, busy: Duration, holders: fn(&Path) -> Vec<u32>) -> Self {
        Self { drain, busy, holders, migrations: MIGRATIONS }
    }

    /// Opens the database at `path` for writing. Afterwards `access` shares the lock.
    pub(super) fn open(&self, path: &Path, access: &Access) -> Result<Connection> {
        create_private(path).map_err(|error| failure::of_file(path, &error))?;
        let until = Instant::now() + self.drain;
        loop {
            wait(until, || access.try_share())?.ok_or_else(|| self.is_being_changed(path))?;
            let mut connection = self.connect(path)?;
            let found = schema::version(&connection).map_err(|error| failure::of_sqlite(path, &error))?;
            if found == self.migrations.len() {
                let arranged = checkpoint::arrange(&mut connection, self.clone(), path.to_owned());
                return arranged.map(|()| connection).map_err(|error| failure::of_sqlite(path, &error));
            }
            if found > self.migrations.len() {
                return Err(schema::newer(path, found, self.migrations));
            }
            drop(connection);
            access.release()?;
            self.bring_up(path, access, found, until)?;
        }
    }

    /// Opens another connection to a store that is open.
    pub(super) fn connect(&self, path: &Path) -> Result<Connection> {
        self.try_connect(path).map_err(|error| failure::of_sqlite(path, &error))
    }

    fn try_connect(&self, path: &Path) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(self.busy)?;
        // All that a call needs stays read: the usual sixteen are fewer than that, so that each one would be read anew.
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // A statement stays as it was planned, whatever is bound to it: else some are planned anew each time.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // A page that makes no sense is an error when it is read, not a wrong answer; a log that grew shrinks again.
        // What undoes a job is kept in memory: in a file it would be written as often as the log. The log is copied into
        // the database beside the commits (`checkpoint.rs`).
        connection.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON; PRAGMA journal_size_limit = 8388608;
             PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY;",
        )?;
        Ok(connection)
    }

    /// Migrates once nobody has the store open, unless somebody else does it first.
    fn bring_up(&self, path: &Path, access: &Access, found: usize, until: Instant) -> Result<()> {
        let mut is_alone = false;
        let turn = wait(until, || {
            is_alone = access.try_alone()?;
            Ok(is_alone || self.peek(path)? != found)
        })?;
        if turn.is_none() {
            return Err(self.is_in_use(path, found));
        }
        if is_alone {
            let connection = self.connect(path)?;
            schema::migrate(&connection, self.migrations).map_err(|error| failure::of_sqlite(path, &error))?;
            drop(connection);
            access.release()?;
        }
        Ok(())
    }

    /// The schema as it is now. Looking needs no lock: a migration is one transaction.
    fn peek(&self, path: &Path) -> Result<usize> {
        schema::version(&self.connect(path)?).map_err(|error| failure::of_sqlite(path, &error))
    }

    fn is_in_use(&self, path: &Path, found: usize) -> Error {
        let (own, who, waited) = (self.migrations.len(), self.who(path), self.drain.as_secs_f64());
        let message = format!(
            "store {} has schema {found} and must become {own}, but {who} it open; waited {waited} s",
            path.display()
        );
        Error::new(ErrorCode::UnsupportedProtocol, message)
            .hint("let what runs there finish, or end it, and try again; nothing was changed")
    }

    fn is_being_changed(&self, path: &Path) -> Error {
        let (who, waited) = (self.who(path), self.drain.as_secs_f64());
        let message = format!("the schema of store {} is being changed: {who} it; waited {waited} s", path.display());
        Error::new(ErrorCode::UnsupportedProtocol, message).hint("try again when it is done")
    }

    /// Those who have the store, as the beginning of a clause: `process 1 has`.
    fn who(&self, path: &Path) -> String {
        let pids = path.parent().map(self.holders).unwrap_or_default();
        match pids.as_slice() {
            [] => "another process has".to_owned(),
            [pid] => format!("process {pid} has"),
            [pids @ .., last] => {
                let pids: Vec<_> = pids.iter().map(u32::to_string).collect();
                format!("processes {} and {last} have", pids.join(", "))
            }
        }
    }
}

/// The write-ahead log takes over the permissions of the database file, so that one is made first. One that is there is not
/// even opened: closing it would take away the locks that SQLite holds on it for this process.
fn create_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

/// Tries until it is done; `None` when the time is over. The store's own thread waits here, and nothing else.
#[expect(clippy::disallowed_methods, reason = "the kernel has no wait for a lock that ends at a time")]
fn wait(until: Instant, mut is_done: impl FnMut() -> Result<bool>) -> Result<Option<()>> {
    loop {
        if is_done()? {
            return Ok(Some(()));
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        // Not all at the same moments: two who try together hinder each other.
        std::thread::sleep(left.min(Duration::from_millis(fastrand::u64(5..25))));
    }
}
