//! `self-check`: the house looks at itself, as Markdown for people.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::inspect::Steps;
use super::{Context, Info, Output, Tool, common, house, schema};
use crate::error::Result;

/// The tool.
#[derive(Debug)]
pub(super) struct SelfCheck;

static INFO: Info = Info {
    name: "self-check",
    title: "Self-check",
    description: "Checks version, providers, tools, store and health, and shows the latest steps of your calls, as Markdown. Asks no model.",
    main_argument: None,
};

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// How many of the latest steps of your calls are shown.
    #[serde(default = "log_lines")]
    #[schemars(range(min = 0, max = 500))]
    log_lines: u32,
}

fn log_lines() -> u32 {
    40
}

#[async_trait]
impl Tool for SelfCheck {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("SelfCheckRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let Arguments { log_lines } = common::read(arguments)?;
        let snapshot = context.house.snapshot().await?;
        let steps = context.house.steps(Steps { since: None, until: None, limit: log_lines }).await?;
        let providers = house::providers(context);
        let mark = |is_good: bool| if is_good { "✅" } else { "❌" };
        let trouble = context.house.store_trouble().await;
        let is_well = snapshot.verdict.word.exit_code() == 0;
        let mut text = format!("# exai {}\n\n", env!("CARGO_PKG_VERSION"));
        text.push_str(&format!("- platform: {}-{}\n", std::env::consts::OS, std::env::consts::ARCH));
        text.push_str(&format!("- {} providers: {}\n", mark(!providers.is_empty()), house::listed(&providers)));
        text.push_str(&format!("- models: {}\n", house::models(context).len()));
        text.push_str(&format!("- tools: {}\n", context.house.tools().join(", ")));
        text.push_str(&format!(
            "- {} store: {}\n",
            mark(trouble.is_none()),
            trouble.as_deref().unwrap_or("takes writes")
        ));
        text.push_str(&format!(
            "- {} health: {}, {}\n",
            mark(is_well),
            snapshot.verdict.word.as_str(),
            snapshot.verdict.cause
        ));
        if !steps.is_empty() {
            text.push_str("\n## Latest steps of your calls\n\n");
            let line = |(tool, event): &(String, _)| step_line(tool, event);
            text.extend(steps.iter().map(line));
        }
        Ok(Output::success(text, json!({"tool_name": INFO.name, "verdict": snapshot.verdict})))
    }
}

fn step_line(tool: &str, event: &crate::protocol::CallEvent) -> String {
    format!("- {} `{}` {tool}: {}\n", event.at, event.call_id, event.kind)
}
