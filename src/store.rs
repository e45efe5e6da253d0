//! The durable store: calls with their events and attempts, conversations, and answers for reuse, in SQLite.
//!
//! ```text
//! caller ──job──▶ writer thread ──BEGIN, all jobs that queued meanwhile, COMMIT──▶ acknowledgements
//! caller ──job──▶ reader thread ──▶ answer
//! ```
//!
//! Writes are batched naturally: whatever queued while the last commit ran is the next commit, so that
//! `synchronous=FULL` costs one disk flush a batch and nobody waits for a timer.
//! Not here: policy (what is reused, who may see what, when something is interrupted).

mod answers;
mod attempts;
mod calls;
mod conversations;
mod model_notes;
mod schema;
#[cfg(test)]
mod tests;
mod usage;
mod worker;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

pub use answers::NewAnswer;
pub use attempts::{AttemptEnd, NewAttempt};
pub use calls::{CallFilter, CallStart, RunningCall};
pub use conversations::{NewMessage, ThreadChoice, ThreadWrite};
pub use model_notes::ModelNote;
pub use usage::UsageBy;

use crate::error::{Error, Result};
use worker::{Mode, Worker};

/// The store of one state directory. Cheap to clone; the last clone closes it.
#[derive(Debug, Clone)]
pub struct Store {
    path: PathBuf,
    writer: Worker,
    reader: Worker,
}

impl Store {
    /// Opens the store in `dir`, which must exist, and creates it if there is none.
    pub async fn open(dir: &Path) -> Result<Self> {
        let path = dir.join("exai.db");
        let (writing, reading) = (path.clone(), path.clone());
        let writer = Worker::start("exai-store-write", Mode::Write, move || open_for_writing(&writing)).await?;
        let reader = Worker::start_lazily("exai-store-read", Mode::Read, move || connect(&reading));
        Ok(Self { path, writer, reader })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `job` in the next commit and returns once that commit is on disk.
    async fn write<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.writer.run(job).await
    }

    /// Runs `job` in the next commit and waits for nothing; `false` when the queue is full.
    fn write_later<F>(&self, job: F) -> bool
    where
        F: FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static,
    {
        self.writer.run_later(job)
    }

    /// Runs a query.
    async fn read<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.reader.run(job).await
    }
}

fn open_for_writing(path: &Path) -> Result<Connection> {
    create_private(path).map_err(|error| at(path, &error))?;
    let connection = connect(path)?;
    schema::migrate(&connection, path)?;
    Ok(connection)
}

/// The write-ahead log takes over the permissions of the database file, so that one is made first. A file that is
/// there is not opened: closing it would take away the locks that this process has on it through SQLite.
fn create_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| at(path, &error))?;
    connection.busy_timeout(BUSY).map_err(|error| at(path, &error))?;
    switch_to_wal(&connection).map_err(|error| at(path, &error))?;
    connection.execute_batch("PRAGMA synchronous = FULL").map_err(|error| at(path, &error))?;
    Ok(connection)
}

/// Of several that switch a fresh file at once, SQLite lets one go on and refuses the others without waiting.
fn switch_to_wal(connection: &Connection) -> rusqlite::Result<()> {
    const TRIES: usize = 100;
    for _ in 1..TRIES {
        match connection.execute_batch("PRAGMA journal_mode = WAL") {
            // This does wait, until the other one is done.
            Err(error) if is_busy(&error) => connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?,
            result => return result,
        }
    }
    connection.execute_batch("PRAGMA journal_mode = WAL")
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

/// How long a writer waits for another process's commit.
const BUSY: std::time::Duration = std::time::Duration::from_secs(10);

fn at(path: &Path, error: &dyn std::error::Error) -> Error {
    Error::internal(format!("store {}: {error}", path.display()))
        .hint("check the disk and the permissions of the state directory, or set EXAI_STATE_DIR to another one")
}

/// Reads a JSON column; a row that can not be read is an error that names it, not a panic or a hole.
fn json_column<T: serde::de::DeserializeOwned>(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<T> {
    let text: String = row.get(index)?;
    serde_json::from_str(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, Box::new(error)))
}

/// JSON text for a column. Our own types always serialize; `null` stands in should one not.
fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
