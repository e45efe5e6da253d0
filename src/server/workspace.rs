//! The files of a call: its caller's, asked for over the caller's connection; for clients that can not be asked, those
//! under the daemon's own configured roots, of which there are none by default.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::connection::Link;
use super::daemon::Daemon;
use super::frame;
use super::session::Session;
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::git::{Changes, GitQuestion};
use crate::evidence::{Listing, LocalWorkspace, MAX_READ_BYTES, Piece, ReadResult, Stat, Workspace};
use crate::protocol::CallId;
use crate::protocol::wire::{Question, WorkspaceAnswer, WorkspaceAsk};

/// A byte that is no UTF-8 becomes so many.
const REPLACED: u64 = 3;
/// How long a caller whose files are needed may be away.
const AWAY: Duration = Duration::from_secs(10);

/// The files that a call of this connection may read.
pub(super) fn workspace_of(
    session: &Arc<Session>,
    link: &Arc<Link>,
    daemon: &Arc<Daemon>,
    call_id: &CallId,
    roots: Vec<String>,
) -> Arc<dyn Workspace> {
    if link.workspace {
        let root = roots.into_iter().next().unwrap_or_default();
        return Arc::new(CallersFiles { session: Arc::clone(session), call_id: call_id.clone(), root });
    }
    own_files(daemon.config().daemon.roots.clone(), roots)
}

/// The files that the daemon may read by itself, under `allowed` directories; `wanted` narrows them.
pub(super) fn own_files(allowed: Vec<String>, wanted: Vec<String>) -> Arc<dyn Workspace> {
    let root = wanted.first().or_else(|| allowed.first()).cloned().unwrap_or_default();
    Arc::new(OwnFiles { allowed, wanted, root, files: OnceCell::new() })
}

/// The caller's files.
#[derive(Debug)]
struct CallersFiles {
    session: Arc<Session>,
    call_id: CallId,
    root: String,
}

impl CallersFiles {
    /// Asks one question. A connection that breaks meanwhile is waited for, and the question asked again: reading twice
    /// does no harm.
    async fn ask<T: DeserializeOwned>(
        &self,
        what: Question,
        paths: &[String],
        max_bytes: Option<u64>,
        offset: Option<u64>,
    ) -> Result<Vec<T>> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let asked = Asked { what, paths, offset, max_bytes, git: None };
        understand(&self.hear(&asked).await?, paths.len(), what)
    }

    /// Asks until there is an answer.
    async fn hear(&self, asked: &Asked<'_>) -> Result<String> {
        loop {
            let link = self.session.workspace_link(AWAY).await.ok_or_else(|| self.away())?;
            let (id, answered) = link.question();
            let question = Withdrawn { link: &link, id };
            link.outbox.push(frame::tell("workspace", None, &asked.named(id, &self.call_id)));
            let answer = tokio::select! {
                answer = answered => answer.ok(),
                () = link.end.cancelled() => None,
            };
            drop(question);
            if let Some(answer) = answer {
                return Ok(answer);
            }
        }
    }

    fn away(&self) -> Error {
        let message = format!(
            "call {} needs its caller's files, and the caller has not come back within {} s",
            self.call_id,
            AWAY.as_secs()
        );
        Error::new(ErrorCode::Interrupted, message).hint("ask again")
    }
}

/// What is asked, before it has a name.
struct Asked<'a> {
    what: Question,
    paths: &'a [String],
    offset: Option<u64>,
    max_bytes: Option<u64>,
    git: Option<Value>,
}

impl Asked<'_> {
    fn named(&self, id: u64, call_id: &CallId) -> WorkspaceAsk {
        WorkspaceAsk {
            id,
            call_id: call_id.clone(),
            question: self.what,
            paths: self.paths.to_vec(),
            offset: self.offset,
            max_bytes: self.max_bytes,
            git: self.git.clone(),
        }
    }
}

/// A question that is over, answered or not.
struct Withdrawn<'a> {
    link: &'a Link,
    id: u64,
}

impl Drop for Withdrawn<'_> {
    fn drop(&mut self) {
        self.link.withdraw(self.id);
    }
}

/// Reads an answer. Only of a `read` there may be less than was asked for, and at least something.
fn understand<T: DeserializeOwned>(text: &str, asked: usize, what: Question) -> Result<Vec<T>> {
    let bad = |why: String| Error::new(ErrorCode::ProtocolError, format!("the caller's answer about its files: {why}"));
    let answer: WorkspaceAnswer<'_> = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
    if !answer.ok {
        return Err(answer.error.map_or_else(|| bad("no reason why not".to_owned()), Into::into));
    }
    let raw = answer.results.map_or("[]", |raw| raw.get());
    let results: Vec<T> = serde_json::from_str(raw).map_err(|error| bad(error.to_string()))?;
    let is_whole = results.len() == asked;
    let is_part = what == Question::Read && !results.is_empty() && results.len() < asked;
    if is_whole || is_part {
        return Ok(results);
    }
    Err(bad(format!("{} results for {asked} paths", results.len())))
}

#[async_trait]
impl Workspace for CallersFiles {
    fn root(&self) -> &str {
        &self.root
    }

    async fn stat(&self, paths: &[String]) -> Result<Vec<Stat>> {
        self.ask(Question::Stat, paths, None, None).await
    }

    async fn list(&self, paths: &[String]) -> Result<Vec<Listing>> {
        self.ask(Question::List, paths, None, None).await
    }

    async fn bytes(&self, path: &str, offset: u64, most: u64) -> Result<Piece> {
        let paths = [path.to_owned()];
        let mut pieces = self.ask::<Piece>(Question::Bytes, &paths, Some(most), Some(offset)).await?;
        match pieces.pop() {
            // A caller can send what it likes.
            Some(Piece::Bytes { data, .. }) if data.len() as u64 > most => {
                let error = Error::invalid(format!("{} bytes of {path:?} are more than was asked for", data.len()));
                Ok(Piece::Refused { error })
            }
            piece => Ok(piece.unwrap_or(Piece::Missing)),
        }
    }

    async fn read(&self, paths: &[String], max_bytes_each: u64) -> Result<Vec<ReadResult>> {
        let (mut results, mut left) = (Vec::with_capacity(paths.len()), MAX_READ_BYTES * REPLACED);
        while results.len() < paths.len() {
            let rest = &paths[results.len()..];
            for mut result in self.ask::<ReadResult>(Question::Read, rest, Some(max_bytes_each), None).await? {
                bound(&mut result, max_bytes_each, &mut left);
                results.push(result);
            }
        }
        Ok(results)
    }

    async fn git(&self, question: &GitQuestion) -> Result<Changes> {
        let git = serde_json::to_value(question)
            .map_err(|error| Error::internal(format!("a question about git can not be written: {error}")))?;
        let asked = Asked { what: Question::Git, paths: &[], offset: None, max_bytes: None, git: Some(git) };
        let answers: Vec<Changes> = understand(&self.hear(&asked).await?, 1, Question::Git)?;
        answers.into_iter().next().ok_or_else(|| Error::internal("an answer about git was lost"))
    }
}

/// Throws away what is larger than was asked for, or more than one answer may hold: a caller can send what it likes.
fn bound(result: &mut ReadResult, max_bytes_each: u64, left: &mut u64) {
    let ReadResult::Text { text, .. } = result else { return };
    let length = text.len() as u64;
    if length > max_bytes_each.saturating_mul(REPLACED) || length > *left {
        *result = ReadResult::Skipped { reason: format!("{length} bytes are more than was asked for") };
    } else {
        *left -= length;
    }
}

/// The daemon's own files, under its configured roots.
#[derive(Debug)]
struct OwnFiles {
    allowed: Vec<String>,
    /// What the client said it works in; it can narrow, not widen.
    wanted: Vec<String>,
    root: String,
    files: OnceCell<LocalWorkspace>,
}

impl OwnFiles {
    async fn files(&self) -> Result<&LocalWorkspace> {
        let open = || async {
            if self.allowed.is_empty() {
                return Err(Error::new(ErrorCode::ValidationError, "this daemon may read no files by itself").hint(
                    "use a client that answers for its own files (`exai call` does), or set daemon.roots (EXAI_ROOTS)",
                ));
            }
            let (allowed, wanted) = (self.allowed.clone(), self.wanted.clone());
            let opened = tokio::task::spawn_blocking(move || open(&allowed, &wanted)).await;
            opened.map_err(|error| Error::internal(format!("file work was cut off: {error}")))?
        };
        self.files.get_or_try_init(open).await
    }
}

/// The wanted directories that are under allowed ones; all allowed ones when nothing is wanted.
fn open(allowed: &[String], wanted: &[String]) -> Result<LocalWorkspace> {
    let real = |path: &String| std::fs::canonicalize(path).ok();
    let allowed: Vec<PathBuf> = allowed.iter().filter_map(real).collect();
    let narrowed: Vec<PathBuf> =
        wanted.iter().filter_map(real).filter(|path| allowed.iter().any(|root| path.starts_with(root))).collect();
    let roots = if wanted.is_empty() { allowed } else { narrowed };
    let base = roots.first().cloned().unwrap_or_else(|| Path::new("/").to_owned());
    LocalWorkspace::new(&roots, &base, None, &[])
}

#[async_trait]
impl Workspace for OwnFiles {
    fn root(&self) -> &str {
        &self.root
    }

    async fn stat(&self, paths: &[String]) -> Result<Vec<Stat>> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        self.files().await?.stat(paths).await
    }

    async fn list(&self, paths: &[String]) -> Result<Vec<Listing>> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        self.files().await?.list(paths).await
    }

    async fn bytes(&self, path: &str, offset: u64, most: u64) -> Result<Piece> {
        self.files().await?.bytes(path, offset, most).await
    }

    async fn read(&self, paths: &[String], max_bytes_each: u64) -> Result<Vec<ReadResult>> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        self.files().await?.read(paths, max_bytes_each).await
    }
    async fn git(&self, question: &GitQuestion) -> Result<Changes> {
        self.files().await?.git(question).await
    }
}

#[cfg(test)]
mod tests;
