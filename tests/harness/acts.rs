//! Calls that do what the tools of the suite promise, behind exai's own handler.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use exai_core::backend::{Backend, CallHandle};
use exai_core::clock::Timestamp;
use exai_core::error::{Error, ErrorCode, Result};
use exai_core::evidence::Workspace;
use exai_core::feed::Feed;
use exai_core::protocol::{
    CallEvent, CallFilter, CallId, CallRecord, CallRequest, CallState, CallSummary, Envelope, EventKind, Found,
    Snapshot, ThreadChoice, ThreadId, ThreadRecord, ThreadSummary, Told, UsageBy, UsageRow, Written,
};
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// No call takes longer.
const LONGEST: Duration = Duration::from_mins(5);
/// Between the steps of a call that has some.
const STEP: Duration = Duration::from_millis(50);

/// One call, as it is remembered.
#[derive(Debug)]
struct Act {
    record: CallRecord,
    cancel: CancellationToken,
}

/// Carries out the calls and remembers them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Acts {
    all: Arc<Mutex<HashMap<String, Act>>>,
    tasks: TaskTracker,
    /// Counts how often the tools were to change.
    changes: watch::Sender<u64>,
}

impl Acts {
    /// Hears when the tools are to change.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Owns the tasks of the calls.
    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    fn with<T>(&self, id: &str, then: impl FnOnce(&mut Act) -> T) -> Result<T> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let act = all.get_mut(id);
        act.map(then).ok_or_else(|| Error::not_found(format!("no call is called {id}")))
    }

    /// What the tool does, told step by step.
    async fn perform(&self, request: &CallRequest, step: impl Fn(&str)) -> Result<String> {
        let said = |name: &str| request.arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        match request.tool.as_str() {
            "greet" => Ok(format!("Hello, {}!", said("name"))),
            "slow_compute" => {
                let seconds = request.arguments.get("seconds").and_then(Value::as_f64).unwrap_or_default();
                tokio::time::sleep(Duration::try_from_secs_f64(seconds).unwrap_or_default().min(LONGEST)).await;
                Ok(format!("{} took {seconds} s", said("label")))
            }
            "failing_job" => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Err(Error::new(ErrorCode::ProviderError, "this job fails"))
            }
            "protocol_error_job" => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Err(Error::new(ErrorCode::ToolNotFound, "the tool went while it was called"))
            }
            "test_error_handling" => Err(Error::new(ErrorCode::ProviderError, "this tool fails, as it should")),
            "test_tool_with_progress" => {
                for words in ["began", "went half the way", "came to the end"] {
                    step(words);
                    tokio::time::sleep(STEP).await;
                }
                Ok("three steps".to_owned())
            }
            "test_trigger_tool_change" | "test_trigger_prompt_change" => {
                self.changes.send_modify(|count| *count += 1);
                Ok("changed".to_owned())
            }
            "test_simple_text" => Ok("This is a simple text response for testing.".to_owned()),
            "json_schema_2020_12_tool"
            | "test_changed"
            | "test_custom_header"
            | "test_logging_tool"
            | "test_streaming_elicitation" => Ok("done".to_owned()),
            other => Err(Error::new(ErrorCode::ToolNotFound, format!("no tool is called `{other}`"))),
        }
    }
}

#[async_trait]
impl Backend for Acts {
    async fn call(&self, request: CallRequest, _: Arc<dyn Workspace>) -> Result<CallHandle> {
        let (id, cancel, feed) = (CallId::new(), CancellationToken::new(), Feed::default());
        let (told, result) = watch::channel(None);
        let handle = CallHandle::over(id.clone(), &request.tool, LONGEST, feed.reader(), result, cancel.clone());
        let now = Timestamp::now();
        let record = CallRecord {
            result: Envelope::running(id.clone(), &request.tool),
            created_at: now,
            deadline_at: now,
            finished_at: None,
            events: Vec::new(),
            attempts: Vec::new(),
        };
        let act = Act { record, cancel: cancel.clone() };
        self.all.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_string(), act);
        let acts = self.clone();
        self.tasks.spawn(async move {
            let step = |message: &str| {
                let kind = EventKind::Note { message: message.to_owned() };
                feed.push(Told::Event(CallEvent { call_id: id.clone(), n: 1, at: Timestamp::now(), kind }.into()));
            };
            let ended = cancel.run_until_cancelled(acts.perform(&request, step)).await;
            let mut envelope = Envelope::running(id.clone(), &request.tool);
            match ended {
                Some(Ok(text)) => (envelope.state, envelope.text) = (CallState::Succeeded, text),
                Some(Err(error)) => envelope.fail(&error),
                None => {
                    envelope.fail(&Error::new(ErrorCode::Cancelled, "the call was cancelled"));
                    envelope.state = CallState::Cancelled;
                }
            }
            // A call that is not known any more is one that nobody asks for.
            drop(acts.with(id.as_str(), |act| {
                act.record.result = envelope.clone();
                act.record.finished_at = Some(Timestamp::now());
            }));
            told.send_replace(Some(Arc::new(Written::from(envelope))));
            feed.close();
        });
        Ok(handle)
    }

    async fn get_call(&self, prefix: &str) -> Result<CallRecord> {
        self.with(prefix, |act| act.record.clone())
    }

    async fn cancel(&self, prefix: &str) -> Result<Found> {
        self.with(prefix, |act| {
            act.cancel.cancel();
            Found { call_id: act.record.result.call_id.clone(), state: act.record.result.state }
        })
    }

    async fn list_calls(&self, _: CallFilter) -> Result<Vec<CallSummary>> {
        Ok(Vec::new())
    }

    async fn attach(&self, prefix: &str) -> Result<CallHandle> {
        Err(Error::not_found(prefix.to_owned()))
    }

    async fn usage(&self, _: UsageBy, _: Timestamp) -> Result<Vec<UsageRow>> {
        Ok(Vec::new())
    }

    async fn delete_threads(&self, _: ThreadChoice) -> Result<u64> {
        Ok(0)
    }

    async fn list_threads(&self, _: u32) -> Result<Vec<ThreadSummary>> {
        Ok(Vec::new())
    }

    async fn get_thread(&self, prefix: &str) -> Result<ThreadRecord> {
        Err(Error::not_found(prefix.to_owned()))
    }

    async fn last_thread(&self, _: &str) -> Result<Option<ThreadId>> {
        Ok(None)
    }

    async fn snapshot(&self) -> Result<Snapshot> {
        Err(Error::internal("nobody asks for it"))
    }
}
