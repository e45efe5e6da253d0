//! Answers the daemon's questions about the caller's files, beside the connection, so that other frames flow on.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::error::{Error, ErrorCode, Result};
use crate::evidence::git::GitQuestion;
use crate::evidence::local::MAX_FILE_BYTES;
use crate::evidence::{ReadResult, Workspace};
use crate::protocol::wire::{Question, WireError, WorkspaceAnswer, WorkspaceAsk};

/// Questions that are answered at once; file work is bounded by the disk.
const AT_ONCE: usize = 4;
/// Questions that may wait for that.
const WAITING: usize = 64;
/// Bytes of files in one answer, about; the daemon asks again for the rest.
const ANSWER: usize = 8 * 1024 * 1024;
/// Files that are read at once: no more are in memory beyond what the answer holds.
const BATCH: usize = 8;
/// How long files may take, such as those of a network that is away.
const PATIENCE: Duration = Duration::from_mins(1);
/// What a frame has besides its results.
const AROUND: usize = 1024;

/// Answers for one connection; dropping it ends what is under way.
#[derive(Debug)]
pub(super) struct Answers {
    tasks: TaskTracker,
    work: Arc<Semaphore>,
    places: Arc<Semaphore>,
    frames: mpsc::Sender<String>,
    /// The largest message that the daemon takes.
    most: usize,
    over: CancellationToken,
}

impl Answers {
    /// Answers go to the receiver, as frames.
    pub(super) fn new(tasks: TaskTracker, max_bytes: u64) -> (Self, mpsc::Receiver<String>) {
        let (frames, answered) = mpsc::channel(AT_ONCE);
        let (work, places) = (Arc::new(Semaphore::new(AT_ONCE)), Arc::new(Semaphore::new(WAITING)));
        let most = usize::try_from(max_bytes).unwrap_or(usize::MAX).saturating_sub(AROUND);
        (Self { tasks, work, places, frames, most, over: CancellationToken::new() }, answered)
    }

    /// Answers `ask` from `workspace`. The error is a frame that refuses.
    pub(super) fn answer(&self, ask: WorkspaceAsk, workspace: Arc<dyn Workspace>) -> Result<(), String> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            let error = Error::new(ErrorCode::OverCapacity, "too many questions about files at once")
                .retry_after(Duration::from_secs(1));
            return Err(refusal(ask.id, &error));
        };
        let (work, frames, over, most) = (Arc::clone(&self.work), self.frames.clone(), self.over.clone(), self.most);
        let answering = async move {
            let _place = place;
            let Ok(_turn) = work.acquire().await else { return };
            let id = ask.id;
            let found = tokio::time::timeout(PATIENCE, results(&ask, &*workspace, most)).await;
            let found = found.unwrap_or_else(|_| Err(Error::timeout("looking at files", PATIENCE)));
            let frame = found.and_then(|results| written(id, &results)).unwrap_or_else(|error| refusal(id, &error));
            // The connection may have ended: the daemon asks again over the next one.
            drop(frames.send(frame).await);
        };
        self.tasks.spawn(async move {
            tokio::select! {
                () = over.cancelled() => {}
                () = answering => {}
            }
        });
        Ok(())
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        self.over.cancel();
    }
}

/// The answer that there is none.
pub(super) fn refusal(id: u64, error: &Error) -> String {
    let error = Some(WireError::from(error));
    let answer = WorkspaceAnswer { op: OP.into(), id, ok: false, results: None, error };
    serde_json::to_string(&answer).unwrap_or_else(|_| format!(r#"{{"op":"{OP}","id":{id},"ok":false}}"#))
}

const OP: &str = "workspace_res";

fn written(id: u64, results: &RawValue) -> Result<String> {
    let answer = WorkspaceAnswer { op: Cow::Borrowed(OP), id, ok: true, results: Some(results), error: None };
    serde_json::to_string(&answer).map_err(|error| unwritable(&error))
}

fn unwritable(error: &serde_json::Error) -> Error {
    Error::internal(format!("an answer about files can not be written: {error}"))
}

async fn results(ask: &WorkspaceAsk, workspace: &dyn Workspace, most: usize) -> Result<Box<RawValue>> {
    match ask.question {
        Question::Stat => all(&workspace.stat(&ask.paths).await?, most),
        Question::List => all(&workspace.list(&ask.paths).await?, most),
        Question::Read => read(ask, workspace, most).await,
        Question::Git => git(ask, workspace, most).await,
        Question::Bytes => bytes(ask, workspace, most).await,
    }
}

fn all<T: Serialize>(entries: &[T], most: usize) -> Result<Box<RawValue>> {
    let results = serde_json::value::to_raw_value(entries).map_err(|error| unwritable(&error))?;
    if results.get().len() > most {
        let message = format!("what there is at {} paths does not fit into one message", entries.len());
        return Err(Error::invalid(message).hint("name fewer files and directories"));
    }
    Ok(results)
}

/// What changed in a repository. What is too much for one answer is left out of it, the largest changes first.
async fn git(ask: &WorkspaceAsk, workspace: &dyn Workspace, most: usize) -> Result<Box<RawValue>> {
    let question = GitQuestion::deserialize(ask.git.as_ref().unwrap_or(&Value::Null))
        .map_err(|error| Error::invalid(format!("a question about git that is not on the list: {error}")))?;
    let mut changes = workspace.git(&question).await?;
    changes.fit(most.saturating_sub(AROUND));
    all(&[changes], most)
}

/// One piece of one file; four bytes of Base64 stand for three.
async fn bytes(ask: &WorkspaceAsk, workspace: &dyn Workspace, most: usize) -> Result<Box<RawValue>> {
    let [path] = ask.paths.as_slice() else {
        return Err(Error::invalid(format!("bytes are asked of one file, not of {}", ask.paths.len())));
    };
    let room = (ANSWER.min(most) / 4 * 3).saturating_sub(AROUND) as u64;
    let wanted = ask.max_bytes.unwrap_or(room).min(room);
    all(&[workspace.bytes(path, ask.offset.unwrap_or_default(), wanted).await?], most)
}

/// Reads as many of the files as fit into one answer, at least one.
async fn read(ask: &WorkspaceAsk, workspace: &dyn Workspace, most: usize) -> Result<Box<RawValue>> {
    let wanted = ask.max_bytes.unwrap_or(MAX_FILE_BYTES);
    let room = ANSWER.min(most);
    let mut text = String::from("[");
    'full: for paths in ask.paths.chunks(BATCH) {
        for found in workspace.read(paths, wanted).await? {
            let mut entry = serde_json::to_string(&found).map_err(|error| unwritable(&error))?;
            if entry.len() + 2 > most {
                let reason = format!("larger than a message to the daemon may be ({most} bytes)");
                entry = serde_json::to_string(&ReadResult::Skipped { reason }).map_err(|error| unwritable(&error))?;
            }
            if text.len() > 1 {
                if text.len() + entry.len() + 2 > room {
                    break 'full;
                }
                text.push(',');
            }
            text.push_str(&entry);
        }
    }
    text.push(']');
    RawValue::from_string(text).map_err(|error| unwritable(&error))
}
