//! A look at the store of a directory from outside: nothing is made, nothing is migrated, nothing is written.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::time::Instant;

use super::access::Access;
use super::schema::{self, MIGRATIONS};
use super::{FILE, failure};
use crate::error::Result;

/// SQLite asks so often, in steps of its machine, whether to go on.
const STEPS: i32 = 10_000;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// The database file.
    pub path: PathBuf,
    /// How large it is, with its log.
    pub bytes: u64,
    /// The version of its schema.
    pub schema: usize,
    /// The version that this program brings it to.
    pub own_schema: usize,
    /// What is damaged, one sentence each; none when nothing is, as far as it was looked at.
    pub damage: Vec<String>,
    /// Whether it was looked at as a whole.
    pub is_whole: bool,
}

/// Looks at the store in `dir`; `None` when there is none. Damage is looked for no longer than `patience`, and so long a
/// write of another process is waited for. An error says why it can not be read or written.
pub async fn examine(dir: &Path, patience: Duration) -> Result<Option<Examined>> {
    let path = dir.join(FILE);
    let (dir, at) = (dir.to_owned(), path.clone());
    let looked = tokio::task::spawn_blocking(move || look(&dir, path, patience)).await;
    looked.map_err(|error| failure::of_file(&at, &std::io::Error::other(error)))?
}

fn look(dir: &Path, path: PathBuf, patience: Duration) -> Result<Option<Examined>> {
    if !path.try_exists().map_err(|error| failure::of_file(&path, &error))? {
        return Ok(None);
    }
    // While the schema is changed the file is not looked at; while it is looked at its schema is not changed.
    let access = Access::new(dir)?;
    let is_shared = access.try_share()?;
    let failed = |error: rusqlite::Error| failure::of_sqlite(&path, &error);
    let mut connection = connect(&path, patience).map_err(failed)?;
    let schema = schema::version(&connection).map_err(failed)?;
    let (damage, is_whole) =
        if is_shared { check(&mut connection, patience).map_err(failed)? } else { (Vec::new(), false) };
    let log = path.with_file_name(format!("{FILE}-wal"));
    let size = |path: &Path| path.metadata().map_or(0, |found| found.len());
    let bytes = size(&path) + size(&log);
    Ok(Some(Examined { bytes, schema, own_schema: MIGRATIONS.len(), damage, is_whole, path }))
}

/// Connects, and takes the right to write once, which it gives back at once.
fn connect(path: &Path, patience: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(patience)?;
    connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK;")?;
    Ok(connection)
}

/// The damage, and whether all was looked at.
fn check(connection: &mut Connection, patience: Duration) -> rusqlite::Result<(Vec<String>, bool)> {
    let until = Instant::now() + patience;
    connection.progress_handler(STEPS, Some(move || Instant::now() > until))?;
    let mut statement = connection.prepare("PRAGMA quick_check(3)")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>();
    match rows {
        Ok(rows) => Ok((rows.into_iter().filter(|row| row != "ok").collect(), true)),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) => {
            Ok((Vec::new(), false))
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn a_look_makes_no_store_and_says_what_there_is() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(examine(dir.path(), PATIENCE).await.unwrap(), None);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing was made");
        let store = Store::open(dir.path()).await.unwrap();
        let examined = examine(dir.path(), PATIENCE).await.unwrap().unwrap();
        assert_eq!((examined.schema, examined.is_whole), (examined.own_schema, true));
        assert!(examined.damage.is_empty() && examined.bytes > 0, "{examined:?}");
        assert_eq!(examined.path, store.path());
    }

    #[tokio::test]
    async fn a_damaged_store_is_found_out() {
        let dir = tempfile::tempdir().unwrap();
        drop(Store::open(dir.path()).await.unwrap());
        let path = dir.path().join(FILE);
        Connection::open(&path).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        // From the second page on.
        bytes[4096..].fill(0x5a);
        std::fs::write(&path, bytes).unwrap();
        let found = examine(dir.path(), PATIENCE).await;
        let is_told = match &found {
            Ok(examined) => examined.as_ref().is_some_and(|examined| !examined.damage.is_empty()),
            Err(error) => error.message.contains("damaged"),
        };
        assert!(is_told, "{found:?}");
    }
}
