//! `kimi_chat_with_files`: a question about files that are kept at Kimi, in a conversation.

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::common::{self, Common};
use super::context::Window;
use super::uploads::{self, Uploader};
use super::{Context, Info, Output, Tool, chat, schema};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::fence;
use crate::evidence::number::number_lines;
use crate::gateway::{Need, Route};
use crate::providers::{ChatMessage, ProviderName, Role, Service};
use crate::store::UploadRecord;
use crate::threads::{Exchange, Thread};

/// The tool.
#[derive(Debug)]
pub(super) struct KimiChatWithFiles;

static INFO: Info = Info {
    name: "kimi_chat_with_files",
    title: "Chat with files at Kimi",
    description: "Asks Kimi about files that kimi_upload_files has uploaded, by their ids. A file that is gone there is uploaded again.",
    main_argument: Some("prompt"),
};

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// The question or task.
    #[schemars(length(min = 1))]
    prompt: String,
    /// Ids of the files, as the upload returned them.
    #[schemars(length(min = 1, max = 100))]
    file_ids: Vec<String>,
    #[serde(flatten)]
    common: Common,
}

#[async_trait]
impl Tool for KimiChatWithFiles {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("KimiChatWithFilesRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let Arguments { prompt, file_ids, common } = common::read(arguments)?;
        if file_ids.is_empty() {
            return Err(Error::validation("file_ids", 0, "at least one id", "argument `file_ids` is empty"));
        }
        let thread = context.thread(common.continuation_id.as_deref()).await?;
        let route = route(&common, &thread, context)?
            .able(crate::gateway::Abilities { images: 0, search: common.use_websearch })?;
        let shelf = Shelf::open(context, &file_ids).await?;
        let at_once = context.settings.uploads.at_once.max(1);
        let files: Vec<ChatMessage> =
            stream::iter(file_ids).map(|id| shelf.message(id)).buffered(at_once).try_collect().await?;
        let history = thread.history(Window::of(route.first()?.context).history, None);
        let user = format!("{}{prompt}\n", history.text);
        let mut request = context.request("chat", user, &common, &thread)?;
        // After the house's own words and before the question: a stable beginning is what providers cache.
        request.messages.splice(1..1, files);
        let answer = context.ask(route, request).await?;
        context.remember(
            &thread,
            Exchange {
                tool: INFO.name.to_owned(),
                root: Some(context.workspace.root().to_owned()),
                call_id: context.call_id.clone(),
                question: prompt,
                answer: answer.text.clone(),
                files: Vec::new(),
                model: Some(answer.model.clone()),
                state: Value::Null,
            },
        );
        let mut data = chat::document(INFO.name, &thread, &answer);
        data["model"] = answer.model.into();
        let status = data["status"].as_str().unwrap_or("success").to_owned();
        Ok(Output { status, text: answer.text, data })
    }
}

/// The model that is named, the one of the conversation, or Kimi's best.
fn route(common: &Common, thread: &Thread, context: &Context) -> Result<Route> {
    let named = common.model.as_deref().filter(|name| !name.eq_ignore_ascii_case("auto"));
    if named.is_some() || thread.last_model().is_some() {
        return context.gateway.route(common.model.as_deref(), thread.last_model(), Need::Long);
    }
    context.gateway.route_of(ProviderName::Kimi)
}

/// Files at Kimi, with what is known of them here.
struct Shelf<'a> {
    context: &'a Context,
    account: String,
    known: Vec<UploadRecord>,
}

impl<'a> Shelf<'a> {
    /// Refuses files of somebody else, whoever told their ids.
    async fn open(context: &'a Context, ids: &[String]) -> Result<Self> {
        let (account, mut known) = uploads::kept(context, ProviderName::Kimi).await?;
        if let Some(id) = ids.iter().find(|id| !uploads::may_touch(context, &known, id)) {
            return Err(Error::not_found(format!("no file {id} of yours is at kimi"))
                .hint("upload it with kimi_upload_files; kimi_manage_files lists what is there"));
        }
        known.retain(|record| *record.key.owner == *context.owner);
        Ok(Self { context, account, known })
    }

    /// The text of a file as one system message: data, fenced and numbered, so that it can not pass for anything else.
    async fn message(&self, id: String) -> Result<ChatMessage> {
        let known = self.known.iter().find(|record| record.file_id == id);
        let content = |id: String| self.context.serve(ProviderName::Kimi, Service::FileContent { id });
        let (id, text) = match (content(id.clone()).await, known) {
            (Err(error), Some(record)) if error.code == ErrorCode::NotFound => {
                let again = self.upload_again(record).await?;
                (again.file_id.clone(), content(again.file_id).await?.text)
            }
            (Err(error), None) if error.code == ErrorCode::NotFound => {
                return Err(error.hint("upload it with kimi_upload_files; kimi_manage_files lists what is there"));
            }
            (served, _) => (id, served?.text),
        };
        self.context
            .gateway
            .store
            .use_uploads(self.context.owner.to_string(), self.account.clone(), vec![id.clone()], Timestamp::now())
            .await?;
        let name = known.map_or(id.as_str(), |record| record.filename.as_str());
        let mut shown = fence::begin(name);
        let text = if text.is_empty() || text.ends_with('\n') { text } else { text + "\n" };
        number_lines(&text, text.lines().count(), &mut shown);
        shown.push_str(&fence::end(name));
        Ok(ChatMessage::new(Role::System, shown))
    }

    async fn upload_again(&self, record: &UploadRecord) -> Result<UploadRecord> {
        self.context.gateway.store.forget_upload(self.account.clone(), record.file_id.clone()).await?;
        let uploader = Uploader { context: self.context, provider: ProviderName::Kimi, purpose: "file-extract" };
        let again = uploader.again(record).await.map_err(|error| {
            error.hint(format!("{} is gone at kimi; upload it with kimi_upload_files", record.filename))
        })?;
        self.context.warn(format!(
            "{} ({}) was gone at kimi and was uploaded again as {}",
            record.filename, record.file_id, again.file_id
        ));
        Ok(again)
    }
}
