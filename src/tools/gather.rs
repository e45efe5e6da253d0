//! Files for a prompt: those the call names, then those its conversation named before, each once.

use super::Context;
use crate::error::Result;
use crate::evidence::{CollectRequest, collect};

/// Files as a model is shown them.
#[derive(Debug, Clone, Default)]
pub(super) struct Gathered {
    /// Numbered and fenced; empty without files.
    pub(super) text: String,
    /// Files shown in full.
    pub(super) embedded: usize,
    /// Where the files are that the call itself asked for; the conversation remembers them.
    pub(super) named: Vec<String>,
}

/// Reads `paths`, and the files that were named `before`, within `budget` tokens. A missing file of the call is an
/// error unless `allow_missing`; one that was named before may have gone since.
pub(super) async fn gather(
    context: &Context,
    paths: Vec<String>,
    mut before: Vec<String>,
    budget: u64,
    allow_missing: bool,
) -> Result<Gathered> {
    let request = CollectRequest { paths, budget_tokens: budget, allow_missing, ..CollectRequest::default() };
    let named = context.deadline.bound("reading files", collect(&*context.workspace, &request)).await??;
    before.retain(|file| !named.locations.contains(file));
    let request = CollectRequest {
        paths: before,
        budget_tokens: budget.saturating_sub(named.tokens()),
        allow_missing: true,
        ..CollectRequest::default()
    };
    let earlier = context.deadline.bound("reading files", collect(&*context.workspace, &request)).await??;

    let mut draft = context.draft();
    for evidence in [&earlier, &named] {
        draft.coverage.selected.extend(evidence.coverage.selected.iter().cloned());
        draft.coverage.sent.extend(evidence.coverage.sent.iter().cloned());
        draft.coverage.skipped.extend(evidence.coverage.skipped.iter().cloned());
    }
    if let Some(first) = draft.coverage.skipped.first() {
        let warning = match draft.coverage.skipped.len() {
            1 => format!("{} was left out: {}", first.path, first.reason),
            more => format!("{more} files were left out, the first is {}: {}", first.path, first.reason),
        };
        draft.warnings.push(warning);
    }
    Ok(Gathered {
        // What the conversation showed before comes first: a stable beginning is what providers cache.
        text: earlier.render() + &named.render(),
        embedded: named.files.len() + earlier.files.len(),
        named: named.locations,
    })
}
