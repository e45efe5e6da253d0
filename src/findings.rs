//! What a review found: taken from a model's answer, looked up in what it was shown, named, sorted and written.
//!
//! ```text
//! answer ─▶ Claim (a quote, a guess of the line) ─▶ anchor: is it there, and where? ─▶ Finding ─▶ filter ─▶ Markdown
//! ```
//!
//! A line that a model tells is only a hint. What it quotes is looked up in the text as it was sent; what is not there
//! is no finding, and is counted. Not here: asking models, and what a gate makes of findings.

mod anchor;
mod claim;
mod fingerprint;
mod markdown;
#[cfg(test)]
mod properties;
mod quote;
mod shown;

pub use anchor::{Anchored, Dropped, Testimony, anchor};
pub use claim::{Claim, claims};
pub use markdown::markdown;
pub use shown::ShownFile;

use crate::protocol::{Finding, SeverityFilter};

/// Sorts findings: the worst first, then by file and line.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|one, other| {
        let by_place = || (&one.path, one.line, &one.fingerprint).cmp(&(&other.path, other.line, &other.fingerprint));
        other.severity.cmp(&one.severity).then_with(by_place)
    });
}

/// Keeps the findings that are wanted; says how many are not.
pub fn filter(findings: &mut Vec<Finding>, wanted: SeverityFilter) -> usize {
    let before = findings.len();
    findings.retain(|finding| wanted.admits(finding.severity));
    before - findings.len()
}
