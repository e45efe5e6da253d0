//! The daemon's log: lines in files, one a day, and the same lines to whoever listens.
//!
//! ```text
//! tracing event ─▶ layer: level, fields of the spans around it ─▶ LogLine ─┬▶ queue ─▶ thread ─▶ logs/exai.log.DATE
//!                                                                          └▶ listeners, if there are any
//! ```
//!
//! What is switched off costs one comparison. A full queue drops lines and counts them: no call waits for its log.
//! No line has contents in it (prompts, texts, arguments, keys): who logs sees to that, `tests/e2e/secrets.rs` and
//! `backend` test it. Other crates are heard from `warn` on only, because what they say below that may be headers.
//! Not here: what is worth a line.

mod fields;
mod file;
mod layer;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::broadcast;
use tracing::{Dispatch, callsite, dispatcher};
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::layer::SubscriberExt;

use crate::config::{Level, LogKeys};
use crate::error::{Error, Result};
pub use crate::protocol::{LogLevel, LogLine};
use file::DailyFile;
use layer::LogLayer;

/// The directory of the files in the state directory.
const DIRECTORY: &str = "logs";
/// Lines that may wait for the disk; one more is dropped.
const QUEUE: usize = 8192;
/// Lines that wait for a slow listener; what is older is dropped, and the listener is told how many.
const BACKLOG: usize = 1024;

/// Holds the log open. Dropping it writes what is queued, for which it waits a second at the most.
#[derive(Debug)]
pub struct LogGuard {
    log: Arc<Log>,
    dropped: ErrorCounter,
    lost: Arc<AtomicU64>,
    _worker: WorkerGuard,
}

/// What the layer and the guard share.
#[derive(Debug)]
struct Log {
    level: layer::Threshold,
    directory: PathBuf,
    live: broadcast::Sender<LogLine>,
}

/// Opens the log in the directory `logs` of `state_dir`, for the whole process.
pub fn start(state_dir: &Path, keys: &LogKeys) -> Result<LogGuard> {
    let (dispatch, guard) = prepare(state_dir, keys)?;
    dispatcher::set_global_default(dispatch).map_err(|_| Error::internal("the log is open already"))?;
    Ok(guard)
}

/// Opens a log for whoever sets `Dispatch` as its default, such as a test.
pub fn prepare(state_dir: &Path, keys: &LogKeys) -> Result<(Dispatch, LogGuard)> {
    let directory = state_dir.join(DIRECTORY);
    let lost = Arc::<AtomicU64>::default();
    let mut file = DailyFile::new(&directory, keys.files, Arc::clone(&lost))?;
    if keys.level != Level::Off {
        file.open()?;
    }
    let (writer, worker) =
        NonBlockingBuilder::default().buffered_lines_limit(QUEUE).thread_name("exai-log").finish(file);
    let dropped = writer.error_counter();
    let log =
        Arc::new(Log { level: layer::Threshold::new(keys.level), directory, live: broadcast::Sender::new(BACKLOG) });
    let layer = LogLayer::new(Arc::clone(&log), keys.format, writer);
    let dispatch = Dispatch::new(tracing_subscriber::registry().with(layer));
    Ok((dispatch, LogGuard { log, dropped, lost, _worker: worker }))
}

/// Hears every line from now on; nothing at all when no log is open.
pub fn listen() -> broadcast::Receiver<LogLine> {
    current(|log| log.live.subscribe()).unwrap_or_else(|| broadcast::Sender::new(1).subscribe())
}

/// Where the files are, when a log is open.
pub fn directory() -> Option<PathBuf> {
    current(|log| log.directory.clone())
}

/// Tells more or less from now on, when a log is open.
pub fn set_level(level: Level) {
    let _ = current(|log| log.set_level(level));
}

/// The log that a line of this thread would go to.
fn current<T>(ask: impl FnOnce(&Log) -> T) -> Option<T> {
    dispatcher::get_default(|dispatch| dispatch.downcast_ref::<LogLayer>().map(LogLayer::log).cloned())
        .map(|log| ask(&log))
}

impl LogGuard {
    /// Tells more or less from now on.
    pub fn set_level(&self, level: Level) {
        self.log.set_level(level);
    }

    /// Hears every line from now on.
    pub fn listen(&self) -> broadcast::Receiver<LogLine> {
        self.log.live.subscribe()
    }

    /// Where the files are.
    pub fn directory(&self) -> &Path {
        &self.log.directory
    }

    /// Lines that are in no file: the queue was full, or the disk.
    pub fn dropped(&self) -> u64 {
        let dropped = u64::try_from(self.dropped.dropped_lines()).unwrap_or(u64::MAX);
        dropped.saturating_add(self.lost.load(Ordering::Relaxed))
    }
}

impl Log {
    fn set_level(&self, level: Level) {
        self.level.set(level);
        // Each place that logs remembers whether it may; now they all ask again.
        callsite::rebuild_interest_cache();
    }
}
