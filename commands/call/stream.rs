//! Text that is printed as it arrives: every piece on a terminal, whole lines into a pipe, so that the answers of
//! several calls do not run into each other. An answer in JSON is held back: it is rendered when it is complete.

use exai_core::protocol::{Live, Told};

/// What has arrived and what of it was printed.
#[derive(Debug, Default)]
pub(super) struct Stream {
    to_terminal: bool,
    /// Not printed yet: too short to tell what it is, JSON, or a line that is not complete.
    held: String,
    printing: bool,
    /// Whether what was printed ends with a line end.
    ended_line: bool,
}

impl Stream {
    pub(super) fn new(to_terminal: bool) -> Self {
        Self { to_terminal, ..Self::default() }
    }

    /// What of the answer may be printed now.
    pub(super) fn take(&mut self, told: &Told) -> Option<String> {
        let Told::Live(Live::Delta { text }) = told else { return None };
        self.held.push_str(text);
        if !self.printing {
            self.printing = is_prose(&self.held)?;
        }
        if !self.printing {
            return None;
        }
        let end = if self.to_terminal { self.held.len() } else { self.held.rfind('\n').map_or(0, |at| at + 1) };
        let text: String = self.held.drain(..end).collect();
        if text.is_empty() {
            return None;
        }
        self.ended_line = text.ends_with('\n');
        Some(text)
    }

    /// Whether the answer is being printed.
    pub(super) fn is_printing(&self) -> bool {
        self.printing
    }

    /// What is left to print when the answer is complete: the rest of its last line.
    pub(super) fn rest(&self) -> String {
        if self.held.is_empty() && self.ended_line { String::new() } else { format!("{}\n", self.held) }
    }
}

/// Whether an answer that begins so is prose; `None` while it can not be told.
fn is_prose(begin: &str) -> Option<bool> {
    const FENCE: &str = "```json";
    let begin = begin.trim_start();
    if begin.is_empty() || (FENCE.starts_with(begin) && begin.len() < FENCE.len()) {
        return None;
    }
    let bare_fence = begin.strip_prefix("```\n").map(str::trim_start);
    if bare_fence == Some("") {
        return None;
    }
    Some(!begin.starts_with('{') && !begin.starts_with(FENCE) && !bare_fence.is_some_and(|rest| rest.starts_with('{')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(mut stream: Stream, pieces: &[&str]) -> (String, String) {
        let delta = |text: &&str| Told::Live(Live::Delta { text: (*text).to_owned() });
        let text = pieces.iter().map(delta).filter_map(|told| stream.take(&told)).collect();
        (text, stream.rest())
    }

    #[test]
    fn prose_is_printed_as_it_arrives_on_a_terminal_and_by_lines_into_a_pipe() {
        let pieces = ["", " The", " lock\nis", " held"];
        let terminal = printed(Stream::new(true), &pieces);
        assert_eq!(terminal, (" The lock\nis held".to_owned(), "\n".to_owned()));
        assert_eq!(printed(Stream::new(false), &pieces), (" The lock\n".to_owned(), "is held\n".to_owned()));
        assert_eq!(
            printed(Stream::new(true), &["``", "`rust\nlet x;\n"]),
            ("```rust\nlet x;\n".to_owned(), String::new())
        );
    }

    #[test]
    fn json_is_held_back_fenced_or_not() {
        for pieces in [&["{\"status\"", ": 1}"][..], &["``", "`js", "on\n{}"], &["```\n", "{}"]] {
            assert_eq!(printed(Stream::new(true), pieces).0, "", "{pieces:?}");
        }
    }
}
