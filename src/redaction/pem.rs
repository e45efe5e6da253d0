//! Private keys in armour: PEM of all kinds, OpenSSH, PGP and `PuTTY`; whole or cut off; on lines of their own, behind
//! the gutters of a numbered file, commented out, in a diff, or escaped in a string.

use super::scan::Span;
use super::table::Alphabet;
use super::{chance, glue};

/// Less than this is a mention of a key, not one.
const LEAST: usize = 24;
/// A piece of this length is one of a key for certain.
const FULL_LINE: usize = 40;
/// Pieces of this length are looked at when no end marker follows them.
const LEAST_PIECE: usize = 16;
/// `Proc-Type`, `DEK-Info`, `Version`, `Comment` and their like.
const MOST_HEADERS: usize = 8;

/// The key whose `BEGIN` is at `at`, behind its dashes.
pub(super) fn armoured(text: &str, at: usize) -> Option<Span> {
    const LONGEST_LABEL: usize = 48;
    let bytes = text.as_bytes();
    let start = at - dashes_before(bytes, at);
    let label_at = at + "BEGIN ".len();
    let label = bytes[label_at..].iter().take(LONGEST_LABEL).take_while(|byte| is_label(**byte)).count();
    let dashes = bytes[label_at + label..].iter().take(5).take_while(|byte| **byte == b'-').count();
    if start == at
        || dashes < 4
        || !bytes[at..].starts_with(b"BEGIN ")
        || !text[label_at..label_at + label].contains("PRIVATE KEY")
    {
        return None;
    }
    let body = label_at + label + dashes;
    Some(Span::new(start, content(text, body)?, "private-key"))
}

/// The key behind the `Private-Lines:` of a `PuTTY` file at `at`.
pub(super) fn putty(text: &str, at: usize) -> Option<Span> {
    let count = at + "Private-Lines:".len();
    let digits = text[count..].find(|c: char| !(c.is_ascii_digit() || c == ' '))?;
    let start = glue::skip_lines(text.as_bytes(), count + digits);
    Some(Span::new(start, content(text, start)?, "private-key"))
}

fn dashes_before(bytes: &[u8], at: usize) -> usize {
    let dashes = |end: usize| bytes[..end].iter().rev().take(5).take_while(|byte| **byte == b'-').count();
    // SSH2 keys have four dashes and a blank.
    if bytes[..at].ends_with(b"- ") { dashes(at - 1) + 1 } else { dashes(at) }
}

fn is_label(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' '
}

/// Where the key ends whose text begins at `at`; `None` when there is too little of it.
fn content(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut end, mut seen, mut headers) = (at, 0, 0);
    loop {
        let next = glue::skip_lines(bytes, end);
        if let Some(after) = end_marker(text, next) {
            return (seen >= LEAST).then_some(after);
        }
        if seen == 0
            && headers < MOST_HEADERS
            && let Some(after) = header(bytes, next)
        {
            (end, headers) = (after, headers + 1);
            continue;
        }
        let length = Alphabet::Base64.run(bytes, next);
        let after = next + length;
        let piece = &text[next..after];
        let counts = length >= FULL_LINE
            || length >= LEAST_PIECE && chance::score(piece) > 0.0
            || length > 0 && end_marker(text, glue::skip_lines(bytes, after)).is_some();
        if !counts {
            break;
        }
        (end, seen) = (after, seen + length);
    }
    (seen >= LEAST).then_some(end)
}

/// Where `-----END … PRIVATE KEY-----` ends that begins at `at`; a `PuTTY` key ends before its `Private-MAC`.
fn end_marker(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    if rest.starts_with("Private-MAC:") {
        return Some(at);
    }
    let inside = rest.trim_start_matches('-').trim_start_matches(' ').strip_prefix("END ")?;
    if !rest.starts_with("--") {
        return None;
    }
    let label = inside.bytes().take_while(|byte| is_label(*byte)).count();
    if !inside[..label].contains("PRIVATE KEY") {
        return None;
    }
    let dashes = inside.bytes().skip(label).take(5).take_while(|byte| *byte == b'-').count();
    Some(text.len() - inside.len() + label + dashes)
}

/// Where the line `Name: value` ends that begins at `at`.
fn header(bytes: &[u8], at: usize) -> Option<usize> {
    const LONGEST_NAME: usize = 30;
    const LONGEST_LINE: usize = 200;
    let line = &bytes[at..bytes.len().min(at + LONGEST_LINE)];
    let name = line.iter().take(LONGEST_NAME).take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'-').count();
    let is_header = name > 2 && line[0].is_ascii_uppercase() && line[name..].starts_with(b": ");
    let end = line.iter().position(|byte| matches!(byte, b'\n' | b'\\' | b'"'))?;
    is_header.then_some(at + end)
}
