//! The tools: one small file each, without memory of its own. What they share is the context they run in
//! and, for workflow tools, the step machine.
//!
//! A tool says what it takes by its argument type, from which the JSON Schema, the command-line flags and
//! the documentation come; and it answers with a status, a text for people and a document for programs.

mod activity;
mod analyze;
mod annotations;
mod arguments;
mod at_once;
mod calls;
mod challenge;
mod changes;
mod chat;
mod codereview;
mod common;
mod consensus;
mod context;
mod costs;
mod debug;
mod docgen;
mod facts;
mod gather;
mod glm_embed;
mod glm_payload_preview;
mod glm_upload_file;
mod glm_web_search;
mod health;
mod house;
mod images;
mod inspect;
mod instructions;
mod kimi_chat_with_files;
mod kimi_chat_with_tools;
mod kimi_intent_analysis;
mod kimi_manage_files;
mod kimi_upload_files;
mod list;
mod listmodels;
mod moment;
mod offer;
mod planner;
mod precommit;
mod prompts;
mod provider_capabilities;
mod refactor;
mod require;
mod router;
mod schema;
#[cfg(test)]
mod schemas;
mod secaudit;
mod self_check;
mod status;
mod testgen;
mod thinkdeep;
mod tracer;
mod uploads;
mod version;
mod workflow;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use serde_json::{Map, Value, json};

pub use arguments::{ShortForm, short_form};
pub use context::{Context, Defaults, Draft, Settings};
pub use costs::{cost, cost_of_instructions};
pub use images::places_of_images;
pub use inspect::{Inspect, Steps};
pub use list::List;
pub use offer::{Offer, Shown};
pub use prompts::Prompts;
pub use uploads::UploadSettings;
#[cfg(feature = "fuzzing")]
pub use workflow::expert_answer;

use crate::error::Result;
use crate::gateway::{Gateway, Route};
use crate::protocol::wire::ToolAnnotations;
use workflow::Engine;

/// One tool.
#[async_trait]
pub trait Tool: Send + Sync {
    /// Its name and what it is for.
    fn info(&self) -> &'static Info;

    /// The JSON Schema of its arguments: a flat object.
    fn schema(&self) -> Value;

    /// The models of its one question, where arguments that [`Registry::check`] has accepted tell them without a look at files,
    /// images or a conversation.
    fn route(&self, _: Map<String, Value>, _: &Gateway, _: &Settings) -> Option<Route> {
        None
    }

    /// Runs it with arguments that [`Registry::check`] has accepted.
    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output>;
}

/// What is said of a tool in lists and help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info {
    /// The bare name.
    pub name: &'static str,
    /// A few words.
    pub title: &'static str,
    /// One or two sentences: when to use it and what comes back.
    pub description: &'static str,
    /// The argument that a bare text on the command line fills.
    pub main_argument: Option<&'static str>,
}

impl Info {
    /// What the tool does to the world.
    pub fn annotations(&self) -> ToolAnnotations {
        annotations::of(self.name)
    }
}

/// What a tool answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The tool's own word for its outcome.
    pub status: String,
    /// For people, as Markdown.
    pub text: String,
    /// For programs: the predecessor's document.
    pub data: Value,
}

impl Output {
    /// The predecessor's document around a text.
    fn success(text: String, metadata: Value) -> Self {
        let mut data = json!({"status": "success", "content": text, "content_type": "text"});
        data["metadata"] = metadata;
        Self { status: "success".to_owned(), text, data }
    }
}

/// The tools that can be called.
pub struct Registry {
    tools: BTreeMap<&'static str, Listed>,
    /// Describes the others; only agents that are shown no others need it.
    describe: Listed,
    list: List,
    /// What agents are shown that do not say what they want to be shown.
    offer: Offer,
    fingerprint: OnceLock<String>,
}

/// A tool with its schema, which is made when it is first asked for.
struct Listed {
    tool: Arc<dyn Tool>,
    schema: OnceLock<Value>,
}

impl From<Arc<dyn Tool>> for Listed {
    fn from(tool: Arc<dyn Tool>) -> Self {
        Self { tool, schema: OnceLock::new() }
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.tools.keys()).finish()
    }
}

impl Registry {
    /// All tools but the `disabled` ones (names in any case).
    pub fn new(disabled: &[String]) -> Self {
        let all: Vec<Arc<dyn Tool>> = vec![
            Arc::new(activity::Activity),
            Arc::new(calls::Calls),
            Arc::new(challenge::Challenge),
            Arc::new(chat::Chat),
            Arc::new(consensus::Consensus),
            Arc::new(glm_embed::GlmEmbed),
            Arc::new(glm_payload_preview::GlmPayloadPreview),
            Arc::new(glm_upload_file::GlmUploadFile),
            Arc::new(glm_web_search::GlmWebSearch),
            Arc::new(health::Health),
            Arc::new(kimi_chat_with_files::KimiChatWithFiles),
            Arc::new(kimi_chat_with_tools::KimiChatWithTools),
            Arc::new(kimi_intent_analysis::KimiIntentAnalysis),
            Arc::new(kimi_manage_files::KimiManageFiles),
            Arc::new(kimi_upload_files::KimiUploadFiles),
            Arc::new(listmodels::ListModels),
            Arc::new(provider_capabilities::ProviderCapabilities),
            Arc::new(self_check::SelfCheck),
            Arc::new(status::Status),
            Arc::new(version::Version),
            Arc::new(Engine::new(analyze::Analyze)),
            Arc::new(Engine::new(codereview::CodeReview)),
            Arc::new(Engine::new(debug::Debug)),
            Arc::new(Engine::new(docgen::DocGen)),
            Arc::new(Engine::new(planner::Planner)),
            Arc::new(Engine::new(precommit::Precommit)),
            Arc::new(Engine::new(refactor::Refactor)),
            Arc::new(Engine::new(secaudit::SecAudit)),
            Arc::new(Engine::new(testgen::TestGen)),
            Arc::new(Engine::new(thinkdeep::ThinkDeep)),
            Arc::new(Engine::new(tracer::Tracer)),
        ];
        let is_enabled =
            |tool: &Arc<dyn Tool>| !disabled.iter().any(|name| name.eq_ignore_ascii_case(tool.info().name));
        let tools = all.into_iter().filter(is_enabled).map(|tool| (tool.info().name, Listed::from(tool))).collect();
        Self {
            tools,
            describe: Listed::from(Arc::new(router::Describe) as Arc<dyn Tool>),
            list: List::new(disabled),
            offer: Offer::default(),
            fingerprint: OnceLock::new(),
        }
    }

    /// The same tools, of which agents are shown what `offer` has.
    #[must_use]
    pub fn offering(self, offer: Offer) -> Self {
        Self { offer, ..self }
    }

    /// All tools, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Tool>> {
        self.tools.values().map(|listed| &listed.tool)
    }

    /// The same tools without the tools: what is said of them.
    pub fn list(&self) -> &List {
        &self.list
    }

    /// The tool of that name. The suffixes of the predecessor's names are cut off.
    pub fn get(&self, name: &str) -> Result<&Arc<dyn Tool>> {
        self.listed(name).map(|listed| &listed.tool)
    }

    /// The schema of the tool of that name.
    pub fn schema(&self, name: &str) -> Result<&Value> {
        self.listed(name).map(|listed| listed.schema.get_or_init(|| listed.tool.schema()))
    }

    /// A hash of all that is said of the tools; it changes when they do.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| self.list.fingerprint(&self.offer))
    }

    /// Checks and completes the arguments of a tool; returns what the caller should be told about them.
    pub fn check(&self, name: &str, arguments: &mut Map<String, Value>) -> Result<Vec<String>> {
        arguments::check(self.schema(name)?, arguments)
    }

    fn listed(&self, name: &str) -> Result<&Listed> {
        if let Some(listed) = self.tools.get(name) {
            return Ok(listed);
        }
        let name = self.list.get(name)?;
        let describe = Some(&self.describe).filter(|_| name == router::DESCRIBE);
        self.tools.get(name).or(describe).ok_or_else(|| self.list.unknown(name))
    }
}

/// The tools that work in steps.
#[cfg(test)]
pub(crate) fn workflow_names() -> Vec<&'static str> {
    let registry = Registry::new(&[]);
    let works_in_steps = |tool: &&Arc<dyn Tool>| tool.schema()["properties"].get("step_number").is_some();
    registry.iter().filter(works_in_steps).map(|tool| tool.info().name).collect()
}

/// Compares a file beside this one with what the tools say. `UPDATE_DOCUMENTS=1` writes it anew.
#[cfg(test)]
#[track_caller]
fn is_current(path: &str, current: &str) {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tools").join(path);
    #[expect(clippy::disallowed_methods, reason = "the variable is the test's own")]
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&file, current).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap();
    let command = "UPDATE_DOCUMENTS=1 cargo nextest run -p exai-core costs tools::list";
    assert!(committed == current, "src/tools/{path} is out of date: run {command}");
}
