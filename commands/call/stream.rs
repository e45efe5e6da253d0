//! Text that is printed as it arrives. An answer in JSON is held back: it is rendered when it is complete.

use exai_core::protocol::{Live, Told};

/// What has arrived and what of it was printed.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// Not printed yet: too short to tell what it is, or JSON.
    held: String,
    printing: bool,
    /// Whether what was printed ends with a line end.
    ended_line: bool,
}

impl Stream {
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
        let text = std::mem::take(&mut self.held);
        self.ended_line = text.ends_with('\n');
        Some(text)
    }

    /// Whether the answer is being printed.
    pub(super) fn is_printing(&self) -> bool {
        self.printing
    }

    /// What is left to print when the answer is complete: the end of its last line.
    pub(super) fn rest(&self, _complete: &str) -> &'static str {
        if self.ended_line { "" } else { "\n" }
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

    fn printed(pieces: &[&str]) -> String {
        let mut stream = Stream::default();
        pieces.iter().filter_map(|text| stream.take(&Told::Live(Live::Delta { text: (*text).to_owned() }))).collect()
    }

    #[test]
    fn prose_is_printed_as_it_arrives() {
        assert_eq!(printed(&["", " The", " lock"]), " The lock");
        assert_eq!(printed(&["``", "`rust\nlet x;"]), "```rust\nlet x;");
    }

    #[test]
    fn json_is_held_back_fenced_or_not() {
        for pieces in [&["{\"status\"", ": 1}"][..], &["``", "`js", "on\n{}"], &["```\n", "{}"]] {
            assert_eq!(printed(pieces), "", "{pieces:?}");
        }
    }
}
