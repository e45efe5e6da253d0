//! The lines of a file, and pieces of it cut to what is kept.

use super::bounds::MAX_TEXT_BYTES;

/// A file's text with where its lines begin.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        Self { text, starts: starts.collect() }
    }

    /// The line with the number `line`, from 1, trimmed and cut.
    pub(super) fn shown(&self, line: usize) -> String {
        cut(self.line(line).trim()).into_owned()
    }

    /// The line with the number `line`, from 1, without its end.
    pub(super) fn line(&self, line: usize) -> &'a str {
        let Some(&start) = line.checked_sub(1).and_then(|index| self.starts.get(index)) else { return "" };
        let end = self.starts.get(line).map_or(self.text.len(), |next| next - 1);
        self.text.get(start..end).unwrap_or_default()
    }

    /// The length of the longest line.
    pub(super) fn longest(&self) -> usize {
        let ends = self.starts.iter().skip(1).copied().chain([self.text.len()]);
        self.starts.iter().zip(ends).map(|(start, end)| end - start).max().unwrap_or(0)
    }
}

/// `text` up to the bound, at a boundary of characters; an ellipsis says that there was more.
pub(super) fn cut(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= MAX_TEXT_BYTES {
        return text.into();
    }
    format!("{}…", head(text, MAX_TEXT_BYTES).trim_end()).into()
}

/// At most `bytes` bytes of `text` from its beginning.
pub(super) fn head(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// `text` on one line, each run of white space one blank, up to the bound.
pub(super) fn on_one_line(text: &str) -> String {
    // Only as much as can be kept is looked at: a definition may be the whole file.
    let mut line = String::new();
    for word in head(text, MAX_TEXT_BYTES * 4).split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let line = line.replace("( ", "(").replace(", )", ")").replace(" )", ")");
    cut(&line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_by_its_number() {
        let lines = Lines::of("one\r\n  two\nthree");
        assert_eq!(
            (lines.shown(1), lines.shown(2), lines.line(3), lines.line(4)),
            ("one".into(), "two".into(), "three", "")
        );
        assert_eq!(lines.longest(), 6);
    }

    #[test]
    fn what_is_long_is_cut_between_characters() {
        let long = "ü".repeat(MAX_TEXT_BYTES);
        let short = cut(&long);
        assert!(short.ends_with("ü…") && short.len() <= MAX_TEXT_BYTES + 3, "{short}");
    }

    #[test]
    fn a_head_over_several_lines_becomes_one() {
        assert_eq!(on_one_line("fn a(\n    b: u8,\n    c: u8,\n) -> u8"), "fn a(b: u8, c: u8) -> u8");
    }
}
