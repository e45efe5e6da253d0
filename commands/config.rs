//! `exai config`: what is set, where it came from, and whether it can be used.

use std::process::ExitCode;

use clap::Subcommand;
use exai_core::backend;
use exai_core::config;
use exai_core::error::Result;

use crate::output::{Output, Style, table};
use crate::setup::Setup;

/// Arguments of `exai config`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Every key with its value and where that came from; keys are masked.
    Show {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Says whether the configuration can be used.
    Check,
    /// The files and directories in use.
    Path,
    /// A commented config.toml with every key.
    Sample,
    /// Every key as a Markdown table.
    Table,
}

/// Every model that is named must be one.
pub(crate) fn check_models(config: &config::Config) -> Result<()> {
    let catalogue = backend::catalogue(config)?;
    let models = &config.models;
    let default = Some(&config.default_model).filter(|name| *name != "auto");
    let named = [("default_model", default.into_iter().cloned().collect()), ("models.fast", models.fast.clone())];
    let rest = [("models.quality", models.quality.clone()), ("models.long", models.long.clone())];
    for (key, names) in named.into_iter().chain(rest) {
        for name in names {
            catalogue.resolve(&name).map_err(|error| error.hint(format!("{key} names `{name}`")))?;
        }
    }
    Ok(())
}

/// Shows or checks the configuration.
pub(crate) fn run(args: &Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    match args.what {
        What::Show { json } => {
            let rows = setup.loaded()?.rows();
            if json {
                output.json(&rows)?;
            } else {
                let shown = |row: &config::Row| {
                    let unit = row.unit.map(|unit| format!(" {unit}")).unwrap_or_default();
                    let value = row.value.as_ref().map_or_else(|| "-".to_owned(), |value| format!("{value}{unit}"));
                    [row.key.to_string(), value, row.origin.clone()]
                };
                output.text(&table(["KEY", "VALUE", "FROM"], &rows.iter().map(shown).collect::<Vec<_>>()))?;
            }
        }
        What::Check => {
            let loaded = setup.loaded()?;
            backend::providers(&loaded.config)?;
            check_models(&loaded.config)?;
            for note in &loaded.notes {
                output.note(Style::Muted, "note: ", note);
            }
            output.text("The configuration can be used.")?;
        }
        What::Path => {
            let rows = setup.sources()?.paths();
            let shown = |place: &config::Place| {
                let state = if place.exists { "exists" } else { "not there" };
                [place.what.to_owned(), place.path.display().to_string(), state.to_owned()]
            };
            output.text(&table(["WHAT", "PATH", "STATE"], &rows.iter().map(shown).collect::<Vec<_>>()))?;
        }
        What::Sample => output.text(&config::sample())?,
        What::Table => output.text(&config::markdown_table())?,
    }
    Ok(ExitCode::SUCCESS)
}
