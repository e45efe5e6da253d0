//! `exai models`: the catalogue.

use std::process::ExitCode;
use std::sync::Arc;

use exai_core::backend;
use exai_core::providers::{Model, ProviderName, Providers, Temperature, Thinking};
use serde_json::{Value, json};

use crate::output::{Output, table};
use crate::setup::Setup;

/// Arguments of `exai models`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Show this model only; any name that --model takes.
    name: Option<String>,
    /// Show retired models too.
    #[arg(long)]
    all: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Lists the models.
pub(crate) fn run(args: &Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let config = setup.config()?;
    let (catalogue, providers) = (backend::catalogue(config)?, backend::providers(config)?);
    let models: Vec<Arc<Model>> = match &args.name {
        Some(name) => vec![catalogue.resolve(name)?],
        None => catalogue.models().filter(|model| args.all || !model.is_retired()).cloned().collect(),
    };
    if args.json {
        output.json(&models.iter().map(|model| describe(model, &providers)).collect::<Vec<_>>())?;
    } else {
        let head = ["MODEL", "READY", "WINDOW", "OUTPUT", "IN $/M", "OUT $/M", "THINKS", "NOTE"];
        output.text(&table(head, &models.iter().map(|model| row(model, &providers)).collect::<Vec<_>>()))?;
        if args.name.is_none() {
            output.text("\nAlso: custom/NAME (a server of your own, EXAI_CUSTOM_URL), mock:echo (no network)")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row(model: &Model, providers: &Providers) -> [String; 8] {
    let ready = if providers.get(model.provider).is_some() { "yes" } else { "no key" };
    let ready = if model.provider == ProviderName::Custom && ready != "yes" { "no URL" } else { ready };
    let price = model.price.unwrap_or_default();
    let dollars = |nanos: Option<u64>| usd(nanos).map_or_else(|| "?".to_owned(), |usd| usd.to_string());
    [
        model.id.clone(),
        ready.to_owned(),
        tokens(model.context),
        tokens(model.max_output),
        dollars(price.input),
        dollars(price.output),
        thinks(model).to_owned(),
        note(model),
    ]
}

/// Prices are kept in billionths of a dollar for a million tokens.
fn usd(nanos: Option<u64>) -> Option<f64> {
    nanos.map(|nanos| nanos as f64 / 1e9)
}

fn tokens(count: u64) -> String {
    if count >= 1_000_000 { format!("{:.1}M", count as f64 / 1e6) } else { format!("{}K", count / 1000) }
}

fn thinks(model: &Model) -> &'static str {
    match model.thinking {
        Thinking::No => "no",
        Thinking::Toggle => "optional",
        Thinking::Always => "always",
    }
}

fn note(model: &Model) -> String {
    match (&model.retired_on, &model.replaced_by, &model.deprecated) {
        (Some(date), Some(successor), _) => format!("retired {date}, use {successor}"),
        (Some(date), None, _) => format!("retired {date}"),
        (None, _, Some(deprecated)) => deprecated.clone(),
        (None, _, None) => String::new(),
    }
}

fn describe(model: &Model, providers: &Providers) -> Value {
    let temperature = match model.temperature {
        Temperature::Range { min, max } => json!({"min": min, "max": max}),
        Temperature::Fixed => json!("fixed"),
    };
    json!({
        "id": model.id,
        "provider": model.provider,
        "configured": providers.get(model.provider).is_some(),
        "listed": model.listed,
        "aliases": model.aliases,
        "context_tokens": model.context,
        "max_output_tokens": model.max_output,
        "price": model.price.map(|price| json!({
            "input_usd_per_million": usd(price.input),
            "cached_usd_per_million": usd(price.cached),
            "output_usd_per_million": usd(price.output),
            "date": model.priced_on,
        })),
        "thinking": thinks(model),
        "effort": model.effort,
        "vision": model.vision,
        "tools": model.tools,
        "temperature": temperature,
        "released": model.released,
        "deprecated": model.deprecated,
        "retired_on": model.retired_on,
        "replaced_by": model.replaced_by,
    })
}
