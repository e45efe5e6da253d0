//! `glm_payload_preview`: the exact body that a question would be sent with. Made by what sends, and not sent.

use std::sync::Arc;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Context, Info, Output, Tool, common, schema};
use crate::error::{Error, Result};
use crate::gateway::{Ask, Need};
use crate::providers::{ChatMessage, ChatRequest, ProviderName, Role};

/// The tool.
#[derive(Debug)]
pub(super) struct GlmPayloadPreview;

static INFO: Info = Info {
    name: "glm_payload_preview",
    title: "GLM payload preview",
    description: "Shows the exact body that a question to a GLM model would be sent with. Sends nothing.",
    main_argument: Some("prompt"),
};

/// The model when nobody names one and `auto` means another provider's.
const USUAL: &str = "glm-5.3-flash";

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// The question.
    #[schemars(length(min = 1))]
    prompt: String,
    /// The GLM model.
    #[schemars(length(min = 1, max = 100))]
    model: Option<String>,
    /// Sampling temperature.
    #[schemars(range(min = 0, max = 1))]
    temperature: Option<f64>,
    /// What the model is told it is.
    system_prompt: Option<String>,
    /// Let it search the web.
    #[serde(default)]
    use_websearch: bool,
    /// Functions that it may ask for, in GLM's shape.
    #[serde(default)]
    #[schemars(length(max = 128))]
    tools: Vec<Map<String, Value>>,
    /// How it chooses among them: auto.
    #[schemars(length(max = 100))]
    tool_choice: Option<String>,
}

#[async_trait]
impl Tool for GlmPayloadPreview {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("GlmPayloadPreviewRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let arguments: Arguments = common::read(arguments)?;
        let body = context.gateway.plan(&ask(arguments, context)?)?.body;
        let text = serde_json::to_string_pretty(&body)
            .map_err(|error| Error::internal(format!("a body can not be written: {error}")))?;
        Ok(Output { status: "success".to_owned(), text: format!("{text}\n"), data: Value::Object(body) })
    }
}

/// The question as a chat would ask it.
fn ask(arguments: Arguments, context: &Context) -> Result<Ask> {
    let Arguments { prompt, model, temperature, system_prompt, use_websearch, tools, tool_choice } = arguments;
    let model = model.unwrap_or_else(|| USUAL.to_owned());
    let route = context.gateway.route(Some(&model), None, Need::Fast)?;
    if route.first()?.provider != ProviderName::Glm {
        let message = format!("argument `model` is {model:?}, which is no GLM model");
        return Err(Error::validation("model", model, "a GLM model", message).hint("`exai models` shows them"));
    }
    let system = system_prompt.map(|text| ChatMessage::new(Role::System, text));
    let request = ChatRequest {
        messages: system.into_iter().chain([ChatMessage::new(Role::User, prompt)]).collect(),
        temperature,
        web_search: use_websearch,
        tools: tools.into_iter().map(Value::Object).collect(),
        tool_choice: tool_choice.map(Value::from),
        ..ChatRequest::default()
    };
    Ok(Ask {
        owner: context.owner.clone(),
        session: context.session.clone(),
        route,
        request,
        deadline: context.deadline,
        fresh: true,
        veil: Arc::clone(&context.veil),
    })
}
