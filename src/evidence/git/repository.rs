//! Which repository a path belongs to, and whether it may be asked.
//!
//! The only commands that see a repository's own configuration are here. They look things up and start nothing.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::program::{Ask, Program, Said, failed, words};
use super::{enclosure, revision};
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::collect::no_such_file;
use crate::evidence::local::blocking;
use crate::evidence::paths::{Place, Rules, cause};
use crate::evidence::read::{self, Content};

/// The longest answer to a look-up.
const MAX_ANSWER_BYTES: u64 = 262_144;
/// Settings that say how content is stored, not what is run; the user's own count too.
const SETTINGS: &str =
    r"^core\.(autocrlf|eol|excludesfile|filemode|ignorecase|precomposeunicode|safecrlf|sparsecheckout|symlinks)$";

/// A repository that may be asked.
#[derive(Debug)]
pub(super) struct Repository {
    /// The top of its files; none when it is bare.
    pub(super) top: Option<PathBuf>,
    /// What belongs to this work tree: its index.
    pub(super) git_dir: PathBuf,
    /// The index that is looked at: its own, or the one that a hook was told of.
    pub(super) index: PathBuf,
    /// What all work trees share: its objects.
    pub(super) common_dir: PathBuf,
    /// How its objects are named: `sha1` or `sha256`.
    pub(super) object_format: String,
    directory: PathBuf,
}

impl Repository {
    /// Finds the repository around `path`. An `index` that is named must be one of its own.
    pub(super) async fn find(program: &Program, rules: &Arc<Rules>, index: Option<&Path>, path: &str) -> Result<Self> {
        let (own, named) = (Arc::clone(rules), path.to_owned());
        let directory = blocking(move || directory(&own, &named)).await??;
        let asked = ["--absolute-git-dir", "--show-object-format", "--is-bare-repository", "--is-inside-work-tree"];
        let said = look_up(program, &directory, std::iter::once("rev-parse").chain(asked)).await?;
        if said.status.is_none_or(|status| !status.success()) {
            return Err(no_repository(path, &said.complaint));
        }
        let answer = lines_from_the_end(&said.bytes, asked.len());
        let [git_dir, format, is_bare, is_inside] = answer.as_slice() else { return Err(failed("an odd answer")) };
        let top = if *is_bare == b"true" {
            None
        } else if *is_inside == b"true" {
            Some(one_path(program, &directory, "--show-toplevel").await?)
        } else {
            let message = format!("path {path:?} lies inside of a git directory, not beside it");
            return Err(Error::validation("path", path, "a directory of a work tree", message)
                .hint("name the directory that holds the files of the repository"));
        };
        let (git_dir, object_format) = (path_of(git_dir), String::from_utf8_lossy(format).into_owned());
        // Relative to where git was asked, if it is not absolute.
        let common_dir = directory.join(one_path(program, &directory, "--git-common-dir").await?);
        let (rules, path, index) = (Arc::clone(rules), path.to_owned(), index.map(Path::to_owned));
        let admit = move || {
            let top = top.map(|top| canonical(&top)).transpose()?;
            let (git_dir, common_dir) = (canonical(&git_dir)?, canonical(&common_dir)?);
            let index = match index {
                Some(named) => own_index(&named, &git_dir)?,
                None => git_dir.join("index"),
            };
            let repository = Self { top, git_dir, index, common_dir, object_format, directory };
            repository.check(&rules, &path).map(|()| repository)
        };
        blocking(admit).await?
    }

    /// Whether the history is cut off.
    pub(super) fn is_shallow(&self) -> bool {
        self.common_dir.join("shallow").exists()
    }

    /// The commit that a revision names.
    pub(super) async fn commit(&self, program: &Program, field: &str, revision: &str) -> Result<String> {
        revision::check(field, revision)?;
        let found = self.look_up_commit(program, revision).await?;
        found.ok_or_else(|| revision::unknown(field, revision, self.is_shallow()))
    }

    /// The last commit; none before the first one.
    pub(super) async fn last_commit(&self, program: &Program) -> Result<Option<String>> {
        self.look_up_commit(program, "HEAD").await
    }

    async fn look_up_commit(&self, program: &Program, revision: &str) -> Result<Option<String>> {
        let name = format!("{revision}^{{commit}}");
        let asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", &name];
        let said = look_up(program, &self.directory, asked).await?;
        let id = String::from_utf8_lossy(&said.bytes).trim().to_owned();
        let is_id = matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        Ok((is_id && said.status.is_some_and(|status| status.success())).then_some(id))
    }

    /// The settings that say how content is stored, as git writes them: `core.eol`, `lf`.
    pub(super) async fn settings(&self, program: &Program) -> Result<Vec<(String, String)>> {
        let said = look_up(program, &self.directory, ["config", "-z", "--type=path", "--get-regexp", SETTINGS]).await?;
        let text = String::from_utf8_lossy(&said.bytes);
        let entries = text.split_terminator('\0');
        Ok(entries
            .map(|entry| {
                let (name, value) = entry.split_once('\n').unwrap_or((entry, "true"));
                (name.to_owned(), value.to_owned())
            })
            .collect())
    }

    /// Refuses a repository that is somebody else's: what a `.git` of the caller's directory merely points to.
    fn check(&self, rules: &Rules, path: &str) -> Result<()> {
        let outside = |what: &Path| {
            let message = format!("the repository of {path:?} is outside the allowed roots ({})", what.display());
            Err(Error::validation("path", path, "a repository below an allowed root", message)
                .hint("name a path of the repository itself, or add its directory to the roots"))
        };
        let Some(top) = &self.top else {
            return if rules.admits(&self.common_dir) { Ok(()) } else { outside(&self.common_dir) };
        };
        if !self.directory.starts_with(top) {
            return outside(top);
        }
        for directory in [&self.git_dir, &self.common_dir] {
            let is_above = std::fs::symlink_metadata(top.join(".git")).is_ok_and(|metadata| metadata.is_dir())
                && canonical(&top.join(".git")).is_ok_and(|own| *directory == own);
            if !(rules.admits(directory) || is_above || self.is_linked_back(top)) {
                return outside(directory);
            }
        }
        Ok(())
    }

    /// Whether the git directory says itself that it belongs to the work tree at `top`: it keeps where the `.git` of a
    /// linked work tree is, or a submodule's directory as `core.worktree`.
    fn is_linked_back(&self, top: &Path) -> bool {
        let own = canonical(&top.join(".git")).ok();
        let linked =
            small_text(&self.git_dir.join("gitdir")).and_then(|text| canonical(Path::new(text.trim_end())).ok());
        if linked.is_some() {
            return linked == own;
        }
        let configured = small_text(&self.git_dir.join("config")).unwrap_or_default();
        let worktree = configured.lines().find_map(|line| line.trim().strip_prefix("worktree = "));
        worktree.and_then(|path| canonical(&self.git_dir.join(path)).ok()).is_some_and(|path| path == top)
    }
}

/// Looks something up in the repository around `directory`, under the user's own settings.
async fn look_up<S: AsRef<OsStr>>(
    program: &Program,
    directory: &Path,
    arguments: impl IntoIterator<Item = S>,
) -> Result<Said> {
    let mut all = words(["--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]);
    all.extend(words(arguments));
    let mut variables: Vec<(&'static str, OsString)> = program.user().collect();
    variables.extend(enclosure::OF_ALL.map(|(name, value)| (name, value.into())));
    let ask = Ask { arguments: all, directory, variables, input: None, most: MAX_ANSWER_BYTES };
    program.hear(ask).await
}

/// The directory that `path` names or is in.
fn directory(rules: &Rules, path: &str) -> Result<PathBuf> {
    match rules.resolve(path) {
        Place::Found(found) if found.is_dir() => Ok(found),
        Place::Found(file) => Ok(file.parent().map(Path::to_owned).unwrap_or(file)),
        Place::Missing => Err(no_such_file(path)),
        Place::Refused(error) => Err(error),
    }
}

async fn one_path(program: &Program, directory: &Path, asked: &str) -> Result<PathBuf> {
    let said = look_up(program, directory, ["rev-parse", asked]).await?;
    if said.status.is_none_or(|status| !status.success()) {
        return Err(failed(&said.complaint));
    }
    Ok(path_of(said.bytes.strip_suffix(b"\n").unwrap_or(&said.bytes)))
}

/// The last `count` lines: the first of them takes what is before, since a path may have line feeds.
fn lines_from_the_end(bytes: &[u8], count: usize) -> Vec<&[u8]> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let mut lines: Vec<&[u8]> = bytes.rsplitn(count, |&byte| byte == b'\n').collect();
    lines.reverse();
    lines
}

/// A path as git wrote it.
#[cfg(unix)]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// A path as git wrote it.
#[cfg(not(unix))]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The index that the environment names. Only one that lies in the git directory is taken: another would show what the
/// repository is not about to commit, and could be any file.
fn own_index(named: &Path, git_dir: &Path) -> Result<PathBuf> {
    let directory = named.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let resolved = std::fs::canonicalize(directory).ok().zip(named.file_name()).map(|(at, name)| at.join(name));
    resolved.filter(|path| path.starts_with(git_dir)).ok_or_else(|| {
        let message = format!(
            "GIT_INDEX_FILE is {:?}, which is not in the git directory of this repository",
            named.to_string_lossy()
        );
        Error::validation(
            "GIT_INDEX_FILE",
            named.to_string_lossy().as_ref(),
            git_dir.to_string_lossy().as_ref(),
            message,
        )
        .hint("unset GIT_INDEX_FILE to look at the repository's own index")
    })
}

fn canonical(path: &Path) -> Result<PathBuf> {
    std::fs::canonicalize(path).map_err(|error| {
        let message = format!("{:?} can not be used: {}", path.to_string_lossy(), cause(&error));
        Error::new(ErrorCode::ToolExecutionError, message)
    })
}

/// A small regular file as text.
fn small_text(path: &Path) -> Option<String> {
    match read::whole(path, 65_536) {
        Ok(Content::Whole(bytes)) => String::from_utf8(bytes).ok(),
        _ => None,
    }
}

fn no_repository(path: &str, complaint: &str) -> Error {
    if complaint.contains("dubious ownership") {
        let message = format!("the repository of {path:?} belongs to another user, so git does not open it");
        return Error::validation("path", path, "a repository of your own", message)
            .hint("if you trust it, run git config --global --add safe.directory with its directory");
    }
    if complaint.contains("not a git repository") {
        let message = format!("path {path:?} is not in a git repository");
        return Error::validation("path", path, "a directory of a git repository", message)
            .hint("name a directory of a repository, or name the files themselves");
    }
    failed(complaint)
}
