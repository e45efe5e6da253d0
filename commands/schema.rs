//! `exai schema`: the JSON Schemas that programs may rely on.

use std::process::ExitCode;

use clap::ValueEnum;
use exai_core::protocol::Envelope;

use crate::output::Output;

/// Arguments of `exai schema`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which schema.
    #[arg(value_enum)]
    name: Name,
}

/// The schemas there are. Those of tools are in `exai tools NAME --json`.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    /// What `exai call --output json` prints.
    Result,
}

/// Prints one.
pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<ExitCode> {
    match args.name {
        Name::Result => output.json(&schemars::schema_for!(Envelope))?,
    }
    Ok(ExitCode::SUCCESS)
}
