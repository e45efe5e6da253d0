//! `status`: what works, what failed lately, and what to do next.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Context, Info, Output, Tool, common, house, schema};
use crate::error::Result;
use crate::gateway::Need;
use crate::protocol::{Snapshot, Word};
use crate::providers::{ChatMessage, ChatRequest, Role, ThinkingMode};

/// The tool.
#[derive(Debug)]
pub(super) struct Status;

static INFO: Info = Info {
    name: "status",
    title: "Status",
    description: "Says in short what works: providers, models, tools, your last errors and what to do next. With doctor it checks more; with probe it asks a model one word, which costs a few tokens.",
    main_argument: None,
};

/// Errors that are named.
const ERRORS: usize = 3;
/// Enough for a word after a short thought.
const PROBE_TOKENS: u64 = 512;

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// How many of your last errors are looked at, 3 at the most.
    #[serde(default = "tail_lines")]
    #[schemars(range(min = 0, max = 500))]
    tail_lines: usize,
    /// Name the tools.
    #[serde(default)]
    include_tools: bool,
    /// Check store, providers and models one by one.
    #[serde(default)]
    doctor: bool,
    /// With doctor: ask a model for one word.
    #[serde(default)]
    probe: bool,
}

fn tail_lines() -> usize {
    30
}

#[async_trait]
impl Tool for Status {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("StatusRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let Arguments { tail_lines, include_tools, doctor, probe } = common::read(arguments)?;
        let snapshot = context.house.snapshot().await?;
        let (providers, models, tools) = (house::providers(context), house::models(context), context.house.tools());
        let mut last_errors = Vec::new();
        for call in house::failed(context, tail_lines.min(ERRORS)).await? {
            last_errors.push(house::what_went_wrong(context, &call).await?);
        }
        let next_steps = next_steps(&snapshot, &providers, &last_errors);
        let mut text = format!("{}: {}\n\n", snapshot.verdict.word.as_str(), snapshot.verdict.cause);
        text.push_str(&format!("- providers: {}\n", house::listed(&providers)));
        text.push_str(&format!("- models: {}\n- tools: {}\n", models.len(), tools.len()));
        text.extend(last_errors.iter().map(|error| format!("- failed: {error}\n")));
        let mut data = json!({
            "providers_configured": providers,
            "models_available": models,
            "tools_loaded": if include_tools { json!(tools) } else { json!(tools.len()) },
            "last_errors": last_errors,
            "next_steps": next_steps,
            "verdict": snapshot.verdict,
        });
        if doctor || probe {
            let checked = check(context, &models, probe).await?;
            text.extend(checked.iter().map(|(name, outcome)| format!("- {name}: {outcome}\n")));
            let bad = checked.iter().filter(|(_, outcome)| *outcome != "ok" && outcome.as_str() != Some("ok"));
            let advice: Vec<String> = bad.map(|(name, outcome)| format!("{name}: {outcome}")).collect();
            data["doctor"] = json!({"probes": checked, "advice": advice});
        }
        text.extend(next_steps.iter().map(|step| format!("\nNext: {step}\n")));
        Ok(Output { status: "success".to_owned(), text, data })
    }
}

/// What was checked, each `ok` or what is wrong.
async fn check(context: &Context, models: &[String], probe: bool) -> Result<Map<String, Value>> {
    let mut checked = Map::new();
    let store = context.house.store_trouble().await.unwrap_or_else(|| "ok".to_owned());
    checked.insert("store".to_owned(), store.into());
    let listed = if models.is_empty() { "no model can be asked: no provider is configured" } else { "ok" };
    checked.insert("listmodels".to_owned(), listed.into());
    if probe {
        checked.insert("chat".to_owned(), ask(context).await?.into());
    }
    Ok(checked)
}

/// Asks a model for one word. That it fails is what the caller wants to know; a dry run goes on as one.
async fn ask(context: &Context) -> Result<String> {
    let route = match context.gateway.route(None, None, Need::Fast) {
        Ok(route) => route,
        Err(error) => return Ok(error.to_string()),
    };
    let request = ChatRequest {
        messages: vec![ChatMessage::new(Role::User, "Answer with the one word ok.")],
        thinking: Some(ThinkingMode::Minimal),
        max_output_tokens: Some(PROBE_TOKENS),
        ..ChatRequest::default()
    };
    match context.ask(route, request).await {
        Ok(_) => Ok("ok".to_owned()),
        Err(error) if context.options.dry_run => Err(error),
        Err(error) => Ok(error.to_string()),
    }
}

fn next_steps(snapshot: &Snapshot, providers: &[String], errors: &[String]) -> Vec<String> {
    let mut steps = Vec::new();
    if providers.is_empty() {
        steps.push(
            "set GLM_API_KEY (Z.ai) or KIMI_API_KEY (Moonshot), or EXAI_CUSTOM_URL for a server of your own".to_owned(),
        );
    }
    steps.extend(snapshot.diagnoses.iter().map(|diagnosis| diagnosis.text.clone()));
    if !errors.is_empty() {
        steps.push("look at a failed call with `exai calls show ID`, or with the tool calls".to_owned());
    }
    if steps.is_empty() && snapshot.verdict.word == Word::Ok {
        steps.push("nothing: call a tool".to_owned());
    }
    steps
}
