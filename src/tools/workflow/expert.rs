//! What an expert answered: JSON, JSON in a fence, or prose.

use serde_json::{Map, Value, json};

use super::{Form, members, render};
use crate::error::{Error, ErrorCode};
use crate::gateway::Answer;

/// The answer to a question for `form`, as a document. Prose is an answer too: it is kept as `raw_analysis`.
pub(super) fn parse(text: &str, form: Form) -> Map<String, Value> {
    let text = text.trim();
    let parsed = serde_json::from_str(text).or_else(|error| match fenced(text) {
        Some(inside) => serde_json::from_str(inside),
        None => Err(error),
    });
    match parsed {
        Ok(Value::Object(document)) => document,
        Ok(value) if is_nothing(&value) => Map::new(),
        _ if form == Form::Prose => prose(text),
        Ok(_) => unasked_prose(text, "the answer is JSON, but not an object"),
        Err(error) => unasked_prose(text, &error.to_string()),
    }
}

/// The document as people read it: prose as it came, all else as Markdown; empty when it says nothing.
pub(super) fn text(document: &Map<String, Value>) -> String {
    let prose = document.get("raw_analysis").and_then(Value::as_str).filter(|prose| !prose.trim().is_empty());
    if let Some(prose) = prose {
        return format!("{}\n", prose.trim_end());
    }
    let text = render::markdown(document);
    // The one status that is a verdict by itself.
    let is_clear = document.get("status").is_some_and(|status| status == "no_bug_found");
    if text.trim().is_empty() && is_clear { "No bug was found.\n".to_owned() } else { text }
}

/// The error for an answer that says nothing.
pub(super) fn said_nothing(answer: &Answer) -> Error {
    let message = format!("{} answered in JSON that says nothing: {}", answer.model, brief(&answer.text));
    Error::new(ErrorCode::NoVerdict, message).hint("ask again with --fresh, or another model")
}

/// An answer as it is quoted in an error.
fn brief(answer: &str) -> String {
    let mut letters = answer.trim().chars();
    let begin: String = letters.by_ref().take(200).collect();
    if letters.next().is_some() { begin + "…" } else { begin }
}

/// JSON that says nothing.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_nothing),
        _ => false,
    }
}

fn prose(text: &str) -> Map<String, Value> {
    members(json!({"status": "analysis_complete", "raw_analysis": text, "format": "text"}))
}

fn unasked_prose(text: &str, why: &str) -> Map<String, Value> {
    let mut document = prose(text);
    document.extend(members(json!({"note": "The expert answered in prose.", "parse_error": why})));
    document
}

/// What stands inside the only fence of an answer that is nothing but a fence, or a sentence and a fence.
fn fenced(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("```json").or_else(|| text.split_once("```\n"))?;
    let (inside, after) = rest.rsplit_once("```")?;
    (!after.contains('{')).then(|| inside.trim())
}

/// The statuses by which an expert asks for something instead of answering, or not only answering.
const ASKING: [&str; 7] = [
    "files_required_to_continue",
    "focused_review_required",
    "full_codereview_required",
    "investigation_paused",
    "more_tests_required",
    "refactoring_paused",
    "test_sample_needed",
];

/// The status by which an expert asks for something.
pub(super) fn asks_for_more(document: &Map<String, Value>) -> Option<&'static str> {
    let status = document.get("status").and_then(Value::as_str)?;
    ASKING.into_iter().find(|asking| *asking == status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_plain_fenced_and_after_a_sentence_is_read() {
        for text in [
            r#"{"status": "no_bug_found"}"#,
            "```json\n{\"status\": \"no_bug_found\"}\n```",
            "```\n{\"status\": \"no_bug_found\"}\n```",
            "Here is my analysis:\n```json\n{\"status\": \"no_bug_found\"}\n```\n",
            "```json\n{\"status\": \"no_bug_found\", \"fix\": \"```rust\\nlet x;\\n```\"}\n```",
        ] {
            assert_eq!(parse(text, Form::Document)["status"], "no_bug_found", "{text}");
        }
    }

    #[test]
    fn a_verdict_without_a_word_more_is_still_one() {
        let read = |answer: &str| text(&parse(answer, Form::Document));
        assert_eq!(read(r#"{"status": "no_bug_found"}"#), "No bug was found.\n");
        assert_eq!(read(r#"{"status": "analysis_complete"}"#).trim(), "");
    }

    #[test]
    fn prose_is_kept_as_it_came() {
        let document = parse("The lock is taken twice {see line 4}.", Form::Document);
        assert_eq!(document["status"], "analysis_complete");
        assert_eq!(document["raw_analysis"], "The lock is taken twice {see line 4}.");
        assert!(document.contains_key("parse_error"));
        let wanted = parse("The lock is taken twice {see line 4}.", Form::Prose);
        assert!(wanted["raw_analysis"] == document["raw_analysis"] && !wanted.contains_key("parse_error"));
    }
}
