//! `exai daemon`: the daemon in the foreground, and what its user tells it from another terminal.

mod activation;
mod address;
mod foreground;
mod ports;
mod service;
mod signals;

use std::process::ExitCode;

use crate::output::Output;
use crate::setup::Setup;

/// Arguments of `exai daemon`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Started by a client: open the main port alone, and end when nobody needs it any more.
    #[arg(long, hide = true)]
    autostarted: bool,
}

/// Runs the daemon.
pub(crate) async fn run(args: Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    foreground::run(args.autostarted, setup, output).await
}
