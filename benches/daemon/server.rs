//! A server in a process of its own, on a core of its own.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::Pid;
use serde::Deserialize;
use tempfile::TempDir;

use crate::floor;
use crate::running::Running;

/// What this benchmark changes of the daemon's settings.
pub(crate) const LIFTED: &str =
    "lifted: message rates off; session, provider and global limits 256, queue 10,000; 12,000 connections";
const SETTINGS: [(&str, &str); 14] = [
    ("EXAI_WS_PORT", "0"),
    ("MONITORING_PORT", "off"),
    ("HEALTH_CHECK_PORT", "off"),
    ("METRICS_PORT", "off"),
    ("EXAI_WS_TOKEN", TOKEN),
    ("EXAI_RATE_ALL", "off"),
    ("EXAI_RATE_SESSION", "off"),
    ("EXAI_SESSION_MAX_INFLIGHT", "256"),
    ("EXAI_GLM_MAX_INFLIGHT", "256"),
    ("EXAI_KIMI_MAX_INFLIGHT", "256"),
    ("EXAI_GLOBAL_MAX_INFLIGHT", "256"),
    ("EXAI_QUEUE_LIMIT", "10000"),
    ("EXAI_MAX_CONNECTIONS", "12000"),
    ("EXAI_DISCOVERY_URLS", ""),
];
pub(crate) const TOKEN: &str = "a-token-that-is-long-enough";
/// How long a daemon may take to be there.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server, until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Running,
    pub(crate) address: SocketAddr,
    /// Its files, until it has ended.
    state: TempDir,
}

/// This process leaves the first core to the servers, and may open all the files that it is allowed.
pub(crate) fn settle() -> anyhow::Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    work_on(1)
}

/// All that this thread starts from now on runs on one core, if there are several.
fn work_on(core: usize) -> anyhow::Result<()> {
    let is_there = sched_getaffinity(Pid::from_raw(1)).is_ok_and(|cores| cores.is_set(core).unwrap_or(false));
    if is_there {
        let mut cores = CpuSet::new();
        cores.set(core)?;
        sched_setaffinity(Pid::from_raw(0), &cores)?;
    }
    Ok(())
}

/// Starts a process on the servers' core.
pub(crate) fn spawn(command: &mut Command) -> anyhow::Result<Child> {
    work_on(0)?;
    let child = command.spawn();
    work_on(1)?;
    child.with_context(|| format!("{command:?}"))
}

impl Server {
    /// The floor that does `what`.
    pub(crate) fn floor(what: &str, argument: &str) -> anyhow::Result<Self> {
        let state = tempfile::tempdir()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args([floor::WORD, what, argument]).current_dir(state.path()).stdout(Stdio::piped());
        let mut child = spawn(&mut command)?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
        Ok(Self { process: Running::new(child)?, address: line.trim().parse()?, state })
    }

    /// A daemon with these settings too.
    pub(crate) async fn daemon(settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        Self::daemon_in(tempfile::tempdir()?, settings).await
    }

    /// Kills a daemon and starts another one in its place.
    pub(crate) async fn again(mut self) -> anyhow::Result<Self> {
        self.process.kill()?;
        let state = std::mem::replace(&mut self.state, tempfile::tempdir()?);
        std::fs::remove_file(state.path().join("state").join("daemon.lock"))?;
        Self::daemon_in(state, &[]).await
    }

    async fn daemon_in(state: TempDir, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let said = File::create(state.path().join("said"))?;
        let child = spawn(daemon_command(&state).envs(settings.iter().copied()).stderr(said))?;
        let Ok(address) = tokio::time::timeout(PATIENCE, announced(&state)).await else {
            anyhow::bail!("no daemon came up: {}", std::fs::read_to_string(state.path().join("said"))?);
        };
        Ok(Self { process: Running::new(child)?, address, state })
    }

    /// The directory that is its home.
    pub(crate) fn home(&self) -> &Path {
        self.state.path()
    }

    /// User and system time of all its threads so far.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        self.process.cpu()
    }

    /// Bytes of memory that it holds.
    pub(crate) fn resident(&self) -> anyhow::Result<u64> {
        self.process.resident()
    }
}

fn daemon_command(state: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exai"));
    command.arg("daemon").current_dir(state.path()).env_clear().envs(SETTINGS);
    command.env("HOME", state.path()).env("EXAI_STATE_DIR", state.path().join("state"));
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// What a daemon says of itself once its store is open and it listens.
#[derive(Debug, Deserialize)]
struct Announcement {
    address: Option<SocketAddr>,
}

async fn announced(state: &TempDir) -> SocketAddr {
    let path = state.path().join("state").join("daemon.lock");
    loop {
        let text = std::fs::read(&path).unwrap_or_default();
        let said = serde_json::from_slice::<Announcement>(&text).ok();
        if let Some(address) = said.and_then(|said| said.address) {
            return address;
        }
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
}
