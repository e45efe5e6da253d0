//! When to try again: full jitter, the provider's own wait respected, never past the deadline.

use std::time::Duration;

use crate::providers::{Advice, Cause, ProviderError};

/// The first pause is at most this long, each further one at most twice the one before.
const FIRST: Duration = Duration::from_secs(1);
/// No pause of our own choice is longer.
const LONGEST: Duration = Duration::from_secs(15);

/// How long to wait before the next try; `None` when there shall be none.
/// `failed` counts the tries so far, `luck` is a random number from 0 to 1.
pub(super) fn pause(error: &ProviderError, failed: u32, left: Duration, luck: f64) -> Option<Duration> {
    let Advice::Retry { after_hint, tries } = error.advice() else { return None };
    if failed > tries {
        return None;
    }
    let before = failed.saturating_sub(1).min(8);
    let ceiling = FIRST.saturating_mul(1 << before).min(LONGEST);
    // An overloaded model stays so for a while: each further wait is three times the last.
    let growth = if error.cause == Cause::Overloaded { 3_u32.pow(before) } else { 1 };
    let pause = after_hint.unwrap_or_default().saturating_mul(growth) + ceiling.mul_f64(luck);
    (pause < left).then_some(pause)
}

#[cfg(test)]
mod tests;
