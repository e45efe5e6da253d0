//! Findings of an expert: read out of its JSON, filtered by severity, shown as Markdown.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::render;
use crate::protocol::{Finding, Severity};
use crate::tools::Context;

/// What was read out of an answer.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Read {
    /// The worst first.
    pub(super) findings: Vec<Finding>,
    /// Items that lack a title or a severity.
    pub(super) unreadable: usize,
}

/// The findings of an analysis; `None` when it has no list of them, and so is no verdict.
pub(super) fn read(analysis: &Map<String, Value>) -> Option<Read> {
    let items = analysis.get("findings")?.as_array()?;
    let mut findings: Vec<_> = items.iter().filter_map(finding).collect();
    let unreadable = items.len() - findings.len();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Some(Read { findings, unreadable })
}

/// One item. Only what the expert was asked for is taken; lines and fingerprint are never believed.
fn finding(item: &Value) -> Option<Finding> {
    let text = |key: &str| item.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let owned = |key: &str| text(key).map(str::to_owned);
    Some(Finding {
        fingerprint: None,
        severity: Severity::parse(text("severity")?)?,
        title: owned("title")?,
        detail: owned("detail").unwrap_or_default(),
        path: owned("path"),
        line: None,
        end_line: None,
        // Blanks at its ends belong to the text it has to be found in.
        quote: item.get("quote").and_then(Value::as_str).filter(|quote| !quote.trim().is_empty()).map(str::to_owned),
        category: owned("category"),
        suggestion: owned("suggestion"),
        confirmed_by: Vec::new(),
    })
}

/// Puts findings in their places in the files of the call. All findings of all tools go through here.
pub(super) fn place(findings: Vec<Finding>, _context: &Context) -> Vec<Finding> {
    findings
}

/// The analysis as people read it: its summary, the findings that are told, then what else it says.
pub(super) fn markdown(analysis: &Map<String, Value>, told: &[Finding], hidden: usize) -> String {
    let mut rest = analysis.clone();
    rest.shift_remove("findings");
    let summary = rest.shift_remove("summary");
    let mut text = match summary.as_ref().and_then(Value::as_str).map(str::trim).filter(|summary| !summary.is_empty()) {
        Some(summary) => format!("{summary}\n\n"),
        None => String::new(),
    };
    if told.is_empty() {
        text.push_str("No findings.\n");
    } else {
        put(&mut text, format_args!("## Findings ({})\n\n", tally(told)));
        for finding in told {
            show(&mut text, finding);
        }
    }
    if hidden > 0 {
        put(&mut text, format_args!("\n{hidden} more below the severity that is wanted.\n"));
    }
    let rest = render::markdown(&rest);
    if !rest.trim().is_empty() {
        put(&mut text, format_args!("\n{rest}"));
    }
    text
}

/// `1 high, 2 low`.
fn tally(told: &[Finding]) -> String {
    let counts =
        Severity::ALL.map(|severity| (told.iter().filter(|finding| finding.severity == severity).count(), severity));
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    counts.map(|(count, severity)| format!("{count} {}", severity.as_str())).collect::<Vec<_>>().join(", ")
}

fn show(text: &mut String, finding: &Finding) {
    let kind = finding.category.as_ref().map(|category| format!(", {category}")).unwrap_or_default();
    put(text, format_args!("- **{}** ({}{kind})", line(&finding.title), finding.severity.as_str()));
    if let Some(path) = &finding.path {
        let at = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
        put(text, format_args!(" `{}{at}`", line(path)));
    }
    text.push('\n');
    if !finding.detail.is_empty() {
        put(text, format_args!("  {}\n", indented(&finding.detail)));
    }
    if let Some(quote) = &finding.quote {
        let fence = fence(quote);
        put(text, format_args!("  {fence}\n  {}\n  {fence}\n", indented(quote.trim_matches('\n'))));
    }
    if let Some(suggestion) = &finding.suggestion {
        put(text, format_args!("  Suggestion: {}\n", indented(suggestion)));
    }
}

/// A fence that the quoted text does not contain.
fn fence(quote: &str) -> String {
    let longest = quote.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(3.max(longest + 1))
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Further lines of a text stay inside its item.
fn indented(text: &str) -> String {
    text.replace('\n', "\n  ")
}

/// Writing into a string can not fail.
fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tools::workflow::members;

    fn analysis() -> Map<String, Value> {
        members(json!({
            "status": "analysis_complete", "summary": "One thing must be mended.",
            "findings": [
                {"severity": "low", "title": "Unused\nimport", "category": "style"},
                {"severity": "HIGH", "title": "Emptied twice", "detail": "The first result\nis lost.",
                 "path": "src/queue.rs", "line": 99, "fingerprint": "mine", "quote": "    drain();\n    ```drain();",
                 "category": "correctness", "suggestion": "Drop one call."},
                {"severity": "blocker", "title": "What is this?"}, {"severity": "low"}, "prose",
            ],
            "strengths": ["short functions"],
        }))
    }

    #[test]
    fn findings_are_read_worst_first_and_their_lines_are_not_believed() {
        let read = read(&analysis()).unwrap();
        assert_eq!(
            read.findings.iter().map(|finding| finding.severity).collect::<Vec<_>>(),
            [Severity::High, Severity::Low]
        );
        assert_eq!((&read.findings[0].fingerprint, read.findings[0].line), (&None, None));
        assert_eq!(read.unreadable, 3);
    }

    #[test]
    fn an_analysis_without_a_list_of_findings_is_no_verdict() {
        for analysis in [json!({"raw_analysis": "All is well."}), json!({"findings": "none"}), json!({})] {
            assert_eq!(read(&members(analysis)), None);
        }
        assert_eq!(read(&members(json!({"findings": []}))), Some(Read::default()));
    }

    #[test]
    fn findings_read_like_a_report() {
        let told = read(&analysis()).unwrap().findings;
        insta::assert_snapshot!(markdown(&analysis(), &told, 2));
        insta::assert_snapshot!(markdown(&Map::new(), &[], 0), @"No findings.");
    }
}
