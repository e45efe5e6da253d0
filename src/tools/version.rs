//! `version`: what this program is.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Context, Info, Output, Tool, schema};
use crate::error::Result;

/// The tool.
#[derive(Debug)]
pub(super) struct Version;

static INFO: Info = Info {
    name: "version",
    title: "Version",
    description: "Says which version of exai runs, on which platform, and which providers are configured. Asks no model.",
    main_argument: None,
};

/// It takes no arguments.
#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {}

#[async_trait]
impl Tool for Version {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("VersionRequest")
    }

    async fn run(&self, _: Map<String, Value>, context: &Context) -> Result<Output> {
        let configured: Vec<_> = context.gateway.providers.configured().iter().map(ToString::to_string).collect();
        let providers = if configured.is_empty() { "none".to_owned() } else { configured.join(", ") };
        let models = context.gateway.catalogue.models().filter(|model| model.retired_on.is_none()).count();
        let version = env!("CARGO_PKG_VERSION");
        let platform = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
        let text = format!(
            "# exai {version}\n\n- platform: {platform}\n- configured providers: {providers}\n- models known: {models}\n"
        );
        Ok(Output::success(
            text,
            json!({
                "tool_name": INFO.name,
                "server_version": version,
                // The predecessor's clients look for these: nothing here is Python, and a program does not know when it
                // was put where it is.
                "last_updated": null,
                "python_version": null,
                "platform": platform,
            }),
        ))
    }
}
