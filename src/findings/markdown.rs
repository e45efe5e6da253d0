//! Findings for people: by severity, the worst first, as Markdown.

use std::fmt::Write as _;

use super::anchor::Dropped;
use crate::evidence::fence::escape;
use crate::protocol::{Finding, Severity};

/// How many claims that were dropped are named.
const NAMED: usize = 10;

/// Writes findings under a heading for each severity, then what was dropped. Says so when there is none.
pub fn markdown(findings: &[Finding], dropped: &[Dropped]) -> String {
    let mut text = String::new();
    if findings.is_empty() {
        text.push_str("No findings.\n");
    }
    for severity in Severity::ALL {
        let of_it: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == severity).collect();
        if of_it.is_empty() {
            continue;
        }
        separate(&mut text);
        let _ = writeln!(text, "## {} ({})", capitalized(severity.as_str()), of_it.len());
        for finding in of_it {
            write_finding(&mut text, finding);
        }
    }
    if !dropped.is_empty() {
        separate(&mut text);
        let _ = writeln!(text, "## Dropped ({})\n", dropped.len());
        for Dropped { title, path, reason } in dropped.iter().take(NAMED) {
            let title = if title.trim().is_empty() { "(without a title)".to_owned() } else { one_line(title) };
            let place = if path.trim().is_empty() { String::new() } else { format!(" in {}", code(path)) };
            let _ = writeln!(text, "- {title}{place}: {}", escape(reason));
        }
        if dropped.len() > NAMED {
            let _ = writeln!(text, "- and {} more", dropped.len() - NAMED);
        }
    }
    text
}

fn write_finding(text: &mut String, finding: &Finding) {
    let Finding { title, path, line, end_line, category, fingerprint, .. } = finding;
    let lines = if line == end_line { line.to_string() } else { format!("{line}-{end_line}") };
    let _ = writeln!(text, "\n### {}\n", one_line(title));
    let place = code(&format!("{path}:{lines}"));
    let category = if category.trim().is_empty() { String::new() } else { format!(" · {}", escape(category.trim())) };
    let _ = writeln!(text, "{place}{category} · {}\n", code(fingerprint));
    let fence = fence_around(&finding.quote);
    let _ = writeln!(text, "{fence}\n{}\n{fence}", finding.quote);
    if !finding.detail.trim().is_empty() {
        let _ = writeln!(text, "\n{}", finding.detail.trim());
    }
    if !finding.suggestion.trim().is_empty() {
        let _ = writeln!(text, "\n**Suggestion:** {}", finding.suggestion.trim());
    }
    if let Some(by) = &finding.confirmed_by {
        let _ = writeln!(text, "\nConfirmed by {}.", escape(by));
    }
}

fn separate(text: &mut String) {
    if !text.is_empty() {
        text.push('\n');
    }
}

/// A text of several lines as one.
fn one_line(text: &str) -> String {
    escape(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A fence that nothing in `text` can end.
fn fence_around(text: &str) -> String {
    "`".repeat(longest_run(text).max(2) + 1)
}

/// A word as code, whatever it holds.
fn code(word: &str) -> String {
    let (word, ticks) = (escape(word), "`".repeat(longest_run(word) + 1));
    let pad = if word.starts_with('`') || word.ends_with('`') { " " } else { "" };
    format!("{ticks}{pad}{word}{pad}{ticks}")
}

fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(severity: Severity, title: &str, quote: &str) -> Finding {
        Finding {
            fingerprint: "0123456789abcdef".to_owned(),
            severity,
            title: title.to_owned(),
            detail: "The second call empties the queue again.".to_owned(),
            path: "src/queue.rs".to_owned(),
            line: 2,
            end_line: 3,
            quote: quote.to_owned(),
            category: "bug".to_owned(),
            suggestion: "Call it once.".to_owned(),
            confirmed_by: None,
        }
    }

    #[test]
    fn the_worst_come_first_and_what_was_dropped_comes_last() {
        let findings =
            [finding(Severity::Low, "A small one", "drain();"), finding(Severity::Critical, "A bad one", "a\n```\nb")];
        let dropped = vec![Dropped { title: "Nowhere".into(), path: "a`b".into(), reason: "not there".into() }; 12];
        insta::assert_snapshot!(markdown(&findings, &dropped), @r"
        ## Critical (1)

        ### A bad one

        `src/queue.rs:2-3` · bug · `0123456789abcdef`

        ````
        a
        ```
        b
        ````

        The second call empties the queue again.

        **Suggestion:** Call it once.

        ## Low (1)

        ### A small one

        `src/queue.rs:2-3` · bug · `0123456789abcdef`

        ```
        drain();
        ```

        The second call empties the queue again.

        **Suggestion:** Call it once.

        ## Dropped (12)

        - Nowhere in ``a`b``: not there
        - Nowhere in ``a`b``: not there
        - Nowhere in ``a`b``: not there
        - Nowhere in ``a`b``: not there
        - Nowhere in ``a`b``: not there
        - Nowhere in ``a`b``: not there
        - Nowhere in ``a`b``: not there
        - Nowhere in ``a`b``: not there
        - Nowhere in ``a`b``: not there
        - Nowhere in ``a`b``: not there
        - and 2 more
        ");
    }

    #[test]
    fn that_there_is_none_is_said() {
        assert_eq!(markdown(&[], &[]), "No findings.\n");
    }
}
