//! `exai tools`: what can be called.

use std::process::ExitCode;

use exai_core::tools::Registry;
use serde_json::json;

use crate::output::{Output, table};
use crate::setup::Setup;

/// Arguments of `exai tools`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Show this tool with its arguments.
    name: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Lists the tools, or shows one.
pub(crate) fn run(args: &Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let registry = Registry::new(&setup.config()?.disabled_tools);
    match &args.name {
        Some(name) => {
            let tool = registry.get(name)?;
            let info = tool.info();
            if args.json {
                output.json(&json!({"name": info.name, "title": info.title, "description": info.description, "inputSchema": tool.schema()}))?;
            } else {
                output.text(&format!("{}\n\n{}\n\n{}", info.name, info.description, arguments(&tool.schema())))?;
                output.text(&format!("Call it: exai call {0} …   (all flags: exai call {0} --help)", info.name))?;
            }
        }
        None if args.json => {
            let tools = registry.iter().map(|tool| {
                let info = tool.info();
                json!({"name": info.name, "title": info.title, "description": info.description, "inputSchema": tool.schema()})
            });
            output.json(&tools.collect::<Vec<_>>())?;
        }
        None => {
            let rows: Vec<_> =
                registry.iter().map(|tool| [tool.info().name, tool.info().description].map(str::to_owned)).collect();
            output.text(&table(["TOOL", "WHAT IT DOES"], &rows))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn arguments(schema: &serde_json::Value) -> String {
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
