//! `exai monitor`: connects the dashboard to the house.

mod web;

use std::process::ExitCode;

use crate::door::Choice;
use crate::output::Output;
use crate::setup::Setup;

/// Arguments of `exai monitor`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print one picture and leave; exits 0 for OK and SLOW, 1 for DEGRADED, 7 for DOWN.
    #[arg(long, required_unless_present = "web")]
    once: bool,
    /// Print it as JSON.
    #[arg(long)]
    json: bool,
    /// Open the dashboard in a browser, logged in; without a browser, print the address that lets in once.
    #[arg(long, conflicts_with_all = ["once", "json"])]
    web: bool,
    #[command(flatten)]
    choice: Choice,
}

/// Shows the state of the house.
pub(crate) async fn run(args: &Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    if args.web {
        return web::open(&args.choice, setup, output).await;
    }
    let door = setup.open(&args.choice, &[], output).await?;
    let snapshot = door.snapshot().await?;
    if args.json {
        output.json(&snapshot)?;
    } else {
        output.text(&exai_ui::picture(&snapshot))?;
    }
    door.close().await;
    Ok(ExitCode::from(snapshot.verdict.word.exit_code()))
}
