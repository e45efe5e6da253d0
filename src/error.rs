//! The one error of the core: data, so that it can be journaled, sent over the wire and read back unchanged.
//!
//! The code says what happened, [`Kind`] what the caller can do about it; exit codes follow the kind.
//! Not here: how an error is printed (`commands/report.rs`).

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Result of the core.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What happened, in the wire's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(inline)]
pub enum ErrorCode {
    /// The request as a whole makes no sense.
    InvalidRequest,
    /// One field has a value that is not allowed; `details` names field, value and what is allowed.
    ValidationError,
    /// No such tool, or it is switched off.
    ToolNotFound,
    /// No such call, thread, model or file.
    NotFound,
    /// A peer broke the protocol.
    ProtocolError,
    /// No provider is configured for what was asked.
    NoProvider,
    /// The model answered, but the answer is empty, cut, refused or unreadable.
    NoVerdict,
    /// The provider refused or failed; retryable when it says when, or when the transport broke.
    ProviderError,
    /// A tool failed for a reason of its own.
    ToolExecutionError,
    /// Too many callers; `retry_after` says when to come back.
    OverCapacity,
    /// The deadline passed.
    Timeout,
    /// Not accepting work at the moment.
    ServiceUnavailable,
    /// A spend limit refused the call; nothing was sent.
    BudgetExceeded,
    /// The daemon refused the token.
    Unauthorized,
    /// A daemon was asked for and none answers.
    NoDaemon,
    /// The daemon speaks another protocol; or the store's schema is newer than this program, or older and in use.
    UnsupportedProtocol,
    /// Our own fault: disk full, a bug.
    InternalError,
    /// Cancelled by its owner.
    Cancelled,
    /// The process that ran the call ended before the call did.
    Interrupted,
}

/// What the caller can do about an error; each kind has one exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Kind {
    /// Answered.
    Ok,
    /// A gate found something at or above its threshold.
    Findings,
    /// Change the request.
    Usage,
    /// Answered but unusable, or no way to answer: trying again will not help.
    NoVerdict,
    /// Try again later.
    Retryable,
    /// Raise the spend limit.
    Budget,
    /// A gate could not review all that was selected.
    Incomplete,
    /// The daemon or the store can not be used by this program.
    Daemon,
    /// Report it.
    Internal,
    /// Ended by a signal or a cancel.
    Interrupted,
}

impl Kind {
    /// The process exit code of this kind.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::NoVerdict => 3,
            Self::Retryable => 4,
            Self::Budget => 5,
            Self::Incomplete => 6,
            Self::Daemon => 7,
            Self::Internal => 8,
            Self::Interrupted => 130,
        }
    }
}

/// One failure: what happened, to which value, and what to do next.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct Error {
    /// What happened.
    pub code: ErrorCode,
    /// Lower-case phrase without a final period, naming the thing and the value.
    pub message: String,
    /// Machine-readable particulars, such as `{"field","value","allowed"}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Box<Value>>,
    /// When another try makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
    /// The transport broke: the same request may succeed when sent again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub transient: bool,
    /// What to do next, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

impl Error {
    /// An error of `code` that says `message`.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: None, retry_after: None, transient: false, hints: Vec::new() }
    }

    /// A request that can not be carried out as it is.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message)
    }

    /// A field whose value is not allowed.
    pub fn validation(
        field: &str,
        value: impl Into<Value>,
        allowed: impl Into<Value>,
        message: impl Into<String>,
    ) -> Self {
        let mut error = Self::new(ErrorCode::ValidationError, message);
        error.details =
            Some(Box::new(serde_json::json!({"field": field, "value": value.into(), "allowed": allowed.into()})));
        error
    }

    /// A thing that does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, message)
    }

    /// Our own fault, or the machine's.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InternalError, message)
    }

    /// The deadline of `after` passed while `doing`.
    pub fn timeout(doing: &str, after: Duration) -> Self {
        Self::new(ErrorCode::Timeout, format!("deadline of {} s passed while {doing}", after.as_secs_f64()))
            .hint("raise it with --timeout, or choose a faster model")
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds machine-readable particulars.
    #[must_use]
    pub fn details(mut self, details: Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }

    /// Says when another try makes sense.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// Marks a broken transport.
    #[must_use]
    pub fn transient(mut self) -> Self {
        self.transient = true;
        self
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> Kind {
        use ErrorCode as C;
        match self.code {
            C::InvalidRequest | C::ValidationError | C::ToolNotFound | C::NotFound | C::ProtocolError => Kind::Usage,
            C::ProviderError if self.retry_after.is_some() || self.transient => Kind::Retryable,
            C::NoProvider | C::NoVerdict | C::ProviderError | C::ToolExecutionError => Kind::NoVerdict,
            C::OverCapacity | C::Timeout | C::ServiceUnavailable => Kind::Retryable,
            C::BudgetExceeded => Kind::Budget,
            C::Unauthorized | C::NoDaemon | C::UnsupportedProtocol => Kind::Daemon,
            C::InternalError => Kind::Internal,
            C::Cancelled | C::Interrupted => Kind::Interrupted,
        }
    }

    /// Whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.kind() == Kind::Retryable
    }
}
