//! The other requests of a client, and what their answers bring.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Timestamp;
use crate::protocol::{
    CallRecord, CallSummary, Snapshot, ThreadChoice, ThreadId, ThreadRecord, ThreadSummary, UsageBy, UsageRow,
};

/// `list_tools`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolsQuery {
    /// `full`, `core` or `router`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}

/// `list_tools_res`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolList {
    /// The tools.
    pub tools: Vec<ToolEntry>,
    /// What is said once of all of them, to a client that named a profile: their schemas do not say it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
}

/// One tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolEntry {
    /// Its name.
    pub name: String,
    /// A few words.
    pub title: String,
    /// When to use it and what comes back.
    pub description: String,
    /// The JSON Schema of its arguments.
    pub input_schema: Value,
    /// What it does to the world. A daemon of an earlier version does not say.
    #[serde(default)]
    pub annotations: ToolAnnotations,
}

/// What a tool does to the world, by MCP's names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolAnnotations {
    /// It changes nothing outside of exai's own journal.
    pub read_only_hint: bool,
    /// What it changes may be gone for good.
    pub destructive_hint: bool,
    /// It asks somebody outside of exai.
    pub open_world_hint: bool,
}

/// `cancel`: names the call by its request or by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancel {
    /// The call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_id: Option<String>,
}

/// `attach`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attach {
    /// The call.
    pub call_id: String,
    /// The last event that is known already.
    #[serde(default)]
    pub after: u32,
    /// Tell the answer as it arrives, beginning with what there is of it.
    #[serde(default)]
    pub stream: bool,
}

/// `list_calls_res`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallList {
    /// The calls, newest first.
    pub calls: Vec<CallSummary>,
}

/// `get_call` and `get_thread`: one thing by the beginning of its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prefix {
    /// The id, or how it begins.
    #[serde(alias = "call_id", alias = "thread_id")]
    pub id: String,
}

/// `get_call_res`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallFound {
    /// The result; while the call runs, what is known so far.
    pub call: CallRecord,
}

/// `get_thread_res`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreadShown {
    /// The conversation.
    pub thread: ThreadRecord,
}

/// `snapshot_res`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The state of the house.
    pub snapshot: Snapshot,
}

/// `list_threads`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadsQuery {
    /// At the most so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// `list_threads_res`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreadList {
    /// The conversations, the last used first.
    pub threads: Vec<ThreadSummary>,
}

/// `last_thread`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The directory that the conversation is about.
    pub root: String,
}

/// `last_thread_res`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadFound {
    /// The conversation, if there is one.
    pub thread_id: Option<ThreadId>,
}

/// `delete_threads`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadPurge {
    /// These.
    pub which: ThreadChoice,
}

/// `delete_threads_res`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// How many were deleted.
    pub deleted: u64,
}

/// `usage`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageQuery {
    /// What is summed up by.
    pub by: UsageBy,
    /// Since then.
    pub since: Timestamp,
}

/// `usage_res`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsageList {
    /// One line each.
    pub rows: Vec<UsageRow>,
}

/// What a dashboard may hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The state of the house, at intervals.
    Snapshot,
    /// The steps of calls.
    Events,
    /// Lines of the log.
    Log,
    /// That the tools changed.
    Catalog,
}

/// `subscribe` and `unsubscribe`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscribe {
    /// What to hear.
    pub topics: Vec<Topic>,
    /// Milliseconds between two snapshots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_ms: Option<u64>,
}

/// `health_res`: how the daemon is, in the predecessor's words and ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HealthAnswer {
    /// The picture.
    pub health: Value,
}

/// `rotate_token`: the new token takes the place of the old one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotate {
    /// The one that is known.
    #[serde(default)]
    pub old: Option<String>,
    /// The one to come.
    #[serde(default)]
    pub new: Option<String>,
}

impl std::fmt::Debug for Rotate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rotate { old: ***, new: *** }")
    }
}

/// `admin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminRequest {
    /// What to do.
    #[serde(flatten)]
    pub action: Admin,
}

/// What an operator may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Admin {
    /// Change how many model requests run at once.
    SetLimit {
        /// `session`, `global`, `queue` or a provider.
        name: String,
        /// The limit.
        limit: usize,
    },
    /// End the daemon in order.
    Drain,
    /// Close a session and cancel its calls.
    CloseSession {
        /// The session.
        session_id: String,
    },
    /// Cancel anybody's call.
    Cancel {
        /// The call.
        call_id: String,
    },
    /// Ask a model again that was left alone.
    ResetBreaker {
        /// The model; all when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
    },
    /// Read the configuration again.
    Reload,
    /// Make a one-time code with which a page can log in.
    LoginCode,
}

impl Admin {
    /// Its name on the wire.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::SetLimit { .. } => "set_limit",
            Self::Drain => "drain",
            Self::CloseSession { .. } => "close_session",
            Self::Cancel { .. } => "cancel",
            Self::ResetBreaker { .. } => "reset_breaker",
            Self::Reload => "reload",
            Self::LoginCode => "login_code",
        }
    }

    /// What it is done to.
    pub fn target(&self) -> Option<String> {
        match self {
            Self::SetLimit { name, .. } => Some(name.clone()),
            Self::CloseSession { session_id: target } | Self::Cancel { call_id: target } => Some(target.clone()),
            Self::ResetBreaker { model } => model.clone(),
            Self::Drain | Self::Reload | Self::LoginCode => None,
        }
    }
}

/// `admin_res`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminAnswer {
    /// The one-time code that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the operator should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}
