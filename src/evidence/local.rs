//! The workspace of this machine: the file system under the allowed roots.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use ignore::gitignore::Gitignore;
use tokio::task::spawn_blocking;

use super::expand::{Expansion, Limits, expand};
use super::git::{self, Changes, GitQuestion};
use super::paths::{Place, Rules, not_regular, unreadable};
use super::workspace::{Found, Listing, Piece, ReadResult, Stat, Workspace};
use super::{ignored, read};
use crate::config::Environment;
use crate::error::{Error, ErrorCode, Result};

/// The largest file that is read.
pub const MAX_FILE_BYTES: u64 = 1_000_000;
/// The most that one answer to [`Workspace::read`] holds.
pub const MAX_READ_BYTES: u64 = 64 * 1024 * 1024;

/// The file system of this machine, as far as one caller may see it.
///
/// Cheap to clone; all file work runs on the blocking pool.
#[derive(Debug, Clone)]
pub struct LocalWorkspace {
    rules: Arc<Rules>,
    globs: Arc<Gitignore>,
    root: Arc<str>,
    /// Where programs are; none means as this process has it.
    environment: Option<Arc<Environment>>,
    /// The index that is looked at in place of the repository's own.
    index: Option<Arc<Path>>,
}

impl LocalWorkspace {
    /// A workspace of `roots`, in which relative paths are resolved against `base`.
    ///
    /// `home`, like `/` and the directories of the system, can not be a root itself; `ignore` holds patterns as in
    /// `.gitignore` that are left out when a directory is expanded. Touches the file system briefly.
    pub fn new(roots: &[PathBuf], base: &Path, home: Option<&Path>, ignore: &[String]) -> Result<Self> {
        let rules = Rules::new(roots, base, home)?;
        let globs = ignored::globs(rules.root(), ignore)?;
        let root = rules.root().to_string_lossy().into();
        Ok(Self { rules: Arc::new(rules), globs: Arc::new(globs), root, environment: None, index: None })
    }

    /// Allows a path that the caller typed: a file, or a directory with all below it.
    pub fn allow(&mut self, path: &str) -> Result<()> {
        Arc::make_mut(&mut self.rules).allow(path)
    }

    /// Looks for programs, which is git, as `environment` says, and not as this process was started with.
    #[must_use]
    pub fn with_environment(mut self, environment: Environment) -> Self {
        self.environment = Some(Arc::new(environment));
        self
    }

    /// Takes `index` for the one that is about to be committed, as git has its hooks do; it must lie in the git directory of
    /// the repository that is asked.
    #[must_use]
    pub fn with_index(mut self, index: Option<&Path>) -> Self {
        self.index = index.map(Arc::from);
        self
    }

    fn stat_one(&self, path: &str) -> Stat {
        let resolved = match self.rules.resolve(path) {
            Place::Found(resolved) => resolved,
            Place::Missing => return Stat::Missing,
            Place::Refused(error) => return Stat::Refused { error },
        };
        let Some(location) = resolved.to_str() else {
            let message = format!("path {path:?} leads to a name that is not UTF-8");
            return Stat::Refused { error: Error::new(ErrorCode::ValidationError, message) };
        };
        let (shown, location) = (self.rules.show(&resolved), location.to_owned());
        match std::fs::metadata(&resolved) {
            Ok(metadata) if metadata.is_file() => Stat::File(Found { path: shown, location, bytes: metadata.len() }),
            Ok(metadata) if metadata.is_dir() => Stat::Directory { path: shown, location },
            Ok(_) => Stat::Refused { error: not_regular(path) },
            Err(error) => Stat::Refused { error: unreadable(path, &error) },
        }
    }

    fn list_one(&self, path: &str) -> Listing {
        match self.stat_one(path) {
            Stat::File(found) => Listing::File(found),
            Stat::Directory { path, location } => {
                let found = expand(Path::new(&location), &self.rules, &self.globs, Limits::default());
                let Expansion { files, skipped } = found;
                Listing::Directory { path, files, skipped }
            }
            Stat::Missing => Listing::Missing,
            Stat::Refused { error } => Listing::Refused { error },
        }
    }
}

#[async_trait]
impl Workspace for LocalWorkspace {
    fn root(&self) -> &str {
        &self.root
    }

    async fn stat(&self, paths: &[String]) -> Result<Vec<Stat>> {
        let (workspace, paths) = (self.clone(), paths.to_vec());
        blocking(move || paths.iter().map(|path| workspace.stat_one(path)).collect()).await
    }

    async fn list(&self, paths: &[String]) -> Result<Vec<Listing>> {
        let (workspace, paths) = (self.clone(), paths.to_vec());
        blocking(move || paths.iter().map(|path| workspace.list_one(path)).collect()).await
    }

    async fn bytes(&self, path: &str, offset: u64, most: u64) -> Result<Piece> {
        let (rules, path) = (Arc::clone(&self.rules), path.to_owned());
        blocking(move || {
            let resolved = match rules.resolve(&path) {
                Place::Found(resolved) => resolved,
                Place::Missing => return Piece::Missing,
                Place::Refused(error) => return Piece::Refused { error },
            };
            match read::piece(&resolved, offset, most) {
                Ok(Some((data, size))) => Piece::Bytes { data, size },
                Ok(None) => Piece::Refused { error: not_regular(&path) },
                Err(error) => Piece::Refused { error: unreadable(&path, &error) },
            }
        })
        .await
    }

    async fn read(&self, paths: &[String], max_bytes_each: u64) -> Result<Vec<ReadResult>> {
        let (rules, paths) = (Arc::clone(&self.rules), paths.to_vec());
        blocking(move || {
            let mut reader = Reader::new(&rules, max_bytes_each.min(MAX_FILE_BYTES));
            paths.iter().map(|path| reader.read(path)).collect()
        })
        .await
    }

    async fn git(&self, question: &GitQuestion) -> Result<Changes> {
        let environment = self.environment.as_deref().map_or_else(Environment::of_process, Clone::clone);
        git::ask(&self.rules, environment, self.index.as_deref(), question).await
    }
}

/// Runs file work off the runtime.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    spawn_blocking(work).await.map_err(|error| Error::internal(format!("file work was cut off: {error}")))
}

/// Reads the files of one batch.
struct Reader<'a> {
    rules: &'a Rules,
    limit: u64,
    left: u64,
}

impl<'a> Reader<'a> {
    fn new(rules: &'a Rules, limit: u64) -> Self {
        Self { rules, limit, left: MAX_READ_BYTES }
    }

    fn read(&mut self, path: &str) -> ReadResult {
        let resolved = match self.rules.resolve(path) {
            Place::Found(resolved) => resolved,
            Place::Missing => return ReadResult::Missing,
            Place::Refused(error) => return ReadResult::Refused { error },
        };
        match read::whole(&resolved, self.limit) {
            Ok(read::Content::Whole(bytes)) => self.text(path, bytes),
            Ok(read::Content::TooLarge) => {
                ReadResult::Skipped { reason: format!("larger than {} bytes", grouped(self.limit)) }
            }
            Ok(read::Content::Binary) => ReadResult::Skipped { reason: "binary file".to_owned() },
            Ok(read::Content::NotRegular) => ReadResult::Refused { error: not_regular(path) },
            Err(error) => ReadResult::Refused { error: unreadable(path, &error) },
        }
    }

    fn text(&mut self, path: &str, bytes: Vec<u8>) -> ReadResult {
        let length = bytes.len() as u64;
        let Some(left) = self.left.checked_sub(length) else {
            let message = format!("path {path:?} is beyond the {MAX_READ_BYTES} bytes that are read at once");
            return ReadResult::Refused { error: Error::invalid(message).hint("ask for fewer files at once") };
        };
        self.left = left;
        let text =
            String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        ReadResult::Text { text, bytes: length }
    }
}

/// A number with commas between its thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
