//! Resources: results of calls, conversations and the list of models, by address.

use rmcp::ErrorData;
use rmcp::model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::{Value, json};

use super::answer::failed;
use super::host::{Agent, Host};
use crate::backend::Backend;
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::CallFilter;
use crate::providers::Model;

/// The list of models.
const MODELS: &str = "exai://models";
/// What the address of a call begins with.
pub(super) const CALL: &str = "exai://call/";
/// What the address of a conversation begins with.
pub(super) const THREAD: &str = "exai://thread/";
/// Calls and conversations that are listed.
const LISTED: u32 = 20;

/// The address of a call.
pub(super) fn call_uri(id: &str) -> String {
    format!("{CALL}{id}")
}

/// What there is to read now: the models, the latest calls and conversations. No daemon is started to tell of those.
pub(super) async fn list<H: Host>(host: &H, agent: &Agent) -> Result<Vec<Resource>> {
    let mut all = vec![
        Resource::new(MODELS, "models")
            .with_title("Models")
            .with_description("Which models there are; the tool listmodels says which can be asked now")
            .with_mime_type(JSON),
    ];
    let Some(house) = host.house_at_hand(agent).await? else { return Ok(all) };
    let filter = CallFilter { limit: LISTED, ..CallFilter::default() };
    let (calls, threads) = tokio::join!(house.list_calls(filter), house.list_threads(LISTED));
    all.extend(calls?.into_iter().map(|call| {
        let about = format!("{}, {}, {}", call.tool, call.state.as_str(), call.created_at);
        Resource::new(call_uri(call.call_id.as_str()), format!("call {}", call.call_id))
            .with_description(about)
            .with_mime_type(JSON)
    }));
    all.extend(threads?.into_iter().map(|thread| {
        let about = format!("{} turns, last used {}", thread.turns, thread.updated_at);
        Resource::new(format!("{THREAD}{}", thread.thread_id), format!("thread {}", thread.thread_id))
            .with_description(about)
            .with_mime_type(JSON)
    }));
    Ok(all)
}

/// How addresses are made.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    let template = |uri: &str, name: &str, title: &str, description: &str| {
        ResourceTemplate::new(uri, name).with_title(title).with_description(description).with_mime_type(JSON)
    };
    vec![
        template("exai://call/{id}", "call", "Result of a call", "The whole result of a call, however long"),
        template("exai://thread/{id}", "thread", "Conversation", "A conversation with all its turns"),
    ]
}

const JSON: &str = "application/json";

/// Reads what is at an address.
pub(super) async fn read<H: Host>(host: &H, agent: &Agent, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let text = text(host, agent, uri).await.map_err(|error| match error.code {
        ErrorCode::NotFound | ErrorCode::InvalidRequest => {
            ErrorData::resource_not_found(error.to_string(), Some(json!({"uri": uri})))
        }
        _ => failed(&error),
    })?;
    Ok(ReadResourceResult::new(vec![ResourceContents::text(text, uri).with_mime_type(JSON)]))
}

async fn text<H: Host>(host: &H, agent: &Agent, uri: &str) -> Result<String> {
    if uri == MODELS {
        let models = host.models().await?;
        return Ok(json!({"models": models.iter().map(|model| described(model)).collect::<Vec<_>>()}).to_string());
    }
    let house = host.house(agent).await?;
    if let Some(id) = uri.strip_prefix(CALL).filter(|id| !id.is_empty()) {
        return Ok(written(&house.get_call(id).await?.result));
    }
    if let Some(id) = uri.strip_prefix(THREAD).filter(|id| !id.is_empty()) {
        return Ok(written(&house.get_thread(id).await?));
    }
    Err(Error::not_found(format!("there is no resource {uri}"))
        .hint("there are exai://models, exai://call/ID and exai://thread/ID"))
}

fn described(model: &Model) -> Value {
    json!({
        "id": model.id,
        "provider": model.provider,
        "aliases": model.aliases,
        "context_tokens": model.context,
        "max_output_tokens": model.max_output,
        "vision": model.vision,
        "tools": model.tools,
    })
}

fn written(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap_or(Value::Null).to_string()
}
