//! What the requests of one step show. A review that is too large for one is split into several: each shows a part of the
//! files and changes, and all are told the task, the findings and the conversation.

use super::collected::Collected;
use crate::evidence::{self, Further};
use crate::findings::ShownFile;
use crate::protocol;
use crate::tools::Context;
use crate::tools::gather::{Budget, Gathered};

/// Requests that one step may make: who asks for more pays for more than they can mean, and nobody reads it.
pub(super) const MOST: usize = 8;
/// How many files of the other parts are named.
const NAMED: usize = 50;

/// What one request shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Bundle {
    /// Files, numbered and fenced.
    pub(super) files: String,
    /// What the tool gathered by itself.
    pub(super) collected: String,
    /// The files that either shows.
    pub(super) paths: Vec<String>,
    /// What may be quoted of what the tool gathered.
    shown: Vec<ShownFile>,
}

/// What may be filled beyond a window with room for so many `tokens`.
pub(super) fn further(tokens: u64) -> Further {
    Further { bundles: MOST - 1, tokens }
}

/// What is left for files beside what the tool gathered by itself.
pub(super) fn room_beside(collected: &Collected, tokens: u64, further: Further) -> Budget {
    let last = collected.further.last().unwrap_or(collected);
    let common = if is_common(collected) { evidence::estimate_tokens(&collected.text) } else { 0 };
    Budget {
        tokens: tokens.saturating_sub(evidence::estimate_tokens(&last.text)),
        further: Further {
            bundles: further.bundles.saturating_sub(collected.further.len()),
            tokens: further.tokens.saturating_sub(common),
        },
    }
}

/// Whether what a tool gathered is about all that is shown.
fn is_common(collected: &Collected) -> bool {
    collected.paths.is_empty() && collected.further.is_empty()
}

/// Shares out what was gathered: first the changes, then the files; where the one ends the other begins.
pub(super) fn share_out(mut collected: Collected, files: Gathered) -> Vec<Bundle> {
    let common = if is_common(&collected) { collected.text.clone() } else { String::new() };
    let following = std::mem::take(&mut collected.further);
    let own = std::iter::once(collected).chain(following).map(|Collected { text, shown, paths, .. }| Bundle {
        collected: text,
        shown,
        paths,
        ..Bundle::default()
    });
    let mut bundles: Vec<Bundle> = own.collect();
    if let Some(last) = bundles.last_mut() {
        last.files = files.text;
        add(&mut last.paths, files.paths);
    }
    bundles.extend(files.further.into_iter().map(|evidence::Bundle { text, paths, .. }| Bundle {
        files: text,
        paths,
        collected: common.clone(),
        ..Bundle::default()
    }));
    without_empty(bundles)
}

/// Nothing may have fitted where the files begin: what is said there goes to the next one.
fn without_empty(bundles: Vec<Bundle>) -> Vec<Bundle> {
    let (mut kept, mut carried): (Vec<Bundle>, Vec<Bundle>) = (Vec::new(), Vec::new());
    for mut bundle in bundles {
        if bundle.paths.is_empty() {
            carried.push(bundle);
            continue;
        }
        bundle.files.insert_str(0, &carried.drain(..).map(|before| before.files).collect::<String>());
        kept.push(bundle);
    }
    if kept.is_empty() {
        carried.truncate(1);
    }
    kept.append(&mut carried);
    kept
}

fn add(paths: &mut Vec<String>, more: Vec<String>) {
    for path in more {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
}

impl Bundle {
    /// What may be quoted of it.
    pub(super) fn shown(&self) -> Vec<ShownFile> {
        let mut shown = self.shown.clone();
        shown.append(&mut ShownFile::of_evidence(&self.files));
        shown
    }
}

/// What the part at `place` of several is told of itself and of the others.
pub(super) fn introduce(bundles: &[Bundle], place: usize) -> String {
    if bundles.len() < 2 {
        return String::new();
    }
    let own = bundles.get(place).map(|bundle| bundle.paths.as_slice()).unwrap_or_default();
    let mut others: Vec<String> = Vec::new();
    for path in bundles.iter().flat_map(|bundle| &bundle.paths).filter(|path| !own.contains(path)) {
        if !others.contains(path) {
            others.push(path.clone());
        }
    }
    let more = others.len().saturating_sub(NAMED);
    let mut text = format!(
        "## Part {} of {}\n\nThis is too large for one request. You are shown one part of it; the others go into requests of their own. Judge what you are shown, and ask for no file of another part.\n",
        place + 1,
        bundles.len()
    );
    if !others.is_empty() {
        text.push_str("In the other parts:\n");
    }
    for path in others.iter().take(NAMED) {
        text.push_str(&format!("- {}\n", evidence::fence::escape(path)));
    }
    if more > 0 {
        text.push_str(&format!("- and {more} more\n"));
    }
    text + "\n"
}

/// Puts down which request shows what, when there are several.
pub(super) fn cover(bundles: &[Bundle], context: &Context) {
    if bundles.len() > 1 {
        let told = bundles.iter().map(|bundle| protocol::Bundle { sent: bundle.paths.clone(), failed: None });
        context.draft().coverage.bundles = told.collect();
    }
}

/// Puts down that nobody has judged what the request at `place` shows.
pub(super) fn uncover(bundles: &[Bundle], place: usize, why: &str, context: &Context) {
    let Some(bundle) = bundles.get(place) else { return };
    let mut why = why.to_owned();
    context.veil.text(&mut why);
    let coverage = &mut context.draft().coverage;
    coverage.sent.retain(|path| !bundle.paths.contains(path));
    for path in &bundle.paths {
        if !coverage.skipped.iter().any(|skipped| skipped.path == *path) {
            let reason = format!("part {} of {}: {why}", place + 1, bundles.len());
            coverage.skipped.push(protocol::Skipped { path: path.clone(), reason });
        }
    }
    if let Some(told) = coverage.bundles.get_mut(place) {
        told.failed = Some(why);
    }
}
