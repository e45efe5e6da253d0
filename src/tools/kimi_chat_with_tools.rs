//! `kimi_chat_with_tools`: Kimi with functions of the caller's own. What the model asks for is handed back to the caller,
//! who runs it and calls again with its result; Kimi's search of the web is carried out here.

use std::borrow::Cow;

use async_trait::async_trait;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Context, Info, Output, Tool, common, schema};
use crate::error::{Error, Result};
use crate::gateway::{self, Abilities, Need, Route};
use crate::providers::{ChatMessage, ChatRequest, ProviderName, Role, ToolCall, WEB_SEARCH};

/// The tool.
#[derive(Debug)]
pub(super) struct KimiChatWithTools;

static INFO: Info = Info {
    name: "kimi_chat_with_tools",
    title: "Chat with tools at Kimi",
    description: "Asks Kimi with functions of your own. When it wants one, the status is tool_call_pending: run it, append the returned message and a tool message with its result, and call again.",
    main_argument: Some("messages"),
};

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// The conversation: texts of the user, or objects with role and content, in the providers' shape.
    #[schemars(with = "Vec<TextOrObject>", length(min = 1, max = 1000))]
    messages: Vec<Value>,
    /// A Kimi model.
    #[schemars(length(min = 1, max = 100))]
    model: Option<String>,
    /// Functions in the providers' shape; the text `$web_search` is Kimi's own search.
    #[serde(default)]
    #[schemars(with = "Vec<TextOrObject>", length(max = 128))]
    tools: Vec<Value>,
    /// auto, none or required.
    #[schemars(length(max = 100))]
    tool_choice: Option<String>,
    /// Sampling temperature; sent only where the model takes it.
    #[schemars(range(min = 0, max = 1))]
    temperature: Option<f64>,
    /// Has no effect: answers always stream where the caller can hear them.
    #[serde(default)]
    #[expect(dead_code, reason = "callers of the predecessor send it")]
    stream: bool,
    /// Let Kimi search the web: costs extra, and sends queries out.
    #[serde(default)]
    use_websearch: bool,
}

/// What stands in these lists. Clients of agents want a schema of it that says more than that anything goes.
struct TextOrObject;

impl JsonSchema for TextOrObject {
    fn schema_name() -> Cow<'static, str> {
        "TextOrObject".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["string", "object"]})
    }
}

#[async_trait]
impl Tool for KimiChatWithTools {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("KimiChatWithToolsRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let Arguments { messages, model, tools, tool_choice, temperature, use_websearch, .. } =
            common::read(arguments)?;
        let (searches, functions): (Vec<Value>, Vec<Value>) = tools.into_iter().map(tool).partition(is_search);
        let web_search = use_websearch || !searches.is_empty();
        let request = ChatRequest {
            messages: messages.into_iter().enumerate().map(message).collect::<Result<_>>()?,
            temperature,
            tools: functions,
            tool_choice: tool_choice.map(Value::from),
            web_search,
            ..ChatRequest::default()
        };
        if !request.messages.iter().any(|message| message.role != Role::System) {
            return Err(wrong(0, "a message of the user"));
        }
        let route = route(model.as_deref(), context)?.able(Abilities { images: 0, search: web_search })?;
        let answer = context.ask(route, request).await?;
        let is_pending = !answer.tool_calls.is_empty();
        let asked: Vec<Value> = answer.tool_calls.iter().map(ToolCall::write).collect();
        let status = if is_pending { "tool_call_pending" } else { "success" };
        let mut data = json!({
            "status": status, "provider": answer.provider.to_uppercase(), "model": answer.model, "content": answer.text,
            "tool_calls": asked, "usage": context.ledger.account().usage,
        });
        let mut text = answer.text.clone();
        if is_pending {
            data["message"] = pending(&gateway::asking(&answer), &asked);
            let names: Vec<&str> = answer.tool_calls.iter().map(|call| call.name.as_str()).collect();
            text.push_str(&format!("Kimi asks for: {}\n", names.join(", ")));
        }
        Ok(Output { status: status.to_owned(), text, data })
    }
}

/// A Kimi model: the one that is named, or the best that is configured.
fn route(model: Option<&str>, context: &Context) -> Result<Route> {
    let Some(name) = model.filter(|name| !name.eq_ignore_ascii_case("auto")) else {
        return context.gateway.route_of(ProviderName::Kimi);
    };
    let route = context.gateway.route(Some(name), None, Need::Fast)?;
    if route.first()?.provider == ProviderName::Kimi {
        return Ok(route);
    }
    let message = format!("argument `model` is {name:?}, which is no Kimi model");
    Err(Error::validation("model", name, "a Kimi model", message).hint("`exai models` shows them"))
}

/// A text that is JSON, as the command line gives it, is the object that it tells.
fn object(value: Value) -> Value {
    let told = value.as_str().filter(|text| text.starts_with('{')).and_then(|text| serde_json::from_str(text).ok());
    told.unwrap_or(value)
}

fn tool(value: Value) -> Value {
    match object(value) {
        Value::String(name) => json!({"type": "builtin_function", "function": {"name": name}}),
        tool => tool,
    }
}

fn is_search(tool: &Value) -> bool {
    tool["function"]["name"] == WEB_SEARCH
}

fn wrong(at: usize, allowed: &str) -> Error {
    Error::validation("messages", at, allowed, format!("argument `messages`: message {} has to be {allowed}", at + 1))
}

/// A message as the caller writes it.
fn message((at, value): (usize, Value)) -> Result<ChatMessage> {
    let value = object(value);
    if let Value::String(text) = value {
        return Ok(ChatMessage::new(Role::User, text));
    }
    let allowed = "a text, or an object with role (system, user, assistant, tool) and content";
    let role: Role = serde_json::from_value(value["role"].clone()).map_err(|_| wrong(at, allowed))?;
    let content = match &value["content"] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(parts) => parts
            .iter()
            .map(|part| part["text"].as_str().ok_or_else(|| wrong(at, "of text parts only")))
            .collect::<Result<_>>()?,
        _ => return Err(wrong(at, allowed)),
    };
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let calls = value["tool_calls"].as_array().into_iter().flatten().map(asked).collect();
    Ok(ChatMessage {
        tool_calls: calls,
        reasoning: text("reasoning_content"),
        tool_call_id: text("tool_call_id"),
        name: text("name"),
        ..ChatMessage::new(role, content)
    })
}

/// A call of a function as the caller gives it back.
fn asked(value: &Value) -> ToolCall {
    let mut call = ToolCall::read(value);
    if call.kind.is_empty() {
        "function".clone_into(&mut call.kind);
    }
    call
}

/// The message that the caller appends, so that the model knows what it asked.
fn pending(message: &ChatMessage, calls: &[Value]) -> Value {
    let mut pending = json!({"role": message.role, "content": message.content, "tool_calls": calls});
    if let Some(reasoning) = &message.reasoning {
        pending["reasoning_content"] = reasoning.as_str().into();
    }
    pending
}
