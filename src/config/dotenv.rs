//! Reads env files: `NAME=VALUE` a line, as shells and Docker write them.
//!
//! `export`, quotes, comments, CRLF and a byte-order mark are understood. `$OTHER` in a value is plain text,
//! because keys may contain a `$` and because a file must not read the environment. Errors name file and line
//! and show neither the name nor the value: what can not be read may be a key.
//! No crate: the maintained one expands variables, does not say in which line it stopped, and quotes the line.

use std::path::Path;

use crate::error::{Error, Result};

/// One assignment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assignment {
    pub(super) name: String,
    pub(super) value: String,
    /// Counted from 1.
    pub(super) line: usize,
}

/// The assignments of `text`, the content of the file at `path`. Of two to one name the last one counts.
pub(super) fn parse(text: &str, path: &Path) -> Result<Vec<Assignment>> {
    let mut assignments: Vec<Assignment> = Vec::new();
    for (index, content) in text.lines().enumerate() {
        let line = index + 1;
        let read = assignment(content.trim());
        let read = read.map_err(|expected| Error::invalid(format!("{}:{line}: {expected}", path.display())))?;
        if let Some((name, value)) = read {
            assignments.retain(|earlier| earlier.name != name);
            assignments.push(Assignment { name: name.to_owned(), value, line });
        }
    }
    Ok(assignments)
}

/// Name and value of one line; `None` when it is empty or a comment.
fn assignment(line: &str) -> Result<Option<(&str, String)>, &'static str> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (left, right) = line.split_once('=').ok_or("expected NAME=VALUE")?;
    let left = left.trim();
    let exported = left.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
    let name = exported.unwrap_or(left).trim_start();
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts_well || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err("expected a name of letters, digits and _ before the =");
    }
    Ok(Some((name, value(right)?)))
}

fn value(right: &str) -> Result<String, &'static str> {
    let text = right.trim_start();
    if let Some(quoted) = text.strip_prefix('\'') {
        let (inside, rest) = quoted.split_once('\'').ok_or("a quote is not closed in its line")?;
        only_comment(rest)?;
        return Ok(inside.to_owned());
    }
    if let Some(quoted) = text.strip_prefix('"') {
        return double_quoted(quoted);
    }
    Ok(without_comment(right).trim().to_owned())
}

/// A `#` starts a comment only after a space: keys and URLs may contain one.
fn without_comment(text: &str) -> &str {
    let starts = |(at, _): &(usize, &str)| text[..*at].ends_with([' ', '\t']);
    text.match_indices('#').find(starts).map_or(text, |(at, _)| &text[..at])
}

fn double_quoted(quoted: &str) -> Result<String, &'static str> {
    let mut value = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                only_comment(chars.as_str())?;
                return Ok(value);
            }
            '\\' => match chars.next() {
                Some('n') => value.push('\n'),
                Some('r') => value.push('\r'),
                Some('t') => value.push('\t'),
                Some(c @ ('"' | '\\' | '$' | '`')) => value.push(c),
                // As in a shell, a backslash before anything else is a backslash.
                Some(c) => value.extend(['\\', c]),
                None => break,
            },
            c => value.push(c),
        }
    }
    Err("a quote is not closed in its line")
}

fn only_comment(rest: &str) -> Result<(), &'static str> {
    let rest_starts = rest.trim_start();
    if rest_starts.is_empty() || (rest_starts.starts_with('#') && rest_starts.len() < rest.len()) {
        Ok(())
    } else {
        Err("expected nothing but a comment after the closing quote")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let assignments = parse(text, Path::new(".env")).unwrap();
        assignments.into_iter().map(|assignment| (assignment.name, assignment.value)).collect()
    }

    #[test]
    fn a_line_is_read_as_a_shell_would_read_it() {
        let cases = [
            ("A=b", "b"),
            ("export A=b", "b"),
            ("export\tA = b ", "b"),
            ("  A=b # comment", "b"),
            ("A=b#c", "b#c"),
            ("A=#c", "#c"),
            ("A= # comment", ""),
            ("A=", ""),
            ("A=b=c", "b=c"),
            ("A='b # $c \\n'", "b # $c \\n"),
            ("A='b' # comment", "b"),
            (r#"A="b \"c\" \\ \$d\te\q""#, "b \"c\" \\ $d\te\\q"),
            ("A=\"\"", ""),
            ("A=$HOME", "$HOME"),
            ("A=it's", "it's"),
            ("A=b\r", "b"),
        ];
        for (line, value) in cases {
            assert_eq!(read(line), [("A".to_owned(), value.to_owned())], "{line}");
        }
    }

    #[test]
    fn empty_lines_and_comments_are_skipped_and_the_last_assignment_counts() {
        let text = "# A=0\r\n\r\nA=1\r\n\tB=2\r\nA=3\r\n";
        assert_eq!(read(text), [("B".into(), "2".into()), ("A".into(), "3".into())]);
    }

    #[test]
    fn an_error_names_file_and_line_and_shows_nothing_of_the_line() {
        let cases =
            ["test-key", "test-key x=1", "A='test-key", "A=\"test-key", "A=\"test-key\\", "A='test-key'#", "=1"];
        for line in cases {
            let error = parse(&format!("# first\n{line}\n"), Path::new("my/.env")).unwrap_err();
            assert!(error.message.starts_with("my/.env:2: "), "{}", error.message);
            assert!(!error.message.contains("test-key"), "{}", error.message);
        }
    }

    #[test]
    fn export_alone_can_be_a_name() {
        assert_eq!(read("export=1\nexported=2"), [("export".into(), "1".into()), ("exported".into(), "2".into())]);
    }
}
