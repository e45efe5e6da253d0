//! `kimi_intent_analysis`: what a request needs, judged by Kimi: the web, how much thought, which model.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::common::Common;
use super::{Context, Info, Output, Tool, common, house, schema};
use crate::error::Result;
use crate::gateway::Need;
use crate::providers::{ProviderName, ThinkingMode};

/// The tool.
#[derive(Debug)]
pub(super) struct KimiIntentAnalysis;

static INFO: Info = Info {
    name: "kimi_intent_analysis",
    title: "Intent analysis",
    description: "Lets Kimi judge what a request needs: the web or not, how complex it is, which provider and model suit it. Use it to route requests.",
    main_argument: Some("prompt"),
};

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// The request to judge.
    #[schemars(length(min = 1, max = 60000))]
    prompt: String,
    /// What is known around it.
    #[schemars(length(max = 60000))]
    context: Option<String>,
    /// Whether a search of the web would be possible.
    #[serde(default = "yes")]
    use_websearch: bool,
}

fn yes() -> bool {
    true
}

#[async_trait]
impl Tool for KimiIntentAnalysis {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("KimiIntentAnalysisRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let Arguments { prompt, context: around, use_websearch } = common::read(arguments)?;
        let route = context.gateway.route_of(ProviderName::Kimi)?;
        let models = house::models(context);
        let question = json!({
            "request": prompt, "context": around, "web_search_possible": use_websearch, "models": models,
        });
        let thread = context.thread(None).await?;
        let common = Common { thinking_mode: Some(ThinkingMode::Minimal), ..Common::default() };
        let mut request = context.request(INFO.name, format!("{question}\n"), &common, &thread)?;
        request.json_object = true;
        let answer = context.ask(route, request).await?;
        let read =
            serde_json::from_str::<Value>(answer.text.trim().trim_start_matches("```json").trim_matches('`').trim());
        let told = read.ok().filter(Value::is_object).unwrap_or_else(|| {
            context.warn("the judgement could not be read: these are safe defaults");
            Value::Null
        });
        let data = judgement(&told, &models, context, use_websearch);
        let text: String = data
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("- {name}: {}\n", plain(value)))
            .collect();
        Ok(Output { status: "success".to_owned(), text, data })
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What was told, with a safe word wherever it is none of those that are possible.
fn judgement(told: &Value, models: &[String], context: &Context, may_search: bool) -> Value {
    let complexity = one_of(&told["complexity"], &["simple", "moderate", "deep"]).unwrap_or("moderate");
    let named = told["recommended_model"].as_str().filter(|name| models.iter().any(|model| model == name));
    let need = if complexity == "deep" { Need::Quality } else { Need::Fast };
    let usual = || context.gateway.route(None, None, need).ok()?.first().ok().map(ToString::to_string);
    let model = named.map(str::to_owned).or_else(usual).unwrap_or_default();
    let known = context.gateway.catalogue.resolve(&model).ok();
    json!({
        "needs_websearch": may_search && told["needs_websearch"].as_bool().unwrap_or(false),
        "complexity": complexity,
        "domain": told["domain"].as_str().unwrap_or("general"),
        "recommended_provider": known.map(|model| model.provider.as_str().to_uppercase()),
        "recommended_model": model,
        "streaming_preferred": told["streaming_preferred"].as_bool().unwrap_or(true),
    })
}

fn one_of<'a>(value: &Value, words: &[&'a str]) -> Option<&'a str> {
    words.iter().find(|word| value.as_str() == Some(word)).copied()
}
