//! Findings of an expert: read out of its JSON, looked up in what it was shown, filtered by severity, shown as Markdown.

use serde_json::{Map, Value};

use super::render;
use crate::findings::{Dropped, ShownFile, Testimony, anchor, claims, filter, markdown};
use crate::protocol::{Finding, SeverityFilter};
use crate::redaction::Veil;

/// What came of an expert's findings.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Verdict {
    /// Those that are told, the worst first.
    pub(super) told: Vec<Finding>,
    /// Those below the severity that is wanted.
    pub(super) hidden: usize,
    /// Those that can not be read, or whose quoted text is not there.
    pub(super) dropped: Vec<Dropped>,
}

/// Whether an analysis has a list of findings, even an empty one.
pub(super) fn is_verdict(analysis: &Map<String, Value>) -> bool {
    analysis.get("findings").is_some_and(Value::is_array)
}

/// The findings of analyses, each where the text that it quotes really is in what its expert was shown; `None` when no
/// analysis has a list of them, and so none is a verdict.
pub(super) fn read<'a>(
    analyses: impl IntoIterator<Item = (&'a Map<String, Value>, &'a [ShownFile])>,
    wanted: SeverityFilter,
    veil: &Veil,
) -> Option<Verdict> {
    let (mut testimonies, mut dropped) = (Vec::new(), Vec::new());
    for (analysis, shown) in analyses {
        let Some(list) = analysis.get("findings").and_then(Value::as_array) else { continue };
        let (claims, mut unreadable) = claims(list);
        dropped.append(&mut unreadable);
        testimonies.push(Testimony { claims, shown });
    }
    if testimonies.is_empty() {
        return None;
    }
    let mut anchored = anchor(testimonies, veil);
    dropped.append(&mut anchored.dropped);
    let mut told = anchored.findings;
    let hidden = filter(&mut told, wanted);
    Some(Verdict { told, hidden, dropped })
}

impl Verdict {
    /// What the caller should know beside the findings.
    pub(super) fn warning(&self) -> Option<String> {
        let count = self.dropped.len();
        let noun = if count == 1 { "finding was" } else { "findings were" };
        (count > 0).then(|| {
            format!("{count} {noun} dropped: what they quote is not in what was shown, or they can not be read")
        })
    }

    /// The analysis as people read it: its summary, the findings that are told, then what else it says.
    pub(super) fn markdown(&self, analysis: &Map<String, Value>) -> String {
        let mut rest = analysis.clone();
        rest.shift_remove("findings");
        let summary = rest.shift_remove("summary");
        let summary = summary.as_ref().and_then(Value::as_str).map(str::trim).unwrap_or_default();
        let mut parts = vec![summary.to_owned(), markdown(&self.told, &self.dropped)];
        if self.hidden > 0 {
            parts.push(format!("{} more below the severity that is wanted.", self.hidden));
        }
        parts.push(render::markdown(&rest));
        let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
        parts.join("\n\n") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::Severity;
    use crate::tools::workflow::members;

    fn shown() -> [ShownFile; 1] {
        [ShownFile::new("src/queue.rs", "fn take() {\n    drain();\n    ```drain();\n}\nuse std::fmt;\n", 10)]
    }

    fn analysis() -> Map<String, Value> {
        members(json!({
            "status": "analysis_complete", "summary": "One thing must be mended.",
            "findings": [
                {"severity": "low", "title": "Unused\nimport", "category": "style", "path": "src/queue.rs",
                 "quote": "use std::fmt;"},
                {"severity": "HIGH", "title": "Emptied twice", "detail": "The first result\nis lost.",
                 "path": "src/queue.rs", "line": 99, "fingerprint": "mine", "quote": "    drain();\n    ```drain();",
                 "category": "correctness", "suggestion": "Drop one call."},
                {"severity": "info", "title": "A name", "path": "src/queue.rs", "quote": "fn take()"},
                {"severity": "high", "title": "Made up", "path": "src/queue.rs", "quote": "unsafe { free() }"},
                {"severity": "blocker", "title": "What is this?"}, "prose",
            ],
            "strengths": ["short functions"],
        }))
    }

    fn verdict(analysis: &Map<String, Value>) -> Option<Verdict> {
        read([(analysis, &shown()[..])], SeverityFilter::Low, &Veil::default())
    }

    #[test]
    fn findings_are_told_worst_first_where_their_quotes_are() {
        let verdict = verdict(&analysis()).unwrap();
        let told: Vec<_> =
            verdict.told.iter().map(|finding| (finding.severity, finding.line, finding.end_line)).collect();
        assert_eq!(told, [(Severity::High, 11, 12), (Severity::Low, 14, 14)]);
        assert_ne!(verdict.told[0].fingerprint, "mine");
        assert_eq!((verdict.hidden, verdict.dropped.len()), (1, 3), "{:?}", verdict.dropped);
        assert!(verdict.warning().unwrap().starts_with("3 findings were dropped"));
    }

    #[test]
    fn an_analysis_without_a_list_of_findings_is_no_verdict() {
        for analysis in [json!({"raw_analysis": "All is well."}), json!({"findings": "none"}), json!({})] {
            assert_eq!(verdict(&members(analysis)), None);
        }
        assert_eq!(verdict(&members(json!({"findings": []}))), Some(Verdict::default()));
    }

    #[test]
    fn findings_read_like_a_report() {
        insta::assert_snapshot!(verdict(&analysis()).unwrap().markdown(&analysis()));
        insta::assert_snapshot!(Verdict::default().markdown(&Map::new()), @"No findings.");
    }
}
