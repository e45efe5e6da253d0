//! Calls and conversations as the journal tells them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CallEvent, CallId, CallState, Envelope, ThreadId, Usage};
use crate::clock::Timestamp;

/// One line of `exai calls list`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallSummary {
    /// The call.
    pub call_id: CallId,
    /// The tool.
    pub tool: String,
    /// Where it stands.
    pub state: CallState,
    /// The conversation.
    pub thread_id: Option<ThreadId>,
    /// The model that answered, or was last asked.
    pub model: Option<String>,
    /// Its provider.
    pub provider: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Requests that left for it.
    pub attempts: u32,
    /// Tokens over all attempts.
    pub usage: Usage,
    /// US dollars over all attempts; null when not known.
    pub cost_usd: Option<f64>,
}

/// A call with all that the journal holds of it: `exai calls show`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// The result; while it runs, what is known so far. Its body goes after the retention time.
    pub result: Envelope,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When its time is over.
    pub deadline_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Its steps.
    pub events: Vec<CallEvent>,
    /// Its requests.
    pub attempts: Vec<AttemptRecord>,
}

/// A call and where it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The call.
    pub call_id: CallId,
    /// Its state.
    pub state: CallState,
}

/// One request to a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// The provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// When the request was about to leave.
    pub started_at: Timestamp,
    /// When its outcome was known; null while it runs, or when its process died first.
    pub finished_at: Option<Timestamp>,
    /// `ok`, or the cause of the failure; null while unknown.
    pub outcome: Option<String>,
    /// What the provider said about the failure.
    pub message: Option<String>,
    /// Tokens.
    pub usage: Usage,
    /// US dollars; null when not known.
    pub cost_usd: Option<f64>,
    /// Response fields that `exai` does not know.
    pub extra: Option<Value>,
}

/// Which calls to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFilter {
    /// Only this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<CallState>,
    /// Only this tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Only calls accepted since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// At most so many, newest first.
    #[serde(default = "usual_limit")]
    pub limit: u32,
}

fn usual_limit() -> u32 {
    100
}

/// Which conversations to delete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadChoice {
    /// These, by their whole ids.
    Ids(Vec<ThreadId>),
    /// Those that nobody has used since then.
    IdleSince(Timestamp),
    /// All.
    All,
}

/// What usage is summed up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageBy {
    /// Each model.
    Model,
    /// Each tool.
    Tool,
    /// Each day, in UTC.
    Day,
}

/// One line of `exai usage`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsageRow {
    /// The model, tool or day (UTC).
    pub name: String,
    /// Requests.
    pub requests: u64,
    /// Those that did not end well.
    pub failed: u64,
    /// Tokens sent.
    pub input: u64,
    /// Tokens of reasoning and answer.
    pub output: u64,
    /// The part of the input that was cached.
    pub cached: u64,
    /// US dollars of the requests whose cost is known.
    pub cost_usd: f64,
    /// Requests whose cost is not known.
    pub unpriced: u64,
}

/// One line of `exai threads list`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreadSummary {
    /// The conversation.
    pub thread_id: ThreadId,
    /// The tool that started it.
    pub tool: String,
    /// The directory it is about.
    pub root: Option<String>,
    /// When it started.
    pub created_at: Timestamp,
    /// Its last turn.
    pub updated_at: Timestamp,
    /// Turns so far.
    pub turns: u32,
    /// How it began, shortened.
    pub title: String,
}

/// A conversation with its turns: `exai threads show`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreadRecord {
    /// The conversation.
    #[serde(flatten)]
    pub summary: ThreadSummary,
    /// Its turns, oldest first.
    pub messages: Vec<TurnRecord>,
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnRecord {
    /// Counts from 1.
    pub turn: u32,
    /// `user` or `assistant`.
    pub role: String,
    /// The text.
    pub content: String,
    /// Files it referred to.
    pub files: Vec<String>,
    /// The tool.
    pub tool: String,
    /// The model, for an assistant's turn.
    pub model: Option<String>,
    /// The call that wrote it.
    pub call_id: CallId,
    /// When.
    pub at: Timestamp,
    /// What the tool keeps for its next step.
    pub state: Value,
}
