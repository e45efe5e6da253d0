//! `glm_web_search`: asks GLM's search engine directly, without a model.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Context, Info, Output, Tool, common, schema};
use crate::error::Result;
use crate::gateway::Source;
use crate::providers::{ProviderName, Service};

/// The tool.
#[derive(Debug)]
pub(super) struct GlmWebSearch;

static INFO: Info = Info {
    name: "glm_web_search",
    title: "GLM web search",
    description: "Searches the web by GLM's search service and returns the hits. Asks no model; each search costs a fee.",
    main_argument: Some("search_query"),
};

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Arguments {
    /// What to search for.
    #[schemars(length(min = 1, max = 2000))]
    search_query: String,
    /// How many hits, 1 to 50.
    #[serde(default = "count")]
    count: i64,
    /// The engine; left out, the one of the site that is configured.
    #[schemars(length(max = 100))]
    #[serde(skip_serializing_if = "Option::is_none")]
    search_engine: Option<String>,
    /// Only hits of this domain.
    #[schemars(length(max = 253))]
    #[serde(skip_serializing_if = "Option::is_none")]
    search_domain_filter: Option<String>,
    /// How old hits may be.
    #[serde(default, skip_serializing_if = "Recency::is_all")]
    search_recency_filter: Recency,
    /// A name of your own for the request; must be new each time.
    #[schemars(length(max = 128))]
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// The end user that it is for.
    #[schemars(length(min = 6, max = 128))]
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
}

fn count() -> i64 {
    10
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
enum Recency {
    OneDay,
    OneWeek,
    OneMonth,
    OneYear,
    #[default]
    All,
}

impl Recency {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    fn is_all(&self) -> bool {
        *self == Self::All
    }
}

#[async_trait]
impl Tool for GlmWebSearch {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("GlmWebSearchRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let mut arguments: Arguments = common::read(arguments)?;
        arguments.count = arguments.count.clamp(1, 50);
        let fields = json!(arguments).as_object().cloned().unwrap_or_default();
        let found = context.serve(ProviderName::Glm, Service::WebSearch { fields }).await?.json;
        let hits: Vec<Source> = found["search_result"].as_array().into_iter().flatten().map(Source::read).collect();
        let mut text: String = hits.iter().enumerate().map(|(at, hit)| line(at + 1, hit)).collect();
        if text.is_empty() {
            "Nothing was found.\n".clone_into(&mut text);
        }
        Ok(Output { status: "success".to_owned(), text, data: found })
    }
}

/// A hit, and the beginning of what it says.
fn line(number: usize, hit: &Source) -> String {
    const SHOWN: usize = 300;
    let beginning: String = hit.content.chars().take(SHOWN).collect();
    let more = if hit.content.chars().count() > SHOWN { "…" } else { "" };
    format!("{number}. {}\n   {beginning}{more}\n", hit.line())
}
