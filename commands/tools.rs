//! `exai tools`: what can be called, and what agents are shown of it.

use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use exai_core::config::Profile;
use exai_core::tools::{self, Info, Offer, Registry};
use serde_json::{Value, json};

use crate::output::{Output, table};
use crate::setup::Setup;

/// Arguments of `exai tools`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Show this tool with its arguments.
    name: Option<String>,
    /// List what agents with this profile are shown; else all tools, whatever agents are shown.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Profile::ALL.map(Profile::as_str)))]
    #[arg(conflicts_with_all = ["name", "cost"])]
    profile: Option<String>,
    /// Show what each tool and each profile costs an agent's model with every request, in tokens.
    #[arg(long, conflicts_with = "name")]
    cost: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Lists the tools, or shows one.
pub(crate) fn run(args: &Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let registry = Registry::new(&setup.config()?.disabled_tools);
    if args.cost {
        return costs(&registry, args.json, output);
    }
    if let Some(name) = &args.name {
        let (info, schema) = (registry.get(name)?.info(), registry.schema(name)?);
        if args.json {
            output.json(&described(info, schema))?;
        } else {
            output.text(&format!("{}\n\n{}\n\n{}", info.name, info.description, arguments(schema)))?;
            output.text(&format!("Call it: exai call {0} …   (all flags: exai call {0} --help)", info.name))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let profile = args.profile.as_deref().and_then(Profile::named).unwrap_or_default();
    let shown = registry.shown(&Offer::Profile(profile))?;
    if args.json {
        output.json(&shown.iter().map(|shown| described(shown.info, &shown.schema)).collect::<Vec<_>>())?;
    } else {
        let rows: Vec<_> =
            shown.iter().map(|shown| [shown.info.name, shown.info.description].map(str::to_owned)).collect();
        output.text(&table(["TOOL", "WHAT IT DOES"], &rows))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn described(info: &Info, schema: &Value) -> Value {
    json!({"name": info.name, "title": info.title, "description": info.description, "inputSchema": schema})
}

/// What one profile costs.
struct Total {
    profile: Profile,
    tools: Vec<&'static str>,
    tokens: u32,
    /// What is said once of all its tools.
    instructions: u32,
}

fn total(registry: &Registry, profile: Profile) -> exai_core::error::Result<Total> {
    let tools: Vec<_> = registry.shown(&Offer::Profile(profile))?.iter().map(|shown| shown.info.name).collect();
    let tokens = tools.iter().map(|tool| tokens(tool)).sum();
    let instructions = if profile == Profile::Router { 0 } else { tools::cost_of_instructions() };
    Ok(Total { profile, tools, tokens, instructions })
}

fn tokens(tool: &str) -> u32 {
    tools::cost(tool).unwrap_or_default()
}

/// What agents are shown costs so much, as counted when this program was made.
fn costs(registry: &Registry, is_json: bool, output: &mut Output) -> anyhow::Result<ExitCode> {
    let totals: Vec<_> = Profile::ALL.into_iter().map(|profile| total(registry, profile)).collect::<Result<_, _>>()?;
    if is_json {
        let totals = totals.iter().map(|total| {
            let tools: serde_json::Map<_, _> =
                total.tools.iter().map(|tool| ((*tool).to_owned(), json!(tokens(tool)))).collect();
            let Total { profile, tokens, instructions, .. } = total;
            json!({"profile": profile.as_str(), "tokens": tokens, "instructions": instructions, "tools": tools})
        });
        output.json(&totals.collect::<Vec<_>>())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut names: Vec<_> = totals.iter().flat_map(|total| &total.tools).copied().collect();
    names.sort_unstable();
    names.dedup();
    let row = |name: &str| {
        let has = totals.iter().filter(|total| total.tools.contains(&name)).map(|total| total.profile.as_str());
        [name.to_owned(), tokens(name).to_string(), has.collect::<Vec<_>>().join(", ")]
    };
    output.text(&table(["TOOL", "TOKENS", "PROFILES"], &names.into_iter().map(row).collect::<Vec<_>>()))?;
    let row = |total: &Total| {
        let Total { profile, tools, tokens, instructions } = total;
        [profile.as_str().to_owned(), tools.len().to_string(), tokens.to_string(), instructions.to_string()]
    };
    let heads = ["PROFILE", "TOOLS", "TOKENS", "INSTRUCTIONS"];
    output.text(&table(heads, &totals.iter().map(row).collect::<Vec<_>>()))?;
    Ok(ExitCode::SUCCESS)
}

fn arguments(schema: &Value) -> String {
    let required: Vec<_> =
        schema["required"].as_array().into_iter().flatten().filter_map(|name| name.as_str()).collect();
    let rows: Vec<_> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, property)| {
            let words = property["enum"]
                .as_array()
                .map(|words| words.iter().filter_map(|word| word.as_str()).collect::<Vec<_>>().join("|"));
            let kind = words.unwrap_or_else(|| property["type"].as_str().unwrap_or("any").to_owned());
            let mark = if required.contains(&name.as_str()) { "yes" } else { "" };
            let doc = property["description"].as_str().unwrap_or_default().replace('\n', " ");
            [name.clone(), kind, mark.to_owned(), doc]
        })
        .collect();
    table(["ARGUMENT", "TYPE", "NEEDED", "MEANING"], &rows)
}
