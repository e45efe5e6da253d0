//! What the text of the evidence says beside its files, and what all of it costs.

use std::fmt::Write as _;

use super::collect::Evidence;
use super::fence::{self, escape};
use crate::protocol::Skipped;

/// How many names a note gives before it says how many more there are.
pub(super) const NAMED: usize = 10;

impl Evidence {
    /// The estimated tokens of the files.
    pub fn tokens(&self) -> u64 {
        self.files.iter().map(|file| file.tokens).sum()
    }

    /// Begins the text: what is shown elsewhere comes first.
    pub(super) fn write_head(&mut self) {
        if !self.already_shown.is_empty() {
            let names = self.already_shown.iter().map(|path| format!("{}\n", escape(path)));
            self.text.push_str(&note("Files already shown above, not repeated here:", names));
        }
    }

    /// Ends the text, or the last of the further ones: what is missing and what was left out.
    pub(super) fn write_tail(&mut self) {
        let text = self.further.last_mut().map_or(&mut self.text, |bundle| &mut bundle.text);
        for missing in &self.missing {
            text.push_str(&fence::not_found(&missing.path, &missing.reason));
        }
        let left_out = self.coverage.skipped.iter().filter(|skipped| !self.missing.contains(skipped));
        let lines: Vec<String> = left_out.map(left_out_line).collect();
        if !lines.is_empty() {
            text.push_str(&note("Files left out:", lines.into_iter()));
        }
    }
}

/// How a file that was left out is named.
pub(super) fn left_out_line(skipped: &Skipped) -> String {
    format!("{}: {}\n", escape(&skipped.path), escape(&skipped.reason))
}

/// A list under a title, of which the first ones are given.
pub(super) fn note(title: &str, lines: impl ExactSizeIterator<Item = String>) -> String {
    let more = lines.len().saturating_sub(NAMED);
    let mut text = format!("{title}\n");
    text.extend(lines.take(NAMED).map(|line| format!("- {line}")));
    if more > 0 {
        let _ = writeln!(text, "- and {more} more");
    }
    text
}
