//! Recordings: what the house told, with its time, one JSON object a line. What was seen once can be looked at again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::msg::Feed;

/// The version of the format; its first line says so.
const VERSION: u32 = 1;

/// The first line of a recording.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    exai_recording: u32,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Entry {
    at_ms: u64,
    #[serde(flatten)]
    feed: Feed,
}

/// The first line.
pub fn head() -> String {
    line(&Head { exai_recording: VERSION })
}

/// The line of something that was told so long after the beginning.
pub fn entry(at: Duration, feed: &Feed) -> String {
    line(&Entry { at_ms: u64::try_from(at.as_millis()).unwrap_or(u64::MAX), feed: feed.clone() })
}

fn line<T: Serialize>(value: &T) -> String {
    // Plain data can always be written.
    serde_json::to_string(value).unwrap_or_default() + "\n"
}

/// Whether a first line is that of a recording; the error says what it is not.
pub fn check(first: &str) -> Result<(), String> {
    match serde_json::from_str::<Head>(first) {
        Ok(Head { exai_recording: VERSION }) => Ok(()),
        Ok(Head { exai_recording }) => Err(format!("version {exai_recording} of the format is not known")),
        Err(_) => Err("it is no recording of `exai monitor --record`".to_owned()),
    }
}

/// What a line says, and when it was told. A line that was cut off by the end of the recorder is none.
pub fn read(line: &[u8]) -> Option<(Duration, Feed)> {
    let entry: Entry = serde_json::from_slice(line).ok()?;
    Some((Duration::from_millis(entry.at_ms), entry.feed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn what_was_recorded_is_told_again() {
        check(&head()).unwrap();
        for feed in testing::busy() {
            let line = entry(Duration::from_millis(1_234), &feed);
            assert_eq!(line.matches('\n').count(), 1, "{line}");
            assert_eq!(read(line.as_bytes()), Some((Duration::from_millis(1_234), feed)), "{line}");
        }
        assert_eq!(read(br#"{"at_ms":1,"snapshot":{"t":"20"#), None);
        assert!(check("{}").is_err() && check(r#"{"exai_recording":9}"#).unwrap_err().contains("version 9"));
    }
}
