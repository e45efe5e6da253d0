//! `exai daemon`: the daemon in the foreground, and what its user tells it from another terminal.

mod activation;
mod address;
pub(crate) mod autostart;
pub(crate) mod client;
mod foreground;
mod ports;
mod rotate;
mod service;
mod signals;
mod status;
mod stop;

use std::process::ExitCode;

use clap::Subcommand;
use exai_core::error::Error;
use exai_core::protocol::wire::Admin;

use crate::output::Output;
use crate::setup::Setup;

/// Arguments of `exai daemon`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    /// Started by a client: open the main port alone, and end when nobody needs it any more.
    #[arg(long, hide = true)]
    autostarted: bool,
    /// Start it as nobody's child, and leave.
    #[arg(long, hide = true, requires = "autostarted")]
    detach: bool,
    /// Without one, the daemon runs until it is told to end.
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say whether the daemon runs and how it is; exits 7 when none answers.
    Status {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// End the daemon when the calls that run have finished, and wait for that.
    Stop,
    /// Have the daemon read its configuration again.
    Reload,
    /// Put a new token in the place of the one that clients must know.
    RotateToken {
        /// Print the new token.
        #[arg(long)]
        show: bool,
    },
}

/// Runs the daemon, or speaks to the one that runs.
pub(crate) async fn run(args: Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    match args.what {
        None if args.detach => Ok(autostart::leave(setup.sources()?).map(|()| ExitCode::SUCCESS)?),
        None => foreground::run(args.autostarted, setup, output).await,
        Some(What::Status { json }) => status::show(json, setup, output).await,
        Some(What::Stop) => stop::stop(setup, output).await,
        Some(What::Reload) => reload(setup, output).await,
        Some(What::RotateToken { show }) => rotate::rotate(show, setup, output).await,
    }
}

async fn reload(setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let remote = client::connect(setup.config()?).await.map_err(Error::from)?;
    let answer = remote.admin(Admin::Reload).await;
    remote.close().await;
    let notes = answer?.notes;
    output.text("The daemon has read its configuration again.")?;
    for note in notes {
        output.text(&note)?;
    }
    Ok(ExitCode::SUCCESS)
}
