//! `listmodels`: which models there are, and which of them can be asked now.

use std::fmt::Write;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Context, Info, Output, Tool, schema};
use crate::error::Result;
use crate::providers::ProviderName;

/// The tool.
#[derive(Debug)]
pub(super) struct ListModels;

static INFO: Info = Info {
    name: "listmodels",
    title: "List models",
    description: "Lists the models of all providers with window, price and features, and says which providers are configured. Asks no model.",
    main_argument: None,
};

/// It takes no arguments.
#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {}

#[async_trait]
impl Tool for ListModels {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("ListModelsRequest")
    }

    async fn run(&self, _: Map<String, Value>, context: &Context) -> Result<Output> {
        let configured = context.gateway.providers.configured();
        let (mut text, mut may) = (String::new(), 0);
        for provider in [ProviderName::Glm, ProviderName::Kimi] {
            let mark = if configured.contains(&provider) { "✅ configured" } else { "❌ no key" };
            write(&mut text, format_args!("## {provider} ({mark})\n\n"));
            for model in context.gateway.catalogue.models().filter(|model| model.provider == provider) {
                if model.is_retired() {
                    continue;
                }
                let is_allowed = context.gateway.allows(model);
                may += usize::from(is_allowed && configured.contains(&provider));
                let mark = if is_allowed { "" } else { " (not allowed)" };
                write(&mut text, format_args!("- `{}` – {}K context{mark}\n", model.id, model.context / 1000));
                for alias in &model.aliases {
                    write(&mut text, format_args!("  - `{alias}` → `{}`\n", model.id));
                }
            }
            text.push('\n');
        }
        let mark = if configured.contains(&ProviderName::Custom) { "✅ configured" } else { "❌ no EXAI_CUSTOM_URL" };
        write(&mut text, format_args!("## custom ({mark})\n\n- `custom/NAME` – any model of the endpoint\n"));
        write(&mut text, format_args!("\n{} providers configured, {may} models can be asked.\n", configured.len()));
        let names: Vec<_> = configured.iter().map(ToString::to_string).collect();
        let metadata = json!({"tool_name": INFO.name, "configured_providers": names});
        Ok(Output::success(text, metadata))
    }
}

/// Writing into a string can not fail.
fn write(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
}
