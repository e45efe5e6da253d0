//! The frames of the WebSocket protocol: one JSON object each, named by its `op`.
//!
//! Fields that a peer does not know are ignored, so both sides can grow; nothing here reads a socket.

mod call;
mod hello;
mod request;
mod workspace;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use call::{CallAck, CallResult, CallTool, Outlet, Progress, Step, Text};
pub use hello::{Client, Hello, HelloAck, HelloError, ServerInfo, Ticket, WireLimits};
pub use request::{
    About, Admin, AdminAnswer, AdminRequest, Attach, CallFound, CallList, Cancel, HealthAnswer, Picture, Prefix,
    Removed, Rotate, Subscribe, ThreadFound, ThreadList, ThreadPurge, ThreadShown, ThreadsQuery, ToolAnnotations,
    ToolEntry, ToolList, ToolsQuery, Topic, UsageList, UsageQuery,
};
pub use workspace::{Question, WorkspaceAnswer, WorkspaceAsk};

use super::ErrorBody;
use crate::error::{Error, Kind};

/// The version of the protocol that this program speaks.
pub const PROTOCOL: u32 = 1;

/// What every frame of a client says first: what it is, and which request it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Head<'a> {
    /// The operation.
    #[serde(borrow)]
    pub op: Cow<'a, str>,
    /// The client's name for the request.
    #[serde(borrow, default)]
    pub request_id: Option<Cow<'a, str>>,
}

/// An answer to a request: its operation, its request, whether it went well, and what it brings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply<T> {
    /// The operation with `_res` behind it.
    pub op: String,
    /// The request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Whether it went well.
    pub ok: bool,
    /// What it brings; absent when it did not go well.
    #[serde(flatten)]
    pub body: Option<T>,
    /// Why it did not go well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<WireError>,
}

/// An error as it crosses the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WireError {
    /// Code, message, details and hints.
    #[serde(flatten)]
    pub body: ErrorBody,
    /// Seconds after which another try makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<f64>,
    /// What the caller can do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
}

impl From<&Error> for WireError {
    fn from(error: &Error) -> Self {
        Self {
            body: ErrorBody {
                code: error.code,
                message: error.message.clone(),
                details: error.details.as_deref().cloned(),
                hints: error.hints.clone(),
            },
            retry_after: error.retry_after.map(|after| after.as_secs_f64()),
            kind: Some(error.kind()),
        }
    }
}

impl From<WireError> for Error {
    fn from(error: WireError) -> Self {
        let retry_after = error.retry_after.and_then(|after| std::time::Duration::try_from_secs_f64(after).ok());
        let mut own = Self::new(error.body.code, error.body.message);
        own.details = error.body.details.map(Box::new);
        own.hints = error.body.hints;
        own.transient = error.kind == Some(Kind::Retryable) && retry_after.is_none();
        own.retry_after = retry_after;
        own
    }
}

/// The reason of a client that closes its connection and will not come back: its session can be forgotten.
pub const BYE: &str = "bye";

/// Why a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// The peer left; it may come back to its session.
    Left,
    /// The peer left for good.
    Bye,
    /// The daemon is ending.
    GoingAway,
    /// The peer does not answer pings.
    Silent,
    /// A frame that the protocol does not have, such as a binary one.
    Unsupported,
    /// Text that is no UTF-8.
    NoText,
    /// Frames that are no WebSocket frames.
    Garbled,
    /// A frame larger than allowed.
    TooBig,
    /// The peer takes nothing of what is sent to it.
    Stalled,
    /// The first frame is no JSON object.
    InvalidHello,
    /// The first frame is no hello.
    MissingHello,
    /// No hello in time, or a protocol that is not spoken.
    NoHello,
    /// The token is missing or wrong.
    Unauthorized,
    /// More sessions than are remembered.
    OverCapacity,
    /// An operator closed the session.
    ClosedByOperator,
}

impl Close {
    /// The close code.
    pub const fn code(self) -> u16 {
        match self {
            Self::Left | Self::Bye => 1000,
            Self::GoingAway => 1012,
            Self::Silent => 1001,
            Self::Unsupported => 1003,
            Self::NoText => 1007,
            Self::Garbled => 1002,
            Self::TooBig => 1009,
            Self::Stalled => 1013,
            Self::InvalidHello => 4000,
            Self::MissingHello => 4001,
            Self::NoHello => 4002,
            Self::Unauthorized => 4003,
            Self::OverCapacity => 4008,
            Self::ClosedByOperator => 4009,
        }
    }

    /// The reason that goes with the code.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Left => "",
            Self::Bye => BYE,
            Self::GoingAway => "draining",
            Self::Silent => "peer is silent",
            Self::Unsupported => "text frames only",
            Self::NoText => "text must be UTF-8",
            Self::Garbled => "protocol error",
            Self::TooBig => "message too big",
            Self::Stalled => "peer takes nothing",
            Self::InvalidHello => "invalid hello",
            Self::MissingHello => "missing hello",
            Self::NoHello => "hello timeout or disconnect",
            Self::Unauthorized => "unauthorized",
            Self::OverCapacity => "over capacity",
            Self::ClosedByOperator => "closed by operator",
        }
    }
}
