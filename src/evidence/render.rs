//! Evidence as the text that a model reads.

use std::fmt::Write as _;

use super::collect::Evidence;
use super::fence::{self, escape};
use super::source::SourceFile;
use crate::protocol::Skipped;

/// How many names a note gives before it says how many more there are.
pub(super) const NAMED: usize = 10;

impl Evidence {
    /// All of it as one text: what is shown elsewhere, the files, what is missing, and what was left out.
    pub fn render(&self) -> String {
        let mut out = String::new();
        self.render_into(&mut out);
        out
    }

    /// Appends what [`Self::render`] gives, so that a prompt needs no second copy of it.
    pub fn render_into(&self, out: &mut String) {
        out.reserve(self.rendered_bytes());
        out.push_str(&self.shown_note());
        for file in &self.files {
            file.render_into(out);
        }
        for missing in &self.missing {
            out.push_str(&fence::not_found(&missing.path, &missing.reason));
        }
        out.push_str(&self.left_out_note());
    }

    /// The estimated tokens of the files.
    pub fn tokens(&self) -> u64 {
        self.files.iter().map(|file| file.tokens).sum()
    }

    /// An upper bound for the length of [`Self::render`], notes about a few names apart.
    fn rendered_bytes(&self) -> usize {
        let notes = 200 * (self.missing.len() + 2 * NAMED + 2);
        notes + self.files.iter().map(SourceFile::rendered_bytes).sum::<usize>()
    }

    fn shown_note(&self) -> String {
        if self.already_shown.is_empty() {
            return String::new();
        }
        let names = self.already_shown.iter().map(|path| format!("{}\n", escape(path)));
        note("Files already shown above, not repeated here:", names)
    }

    fn left_out_note(&self) -> String {
        let left_out = self.coverage.skipped.iter().filter(|skipped| !self.missing.contains(skipped));
        let lines: Vec<String> = left_out.map(left_out_line).collect();
        if lines.is_empty() { String::new() } else { note("Files left out:", lines.into_iter()) }
    }
}

/// How a file that was left out is named.
pub(super) fn left_out_line(skipped: &Skipped) -> String {
    format!("{}: {}\n", escape(&skipped.path), escape(&skipped.reason))
}

fn note(title: &str, lines: impl ExactSizeIterator<Item = String>) -> String {
    let more = lines.len().saturating_sub(NAMED);
    let mut text = format!("{title}\n");
    text.extend(lines.take(NAMED).map(|line| format!("- {line}")));
    if more > 0 {
        let _ = writeln!(text, "- and {more} more");
    }
    text
}
