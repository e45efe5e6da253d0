//! One failed attempt: why, what the provider said, and what becomes of it in the core's words.

#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::json;

use super::refusal::Refusal;
use super::{Cause, ProviderName, Reply};
use crate::error::{Error, ErrorCode};

/// Why an attempt gave no answer. Holds no key and no prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderError {
    /// Why.
    pub cause: Cause,
    /// What happened, in English, with keys and account ids masked.
    pub message: String,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The provider's own code or type.
    pub code: Option<String>,
    /// When the provider wants to be asked again.
    pub retry_after: Option<Duration>,
    /// Whether text of the answer had been handed on.
    pub after_content: bool,
    /// What had arrived: it was paid for, and its usage counts.
    pub partial: Option<Box<Reply>>,
}

impl ProviderError {
    /// An error that came about here, without a word of the provider.
    pub fn new(cause: Cause, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { cause, message, status: None, code: None, retry_after: None, after_content: false, partial: None }
    }

    /// An error that the provider told.
    pub(crate) fn told(cause: Cause, meaning: &str, refusal: &Refusal) -> Self {
        let said = refusal.message();
        let message = match (meaning, said.as_str()) {
            (meaning, "") => meaning.to_owned(),
            ("", said) => said.to_owned(),
            (meaning, said) => format!("{meaning}: {said}"),
        };
        let code = refusal.code.clone().or_else(|| refusal.kind.clone());
        Self { status: Some(refusal.status), code, ..Self::new(cause, message) }
    }

    /// An error of which only the status says anything.
    pub(crate) fn of_status(refusal: &Refusal) -> Self {
        let cause = Cause::of_status(refusal.status);
        Self::told(cause.clone(), cause.phrase(), refusal)
    }

    /// The same for a service: `doing` says what the provider did not do.
    pub fn to_service_error(&self, provider: ProviderName, service: &str, doing: &str) -> Error {
        let mut error = self.to_error(provider, service);
        error.message = self.sentence(&format!("{provider} did not {doing}"));
        match self.cause {
            // What helps a chat does not help here.
            Cause::PromptTooLong | Cause::ContentRefused | Cause::Empty | Cause::Truncated => error.hints.clear(),
            Cause::NotFound => error.code = ErrorCode::NotFound,
            _ => {}
        }
        error
    }

    /// The error as the call's own: what the caller reads, exits with, and can do.
    pub fn to_error(&self, provider: ProviderName, model: &str) -> Error {
        let code = match self.cause {
            Cause::Empty | Cause::Truncated | Cause::ContentRefused => ErrorCode::NoVerdict,
            _ => ErrorCode::ProviderError,
        };
        let mut error = Error::new(code, self.sentence(&format!("{provider} did not answer with {model}"))).details(json!({
            "provider": provider, "model": model, "cause": self.cause.as_str(), "status": self.status, "code": self.code,
            "until": match self.cause { Cause::PlanLimit { until } => until, _ => None },
        }));
        error.retry_after = self.wait();
        error.transient = self.is_transient();
        match self.hint(provider) {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }

    fn sentence(&self, what_failed: &str) -> String {
        let what = if self.message.is_empty() { self.cause.phrase() } else { &self.message };
        let mut whence = Vec::new();
        whence.extend(self.status.filter(|status| *status != 200).map(|status| format!("HTTP {status}")));
        whence.extend(self.code.as_deref().map(|code| format!("code {code}")));
        let whence = if whence.is_empty() { String::new() } else { format!(" ({})", whence.join(", ")) };
        format!("{what_failed}: {}{whence}", what.trim_end_matches('.'))
    }

    /// The wait that is told to the caller: what the provider named, else what its documents and experience suggest.
    fn wait(&self) -> Option<Duration> {
        let seconds = match self.cause {
            Cause::RateLimited => 5,
            Cause::Overloaded => 30,
            Cause::Server | Cause::AccountUnreachable => 10,
            Cause::PlanLimit { .. } => 3600,
            _ => return None,
        };
        Some(self.retry_after.unwrap_or(Duration::from_secs(seconds)))
    }

    fn is_transient(&self) -> bool {
        matches!(
            self.cause,
            Cause::Connect
                | Cause::TimeoutHeaders
                | Cause::TimeoutIdle
                | Cause::Reset
                | Cause::NotAStream
                | Cause::Cut
                | Cause::Malformed
                | Cause::ClientClosed
                | Cause::DuplicateRequest
                | Cause::Server
        )
    }

    fn hint(&self, provider: ProviderName) -> Option<String> {
        Some(match &self.cause {
            Cause::Auth => key_hint(provider).to_owned(),
            Cause::NoBalance => format!("top up the {provider} account, or choose another model with --model"),
            Cause::Account => format!("look at the {provider} account in its console"),
            Cause::Permission => format!("choose a model that the {provider} account may use, with --model"),
            Cause::RateLimited => format!("lower the number of {provider} calls at once, or try again later"),
            Cause::PlanLimit { until: Some(until) } => format!("try again after {until}, or choose another model"),
            Cause::Overloaded | Cause::PlanLimit { until: None } => {
                "try again later, or choose another model with --model".into()
            }
            Cause::BadRequest { parameter: Some(parameter) } => format!("change `{parameter}`"),
            Cause::PromptTooLong => "send fewer files, or choose a model with a larger window".into(),
            Cause::ModelNotFound => "`exai models` shows the models; the provider's URL may be wrong, too".into(),
            Cause::ContentRefused => "rephrase the request, or choose another provider's model".into(),
            Cause::Empty | Cause::Truncated => "raise the limit of output, or lower thinking_mode".into(),
            Cause::Connect | Cause::NotAStream => {
                format!("check the network and the URL of {provider} with `exai config show`")
            }
            Cause::TimeoutHeaders | Cause::TimeoutIdle => "try again, or choose a faster model with --model".into(),
            _ => return None,
        })
    }
}

fn key_hint(provider: ProviderName) -> &'static str {
    match provider {
        ProviderName::Glm => "check GLM_API_KEY; GLM_API_URL chooses the international or the mainland site",
        ProviderName::Kimi => {
            "check KIMI_API_KEY; keys of api.moonshot.ai and api.moonshot.cn are not exchangeable, KIMI_API_URL chooses"
        }
        ProviderName::Custom => "check the key of the custom endpoint with `exai config show`",
        ProviderName::Mock => "this mock always refuses the key",
    }
}
