//! `exai shim`: MCP on standard input and output, for an agent that starts its servers itself. Answers what it knows by itself
//! at once; calls go to the daemon, which is started when none runs.

mod host;
mod parent;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use exai_core::mcp::{Stdio, converse};
use tokio::signal::unix::{SignalKind, signal};

use self::host::Beside;
use self::parent::Parent;
use crate::output::{Output, Style};
use crate::setup::{Setup, project_root};

/// How long answers that are under way may take when the agent has closed its end.
const PARTING: Duration = Duration::from_millis(1500);
/// How long the rest may take: with both, a shim leaves within two seconds.
const CLOSING: Duration = Duration::from_millis(300);

/// Arguments of `exai shim`.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// The directory whose files the tools may read; the project around the current directory if left out.
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// Use the daemon at this address; none is started then.
    #[arg(long, value_name = "URL")]
    pub(crate) daemon: Option<String>,
    /// Start no daemon when none runs.
    #[arg(long)]
    pub(crate) no_autostart: bool,
}

/// Serves one agent until it leaves.
pub(crate) async fn run(args: Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let parent = Parent::now();
    let (mut terminate, mut hangup) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let root = match &args.root {
        Some(root) => std::path::absolute(root)?,
        None => project_root(&std::env::current_dir()?),
    };
    let most = setup.config()?.daemon.max_bytes as usize;
    let (beside, mut notes) = Beside::new(setup.clone(), args.daemon.as_deref(), !args.no_autostart, root)?;
    let mut conversation = Box::pin(converse(beside.clone(), Stdio::of_process(most), PARTING));
    let mut parent_gone = std::pin::pin!(parent.gone());
    let code = loop {
        tokio::select! {
            () = &mut conversation => break 0,
            () = &mut parent_gone => break 0,
            _ = terminate.recv() => break 143,
            _ = hangup.recv() => break 129,
            _ = interrupt.recv() => break 130,
            Some(note) = notes.recv() => output.note(Style::Warn, "warning: ", &note),
        }
    };
    drop(conversation);
    beside.close(CLOSING).await;
    Ok(ExitCode::from(code))
}
