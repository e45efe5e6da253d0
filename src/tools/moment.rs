//! Moments as callers write them: a time, or how long ago.

use std::time::Duration;

use serde_json::Value;

use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// What a moment has to look like.
const ALLOWED: &str = "a time such as 2026-11-22T10:00:00Z, or how long ago, such as 90s, 15m, 2h or 1d";

/// The moment that the argument `name` tells.
pub(super) fn read(name: &str, text: Option<&str>, now: Timestamp) -> Result<Option<Timestamp>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let moment = serde_json::from_value(Value::from(text)).ok().or_else(|| ago(text).map(|span| now.before(span)));
    let wrong = || Error::validation(name, text, ALLOWED, format!("argument `{name}` is {text:?}, allowed: {ALLOWED}"));
    moment.map(Some).ok_or_else(wrong)
}

/// `90s`, `15m`, `2h` or `1d`.
fn ago(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(seconds).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_or_how_long_ago() {
        let now = Timestamp::from_millis(1_795_000_000_000);
        let moment = |text| read("since", Some(text), now).map(|moment| moment.map(Timestamp::as_millis));
        assert_eq!(moment("15m").unwrap(), Some(now.as_millis() - 900_000));
        assert_eq!(moment("1970-01-01T00:00:01Z").unwrap(), Some(1_000));
        assert_eq!(moment(" ").unwrap(), None);
        for text in ["yesterday", "15", "-1h", "m", "1é"] {
            let error = moment(text).unwrap_err();
            assert!(error.message.contains("`since`") && error.message.contains(text), "{error}");
        }
    }
}
