//! The tasks extension: a call that takes long becomes a task that its agent asks for. A task is the call itself, so it
//! outlives connections, daemons and machines' restarts as the journal does.

use std::time::Duration;

use rmcp::model::{CreateTaskResult, DetailedTask, GetTaskResult, JsonObject, Task, TaskPayload, TaskStatus};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};

use super::{answer, clients};
use crate::backend::Backend;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::{CallId, CallRecord, CallState};

/// A call that ends so soon is answered directly; no model is as quick.
pub(super) const PATIENCE: Duration = Duration::from_millis(500);
/// How often a client should ask.
const POLL: u64 = 2_000;
/// How long a result is kept at least; the journal's own limit.
const KEPT: u64 = 24 * 60 * 60 * 1_000;

/// Whether the agent of this request speaks of tasks. Some declare it although their protocol has none.
pub(super) fn are_spoken(context: &RequestContext<RoleServer>) -> bool {
    clients::is_modern(context) && context.client_capabilities().is_some_and(|declared| declared.supports_tasks())
}

/// The answer to a request whose call goes on as a task.
pub(super) fn begun(id: &CallId) -> CreateTaskResult {
    let now = Timestamp::now().to_string();
    let task = Task::new(id.as_str(), TaskStatus::Working, now.clone(), now);
    CreateTaskResult::new(task.with_ttl_ms(KEPT).with_poll_interval_ms(POLL))
}

/// How the task stands.
pub(super) async fn get(house: &impl Backend, id: &str) -> Result<GetTaskResult, ErrorData> {
    let record = find(house, id).await.map_err(|error| failed(&error))?;
    let (began, state) = (record.created_at.to_string(), record.result.state);
    let changed = record.finished_at.or_else(|| record.events.last().map(|event| event.at));
    let changed = changed.map_or_else(|| began.clone(), |at| at.to_string());
    let mut task = Task::new(id, TaskStatus::Working, began, changed).with_ttl_ms(KEPT).with_poll_interval_ms(POLL);
    if let Some(last) = record.events.last() {
        task = task.with_status_message(last.kind.to_string());
    }
    let payload = match state {
        CallState::Running => TaskPayload::Working,
        CallState::Cancelled => TaskPayload::Cancelled,
        // Also a call that failed has a result: the agent's model reads why.
        _ => match answer::of(record.result) {
            Ok(result) => TaskPayload::Completed { result: object(&result) },
            Err(error) => TaskPayload::Failed { error: object(&error) },
        },
    };
    Ok(GetTaskResult::new(DetailedTask::new(task, payload)))
}

/// Ends the task's call.
pub(super) async fn cancel(house: &impl Backend, id: &str) -> Result<(), ErrorData> {
    find(house, id).await.map_err(|error| failed(&error))?;
    house.cancel(id).await.map(drop).map_err(|error| failed(&error))
}

/// Nothing is ever asked of an agent within a task, so that there is nothing to answer.
pub(super) async fn update(house: &impl Backend, id: &str) -> Result<(), ErrorData> {
    find(house, id).await.map(drop).map_err(|error| failed(&error))
}

/// The call of exactly that id.
async fn find(house: &impl Backend, id: &str) -> Result<CallRecord> {
    let record = house.get_call(id).await?;
    if record.result.call_id.as_str() == id {
        return Ok(record);
    }
    Err(Error::not_found(format!("no task is called {id}")))
}

/// Only a task that is not there is told to be unknown: who hears that of its task asks no more, and loses what was paid for.
fn failed(error: &Error) -> ErrorData {
    match error.code {
        ErrorCode::NotFound | ErrorCode::InvalidRequest => ErrorData::invalid_params(error.to_string(), None),
        _ => answer::failed(error),
    }
}

fn object(value: &impl serde::Serialize) -> JsonObject {
    serde_json::to_value(value).ok().and_then(|value| value.as_object().cloned()).unwrap_or_default()
}
