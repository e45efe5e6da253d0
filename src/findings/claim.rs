//! What a model says it found, before it was looked up.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::anchor::Dropped;
use crate::protocol::Severity;

/// One finding as a model tells it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Claim {
    /// How bad it is.
    #[serde(deserialize_with = "severity")]
    pub severity: Severity,
    /// What is wrong, in a few words.
    pub title: String,
    /// Why, and what follows from it.
    #[serde(default)]
    pub detail: String,
    /// The file.
    pub path: String,
    /// The exact text that is meant.
    pub quote: String,
    /// Where the model believes that to be; only a hint.
    #[serde(default, deserialize_with = "line")]
    pub line: Option<u32>,
    /// What kind of fault.
    #[serde(default)]
    pub category: String,
    /// What to do about it.
    #[serde(default, deserialize_with = "text")]
    pub suggestion: String,
}

/// Reads the list of findings of an answer: each by itself, so that one that can not be read costs no other.
pub fn claims(list: &[Value]) -> (Vec<Claim>, Vec<Dropped>) {
    let (mut claims, mut dropped) = (Vec::new(), Vec::new());
    for value in list {
        match Claim::deserialize(value) {
            Ok(claim) => claims.push(claim),
            Err(error) => {
                let word = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                let reason = format!("it can not be read: {error}");
                dropped.push(Dropped { title: word("title"), path: word("path"), reason });
            }
        }
    }
    (claims, dropped)
}

fn severity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Severity, D::Error> {
    let word = String::deserialize(deserializer)?;
    word.parse().map_err(|()| serde::de::Error::custom(format!("unknown severity {word:?}")))
}

/// A hint that makes no sense is none.
fn line<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    Ok(number.and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0))
}

/// Null is nothing.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_finding_that_can_not_be_read_is_told_and_costs_no_other() {
        let good =
            json!({"severity": "HIGH", "title": "t", "path": "a.rs", "quote": "q", "line": "12", "suggestion": null});
        let odd = json!({"severity": "terrible", "title": "odd", "path": "b.rs", "quote": "q"});
        let (claims, dropped) = claims(&[good, odd, json!({"title": "bare"}), json!(7)]);
        assert_eq!((claims.len(), claims[0].severity, claims[0].line), (1, Severity::High, Some(12)));
        let names: Vec<_> = dropped.iter().map(|dropped| dropped.title.as_str()).collect();
        assert_eq!(names, ["odd", "bare", ""]);
        assert!(dropped[0].reason.contains("terrible"), "{dropped:?}");
    }
}
