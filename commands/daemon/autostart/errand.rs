//! A daemon that is being started: its process, what that complains of, and whether it lives.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use exai_core::config::Sources;
use exai_core::error::{Error, ErrorCode, Result};

/// Where a daemon that a client started writes what it has to say before its log is open, and whatever kills it.
const COMPLAINTS: &str = "autostart.log";
/// How many of its last lines are told when none of them is an error.
const LAST_LINES: usize = 5;
/// What a service manager told the client is not meant for a daemon that outlives it.
const OF_THE_MANAGER: [&str; 6] =
    ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"];

/// What a daemon complains of. The file is locked for as long as a process has it open to write into: a daemon that has
/// ended, however that came about, no longer holds the lock.
#[derive(Debug)]
pub(super) struct Complaints {
    path: PathBuf,
}

impl Complaints {
    /// Makes the file, and what the daemon has to have for its standard error.
    pub(super) fn open(state_dir: &Path) -> Result<(Self, File)> {
        let path = state_dir.join(COMPLAINTS);
        let open = || {
            // A new one: the daemon before this one may still be finishing its calls, with its own.
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
            let file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(&path)?;
            file.lock()?;
            Ok(file)
        };
        let file = open().map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
        Ok((Self { path }, file))
    }

    /// Whether the process that writes has ended.
    pub(super) fn is_over(&self) -> bool {
        let Ok(file) = File::open(&self.path) else { return true };
        !matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    /// What went wrong, in the words of the daemon.
    pub(super) fn failure(&self) -> Error {
        let text = std::fs::read(&self.path).unwrap_or_default();
        told(&String::from_utf8_lossy(&text))
            .hint(format!("all that it said is in {}; `exai daemon` shows it too", self.path.display()))
    }
}

/// The error in what a daemon said.
fn told(text: &str) -> Error {
    let after = |label: &'static str| text.lines().filter_map(move |line| line.strip_prefix(label));
    let mut causes: Vec<_> = after("error: ").chain(after("caused by: ")).map(str::to_owned).collect();
    if causes.is_empty() {
        let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        causes = vec![lines[lines.len().saturating_sub(LAST_LINES)..].join("; ")];
    }
    let why = causes.join(": ");
    let why = if why.is_empty() { "it ended without a word" } else { &why };
    let error = Error::new(ErrorCode::NoDaemon, format!("the daemon could not be started: {why}"));
    after("hint: ").fold(error, Error::hint)
}

/// Starts the daemon, away from this process: whoever ends a client with all its children, or its group, does not end the
/// daemon of all other clients.
pub(super) async fn start(sources: &Sources, errors: File) -> Result<()> {
    let mut between = command(sources, &["--autostarted", "--detach", "--quiet"])?;
    between.stderr(errors);
    let program = Path::new(between.get_program()).to_owned();
    let failed = |error: std::io::Error| {
        Error::new(ErrorCode::NoDaemon, format!("the daemon could not be started: {}: {error}", program.display()))
    };
    let spawned = between.spawn();
    // What the command has open is its child's alone.
    drop(between);
    let mut child = spawned.map_err(failed)?;
    let waited = tokio::task::spawn_blocking(move || child.wait()).await;
    waited.map_err(|error| Error::internal(error.to_string()))?.map_err(failed)?;
    Ok(())
}

/// Starts the daemon as nobody's child, in a session of its own: the second half of `start`, in the process between.
pub(in crate::daemon) fn leave(sources: &Sources) -> Result<()> {
    let failed = |what: &str, error: std::io::Error| {
        Error::new(ErrorCode::NoDaemon, format!("the daemon could not be started: {what}: {error}"))
    };
    nix::unistd::setsid().map_err(|error| failed("no session of its own", error.into()))?;
    command(sources, &["--autostarted"])?.spawn().map(drop).map_err(|error| failed("no process", error))
}

/// `exai daemon` with these flags, and with what this process was told by its own.
fn command(sources: &Sources, flags: &[&str]) -> Result<Command> {
    let mut command = Command::new(program()?);
    command.arg("daemon").args(flags).args(["--color", "never"]);
    if let Some(file) = &sources.env_file {
        // It runs in another directory.
        let whole = std::path::absolute(file);
        command.arg("--env-file").arg(whole.map_err(|error| Error::internal(format!("{}: {error}", file.display())))?);
    }
    for given in &sources.overrides {
        command.arg("--set").arg(format!("{}={}", given.key, given.value));
    }
    for name in OF_THE_MANAGER {
        command.env_remove(name);
    }
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
    Ok(command)
}

/// What Linux adds to the path of a program whose file is gone.
const GONE: &str = " (deleted)";

/// This program, or what has taken its place since it was started.
fn program() -> Result<PathBuf> {
    let path = std::env::current_exe()
        .map_err(|error| Error::internal(format!("where this program is can not be told: {error}")))?;
    let replaced = path.to_str().and_then(|path| path.strip_suffix(GONE)).map(PathBuf::from);
    Ok(replaced.unwrap_or(path))
}

/// Whether what would be started is this very program, as far as the system tells. If not, a daemon that it starts may be older
/// than this process, and two processes would replace it for ever.
pub(super) fn is_in_place() -> bool {
    std::env::current_exe().is_ok_and(|path| !path.as_os_str().as_encoded_bytes().ends_with(GONE.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_the_daemon_said_is_the_error_with_its_hints() {
        let error = told(
            "warning: something\nerror: daemon.port: 127.0.0.1:1 is in use\ncaused by: the system\nhint: stop it\n",
        );
        assert_eq!(error.message, "the daemon could not be started: daemon.port: 127.0.0.1:1 is in use: the system");
        assert_eq!((error.hints.as_slice(), error.kind().exit_code()), (["stop it".to_owned()].as_slice(), 7));
        assert!(told("thread 'main' panicked\nat the disco\n").message.ends_with("panicked; at the disco"));
        assert!(told("").message.ends_with("it ended without a word"));
    }

    #[test]
    fn a_daemon_lives_for_as_long_as_it_can_complain() {
        let dir = tempfile::tempdir().unwrap();
        let (old, held) = Complaints::open(dir.path()).unwrap();
        assert!(!old.is_over());
        let (new, mut file) = Complaints::open(dir.path()).unwrap();
        drop(held);
        assert!(!new.is_over(), "the end of the one before is not the end of this one");
        file.write_all(b"error: no\n").unwrap();
        let inherited = file.try_clone().unwrap();
        drop(file);
        assert!(!new.is_over());
        drop(inherited);
        assert!(new.is_over());
        assert!(new.failure().message.ends_with(": no"));
    }
}
