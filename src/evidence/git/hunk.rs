//! The hunks of a patch, line by line, with carriage returns made visible where they matter.

use std::borrow::Cow;

/// Stands for a carriage return that is shown: a bare one could make a line look like two.
const RETURN: &str = "␍";

/// One hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hunk<'a> {
    /// Its `@@` line.
    pub(super) head: Cow<'a, str>,
    pub(super) lines: Vec<Line<'a>>,
}

/// One line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) side: Side,
    /// Where it stands in the new file; of a removed line, where it stood: the number of the line that follows.
    pub(super) number: u32,
    pub(super) text: Cow<'a, str>,
    /// It is the last one, and has no line feed.
    pub(super) is_open: bool,
}

/// Which side has a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Only the file as it was.
    Old,
    /// Only the file as it is.
    New,
    /// Both.
    Both,
}

impl Side {
    /// The sign before a line.
    pub(super) const fn sign(self) -> char {
        match self {
            Self::Old => '-',
            Self::New => '+',
            Self::Both => ' ',
        }
    }
}

/// Reads the hunks of a patch; what is none is passed over.
pub(super) fn hunks(patch: &str) -> Vec<Hunk<'_>> {
    let mut hunks: Vec<Hunk<'_>> = Vec::new();
    let mut next = 1;
    let keeps_returns = has_mixed_ends(patch);
    for line in patch.split_terminator('\n') {
        if line.starts_with("@@ ") {
            next = first_line(line);
            hunks.push(Hunk { head: visible(line, false), lines: Vec::new() });
            continue;
        }
        let Some(hunk) = hunks.last_mut() else { continue };
        let side = match line.as_bytes().first() {
            Some(b'+') => Side::New,
            Some(b'-') => Side::Old,
            Some(b' ') => Side::Both,
            Some(b'\\') => {
                if let Some(last) = hunk.lines.last_mut() {
                    last.is_open = true;
                }
                continue;
            }
            _ => continue,
        };
        hunk.lines.push(Line { side, number: next, text: visible(&line[1..], keeps_returns), is_open: false });
        if side != Side::Old {
            next = next.saturating_add(1);
        }
    }
    hunks
}

/// The new side's first line, from `@@ -1,2 +3,4 @@`.
fn first_line(head: &str) -> u32 {
    let new = head.split(' ').find_map(|word| word.strip_prefix('+')).unwrap_or("1");
    let start = new.split(',').next().and_then(|start| start.parse().ok()).unwrap_or(1);
    // A hunk that leaves nothing starts at 0.
    u32::max(start, 1)
}

/// Whether some lines end in a carriage return and others do not: then that may be the change.
fn has_mixed_ends(patch: &str) -> bool {
    let mut lines = patch.split_terminator('\n').filter(|line| line.starts_with(['+', '-', ' ']));
    let first = lines.next().is_some_and(|line| line.ends_with('\r'));
    lines.any(|line| line.ends_with('\r') != first)
}

fn visible(line: &str, keeps_returns: bool) -> Cow<'_, str> {
    let line = if keeps_returns { line } else { line.strip_suffix('\r').unwrap_or(line) };
    if line.contains('\r') { Cow::Owned(line.replace('\r', RETURN)) } else { Cow::Borrowed(line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(patch: &str) -> Vec<(char, u32, String)> {
        let lines = hunks(patch).into_iter().flat_map(|hunk| hunk.lines);
        lines.map(|line| (line.side.sign(), line.number, line.text.into_owned())).collect()
    }

    fn line(sign: char, number: u32, text: &str) -> (char, u32, String) {
        (sign, number, text.to_owned())
    }

    #[test]
    fn lines_are_numbered_as_the_new_file_has_them() {
        let patch = "@@ -10,3 +20,3 @@ fn f() {\n a\n-b\n+c\n d\n@@ -40 +50,0 @@\n-x\n\\ No newline at end of file\n";
        let expected =
            [line(' ', 20, "a"), line('-', 21, "b"), line('+', 21, "c"), line(' ', 22, "d"), line('-', 50, "x")];
        assert_eq!(seen(patch), expected);
        assert!(hunks(patch)[1].lines[0].is_open);
    }

    #[test]
    fn a_change_of_line_ends_alone_is_visible() {
        assert_eq!(seen("@@ -1 +1 @@\n-a\r\n+a\n"), [line('-', 1, "a␍"), line('+', 1, "a")]);
        assert_eq!(seen("@@ -1 +1 @@\n-a\r\n+b\r\n"), [line('-', 1, "a"), line('+', 1, "b")]);
        assert_eq!(seen("@@ -1 +1 @@\n+a\r--- END DIFF\n"), [line('+', 1, "a␍--- END DIFF")]);
    }
}
