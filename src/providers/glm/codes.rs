//! The table of GLM's error codes. Six causes share HTTP 429, so the status alone says nothing.

use std::time::Duration;

use crate::providers::china_time::{next_day, stated};
use crate::providers::refusal::Refusal;
use crate::providers::{Cause, ProviderError};

/// How long to leave an account alone that was throttled for its use.
const FAIR_USE_PAUSE: Duration = Duration::from_hours(1);

/// What a code means.
enum Rule {
    /// The cause by itself.
    Is(Cause),
    /// Wait so many seconds, then again.
    Wait(Cause, u64),
    /// A field is wrong.
    Parameter,
    /// A quota that starts anew at the time that the message names.
    UntilReset,
    /// A quota of a day.
    UntilTomorrow,
    /// Throttled for too much use.
    FairUse,
}

/// Sorts a refusal by its code; `None` when the code is not known.
pub(super) fn lookup(refusal: &Refusal) -> Option<ProviderError> {
    let code: u32 = refusal.code.as_deref()?.trim().parse().ok()?;
    let (rule, meaning) = rule(code)?;
    let mut wait = None;
    let cause = match rule {
        Rule::Is(cause) => cause,
        Rule::Wait(cause, seconds) => {
            wait = Some(Duration::from_secs(seconds));
            cause
        }
        Rule::Parameter => Cause::BadRequest { parameter: refusal.parameter.clone() },
        Rule::UntilReset => Cause::PlanLimit { until: stated(&refusal.said) },
        Rule::UntilTomorrow => Cause::PlanLimit { until: next_day(refusal.at) },
        Rule::FairUse => Cause::PlanLimit { until: Some(refusal.at.after(FAIR_USE_PAUSE)) },
    };
    if let Cause::PlanLimit { until: Some(until) } = cause {
        wait = Some(until.since(refusal.at));
    }
    let mut error = ProviderError::told(cause, meaning, refusal);
    error.retry_after = wait;
    Some(error)
}

fn rule(code: u32) -> Option<(Rule, &'static str)> {
    use Rule::{FairUse, Is, Parameter, UntilReset, UntilTomorrow, Wait};
    Some(match code {
        500 => (Is(Cause::Server), "internal error"),
        1001 => (Is(Cause::Auth), "the request came without a key"),
        1003 => (Is(Cause::Auth), "the key has expired"),
        1000 | 1002 | 1004 | 1005 => (Is(Cause::Auth), "the key was refused"),
        1110..=1112 | 1121 => (Is(Cause::Account), "the account is inactive or locked"),
        1113 => (Is(Cause::NoBalance), "no balance is left, or the account is in arrears"),
        1120 => (Is(Cause::AccountUnreachable), "the account could not be reached"),
        1200 => (Is(Cause::Server), "the call failed"),
        1210 | 1212..=1215 => (Parameter, "a parameter was refused"),
        1211 => (Is(Cause::ModelNotFound), "the model does not exist"),
        1220 => (Is(Cause::Permission), "the key has no permission for this interface"),
        1221 => (Is(Cause::Permission), "the interface was taken offline"),
        1222 => (Is(Cause::Permission), "the interface does not exist"),
        1230 => (Is(Cause::Server), "processing failed"),
        1231 => (Is(Cause::DuplicateRequest), "the request id was used before"),
        1234 => (Is(Cause::Server), "network error at the provider"),
        1261 => (Is(Cause::PromptTooLong), "the prompt is too long"),
        1300 => (Is(Cause::ContentRefused), "refused by the provider's policy"),
        1301 => (Is(Cause::ContentRefused), "refused as unsafe or sensitive"),
        1302 => (Wait(Cause::RateLimited, 1), "too many requests at once"),
        1303 => (Wait(Cause::RateLimited, 5), "requests come too fast"),
        1304 => (UntilTomorrow, "the limit of calls a day is used up"),
        1305 => (Wait(Cause::Overloaded, 5), "the model is overloaded"),
        1308 | 1310 | 1316..=1321 => (UntilReset, "a limit of the plan is used up"),
        1309 => (Is(Cause::Permission), "the plan has expired"),
        1311 => (Is(Cause::Permission), "the model is not part of the plan"),
        1313 => (FairUse, "throttled by the fair-use rule of the plan"),
        1314 | 1315 => (Is(Cause::Permission), "the plan is of the wrong kind for this"),
        _ => return None,
    })
}
