//! One call of one tool for one request of an agent: begun, told while it runs, answered before the agent loses patience.

use std::time::Duration;

use rmcp::model::{CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep_until};

use super::cancelled::{Cancelled, Watch};
use super::host::{Agent, Host};
use super::progress::Progress;
use super::{answer, clients, tasks};
use crate::backend::{Backend, CallHandle};
use crate::error::Result;
use crate::protocol::{CallId, CallOptions, CallRequest};

/// Characters of one text that an agent may send; more belongs into a file.
const LONGEST_TEXT: usize = 60_000;

/// Carries out what the agent asks, or begins it.
pub(super) async fn call<H: Host>(
    host: &H,
    cancelled: &Cancelled,
    params: CallToolRequestParams,
    context: RequestContext<RoleServer>,
) -> Result<CallToolResponse, ErrorData> {
    let watch = cancelled.watch(context.id.clone());
    // The notification may be here before this is first run: then nobody watched for it.
    if context.ct.is_cancelled() {
        return Ok(given_up().into());
    }
    let began = Instant::now();
    let arguments = params.arguments.unwrap_or_default();
    if let Some(refused) = too_long(&arguments) {
        return Ok(refused.into());
    }
    let request = CallRequest { tool: params.name.into_owned(), arguments, options: CallOptions::default() };
    let mut progress = Progress::new(&context, awaited(&request).as_ref());
    // At once: a client on HTTP gets no header before the first sign of life.
    progress.tell().await;
    let agent = clients::of(&context);
    let until = began + clients::patience(&agent.client, progress.is_heard());
    let (handle, awaited) = match begin(host, request, &context, &agent, &mut progress).await {
        Ok(Some(begun)) => begun,
        Ok(None) => return Ok(given_up().into()),
        Err(error) => return answer::refusal(&error).map(CallToolResponse::from),
    };
    let task_at = tasks::are_spoken(&context).then(|| began + tasks::PATIENCE).filter(|at| *at < until);
    Held { handle, awaited, watch, context, progress }.until(task_at, until).await
}

/// The call that this one only waits for.
fn awaited(request: &CallRequest) -> Option<CallId> {
    let id = request.arguments.get("call_id").and_then(Value::as_str).map(str::trim);
    let waits = request.tool == "calls" && request.arguments.get("action").is_some_and(|action| action == "wait");
    id.filter(|id| waits && !id.is_empty()).map(|id| CallId::from(id.to_owned()))
}

/// Begins the call, and says which other one it only waits for; begins none when the agent gives up before. It is not left half
/// begun when the agent gives up then: what was asked for is held, and ended.
async fn begin<H: Host>(
    host: &H,
    request: CallRequest,
    context: &RequestContext<RoleServer>,
    agent: &Agent,
    progress: &mut Progress,
) -> Result<Option<(CallHandle, Option<CallId>)>> {
    let beginning = async {
        let house = host.house(agent).await?;
        let (request, workspace) = host.prepare(request, &house).await?;
        if context.ct.is_cancelled() {
            return Ok(None);
        }
        let awaited = awaited(&request);
        Ok(Some((house.call(request, workspace).await?, awaited)))
    };
    let mut beginning = std::pin::pin!(beginning);
    loop {
        tokio::select! {
            begun = &mut beginning => return begun,
            () = sleep_until(progress.due()) => progress.tell().await,
        }
    }
}

/// A call that runs, and the request that waits for it.
struct Held {
    handle: CallHandle,
    /// The other call that it only waits for.
    awaited: Option<CallId>,
    watch: Watch,
    context: RequestContext<RoleServer>,
    progress: Progress,
}

impl Held {
    /// Waits for the result; at `task_at` the call becomes a task of the agent, at `until` it goes on alone.
    async fn until(mut self, task_at: Option<Instant>, until: Instant) -> Result<CallToolResponse, ErrorData> {
        let given_up = self.context.ct.clone();
        loop {
            tokio::select! {
                biased;
                () = given_up.cancelled() => return Ok(self.let_go().await.into()),
                told = self.handle.news.next() => match told {
                    Some(told) => self.progress.note(&told).await,
                    None => break,
                },
                () = sleep_until(task_at.unwrap_or(until)), if task_at.is_some() => {
                    return Ok(tasks::begun(&self.handle.id).into());
                }
                () = sleep_until(until) => return Ok(self.still_running().into()),
                () = sleep_until(self.progress.due()) => self.progress.tell().await,
            }
        }
        // All was told; the result comes at once.
        let envelope = self.handle.result().await;
        answer::of(envelope).map(CallToolResponse::from)
    }

    /// The agent's time is up. One that only waits goes on for nobody.
    fn still_running(&self) -> CallToolResult {
        if self.awaited.is_some() {
            self.handle.cancel();
        }
        answer::still_running(self.awaited.as_ref().unwrap_or(&self.handle.id))
    }

    /// The agent does not wait any longer: it wants the call to end, or it is gone and the call goes on.
    async fn let_go(self) -> CallToolResult {
        if self.watch.was_wanted().await {
            self.handle.cancel();
            // The daemon hears of it before its handle goes.
            drop(tokio::time::timeout(Duration::from_secs(1), self.handle.result()).await);
        }
        given_up()
    }
}

/// The answer to who does not wait for it; nobody reads it.
fn given_up() -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text("the request was cancelled")])
}

/// The answer to a text that is too long for an agent's message.
fn too_long(arguments: &Map<String, Value>) -> Option<CallToolResult> {
    let texts = arguments.iter().filter_map(|(name, value)| Some((name, value.as_str()?.chars().count())));
    let (name, size) = texts.max_by_key(|(_, size)| *size).filter(|(_, size)| *size > LONGEST_TEXT)?;
    let content = format!(
        "`{name}` has {size} characters, allowed: {LONGEST_TEXT}. Write it into a file (prompt.txt) and name that file in the \
         tool's list of files."
    );
    let metadata = json!({"argument": name, "prompt_size": size, "limit": LONGEST_TEXT, "instructions": content});
    let body = json!({"status": "resend_prompt", "content": content, "content_type": "text", "metadata": metadata});
    Some(CallToolResult::error(vec![ContentBlock::text(body.to_string())]))
}
