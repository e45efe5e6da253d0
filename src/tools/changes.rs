//! What changed in the caller's repository, as a model is shown it.

use std::collections::BTreeSet;
use std::path::Path;

use super::Context;
use super::workflow::{Collected, Scene};
use crate::error::Result;
use crate::evidence::git::{ChangedFile, FileKind, GitQuestion, Part, Status, render};
use crate::findings::ShownFile;

/// Changes, and how many files they are in.
pub(super) struct Changed {
    pub(super) collected: Collected,
    pub(super) files: usize,
}

/// The first `most` files that are changed, or new, and not committed, and are there; none where there is no repository to
/// ask. The result says that they were taken.
pub(super) async fn changed_files(context: &Context, most: usize) -> Result<Vec<String>> {
    let (path, only) = (".".to_owned(), Vec::new());
    let question = GitQuestion::WorkTree { path, only, staged: true, unstaged: true, untracked: true, text: false };
    let Ok(changes) = context.deadline.bound("looking for changes", context.workspace.git(&question)).await? else {
        return Ok(Vec::new());
    };
    let root = Path::new(context.workspace.root());
    let is_gone = |file: &&ChangedFile| file.part == Part::Unstaged && file.status == Status::Deleted;
    let gone: BTreeSet<&str> = changes.files.iter().filter(is_gone).map(|file| file.path.as_str()).collect();
    // One that is deleted in the index only is there again as a new one.
    let is_there = |file: &&ChangedFile| {
        file.kind == FileKind::Text && file.status != Status::Deleted && !gone.contains(file.path.as_str())
    };
    // As it is shown it may be relative to the root, which is not where the caller is.
    let location = |file: &ChangedFile| root.join(&file.path).to_string_lossy().into_owned();
    let all: BTreeSet<String> = changes.files.iter().filter(is_there).map(location).collect();
    if !all.is_empty() {
        let taken =
            if all.len() > most { format!("{most} of {} files", all.len()) } else { format!("{} files", all.len()) };
        context.warn(format!("no files were named, so {taken} were taken that git sees as changed"));
    }
    Ok(all.into_iter().take(most).collect())
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
