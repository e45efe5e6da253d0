//! `chat`: a question, with files if it names any, in a conversation.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::common::{self, Common};
use super::context::Window;
use super::gather::{Budget, Wanted, gather};
use super::{Context, Info, Output, Settings, Tool, images, schema};
use crate::error::Result;
use crate::gateway::{Abilities, Answer, Gateway, Need, Route};
use crate::threads::{Exchange, Thread};

/// The tool.
#[derive(Debug)]
pub(super) struct Chat;

static INFO: Info = Info {
    name: "chat",
    title: "Chat",
    description: "Asks a model and returns its answer. Use it for a second opinion, a question about files you name, or to go on with an earlier conversation.",
    main_argument: Some("prompt"),
};

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// The question or task.
    #[schemars(length(min = 1))]
    prompt: String,
    /// Files and directories the question is about.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    files: Vec<String>,
    /// Images to show the model: paths or data: URLs of .jpg, .png, .gif or .webp.
    #[serde(default)]
    #[schemars(length(max = 10))]
    images: Vec<String>,
    #[serde(flatten)]
    common: Common,
}

#[async_trait]
impl Tool for Chat {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("ChatRequest")
    }

    fn route(&self, arguments: Map<String, Value>, gateway: &Gateway, settings: &Settings) -> Option<Route> {
        let Arguments { files, images, common, .. } = common::read(arguments).ok()?;
        let goes_on = common.continuation_id.as_deref().is_some_and(|id| !id.is_empty());
        if goes_on || !files.is_empty() || !images.is_empty() {
            return None;
        }
        let common = settings.asking(INFO.name, common);
        let abilities = Abilities { images: 0, search: common.use_websearch };
        gateway.route(common.model.as_deref(), None, Need::Fast).ok()?.able(abilities).ok()
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let Arguments { prompt, files, images, common } = common::read(arguments)?;
        let common = context.settings.asking(INFO.name, common);
        let thread = context.thread(common.continuation_id.as_deref()).await?;
        let abilities = Abilities { images: images.len(), search: common.use_websearch };
        let route = context.route_for(&common, &thread, Need::Fast, &files, abilities).await?;
        let images = images::read(context, &images).await?;
        let window = Window::of(route.first()?.context);
        let (before, allow_missing) = (thread.files(None), common.allow_missing);
        let wanted = Wanted { named: files, before, allow_missing, ..Wanted::default() };
        let gathered = gather(context, wanted, Budget::of(window.files)).await?;
        let history = thread.history(window.history, None);
        let user = format!("{}{}{prompt}\n", gathered.text, history.text);
        let mut request = context.request(INFO.name, user, &common, &thread)?;
        if let Some(message) = request.messages.last_mut() {
            message.images = images;
        }
        let answer = context.ask(route, request).await?;
        context.remember(
            &thread,
            Exchange {
                tool: INFO.name.to_owned(),
                root: Some(context.workspace.root().to_owned()),
                call_id: context.call_id.clone(),
                question: prompt,
                answer: answer.text.clone(),
                files: gathered.named,
                model: Some(answer.model.clone()),
                state: Value::Null,
            },
        );
        let data = document(INFO.name, &thread, &answer);
        let status = data["status"].as_str().unwrap_or("success").to_owned();
        Ok(Output { status, text: answer.text, data })
    }
}

/// The predecessor's document: an answer, and the offer to go on while the conversation has room.
pub(super) fn document(tool: &str, thread: &Thread, answer: &Answer) -> Value {
    let Answer { text: content, model, provider, .. } = answer;
    let remaining = thread.remaining().saturating_sub(1);
    if remaining == 0 {
        let metadata = json!({"tool_name": tool, "model_used": model, "provider_used": provider});
        return json!({"status": "success", "content": content, "content_type": "text", "metadata": metadata});
    }
    json!({
        "status": "continuation_available",
        "content": content,
        "content_type": "text",
        "metadata": {"tool_name": tool, "conversation_ready": true, "model_used": model, "provider_used": provider},
        "continuation_offer": {
            "continuation_id": thread.id,
            "note": "Pass this continuation_id to any tool to go on with this conversation.",
            "remaining_turns": remaining,
        },
    })
}
