//! `exai daemon status`: whether it runs, and how it is.

use std::net::SocketAddr;
use std::process::ExitCode;

use exai_core::backend::NotConnected;
use exai_core::coordination::DaemonLock;
use exai_core::error::{Error, Kind, Result};
use exai_core::protocol::{Permits, Verdict};
use serde::{Deserialize, Serialize};

use super::client;
use crate::output::{Output, Style};
use crate::report;
use crate::setup::Setup;

/// What is known of the daemon.
#[derive(Debug, Default, Serialize)]
struct Status {
    /// A process accepts connections, or is about to.
    running: bool,
    /// It answers.
    answers: bool,
    pid: Option<u32>,
    version: Option<String>,
    /// Where it serves everything.
    address: Option<SocketAddr>,
    #[serde(flatten)]
    health: Option<Health>,
    /// Why it does not answer.
    error: Option<String>,
}

/// What it says of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Health {
    #[serde(rename(deserialize = "status"))]
    state: String,
    uptime_s: u64,
    uptime_human: String,
    sessions: usize,
    running_calls: usize,
    permits: Permits,
    verdict: Verdict,
}

/// Shows it. Only a daemon that answers is a success.
pub(super) async fn show(json: bool, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let (status, error) = look(setup).await?;
    if json {
        output.json(&status)?;
    } else {
        output.text(&text(&status))?;
    }
    let Some(error) = error else { return Ok(ExitCode::SUCCESS) };
    if status.running {
        output.tell(Style::Bad, "error: ", &error.message);
        report::hints(output, &error.hints);
    } else {
        output.tell(Style::Hint, "hint: ", "start one with `exai daemon`");
    }
    Ok(ExitCode::from(Kind::Daemon.exit_code()))
}

async fn look(setup: &Setup) -> Result<(Status, Option<Error>)> {
    let config = setup.config()?;
    let mut status = Status::default();
    if let Some(info) = DaemonLock::find(&config.state_dir) {
        (status.running, status.pid) = (true, Some(info.pid));
        (status.version, status.address) = (Some(info.version), info.address);
    }
    let error = match client::connect(config).await {
        Ok(remote) => {
            status.running = true;
            let health = remote.health().await;
            remote.close().await;
            take(&mut status, health).err()
        }
        Err(refusal) => {
            // Somebody who refuses is there.
            status.running |= matches!(refusal, NotConnected::Refused(_));
            Some(refusal.into())
        }
    };
    status.error = error.as_ref().map(|error: &Error| error.message.clone());
    Ok((status, error))
}

fn take(status: &mut Status, health: Result<serde_json::Value>) -> Result<()> {
    #[derive(Deserialize)]
    struct Who {
        pid: Option<u32>,
        version: Option<String>,
    }
    let health = health?;
    let other = |error| Error::internal(format!("the daemon says how it is in another way: {error}"));
    let who = Who::deserialize(&health).map_err(other)?;
    status.health = Some(Health::deserialize(&health).map_err(other)?);
    status.answers = true;
    status.pid = who.pid.or(status.pid);
    status.version = who.version.or(status.version.take());
    Ok(())
}

fn text(status: &Status) -> String {
    let Some(health) = &status.health else {
        return match status.pid {
            Some(pid) => format!("The daemon runs (pid {pid}) and does not answer.\n"),
            None if status.running => "A daemon runs and does not answer.\n".to_owned(),
            None => "No daemon runs.\n".to_owned(),
        };
    };
    let mut rows = vec![("state", health.state.clone())];
    rows.extend(status.pid.map(|pid| ("pid", pid.to_string())));
    rows.extend(status.version.clone().map(|version| ("version", version)));
    rows.extend(status.address.map(|address| ("address", format!("ws://{address}"))));
    rows.push(("up for", health.uptime_human.clone()));
    rows.push(("sessions", health.sessions.to_string()));
    rows.push(("calls", health.running_calls.to_string()));
    let gauge = |name: &str, in_use: usize, limit: usize| format!("{name} {in_use}/{limit}");
    let global = &health.permits.global;
    let providers = health.permits.providers.iter();
    let permits = providers.map(|(name, gauge_of)| gauge(name, gauge_of.in_use, gauge_of.limit));
    let permits: Vec<_> = std::iter::once(gauge("all", global.in_use, global.limit)).chain(permits).collect();
    rows.push(("permits", format!("{}; {} wait", permits.join(", "), global.waiting)));
    let verdict = &health.verdict;
    rows.push(("verdict", format!("{} {}", verdict.word.as_str(), verdict.cause).trim().to_owned()));
    rows.iter().map(|(name, value)| format!("{name:<9} {value}\n")).collect()
}
