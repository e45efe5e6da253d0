//! `health`: the figures of the house, for programs.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Context, Info, Output, Tool, common, house, schema};
use crate::error::Result;
use crate::protocol::{CallFilter, Snapshot};

/// The tool.
#[derive(Debug)]
pub(super) struct Health;

static INFO: Info = Info {
    name: "health",
    title: "Health",
    description: "Says whether the house is healthy: verdict, providers and their models, permits, figures of the last 15 minutes, your latest calls. Asks no model.",
    main_argument: None,
};

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// How many of your latest calls are listed.
    #[serde(default = "tail_lines")]
    #[schemars(range(min = 0, max = 500))]
    tail_lines: u32,
}

fn tail_lines() -> u32 {
    50
}

#[async_trait]
impl Tool for Health {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("HealthRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let Arguments { tail_lines } = common::read(arguments)?;
        let snapshot = context.house.snapshot().await?;
        let calls = context.house.calls(CallFilter { limit: tail_lines, ..CallFilter::default() }).await?;
        let (providers, models) = (house::providers(context), house::models(context));
        let text = text(&snapshot, &providers, models.len());
        let data = json!({
            "providers_configured": providers,
            "models_available": models,
            "metrics_tail": snapshot.providers,
            "toolcalls_tail": calls,
            "verdict": snapshot.verdict,
            "diagnoses": snapshot.diagnoses,
            "daemon": snapshot.daemon,
            "permits": snapshot.permits,
            "rates": snapshot.rates,
            "prompts": snapshot.prompts,
            "stores": snapshot.stores,
        });
        Ok(Output { status: "success".to_owned(), text, data })
    }
}

fn text(snapshot: &Snapshot, providers: &[String], models: usize) -> String {
    let mut text = format!("{}: {}\n\n", snapshot.verdict.word.as_str(), snapshot.verdict.cause);
    text.push_str(&format!("- providers: {}\n- models: {models}\n", house::listed(providers)));
    let permits = &snapshot.permits;
    text.push_str(&format!(
        "- requests in flight: {} of {}, {} waiting\n",
        permits.global.in_use, permits.global.limit, permits.global.waiting
    ));
    text.push_str(&format!("- requests of the last 15 min: {}\n", snapshot.prompts.requests));
    for row in &snapshot.providers {
        text.push_str(&format!(
            "- {} ({}): {}, {} requests, {} failed\n",
            row.model, row.name, row.health, row.requests, row.errors
        ));
    }
    for diagnosis in &snapshot.diagnoses {
        text.push_str(&format!("- {}\n", diagnosis.text));
    }
    text
}
