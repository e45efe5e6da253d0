//! Copies the write-ahead log into the database while calls go on. A commit that did it by itself would let all wait for
//! as long as the disk takes for some thousand pages.
//!
//! ```text
//! commit ─▶ log has EARLY pages ─▶ a thread copies what is there ─▶ the next commit copies the few that came since,
//!                                                                   and the log begins anew
//! ```

use std::ffi::c_int;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, DEFAULT_NAME};

use super::Opening;

/// Pages in the log from which on they are copied beside.
const EARLY: c_int = 1_000;
/// Pages in the log from which on a commit copies them whatever goes on beside: the thread can not follow, or there is none.
const LATE: c_int = 8_000;

/// Lets `connection`, which writes the database at `path`, have its log copied.
pub(super) fn arrange(connection: &mut Connection, opening: Opening, path: PathBuf) -> rusqlite::Result<()> {
    let mut copying = Copying { opening, path, thread: None, is_copied: Arc::default() };
    connection.wal_hook(Some(move |log: &mut Wal, pages| {
        copying.committed(log, pages);
        Ok(())
    }))
}

/// What goes on beside the commits.
struct Copying {
    opening: Opening,
    path: PathBuf,
    thread: Option<JoinHandle<()>>,
    /// The thread has come to its end, and what is left is little.
    is_copied: Arc<AtomicBool>,
}

impl Copying {
    /// Called after each commit, which nothing of this may fail: what can not be copied now is copied later.
    fn committed(&mut self, log: &mut Wal, pages: c_int) {
        let is_copied = self.is_copied.swap(false, Ordering::AcqRel);
        if is_copied || pages >= LATE {
            self.join();
            if let Err(error) = log.checkpoint_v2(CheckpointMode::PASSIVE) {
                tracing::warn!(%error, pages, "the log of the store could not be copied");
            }
        } else if pages >= EARLY && self.thread.is_none() {
            self.begin();
        }
    }

    fn begin(&mut self) {
        let (opening, path, is_copied) = (self.opening.clone(), self.path.clone(), Arc::clone(&self.is_copied));
        let copy = move || {
            let copied = opening.connect(&path).and_then(|connection| {
                let copied = connection.wal_checkpoint_v2(DEFAULT_NAME, CheckpointMode::PASSIVE);
                copied.map_err(|error| super::failure::of_sqlite(&path, &error))
            });
            if let Err(error) = copied {
                tracing::warn!(%error, "the log of the store could not be copied");
            }
            is_copied.store(true, Ordering::Release);
        };
        self.thread = std::thread::Builder::new().name("exai-store-copy".to_owned()).spawn(copy).ok();
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic there leaves the log as it is.
            drop(thread.join());
        }
    }
}

impl Drop for Copying {
    fn drop(&mut self) {
        self.join();
    }
}

#[cfg(test)]
mod tests {
    use crate::store::Store;

    #[tokio::test]
    async fn the_log_stays_small_however_much_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let log = dir.path().join("exai.db-wal");
        let mut largest = 0;
        for number in 0..600 {
            let key = format!("{number}");
            store
                .write(move |connection| {
                    let sql = "INSERT INTO answers VALUES (?1, '', '', '', 0, 9, json_quote(?2))";
                    connection.execute(sql, [&key, &"a".repeat(100_000)]).map(drop)
                })
                .await
                .unwrap();
            largest = largest.max(std::fs::metadata(&log).unwrap().len());
        }
        let written = std::fs::metadata(dir.path().join("exai.db")).unwrap().len();
        assert!(written > 50_000_000, "the database has what was written: {written} bytes");
        assert!(largest < 40_000_000, "{largest} bytes, of 60 MB that were written");
        drop(store);
        assert!(!log.exists(), "all of it is in the database");
    }
}
