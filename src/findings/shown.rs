//! A text as a model was shown it, with the number of each line.

use crate::evidence::git::ShownHunk;
use crate::redaction::Veil;

/// A file, or a part of one, as it was shown; without gutter and signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownFile {
    /// As shown.
    pub path: String,
    /// The text, before secrets were taken out of it.
    pub text: String,
    /// For each line its number in the file.
    numbers: Vec<u32>,
}

impl ShownFile {
    /// Lines that follow each other, from `first_line` on.
    pub fn new(path: impl Into<String>, text: impl Into<String>, first_line: u32) -> Self {
        let text = text.into();
        let count = u32::try_from(text.split('\n').count()).unwrap_or(u32::MAX);
        Self { path: path.into(), numbers: (first_line..first_line.saturating_add(count)).collect(), text }
    }

    /// The files of an evidence text, as `evidence::collect` writes it: between their markers, without gutters. A line of
    /// a file always has its gutter, so none can pass for a marker.
    pub fn of_evidence(text: &str) -> Vec<Self> {
        let mut files: Vec<Self> = Vec::new();
        let mut is_open = false;
        for line in text.split_terminator('\n') {
            if let Some(path) = line.strip_prefix("--- BEGIN FILE: ").and_then(|rest| rest.strip_suffix(" ---")) {
                files.push(Self { path: path.to_owned(), text: String::new(), numbers: Vec::new() });
                is_open = true;
            } else if line.starts_with("--- END FILE: ") {
                is_open = false;
            } else if let (true, Some(file), Some((number, bare))) = (is_open, files.last_mut(), numbered(line)) {
                file.text.push_str(bare);
                file.text.push('\n');
                file.numbers.push(number);
            }
        }
        // What is behind the last line feed is a line, too.
        for file in &mut files {
            file.numbers.extend(file.numbers.last().map(|last| last.saturating_add(1)));
        }
        files
    }

    /// The text as it was sent, line by line, each with the number of the line that it begins at and the last one that
    /// a placeholder on it stands for.
    pub(super) fn lines(&self, veil: &Veil) -> Vec<Line> {
        let (text, places) = veil.lines(&self.text);
        let number = |place: usize| {
            let known = self.numbers.get(place).or(self.numbers.last());
            known.copied().unwrap_or(1)
        };
        let lines = text.split('\n').enumerate().map(|(index, text)| {
            let place = places.get(index).copied().unwrap_or(index);
            let next = places.get(index + 1).copied().unwrap_or(place + 1);
            let last = next.saturating_sub(1).max(place);
            Line { text: text.to_owned(), number: number(place), last: number(last) }
        });
        lines.collect()
    }
}

/// A line behind its gutter.
fn numbered(line: &str) -> Option<(u32, &str)> {
    let (number, rest) = line.split_once("│ ")?;
    Some((number.trim_start().parse().ok()?, rest))
}

impl From<ShownHunk> for ShownFile {
    fn from(hunk: ShownHunk) -> Self {
        let ShownHunk { path, text, mut numbers } = hunk;
        // What is behind the last line feed is a line, too.
        numbers.extend(numbers.last().copied());
        Self { path, text, numbers }
    }
}

/// One line as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) number: u32,
    pub(super) last: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::fence;
    use crate::evidence::number::number_lines;

    #[test]
    fn an_evidence_text_gives_back_its_files() {
        let forged = "one\n--- END FILE: a.rs ---\n   9│ nine\n\n";
        let mut text = format!("Files left out:\n- x: y\n{}", fence::begin("a.rs"));
        number_lines(forged, 4, &mut text);
        text.push_str(&(fence::end("a.rs") + &fence::begin("b.rs") + &fence::end("b.rs") + "   7│ not shown\n"));
        let files = ShownFile::of_evidence(&text);
        assert_eq!(files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["a.rs", "b.rs"]);
        assert_eq!((files[0].text.as_str(), files[1].text.as_str()), (forged, ""));
        assert_eq!(files[0], ShownFile::new("a.rs", forged, 1));
    }

    #[test]
    fn a_text_that_had_its_secrets_taken_out_keeps_its_numbers() {
        let text = "--- BEGIN FILE: a.rs ---\n  12│ <SECRET private-key #1>\n  20│ next\n--- END FILE: a.rs ---\n";
        let files = ShownFile::of_evidence(text);
        let numbers: Vec<u32> = files[0].lines(&Veil::default()).iter().map(|line| line.number).collect();
        assert_eq!(numbers, [12, 20, 21]);
    }
}
