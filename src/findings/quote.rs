//! Looks a quote up in lines: first to the letter, then without blanks at line ends, then without indentation.

use super::shown::Line;

/// A quote, without what a model may have copied from around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quote {
    lines: Vec<String>,
}

/// How much of the blanks counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tolerance {
    /// All of them.
    None,
    /// Not those at line ends.
    Ends,
    /// Neither those nor indentation. What is between words counts: it may be what a finding is about.
    Indent,
}

impl Tolerance {
    /// The strictest first.
    pub(super) const ALL: [Self; 3] = [Self::None, Self::Ends, Self::Indent];

    fn of(self, line: &str) -> &str {
        match self {
            Self::None => line,
            Self::Ends => line.trim_end(),
            Self::Indent => line.trim(),
        }
    }
}

impl Quote {
    /// None of a text that says nothing.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut lines: Vec<&str> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
        let is_blank = |line: &&str| line.trim().is_empty();
        while lines.last().is_some_and(is_blank) {
            lines.pop();
        }
        let blank = lines.iter().take_while(|line| is_blank(line)).count();
        lines.drain(..blank);
        (!lines.is_empty()).then(|| Self { lines: lines.into_iter().map(str::to_owned).collect() })
    }

    /// Without gutters, if every line has one, and without the signs of a diff behind them.
    pub(super) fn without_gutters(&self) -> Option<Self> {
        let bare: Option<Vec<&str>> = self.lines.iter().map(|line| bare(line)).collect();
        let bare = bare?;
        let is_diff = bare.iter().all(|line| line.starts_with(['+', '-', ' ']));
        let lines = bare.into_iter().map(|line| if is_diff { line[1..].to_owned() } else { line.to_owned() });
        Some(Self { lines: lines.collect() })
    }

    /// As it was quoted.
    pub(super) fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Without what edits of formatting change, and without the numbers of placeholders, which follow from what else
    /// is in a call.
    pub(super) fn normal(&self) -> String {
        let words: Vec<&str> = self.lines.iter().flat_map(|line| line.split_whitespace()).collect();
        without_numbers(&words.join(" "))
    }

    /// Where it begins, as indices of `lines`.
    pub(super) fn places<'a>(&'a self, lines: &'a [Line], tolerance: Tolerance) -> impl Iterator<Item = usize> + 'a {
        let windows = lines.windows(self.lines.len()).enumerate();
        windows.filter(move |(_, window)| self.is_at(window, tolerance)).map(|(at, _)| at)
    }

    /// How many lines it has.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// A quote may begin and end in the middle of a line.
    fn is_at(&self, window: &[Line], tolerance: Tolerance) -> bool {
        let last = self.lines.len() - 1;
        self.lines.iter().zip(window).enumerate().all(|(at, (quoted, line))| {
            let (quoted, line) =
                (tolerance.of(quoted), tolerance.of(line.text.strip_suffix('\r').unwrap_or(&line.text)));
            match (at == 0, at == last) {
                (true, true) => line.contains(quoted),
                (true, false) => line.ends_with(quoted),
                (false, true) => line.starts_with(quoted),
                (false, false) => line == quoted,
            }
        })
    }
}

/// What is behind a gutter: blanks, a number or none, a bar and a blank.
fn bare(line: &str) -> Option<&str> {
    let (head, rest) = line.split_once('│')?;
    let head = head.trim();
    head.bytes().all(|byte| byte.is_ascii_digit()).then(|| rest.strip_prefix(' ').unwrap_or(rest))
}

/// `<SECRET aws-key #3>` becomes `<SECRET aws-key>`.
fn without_numbers(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<SECRET ") {
        let Some(end) = rest[at..].find('>') else { break };
        let placeholder = &rest[at..at + end];
        clean.push_str(&rest[..at]);
        clean.push_str(placeholder.rsplit_once(" #").map_or(placeholder, |(kind, _)| kind));
        rest = &rest[at + end..];
    }
    clean + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gutters_and_signs_that_were_copied_are_no_part_of_a_quote() {
        let quote = |text: &str| Quote::new(text).unwrap().without_gutters().map(|quote| quote.text());
        assert_eq!(quote("  12│ let a = 1;\n  13│     b();"), Some("let a = 1;\n    b();".to_owned()));
        assert_eq!(quote("  12│ +let a = 1;\n    │ -let b;"), Some("let a = 1;\nlet b;".to_owned()));
        assert_eq!(quote("let a = '│';"), None);
        assert_eq!(quote("   1│ a\nb"), None);
    }

    #[test]
    fn the_number_of_a_placeholder_is_no_part_of_a_name() {
        let normal = |text: &str| Quote::new(text).unwrap().normal();
        assert_eq!(normal("key =  <SECRET aws-key #1>;"), normal("\tkey = <SECRET aws-key #27>;\r\n"));
        assert_ne!(normal("<SECRET aws-key #1>"), normal("<SECRET password #1>"));
        assert_eq!(normal("a <SECRET b #1"), "a <SECRET b #1");
    }

    #[test]
    fn a_text_that_says_nothing_is_no_quote() {
        for text in ["", " \n\t\r\n"] {
            assert_eq!(Quote::new(text), None);
        }
        assert_eq!(Quote::new("\n\n a \n\n").unwrap().text(), " a ");
    }
}
