//! The steps of a call, in order. The journal, the metrics and every display read these same events.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{CallId, CallState, Phase, ThreadId};
use crate::clock::Timestamp;

/// One numbered step of one call; kept in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallEvent {
    /// The call.
    pub call_id: CallId,
    /// Counts from 1 within the call.
    pub n: u32,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// The call exists and its deadline runs.
    Accepted {
        /// The tool.
        tool: String,
        /// Seconds allowed for the whole call.
        timeout_s: f64,
        /// The conversation it belongs to.
        #[serde(skip_serializing_if = "Option::is_none")]
        thread_id: Option<ThreadId>,
    },
    /// It waits for permits.
    Queued {
        /// Place in the queue, 1 is next.
        position: usize,
        /// What it waits for.
        waiting_for: WaitingFor,
    },
    /// A request left, or an equal one answers for it.
    Sent {
        /// Counts from 1 within the model request.
        attempt: u32,
        /// `glm`, `kimi`, `custom` or `mock`.
        provider: String,
        /// The model's id.
        model: String,
        /// An equal request was in flight already; no request of its own.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        joined: bool,
        /// An equal request was answered recently; no request at all.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reused: bool,
        /// How large the request is, if one left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<RequestSize>,
    },
    /// The first byte of reasoning or answer arrived.
    FirstToken,
    /// An attempt failed and another one will follow.
    Retrying {
        /// Seconds until then.
        after_s: f64,
        /// Why the attempt failed.
        cause: String,
    },
    /// Something worth telling.
    Note {
        /// One sentence.
        message: String,
    },
    /// The call is over; its result is in the journal.
    Finished {
        /// How it ended.
        state: CallState,
    },
}

/// The step in words, for people.
impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted { timeout_s, .. } => write!(f, "accepted, {timeout_s} s allowed"),
            Self::Queued { position, .. } => write!(f, "queued, {position}. in line"),
            Self::Sent { model, joined: true, .. } => write!(f, "joined an equal request to {model}"),
            Self::Sent { model, reused: true, .. } => write!(f, "answered from an earlier answer of {model}"),
            Self::Sent { model, provider, attempt, .. } => write!(f, "sent to {model} ({provider}), attempt {attempt}"),
            Self::FirstToken => f.write_str("first token"),
            Self::Retrying { after_s, cause } => write!(f, "{cause}, trying again in {after_s:.1} s"),
            Self::Note { message } => f.write_str(message),
            Self::Finished { state } => write!(f, "finished: {}", state.as_str()),
        }
    }
}

/// How large a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestSize {
    /// Bytes of its body.
    pub bytes: usize,
    /// Estimated tokens of its messages.
    pub tokens: u64,
    /// Tokens that the model takes.
    pub window: u64,
}

/// What a queued call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingFor {
    /// The caller's own limit.
    Session,
    /// The provider's limit.
    Provider,
    /// The limit of all providers together.
    Global,
    /// A provider that asked for a pause.
    Rate,
}

/// What is told while it happens and not kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Live {
    /// A piece of the answer.
    Delta {
        /// The text.
        text: String,
    },
    /// What the call is doing now.
    Heartbeat {
        /// The phase.
        phase: Phase,
        /// Bytes of reasoning and answer received so far.
        received: usize,
    },
}

/// One item of a call's stream: an event that is kept, or live news.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Told {
    /// Numbered and kept. Shared: the journal has it too, and everybody who is told.
    Event(Arc<CallEvent>),
    /// Told once.
    Live(Live),
}
