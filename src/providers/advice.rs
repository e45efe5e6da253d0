//! What to do after a failed attempt: the action columns of the providers' error tables.

use std::time::Duration;

use super::{Cause, ProviderError};
use crate::clock::Timestamp;

/// What to do after a failed attempt. Whether there is time and money for it is the gateway's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Nothing that can be done by itself will help.
    Stop,
    /// Send it again.
    Retry {
        /// The wait before the first try, where the provider or its documents name one.
        after_hint: Option<Duration>,
        /// How many further tries make sense.
        tries: u32,
    },
    /// Ask another model.
    NextModel,
    /// Leave this provider's model alone until then.
    StandDown {
        /// When it may be asked again, if that is known.
        until: Option<Timestamp>,
    },
}

impl ProviderError {
    /// What to do about it. Once text of the answer was handed on, nothing is sent again.
    pub fn advice(&self) -> Advice {
        let retry = |tries| Advice::Retry { after_hint: self.retry_after, tries };
        match &self.cause {
            Cause::PlanLimit { until } => Advice::StandDown { until: *until },
            Cause::ModelNotFound => Advice::NextModel,
            _ if self.after_content => Advice::Stop,
            Cause::RateLimited => retry(3),
            Cause::Overloaded | Cause::Server | Cause::Connect | Cause::Reset | Cause::NotAStream => retry(2),
            Cause::AccountUnreachable
            | Cause::DuplicateRequest
            | Cause::Cut
            | Cause::Malformed
            | Cause::TimeoutHeaders
            | Cause::TimeoutIdle => retry(1),
            Cause::Auth
            | Cause::NoBalance
            | Cause::Account
            | Cause::Permission
            | Cause::BadRequest { .. }
            | Cause::PromptTooLong
            | Cause::ContentRefused
            | Cause::ClientClosed
            | Cause::NotFound
            | Cause::Empty
            | Cause::Truncated
            | Cause::TooLarge => Advice::Stop,
        }
    }

    /// Whether another model may answer where this one does not, once its own tries are used up.
    pub fn may_another_model_help(&self) -> bool {
        !self.after_content
            && matches!(
                self.cause,
                Cause::ModelNotFound
                    | Cause::Overloaded
                    | Cause::NoBalance
                    | Cause::PlanLimit { .. }
                    | Cause::Permission
            )
    }

    /// Whether it says that the model is sick, rather than the request, the account or the caller's pace.
    pub fn counts_for_breaker(&self) -> bool {
        matches!(
            self.cause,
            Cause::Server
                | Cause::Overloaded
                | Cause::Connect
                | Cause::TimeoutHeaders
                | Cause::TimeoutIdle
                | Cause::Reset
                | Cause::NotAStream
                | Cause::Cut
        )
    }
}
