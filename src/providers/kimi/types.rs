//! The table of Kimi's error types. The text is asked only where one type covers several causes.

use std::time::Duration;

use crate::providers::china_time::next_day;
use crate::providers::mask::tame_name;
use crate::providers::refusal::Refusal;
use crate::providers::{Cause, ProviderError};

/// Sorts a refusal by its type, else by its status.
pub(super) fn classify(refusal: &Refusal) -> ProviderError {
    let Some(cause) = cause(refusal) else { return ProviderError::of_status(refusal) };
    let wait = match &cause {
        Cause::RateLimited => stated_wait(&refusal.said),
        Cause::PlanLimit { until: Some(until) } => Some(until.since(refusal.at)),
        _ => None,
    };
    let mut error = ProviderError::told(cause.clone(), cause.phrase(), refusal);
    error.retry_after = wait;
    error
}

fn cause(refusal: &Refusal) -> Option<Cause> {
    let word = refusal.kind.as_deref().or(refusal.code.as_deref())?;
    Some(match word {
        "content_filter" => Cause::ContentRefused,
        "invalid_request_error" if refusal.status == 404 => Cause::ModelNotFound,
        "invalid_request_error" => invalid_request(refusal),
        "invalid_authentication_error" | "incorrect_api_key_error" => Cause::Auth,
        "permission_denied_error" => Cause::Permission,
        "resource_not_found_error" => Cause::ModelNotFound,
        "engine_overloaded_error" => Cause::Overloaded,
        "exceeded_current_quota_error" => Cause::NoBalance,
        "rate_limit_reached_error" if is_of_the_day(&refusal.said) => Cause::PlanLimit { until: next_day(refusal.at) },
        "rate_limit_reached_error" => Cause::RateLimited,
        "client_closed" => Cause::ClientClosed,
        "server_error" | "unexpected_output" => Cause::Server,
        _ => return None,
    })
}

fn invalid_request(refusal: &Refusal) -> Cause {
    let said = refusal.said.to_ascii_lowercase();
    if said.contains("exceeded model token limit") || said.contains("token length too long") {
        return Cause::PromptTooLong;
    }
    Cause::BadRequest { parameter: refusal.parameter.clone().or_else(|| named_parameter(&said)) }
}

/// `invalid temperature: only 1 is allowed for this model`, `Invalid purpose`, `File size is too large`.
fn named_parameter(said: &str) -> Option<String> {
    if said.starts_with("file size") {
        return Some("file".into());
    }
    let name: String =
        said.split_once("invalid ")?.1.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    (!name.is_empty() && name != "request").then(|| tame_name(&name))
}

/// The limit of tokens a day, unlike those of requests or tokens a minute.
fn is_of_the_day(said: &str) -> bool {
    said.contains("TPD") || said.contains("RPD")
}

/// `please try again after 1 seconds`.
fn stated_wait(said: &str) -> Option<Duration> {
    let digits: String =
        said.split_once("after ")?.1.chars().take_while(|c| c.is_ascii_digit() || *c == '.').take(9).collect();
    let seconds: f64 = digits.trim_end_matches('.').parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok().filter(|wait| *wait <= Duration::from_hours(24))
}
