//! Changes as a model reads them: fenced, every line with a gutter, lines numbered as the file has them now.

use std::collections::BTreeSet;

use super::answer::{ChangedFile, Changes, FileKind, Patch, Status};
use super::hunk::{Hunk, Side, hunks};
use crate::evidence::estimate_tokens;
use crate::evidence::fence;
use crate::evidence::local::grouped;
use crate::evidence::number::number_width;
use crate::evidence::render::{NAMED, left_out_line, note};
use crate::evidence::room::{Further, Place, Room};
use crate::protocol::{Coverage, Skipped};

/// The changes of one question, ready to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiffEvidence {
    /// The changes as a model reads them, one bundle behind the other; there is at least one, and the last one ends with
    /// what was left out. The first says so when there is nothing.
    pub bundles: Vec<DiffBundle>,
    /// Every file that changed is either sent or skipped with a reason; a file of which one part is left out is skipped.
    pub coverage: Coverage,
}

/// Changes that are shown in one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiffBundle {
    /// As a model reads them.
    pub text: String,
    /// What stands in the text, without gutter and signs, so that a quote of it can be found again.
    pub shown: Vec<ShownHunk>,
    /// The files that they are in.
    pub paths: BTreeSet<String>,
}

/// One side of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownHunk {
    /// The file, as shown.
    pub path: String,
    /// Its lines, each ended by a line feed.
    pub text: String,
    /// For each line where it stands in the file as it is now; a removed one, where it stood.
    pub numbers: Vec<u32>,
}

/// Shows as many of the changes as `budget_tokens` and what may be filled `further` hold, in their order, and names the
/// others.
pub fn render(changes: &Changes, budget_tokens: u64, further: Further) -> DiffEvidence {
    let mut rendering = Rendering { room: Room::new(budget_tokens, further), ..Rendering::default() };
    if changes.files.is_empty() {
        let repository = fence::escape(&changes.repository);
        rendering.bundle.text =
            format!("Nothing is selected: the repository {repository} has no changes of the kind asked for.\n");
    }
    for file in &changes.files {
        rendering.add(file);
    }
    rendering.finish(&changes.gaps)
}

#[derive(Debug, Default)]
struct Rendering {
    evidence: DiffEvidence,
    /// The bundle that is being filled.
    bundle: DiffBundle,
    room: Room,
    /// Files of which something is shown, and those of which something is not.
    sent: BTreeSet<String>,
    skipped: BTreeSet<String>,
}

impl Rendering {
    fn add(&mut self, file: &ChangedFile) {
        let hunks = match &file.patch {
            Patch::LeftOut { reason } => return self.skip(file, reason),
            Patch::Text { hunks: text } => hunks(text),
            Patch::Empty | Patch::Unasked => Vec::new(),
        };
        let block = block(file, &hunks);
        let tokens = estimate_tokens(&block);
        match self.room.place(tokens) {
            Place::Here => {}
            Place::Next => self.evidence.bundles.push(std::mem::take(&mut self.bundle)),
            Place::Nowhere => {
                let (tokens, left) = (grouped(tokens), grouped(self.room.largest()));
                return self.skip(file, &format!("over the token budget: about {tokens} tokens, {left} left"));
            }
        }
        self.bundle.text.push_str(&block);
        self.bundle.paths.insert(file.path.clone());
        self.select(&file.path);
        self.sent.insert(file.path.clone());
        self.bundle.shown.extend(hunks.iter().flat_map(|hunk| sides(&file.path, hunk)));
    }

    fn skip(&mut self, file: &ChangedFile, reason: &str) {
        let reason = format!("{} change: {reason}", file.part.as_str());
        let skipped = Skipped { path: file.path.clone(), reason };
        if self.evidence.coverage.skipped.len() < NAMED {
            self.room.spend(estimate_tokens(&left_out_line(&skipped)));
        }
        self.select(&file.path);
        self.skipped.insert(file.path.clone());
        self.evidence.coverage.skipped.push(skipped);
    }

    fn select(&mut self, path: &str) {
        if !self.sent.contains(path) && !self.skipped.contains(path) {
            self.evidence.coverage.selected.push(path.to_owned());
        }
    }

    fn finish(mut self, gaps: &[String]) -> DiffEvidence {
        let coverage = &mut self.evidence.coverage;
        let is_whole = |path: &&String| self.sent.contains(*path) && !self.skipped.contains(*path);
        coverage.sent = coverage.selected.iter().filter(is_whole).cloned().collect();
        let lines: Vec<String> = self.evidence.coverage.skipped.iter().map(left_out_line).collect();
        let gaps = gaps.iter().map(|gap| format!("{}\n", fence::escape(gap)));
        let all: Vec<String> = gaps.chain(lines).collect();
        if !all.is_empty() {
            self.bundle.text.push_str(&note("Changes left out:", all.into_iter()));
        }
        self.evidence.bundles.push(self.bundle);
        self.evidence
    }
}

/// One file between its markers.
fn block(file: &ChangedFile, hunks: &[Hunk<'_>]) -> String {
    let mut about = vec![file.part.as_str().to_owned()];
    about.push(match (&file.old_path, file.status) {
        (Some(old), Status::Renamed | Status::Copied) => format!("{} from {old}", file.status.as_str()),
        _ => file.status.as_str().to_owned(),
    });
    match file.kind {
        FileKind::Submodule => about.push("submodule".to_owned()),
        FileKind::Symlink => about.push("symbolic link".to_owned()),
        FileKind::Text | FileKind::Binary | FileKind::Generated => {}
    }
    if let Some((old, new)) = &file.modes {
        about.push(format!("mode {old} to {new}"));
    }
    if file.patch == Patch::Empty {
        about.push("no line changed".to_owned());
    }
    let mut text = fence::begin_diff(&file.path, &about.join(", "));
    let last = hunks.iter().flat_map(|hunk| &hunk.lines).map(|line| line.number).max().unwrap_or(0);
    let width = number_width(last as usize);
    for hunk in hunks {
        text.push_str(&format!("{:width$}│ {}\n", "", hunk.head));
        for line in &hunk.lines {
            let number = if line.side == Side::Old { String::new() } else { line.number.to_string() };
            text.push_str(&format!("{number:>width$}│ {}{}\n", line.side.sign(), line.text));
            if line.is_open {
                text.push_str(&format!("{:width$}│ \\ No newline at end of file\n", ""));
            }
        }
    }
    text.push_str(&fence::end_diff(&file.path));
    text
}

/// What a hunk shows of the file as it is, and as it was if that is more.
fn sides(path: &str, hunk: &Hunk<'_>) -> Vec<ShownHunk> {
    let side = |without: Side| {
        let lines = hunk.lines.iter().filter(|line| line.side != without);
        let (text, numbers) = lines.map(|line| (format!("{}\n", line.text), line.number)).unzip();
        ShownHunk { path: path.to_owned(), text, numbers }
    };
    let mut sides = vec![side(Side::Old)];
    if hunk.lines.iter().any(|line| line.side == Side::Old) {
        sides.push(side(Side::New));
    }
    sides
}
