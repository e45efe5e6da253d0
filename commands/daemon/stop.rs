//! `exai daemon stop`: asks for an end in order, and waits for it.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use exai_core::backend::NotConnected;
use exai_core::clock::Deadline;
use exai_core::config::Config;
use exai_core::coordination::{DaemonInfo, DaemonLock, Instance};
use exai_core::error::{Error, ErrorCode, Result};
use exai_core::protocol::wire::Admin;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::client;
use crate::output::{Output, Style};
use crate::setup::Setup;

/// What the end may take beyond the time that calls have to finish.
const MARGIN: Duration = Duration::from_secs(10);
/// How often is looked whether the process is gone.
const LOOK: Duration = Duration::from_millis(20);

/// Stops the daemon. That there is none is no failure: it does not run.
pub(super) async fn stop(setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let config = setup.config()?;
    let found = DaemonLock::find(&config.state_dir);
    let asked = ask(config).await;
    match (found, asked) {
        (Some(info), asked) => {
            // A daemon may be gone before its answer has come.
            if let Err(error) = asked
                && accepts(&info, &config.state_dir)
            {
                let message = format!("{error}; sending SIGTERM to pid {}", info.pid);
                output.note(Style::Warn, "warning: ", &message);
                terminate(&info, &config.state_dir)?;
            }
            wait(&info, config, output).await?;
            output.text(&format!("The daemon (pid {}) has ended.", info.pid))?;
        }
        (None, Ok(())) => {
            output.text("The daemon was asked to end; it is not of this state directory, so its end is not seen.")?;
        }
        // Who refuses is there.
        (None, Err(NotConnected::Refused(error))) if error.code == ErrorCode::Unauthorized => return Err(error.into()),
        (None, Err(error)) => {
            // That nobody is where one could be is what the next line says.
            if !matches!(error, NotConnected::Unreachable(_)) {
                output.note(Style::Muted, "", &error.to_string());
            }
            output.text("No daemon runs.")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks the daemon itself.
async fn ask(config: &Config) -> Result<(), NotConnected> {
    let remote = client::connect(config).await?;
    let answer = remote.admin(Admin::Drain).await;
    remote.close().await;
    answer.map(drop).map_err(NotConnected::Refused)
}

/// For a daemon that can not be asked.
fn terminate(info: &DaemonInfo, state_dir: &Path) -> Result<()> {
    let refused = |why: String| {
        let message = format!("pid {} was not told to end: {why}", info.pid);
        Error::new(ErrorCode::UnsupportedProtocol, message)
    };
    if !holds_lock(info.pid, state_dir) {
        return Err(refused("it is no process of this system that has the daemon's lock".to_owned()));
    }
    let pid = i32::try_from(info.pid).map_err(|error| refused(error.to_string()))?;
    kill(Pid::from_raw(pid), Signal::SIGTERM).map_err(|error| refused(error.to_string()))
}

/// Whether the process that wrote itself into the lock is the one that has it open: a number alone can be that of any
/// process, when the daemon runs in a container. Where the system does not tell, the lock's word is taken.
fn holds_lock(pid: u32, state_dir: &Path) -> bool {
    if cfg!(not(target_os = "linux")) {
        return true;
    }
    let Ok(lock) = state_dir.join("daemon.lock").canonicalize() else { return false };
    let open = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    open.filter_map(|file| file.path().read_link().ok()).any(|file| file == lock)
}

/// Waits until the process is gone, for as long as its calls may take.
async fn wait(info: &DaemonInfo, config: &Config, output: &mut Output) -> Result<()> {
    let deadline = Deadline::after(config.timeouts.drain + MARGIN);
    let told_after = Deadline::after(Duration::from_secs(1));
    let mut told = false;
    while is_alive(info, &config.state_dir) {
        if deadline.remaining().is_zero() {
            let message = format!("the daemon (pid {}) still runs after {} s", info.pid, deadline.allowed().as_secs());
            let hint = format!("`kill {0}` ends what it still does, `kill -9 {0}` ends it whatever happens", info.pid);
            return Err(Error::new(ErrorCode::Timeout, message).hint(hint));
        }
        if told_after.remaining().is_zero() && !told {
            told = true;
            output.note(Style::Muted, "", "waiting for the calls that still run");
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Its own lock and the daemon's are given back by the kernel at the latest.
fn is_alive(info: &DaemonInfo, state_dir: &Path) -> bool {
    accepts(info, state_dir) || Instance::others(state_dir).contains(&info.pid)
}

fn accepts(info: &DaemonInfo, state_dir: &Path) -> bool {
    DaemonLock::find(state_dir).is_some_and(|found| found.pid == info.pid)
}
