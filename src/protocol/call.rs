//! A call as it is asked for, and the states it goes through.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One call of one tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallRequest {
    /// The tool's name.
    pub tool: String,
    /// Its arguments, as its schema says.
    pub arguments: Map<String, Value>,
    /// How the call is carried out.
    #[serde(flatten)]
    pub options: CallOptions,
}

/// How a call is carried out, whatever the tool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallOptions {
    /// Time allowed for the whole call: evidence, queue, retries and stream. The configured one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// Neither join an equal request nor reuse its answer.
    #[serde(default)]
    pub fresh: bool,
    /// Do everything but send: the result is the plan.
    #[serde(default)]
    pub dry_run: bool,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum CallState {
    /// Accepted and not finished.
    Running,
    /// Finished with an answer.
    Succeeded,
    /// Finished with an error.
    Failed,
    /// Ended by its owner.
    Cancelled,
    /// Ended by its deadline.
    TimedOut,
    /// Its process ended first.
    Interrupted,
}

impl CallState {
    /// All states, the first one first.
    pub const ALL: [Self; 6] =
        [Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled, Self::TimedOut, Self::Interrupted];

    /// The state's name in the store and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
            Self::Interrupted => "interrupted",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// What a running call is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Phase {
    /// Reading what it will show the model.
    Evidence,
    /// Waiting for permits.
    Queued,
    /// Sent; nothing came back yet.
    Waiting,
    /// The model is reasoning.
    Thinking,
    /// The answer is arriving.
    Answering,
    /// Waiting to try again.
    Retrying,
}

impl Phase {
    /// The phase's name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::Thinking => "thinking",
            Self::Answering => "answering",
            Self::Retrying => "retrying",
        }
    }
}
