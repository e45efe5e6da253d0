//! What changed in the caller's repository, as a model is shown it.

use super::workflow::{Collected, Scene};
use crate::error::Result;
use crate::evidence::git::{GitQuestion, render};
use crate::findings::ShownFile;

/// Changes, and how many files they are in.
pub(super) struct Changed {
    pub(super) collected: Collected,
    pub(super) files: usize,
}

/// The question what changed since `compare_to` in HEAD, or up to where a range such as `main...topic` ends.
pub(super) fn since(path: String, only: Vec<String>, compare_to: &str) -> GitQuestion {
    let (base, head) = compare_to.split_once("...").unwrap_or((compare_to, "HEAD"));
    GitQuestion::Range { path, only, base: base.to_owned(), head: head.to_owned(), text: true }
}

/// Asks the caller's repository, and shows what there is room for. What is left out is named in the result.
pub(super) async fn changes<O>(scene: &Scene<'_, O>, question: &GitQuestion) -> Result<Changed> {
    let context = scene.context;
    let changes = context.deadline.bound("looking for changes", context.workspace.git(question)).await??;
    let mut evidence = render(&changes, scene.budget, scene.further);
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
    let mut bundles = evidence.bundles.into_iter().map(|bundle| Collected {
        text: bundle.text + "\n",
        shown: bundle.shown.into_iter().map(ShownFile::from).collect(),
        paths: bundle.paths.into_iter().collect(),
        ..Collected::default()
    });
    let first = bundles.next().unwrap_or_default();
    Ok(Changed { collected: Collected { further: bundles.collect(), ..first }, files: changes.files.len() })
}
