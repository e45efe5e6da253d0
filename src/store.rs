//! The durable store: calls with their events and attempts, conversations, uploads, and answers for reuse, in SQLite.
//!
//! ```text
//! caller ──job──▶ writer thread ──BEGIN, all jobs that queued meanwhile, COMMIT──▶ acknowledgements
//! caller ──job──▶ reader thread ──▶ answer
//! ```
//!
//! Writes are batched naturally: whatever queued while the last commit ran is the next commit, so that
//! `synchronous=FULL` costs one disk flush a batch and nobody waits for a timer.
//! Not here: policy (what is reused, who may see what, when something is interrupted).

mod access;
mod answers;
mod attempts;
mod audit;
mod calls;
mod checkpoint;
mod conversations;
mod events;
mod examine;
mod failure;
mod model_notes;
mod opening;
mod schema;
#[cfg(test)]
mod tests;
mod upkeep;
mod uploads;
mod usage;
mod worker;

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;

pub use answers::NewAnswer;
pub use attempts::{AttemptEnd, Begun, EndedAttempt, NewAttempt};
pub use audit::{AuditEntry, AuditRecord};
pub use calls::{CallEnd, CallNews, CallStart, RunningCall};
pub use conversations::{NewMessage, ThreadWrite};
pub use examine::{Examined, examine};
pub use model_notes::ModelNote;
pub use opening::Opening;
pub use upkeep::{Retention, Tidied};
pub use uploads::{UploadKey, UploadRecord};

use crate::error::Result;
use crate::json;
use access::Access;
use worker::{Mode, Worker};

/// The database of a state directory.
const FILE: &str = "exai.db";

/// The store of one state directory. Cheap to clone; the last clone closes it.
#[derive(Debug, Clone)]
pub struct Store {
    path: Arc<Path>,
    writer: Worker,
    reader: Worker,
    /// Last, so that it is held until both connections are closed.
    _access: Arc<Access>,
}

impl Store {
    /// Opens the store in `dir`, which must exist, and creates it if there is none.
    pub async fn open(dir: &Path) -> Result<Self> {
        Self::open_with(dir, Opening::default()).await
    }

    /// Opens the store in `dir` as `opening` says.
    pub async fn open_with(dir: &Path, opening: Opening) -> Result<Self> {
        let path: Arc<Path> = dir.join(FILE).into();
        let access = Arc::new(Access::new(dir)?);
        let (for_writing, for_reading) = (opening.clone(), opening);
        let (at, shared) = (Arc::clone(&path), Arc::clone(&access));
        let open = move || for_writing.open(&at, &shared);
        let writer = Worker::start("exai-store-write", Mode::Write, open).await?;
        let at = Arc::clone(&path);
        let reader = Worker::start_lazily("exai-store-read", Mode::Read, move || for_reading.connect(&at))?;
        Ok(Self { path, writer, reader, _access: access })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `job` in the next commit and returns once that commit is on disk.
    async fn write<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.writer.run(job).await
    }

    /// Runs `job` in the next commit and waits for nothing; `false` when the queue is full.
    fn write_later<F>(&self, job: F) -> bool
    where
        F: FnMut(&Connection) -> rusqlite::Result<()> + Send + 'static,
    {
        self.writer.run_later(job)
    }

    /// Runs a query.
    async fn read<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.reader.run(job).await
    }
}

/// Reads a JSON column; a row that can not be read is an error that names it, not a panic or a hole. The error says
/// where in the text, and shows nothing of it: it is somebody's question or answer, and errors are logged.
fn json_column<T: serde::de::DeserializeOwned>(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<T> {
    let text: String = row.get(index)?;
    serde_json::from_str(&text).map_err(|error| {
        let what = format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column());
        rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, what.into())
    })
}

/// JSON text for a column. Our own types always serialize; `null` stands in should one not.
fn to_json<T: serde::Serialize>(value: &T) -> String {
    json::text(value, 256).unwrap_or_else(|_| "null".to_owned())
}

impl Store {
    /// Bytes of the answers that are kept for reuse.
    pub async fn answer_bytes(&self) -> Result<u64> {
        let sql = "SELECT coalesce(sum(octet_length(body)), 0) FROM answers";
        self.read(move |connection| connection.query_row(sql, [], |row| row.get(0))).await
    }

    /// Whether the store takes writes now.
    pub async fn check_writable(&self) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO upkeep (task, at) VALUES ('health', 0)";
        self.write(move |connection| connection.execute(sql, []).map(drop)).await
    }
}
