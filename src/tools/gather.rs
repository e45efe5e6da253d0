//! Files for a prompt: those the call names, then those its conversation named before, each once.

use std::collections::BTreeSet;

use super::Context;
use crate::error::Result;
use crate::evidence::{Bundle, CollectRequest, Further, collect};
use crate::protocol::Coverage;

/// Files as a model is shown them.
#[derive(Debug, Clone, Default)]
pub(super) struct Gathered {
    /// Numbered and fenced; empty without files.
    pub(super) text: String,
    /// The files that the text shows.
    pub(super) paths: Vec<String>,
    /// What goes on in further requests.
    pub(super) further: Vec<Bundle>,
    /// Files shown in full.
    pub(super) embedded: usize,
    /// Where the files are that the call itself asked for; the conversation remembers them.
    pub(super) named: Vec<String>,
}

/// What files may cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// Tokens in the first request.
    pub(super) tokens: u64,
    /// Requests that may follow it.
    pub(super) further: Further,
}

impl Budget {
    /// So many tokens in one request.
    pub(super) fn of(tokens: u64) -> Self {
        Self { tokens, further: Further::default() }
    }
}

/// Files of a call, in the order in which they get what room there is.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Those that the call names.
    pub(super) named: Vec<String>,
    /// Those that earlier steps of the same work named.
    pub(super) steps: Vec<String>,
    /// Those that others named before in the conversation. They are no reason for a further request.
    pub(super) before: Vec<String>,
    /// Whether a missing file that the call names is no error; one that was named before may have gone since.
    pub(super) allow_missing: bool,
}

/// Reads the files that are `wanted`, each once, within `budget`.
pub(super) async fn gather(context: &Context, wanted: Wanted, budget: Budget) -> Result<Gathered> {
    let Wanted { named, steps, before, allow_missing } = wanted;
    let Budget { mut tokens, mut further } = budget;
    let mut gathered = Gathered::default();
    let (mut bundles, mut coverages, mut known) = (vec![Bundle::default()], Vec::new(), BTreeSet::new());
    let groups = [(named, allow_missing, true), (steps, true, true), (before, true, false)];
    for (at, (mut paths, allow_missing, may_go_on)) in groups.into_iter().enumerate() {
        paths.retain(|path| !known.contains(path));
        if paths.is_empty() {
            continue;
        }
        let further_now = if may_go_on { further } else { Further::default() };
        let request = CollectRequest {
            paths,
            budget_tokens: tokens,
            further: further_now,
            allow_missing,
            ..CollectRequest::default()
        };
        let evidence = context.deadline.bound("reading files", collect(&*context.workspace, &request)).await??;
        tokens = match evidence.further.last() {
            None => tokens.saturating_sub(evidence.tokens()),
            Some(last) => further.tokens.saturating_sub(last.tokens),
        };
        further.bundles = further.bundles.saturating_sub(evidence.further.len());
        gathered.embedded += evidence.files.len();
        known.extend(evidence.locations.iter().cloned());
        if at == 0 {
            gathered.named.clone_from(&evidence.locations);
        }
        coverages.push(evidence.coverage.clone());
        go_on(&mut bundles, evidence.into_bundles());
    }
    put_down(coverages, context);
    let mut bundles = bundles.into_iter();
    let Bundle { text, paths, .. } = bundles.next().unwrap_or_default();
    Ok(Gathered { text, paths, further: bundles.collect(), ..gathered })
}

/// Adds bundles: the first of them goes into the last one that is there.
fn go_on(bundles: &mut Vec<Bundle>, more: Vec<Bundle>) {
    let mut more = more.into_iter();
    if let (Some(last), Some(mut first)) = (bundles.last_mut(), more.next()) {
        // What the conversation showed before comes first: a stable beginning is what providers cache.
        first.text.push_str(&last.text);
        first.paths.append(&mut last.paths);
        *last = first;
    }
    bundles.extend(more);
}

/// Puts down which files are shown, those of the conversation first, and says what was left out.
fn put_down(coverages: Vec<Coverage>, context: &Context) {
    let mut draft = context.draft();
    for mut coverage in coverages.into_iter().rev() {
        draft.coverage.selected.append(&mut coverage.selected);
        draft.coverage.sent.append(&mut coverage.sent);
        draft.coverage.skipped.append(&mut coverage.skipped);
    }
    if let Some(first) = draft.coverage.skipped.first() {
        let warning = match draft.coverage.skipped.len() {
            1 => format!("{} was left out: {}", first.path, first.reason),
            more => format!("{more} files were left out, the first is {}: {}", first.path, first.reason),
        };
        draft.warnings.push(warning);
    }
}
