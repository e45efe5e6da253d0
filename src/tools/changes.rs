//! What changed in the caller's repository, as a model is shown it.

use super::Context;
use super::workflow::Collected;
use crate::error::Result;
use crate::evidence::git::{GitQuestion, render};
use crate::findings::ShownFile;

/// Changes, and how many files they are in.
pub(super) struct Changed {
    pub(super) collected: Collected,
    pub(super) files: usize,
}

/// Asks the caller's repository, and shows what `budget` tokens hold. What is left out is named in the result.
pub(super) async fn changes(context: &Context, question: &GitQuestion, budget: u64) -> Result<Changed> {
    let changes = context.deadline.bound("looking for changes", context.workspace.git(question)).await??;
    let mut evidence = render(&changes, budget);
    let mut draft = context.draft();
    if let Some(first) = evidence.coverage.skipped.first() {
        let (count, first) = (evidence.coverage.skipped.len(), format!("{}: {}", first.path, first.reason));
        let warning = match count {
            1 => format!("a changed file was left out, {first}"),
            more => format!("{more} changed files were left out, the first is {first}"),
        };
        draft.warnings.push(warning);
    }
    draft.coverage.selected.append(&mut evidence.coverage.selected);
    draft.coverage.sent.append(&mut evidence.coverage.sent);
    draft.coverage.skipped.append(&mut evidence.coverage.skipped);
    let shown = evidence.shown.into_iter().map(ShownFile::from).collect();
    Ok(Changed {
        collected: Collected { text: evidence.text + "\n", shown, ..Collected::default() },
        files: changes.files.len(),
    })
}
