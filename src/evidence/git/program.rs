//! The `git` program: where it is, what it is told of the environment, and how long and how much it may talk.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use crate::config::Environment;
use crate::error::{Error, ErrorCode, Result};

/// How long one command may take.
const PATIENCE: Duration = Duration::from_secs(50);
/// How much of what git complains about is kept.
const MAX_COMPLAINT_BYTES: u64 = 16_384;
/// Variables that go on to git where the repository itself is asked, beside `PATH`.
const OF_THE_USER: [&str; 4] = ["HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SYSTEMROOT"];

/// The program, ready to be asked.
#[derive(Debug, Clone)]
pub(super) struct Program {
    path: PathBuf,
    user: Vec<(&'static str, OsString)>,
}

/// One command: what git is asked, and where.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub(super) arguments: Vec<OsString>,
    pub(super) directory: &'a Path,
    pub(super) variables: Vec<(&'static str, OsString)>,
    pub(super) input: Option<File>,
    /// More of an answer than this is not read.
    pub(super) most: u64,
}

/// What git said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) bytes: Vec<u8>,
    /// Whether that is all of it.
    pub(super) is_whole: bool,
    pub(super) status: Option<ExitStatus>,
    pub(super) complaint: String,
}

impl Program {
    /// Looks for git in the directories of `PATH`. Names that are not absolute, and directories that `is_foreign`, are
    /// passed over: a repository that brings a program called `git` along shall not have it started.
    pub(super) fn find(environment: &Environment, is_foreign: impl Fn(&Path) -> bool) -> Result<Self> {
        let name = if cfg!(windows) { "git.exe" } else { "git" };
        let directories = std::env::split_paths(environment.get("PATH").unwrap_or_default());
        let found = directories
            .filter(|directory| directory.is_absolute())
            .map(|directory| directory.join(name))
            .find(|path| is_program(path) && !std::fs::canonicalize(path).is_ok_and(|path| is_foreign(&path)));
        let path = found.ok_or_else(|| {
            Error::validation("PATH", "git", "a directory with git in it", "the program git is not in PATH")
                .hint("install git, or name the files instead of the changes")
        })?;
        let user = OF_THE_USER.into_iter().filter_map(|name| Some((name, environment.get(name)?.into()))).collect();
        Ok(Self { path, user })
    }

    /// The variables of the user that say where their own settings are.
    pub(super) fn user(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        self.user.iter().cloned()
    }

    /// Where the user's own patterns of ignored files are when no setting says so.
    pub(super) fn ignore_file(&self) -> Option<PathBuf> {
        let value = |wanted: &str| self.user.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
        let directory = value("XDG_CONFIG_HOME").map(PathBuf::from);
        let home = || value("HOME").or_else(|| value("USERPROFILE")).map(|home| Path::new(home).join(".config"));
        directory.or_else(home).map(|directory| directory.join("git").join("ignore"))
    }

    /// Asks, and fails when git does.
    pub(super) async fn ask(&self, ask: Ask<'_>) -> Result<Said> {
        let said = self.hear(ask).await?;
        match said.status {
            Some(status) if !status.success() => Err(failed(&said.complaint)),
            _ => Ok(said),
        }
    }

    /// Asks; what git's exit status means is the caller's business.
    pub(super) async fn hear(&self, ask: Ask<'_>) -> Result<Said> {
        let mut command = Command::new(&self.path);
        command
            .env_clear()
            .envs(ask.variables.iter().map(|(name, value)| (name, value)))
            .args(&ask.arguments)
            .current_dir(ask.directory)
            .stdin(ask.input.map_or_else(Stdio::null, Stdio::from))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // A group of its own, so that whatever it starts ends with it, and Ctrl-C at the terminal is ours to handle.
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn().map_err(|error| {
            Error::new(
                ErrorCode::ToolExecutionError,
                format!("git can not be started ({}): {error}", self.path.display()),
            )
        })?;
        let listening = listen(child, ask.most);
        tokio::time::timeout(PATIENCE, listening).await.map_err(|_| Error::timeout("waiting for git", PATIENCE))?
    }
}

async fn listen(mut child: Child, most: u64) -> Result<Said> {
    let group = Group(child.id());
    let (out, complaints) = (child.stdout.take(), child.stderr.take());
    let listened = async {
        let (out, complaints) = tokio::join!(read(out, most), grumble(complaints));
        Ok::<_, std::io::Error>((out?, complaints?))
    };
    let broken = |error: std::io::Error| Error::internal(format!("git can not be listened to: {error}"));
    let ((mut bytes, is_whole), complaint) = listened.await.map_err(broken)?;
    // Of an answer that is too long the rest is not waited for; dropping the group ends it.
    let status = if is_whole { Some(child.wait().await.map_err(broken)?) } else { None };
    if status.is_some() {
        group.let_go();
    }
    bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(Said { bytes, is_whole, status, complaint: String::from_utf8_lossy(&complaint).trim().to_owned() })
}

/// Reads to the end, but at most one byte more than `most`; says whether that was the end. What is behind it is not
/// read: closing the pipe tells the program so.
async fn read(pipe: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(most.saturating_add(1)).read_to_end(&mut bytes).await?;
    }
    let is_whole = bytes.len() as u64 <= most;
    Ok((bytes, is_whole))
}

/// Reads complaints to the end, and keeps the first ones.
async fn grumble(pipe: Option<impl AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    if let Some(mut pipe) = pipe {
        (&mut pipe).take(MAX_COMPLAINT_BYTES).read_to_end(&mut kept).await?;
        tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    }
    Ok(kept)
}

/// The processes of one command; dropping it ends them all.
#[derive(Debug)]
struct Group(Option<u32>);

impl Group {
    /// Git has ended by itself, and its number may soon be somebody else's.
    fn let_go(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(leader) = self.0.take().and_then(|number| i32::try_from(number).ok()) {
            use nix::sys::signal::{Signal, killpg};
            // Gone already is as good.
            let _ = killpg(nix::unistd::Pid::from_raw(leader), Signal::SIGKILL);
        }
    }
}

/// The error for a command that git refused, in its own words.
pub(super) fn failed(complaint: &str) -> Error {
    let words = complaint.trim_start_matches("fatal: ");
    let words = if words.is_empty() { "it did not say why" } else { words };
    Error::new(ErrorCode::ToolExecutionError, format!("git could not answer: {words}"))
}

/// Arguments of a command.
pub(super) fn words<S: AsRef<OsStr>>(words: impl IntoIterator<Item = S>) -> Vec<OsString> {
    words.into_iter().map(|word| word.as_ref().to_owned()).collect()
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}
