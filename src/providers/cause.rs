//! Why a provider gave no answer.

use crate::clock::Timestamp;

/// Why a provider gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The key is missing, wrong or expired.
    Auth,
    /// No money or no quota left.
    NoBalance,
    /// The account is inactive or locked.
    Account,
    /// The account could not be looked up just now.
    AccountUnreachable,
    /// The account may not use this model or this interface.
    Permission,
    /// Too many requests at once or in a minute.
    RateLimited,
    /// The model has too much to do, for everybody.
    Overloaded,
    /// A quota of hours, a day, a week or a month is used up.
    PlanLimit {
        /// When it starts anew, if the provider said so.
        until: Option<Timestamp>,
    },
    /// A field is wrong.
    BadRequest {
        /// Which one, if the provider said so.
        parameter: Option<String>,
    },
    /// The request's own id was used before.
    DuplicateRequest,
    /// The prompt is longer than the model's window.
    PromptTooLong,
    /// There is no such model, or not for this key.
    ModelNotFound,
    /// There is no such file.
    NotFound,
    /// The provider's filter refused the prompt or cut the answer.
    ContentRefused,
    /// The provider failed.
    Server,
    /// The provider says that we hung up.
    ClientClosed,
    /// No connection came about, or not in time.
    Connect,
    /// No answer began in time.
    TimeoutHeaders,
    /// The answer stood still for too long.
    TimeoutIdle,
    /// The connection broke.
    Reset,
    /// A web page came in place of an answer.
    NotAStream,
    /// The answer stopped without saying that it was complete.
    Cut,
    /// The answer is complete and has no text.
    Empty,
    /// The answer reached its greatest length.
    Truncated,
    /// What came can not be read.
    Malformed,
    /// What came is larger than any answer.
    TooLarge,
}

impl Cause {
    /// The cause's name in the journal and in metrics.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::NoBalance => "no_balance",
            Self::Account => "account",
            Self::AccountUnreachable => "account_unreachable",
            Self::Permission => "permission",
            Self::RateLimited => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::PlanLimit { .. } => "plan_limit",
            Self::BadRequest { .. } => "bad_request",
            Self::DuplicateRequest => "duplicate_request",
            Self::PromptTooLong => "prompt_too_long",
            Self::ModelNotFound => "model_not_found",
            Self::NotFound => "not_found",
            Self::ContentRefused => "content_refused",
            Self::Server => "server",
            Self::ClientClosed => "client_closed",
            Self::Connect => "connect",
            Self::TimeoutHeaders => "timeout_headers",
            Self::TimeoutIdle => "timeout_idle",
            Self::Reset => "reset",
            Self::NotAStream => "not_a_stream",
            Self::Cut => "cut",
            Self::Empty => "empty",
            Self::Truncated => "truncated",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
        }
    }

    /// The cause that an HTTP status alone tells.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Auth,
            402 => Self::NoBalance,
            403 | 434 => Self::Permission,
            404 => Self::ModelNotFound,
            // A firewall's page: no endpoint of a model answers these to a POST.
            405 | 406 => Self::NotAStream,
            413 => Self::PromptTooLong,
            408 | 409 | 425 => Self::Server,
            429 => Self::RateLimited,
            499 => Self::ClientClosed,
            300..=499 => Self::BadRequest { parameter: None },
            _ => Self::Server,
        }
    }

    /// What happened, as a phrase about the provider.
    pub(crate) fn phrase(&self) -> &'static str {
        match self {
            Self::Auth => "the key was refused",
            Self::NoBalance => "no balance or quota is left",
            Self::Account => "the account is inactive or locked",
            Self::AccountUnreachable => "the account could not be reached",
            Self::Permission => "the key has no permission for this",
            Self::RateLimited => "too many requests",
            Self::Overloaded => "the model is overloaded",
            Self::PlanLimit { .. } => "a limit of the plan is used up",
            Self::BadRequest { .. } => "the request was refused as wrong",
            Self::DuplicateRequest => "the request id was used before",
            Self::PromptTooLong => "the prompt is longer than the model's window",
            Self::ModelNotFound => "no such model, or not for this key",
            Self::NotFound => "there is no such file",
            Self::ContentRefused => "the provider's content filter refused it",
            Self::Server => "the provider failed",
            Self::ClientClosed => "the provider saw the connection closed",
            Self::Connect => "no connection came about",
            Self::TimeoutHeaders => "no answer began in time",
            Self::TimeoutIdle => "the answer stood still for too long",
            Self::Reset => "the connection broke",
            Self::NotAStream => "a web page came in place of an answer",
            Self::Cut => "the answer stopped before its end",
            Self::Empty => "the answer is empty",
            Self::Truncated => "the answer reached its greatest length",
            Self::Malformed => "the answer can not be read",
            Self::TooLarge => "the answer is too large",
        }
    }
}
