//! Files for a prompt: those the call names, then those its conversation named before, each once.

use super::Context;
use crate::error::Result;
use crate::evidence::{CollectRequest, collect};
use crate::threads::Thread;

/// Files as a model is shown them.
#[derive(Debug, Clone, Default)]
pub(super) struct Gathered {
    /// Numbered and fenced; empty without files.
    pub(super) text: String,
    /// Files shown in full.
    pub(super) embedded: usize,
}

/// Reads `paths` and the files of the conversation within `budget` tokens. A missing file of the call is an error
/// unless `allow_missing`; one of the conversation may have gone since.
pub(super) async fn gather(
    context: &Context,
    thread: &Thread,
    paths: Vec<String>,
    budget: u64,
    allow_missing: bool,
) -> Result<Gathered> {
    let named = CollectRequest { paths, budget_tokens: budget, allow_missing, ..CollectRequest::default() };
    let named = context.deadline.bound("reading files", collect(&*context.workspace, &named)).await??;
    let earlier = CollectRequest {
        paths: thread.files(),
        budget_tokens: budget.saturating_sub(named.tokens()),
        allow_missing: true,
        already_shown: named.coverage.selected.iter().cloned().collect(),
    };
    let earlier = context.deadline.bound("reading files", collect(&*context.workspace, &earlier)).await??;

    let mut draft = context.draft();
    for evidence in [&earlier, &named] {
        draft.coverage.selected.extend(evidence.coverage.selected.iter().cloned());
        draft.coverage.sent.extend(evidence.coverage.sent.iter().cloned());
        draft.coverage.skipped.extend(evidence.coverage.skipped.iter().cloned());
    }
    let left_out = draft.coverage.skipped.len();
    if left_out > 0 {
        let first = &draft.coverage.skipped[0];
        let warning = format!("{left_out} files were left out, the first: {} ({})", first.path, first.reason);
        draft.warnings.push(warning);
    }
    // What the conversation showed before comes first: a stable beginning is what providers cache.
    let text = earlier.render_files() + &named.render();
    Ok(Gathered { text, embedded: named.files.len() + earlier.files.len() })
}
