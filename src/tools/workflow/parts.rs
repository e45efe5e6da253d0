//! What the answers about the parts of one review come to together.

use serde_json::{Map, Value, json};

use super::bundles::Bundle;
use super::{expert, findings};
use crate::error::{Error, ErrorCode, Result};
use crate::findings::ShownFile;
use crate::gateway::Answer;

/// One part and what came of it.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) place: usize,
    pub(super) shown: Vec<ShownFile>,
    pub(super) analysis: Map<String, Value>,
    pub(super) came: Came,
}

/// What came of the question about one part.
#[derive(Debug)]
pub(super) enum Came {
    /// Findings, or that there are none.
    Verdict,
    /// An answer that is no verdict.
    Words,
    /// No answer.
    Nothing(Error),
}

impl Part {
    /// Reads the answer about the `bundle` at `place`.
    pub(super) fn new(place: usize, bundle: &Bundle, outcome: &Result<Answer>) -> Self {
        let (analysis, came) = match outcome {
            Err(error) => (Map::new(), Came::Nothing(error.clone())),
            Ok(answer) => {
                let analysis = expert::parse(&answer.text, super::Form::Findings);
                let came = if findings::is_verdict(&analysis) {
                    Came::Verdict
                } else if expert::text(&analysis).trim().is_empty() {
                    Came::Nothing(expert::said_nothing(answer))
                } else {
                    Came::Words
                };
                (analysis, came)
            }
        };
        Self { place, shown: bundle.shown(), analysis, came }
    }

    /// Why nobody has judged it, where others were judged.
    pub(super) fn failure(&self) -> Option<String> {
        match &self.came {
            Came::Verdict => None,
            Came::Nothing(error) => Some(error.message.clone()),
            Came::Words => Some(match expert::asks_for_more(&self.analysis) {
                Some(status) => format!("the expert asked for something instead of judging ({status})"),
                None => "it was answered in prose, which is no verdict".to_owned(),
            }),
        }
    }

    /// It in the result document.
    pub(super) fn entry(&self, bundle: &Bundle) -> Value {
        let mut entry = Map::new();
        entry.insert("part".to_owned(), (self.place + 1).into());
        let status = match &self.came {
            Came::Nothing(_) => "error",
            _ => self.analysis.get("status").and_then(Value::as_str).unwrap_or("analysis_complete"),
        };
        entry.insert("status".to_owned(), status.into());
        entry.insert("files".to_owned(), json!(bundle.paths));
        match &self.came {
            Came::Verdict => {}
            Came::Nothing(error) => drop(entry.insert("error".to_owned(), json!(error.message))),
            Came::Words => drop(entry.insert("content".to_owned(), expert::text(&self.analysis).into())),
        }
        entry.into()
    }
}

/// The analyses of several parts as one. Lists are joined; what stands alone is kept; of what differs there is a list.
pub(super) fn joined(parts: &[&Part]) -> Map<String, Value> {
    let mut whole = Map::new();
    for part in parts {
        for (name, value) in &part.analysis {
            match (name.as_str(), value) {
                // Looked up where each of them was shown, and told apart.
                ("status" | "findings", _) => {}
                ("summary", Value::String(text)) => add_summary(&mut whole, part.place, text.trim()),
                _ => add(&mut whole, name, value),
            }
        }
    }
    whole.insert("status".to_owned(), "analysis_complete".into());
    whole
}

fn add_summary(whole: &mut Map<String, Value>, place: usize, text: &str) {
    if text.is_empty() {
        return;
    }
    let before = whole.get("summary").and_then(Value::as_str).map(|before| format!("{before}\n\n")).unwrap_or_default();
    whole.insert("summary".to_owned(), format!("{before}**Part {}:** {text}", place + 1).into());
}

fn add(whole: &mut Map<String, Value>, name: &str, value: &Value) {
    match (whole.get_mut(name), value) {
        (None, _) => drop(whole.insert(name.to_owned(), value.clone())),
        (Some(Value::Array(known)), Value::Array(more)) => {
            for item in more {
                if !known.contains(item) {
                    known.push(item.clone());
                }
            }
        }
        (Some(known), more) if known == more => {}
        (Some(Value::Array(known)), more) => known.push(more.clone()),
        (Some(known), more) => *known = json!([known.take(), more]),
    }
}

/// The error of a review of which no part was answered.
pub(super) fn nobody_answered(parts: Vec<Part>) -> Error {
    let count = parts.len();
    let errors = parts.into_iter().filter_map(|part| match part.came {
        Came::Nothing(error) => Some(error),
        _ => None,
    });
    match crate::tools::at_once::nobody_answered(errors.collect()) {
        Some(mut error) => {
            error.message = format!("none of the {count} parts was answered: {}", error.message);
            error
        }
        None => Error::new(ErrorCode::InternalError, "a review without parts"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::workflow::members;

    fn part(place: usize, analysis: Value) -> Part {
        Part { place, shown: Vec::new(), analysis: members(analysis), came: Came::Verdict }
    }

    #[test]
    fn lists_are_joined_and_what_differs_becomes_a_list() {
        let parts = [
            part(
                0,
                json!({"status": "analysis_complete", "summary": "Fine.", "findings": [1], "strengths": ["a", "b"],
                "risk": {"level": "low"}, "same": 1}),
            ),
            part(
                2,
                json!({"summary": "Not fine.", "findings": [2], "strengths": ["b", "c"], "risk": {"level": "high"},
                "same": 1, "only": "here"}),
            ),
        ];
        let whole = joined(&parts.iter().collect::<Vec<_>>());
        assert_eq!(
            Value::Object(whole),
            json!({
                "summary": "**Part 1:** Fine.\n\n**Part 3:** Not fine.", "strengths": ["a", "b", "c"],
                "risk": [{"level": "low"}, {"level": "high"}], "same": 1, "only": "here", "status": "analysis_complete",
            })
        );
    }
}
