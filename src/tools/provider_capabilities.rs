//! `provider_capabilities`: what is configured and what the models can do; never a secret.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Context, Info, Output, Tool, common, house, schema};
use crate::error::Result;
use crate::providers::{Model, Thinking};

/// The tool.
#[derive(Debug)]
pub(super) struct ProviderCapabilities;

static INFO: Info = Info {
    name: "provider_capabilities",
    title: "Provider capabilities",
    description: "Says which providers are configured and where, and on request what each model can do. Never shows a key. Asks no model.",
    main_argument: None,
};

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// Name the tools.
    #[serde(default = "yes")]
    include_tools: bool,
    /// Say of each model what it can do.
    #[serde(default)]
    show_advanced: bool,
    /// Has no effect: nothing is cached here.
    #[serde(default)]
    #[expect(dead_code, reason = "callers of the predecessor send it")]
    invalidate_cache: bool,
}

fn yes() -> bool {
    true
}

#[async_trait]
impl Tool for ProviderCapabilities {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("ProviderCapabilitiesRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let Arguments { include_tools, show_advanced, .. } = common::read(arguments)?;
        let facts = &context.settings.facts;
        let tools = if include_tools { context.house.tools() } else { Vec::new() };
        let mut text = format!("Configured providers: {}\n\n", house::listed(&house::providers(context)));
        for (name, value) in facts.iter().filter(|(_, value)| !value.is_null()) {
            text.push_str(&format!("- {name}: {}\n", shown(value)));
        }
        let mut data = json!({"env": facts, "tools": tools, "showing_advanced": show_advanced});
        if show_advanced {
            let known = context.gateway.catalogue.models().filter(|model| !model.is_retired());
            let models: Vec<&Model> = known.map(|model| &**model).collect();
            text.push_str("\nModels:\n\n");
            text.extend(models.iter().map(|model| line(model)));
            data["models"] = models.iter().map(|model| capabilities(model)).collect();
        }
        Ok(Output { status: "success".to_owned(), text, data })
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn capabilities(model: &Model) -> Value {
    json!({
        "id": model.to_string(),
        "provider": model.provider,
        "context": model.context,
        "max_output": model.max_output,
        "images": model.vision,
        "tools": model.tools,
        "thinking": word(model.thinking),
        "effort": model.effort,
    })
}

fn line(model: &Model) -> String {
    let mut can = vec![format!("thinking {}", word(model.thinking))];
    can.extend(model.vision.then(|| "images".to_owned()));
    can.extend(model.tools.then(|| "tools".to_owned()));
    format!("- `{model}` ({}): {}\n", model.provider, can.join(", "))
}

fn word(thinking: Thinking) -> &'static str {
    match thinking {
        Thinking::No => "never",
        Thinking::Toggle => "can be switched off",
        Thinking::Always => "always",
    }
}
