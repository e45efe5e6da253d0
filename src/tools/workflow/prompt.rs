//! What the expert is shown: files, earlier conversation, then the work, each once.
//! Without an expert the same parts, the work first, are the brief.

use std::fmt::Write;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Workflow;
use super::arguments::Confidence;
use super::bundles::Bundle;
use super::document::Document;
use super::work::Work;

/// The question to the expert. Files come first: a stable beginning is what providers cache.
/// `part` says which of several requests this is.
pub(super) fn question<W: Workflow>(document: &Document<'_, W>, bundle: &Bundle, history: &str, part: &str) -> String {
    [&bundle.files, history, &bundle.collected, part, &work(document)].concat()
}

/// The evidence for a reader who has to judge it alone.
pub(super) fn brief<W: Workflow>(document: &Document<'_, W>, files: &str, collected: &str) -> String {
    [&work(document), collected, files].concat()
}

fn work<W: Workflow>(document: &Document<'_, W>) -> String {
    let work = document.work;
    let mut text = String::new();
    section(&mut text, "Task", task(work));
    section(&mut text, "What is wanted", &options(document.own));
    section(&mut text, "State of the work", &counts(work));
    section(&mut text, "Findings", &findings(work));
    section(&mut text, "Functions and places that matter", &list(&work.relevant_context()));
    section(&mut text, "Issues", &issues(work));
    section(&mut text, "Hypotheses so far", &hypotheses(work));
    if work.confidence() == Confidence::AlmostCertain {
        section(
            &mut text,
            "Note",
            "The investigator is almost certain. Confirm it with evidence, or say what speaks against it.",
        );
    }
    text
}

/// The tool's own arguments, those that say nothing apart.
fn options(own: &impl Serialize) -> String {
    let Ok(Value::Object(options)) = serde_json::to_value(own) else { return String::new() };
    let lines =
        options.iter().filter_map(|(name, value)| Some(format!("- {}: {}\n", name.replace('_', " "), said(value)?)));
    lines.collect()
}

fn said(value: &Value) -> Option<String> {
    let said = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().filter_map(said).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    (!said.is_empty()).then_some(said)
}

/// The task, unless it is nothing but the beginning of the first findings.
fn task(work: &Work) -> &str {
    match work.steps().first() {
        Some((_, first)) if first.findings.starts_with(&first.step) => "",
        _ => work.task(),
    }
}

fn section(text: &mut String, title: &str, body: &str) {
    if !body.is_empty() {
        line(text, format_args!("## {title}\n\n{}\n\n", body.trim_end()));
    }
}

/// Writing into a string can not fail.
fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
}

fn counts(work: &Work) -> String {
    format!(
        "{} of {} steps done, {} files examined, confidence {}",
        work.steps().len(),
        work.total_steps,
        work.files_checked().len().max(work.relevant_files().len()),
        work.confidence().as_str()
    )
}

fn findings(work: &Work) -> String {
    let mut text = String::new();
    for (number, step) in work.steps() {
        let is_empty = step.findings.is_empty() && step.step == work.task();
        if is_empty {
            continue;
        }
        line(&mut text, format_args!("### Step {number}\n\n"));
        // The task is shown above already, and a step without a text of its own repeats its findings' first line.
        if !step.findings.starts_with(&step.step) && step.step != work.task() {
            line(&mut text, format_args!("{}\n\n", step.step));
        }
        line(&mut text, format_args!("{}\n\n", step.findings));
    }
    text
}

fn list(items: &[&str]) -> String {
    items.iter().map(|item| format!("- {item}\n")).collect()
}

fn issues(work: &Work) -> String {
    let word =
        |issue: &Map<String, Value>, key: &str| issue.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    work.issues()
        .map(|issue| {
            let kind = word(issue, "type");
            let kind = if kind.is_empty() { kind } else { format!(" ({kind})") };
            format!("- [{}]{kind} {}\n", word(issue, "severity").to_uppercase(), word(issue, "description"))
        })
        .collect()
}

fn hypotheses(work: &Work) -> String {
    work.steps()
        .into_iter()
        .filter_map(|(number, step)| {
            let hypothesis = step.hypothesis.as_ref()?;
            Some(format!("- Step {number} ({}): {hypothesis}\n", step.confidence.as_str()))
        })
        .collect()
}
