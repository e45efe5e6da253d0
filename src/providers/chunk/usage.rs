//! The tokens that a provider counted, wherever it puts them.

use serde_json::Value;

use crate::protocol::{Usage, UsageSource};

/// Reads a `usage` member; `None` when it says nothing.
pub fn read(usage: &Value) -> Option<Usage> {
    let count = |path: &[&str]| path.iter().try_fold(usage, |value, name| value.get(name)).and_then(number);
    let read = Usage {
        input: count(&["prompt_tokens"]),
        output: count(&["completion_tokens"]),
        reasoning: count(&["completion_tokens_details", "reasoning_tokens"]).or_else(|| count(&["reasoning_tokens"])),
        cached: count(&["prompt_tokens_details", "cached_tokens"]).or_else(|| count(&["cached_tokens"])),
        source: UsageSource::Provider,
    };
    (read.input.is_some() || read.output.is_some()).then_some(read)
}

/// Some servers count in floats; a count beyond all reason is none.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number in range")]
fn number(value: &Value) -> Option<u64> {
    value.as_f64().filter(|count| (0.0..1e15).contains(count) && count.fract() == 0.0).map(|count| count as u64)
}
