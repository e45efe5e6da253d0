//! Private keys in armour: PEM of all kinds, OpenSSH, PGP and `PuTTY`; whole or cut off; on lines of their own, behind
//! the gutters of a numbered file, commented out, in a diff, or escaped in a string.

use std::borrow::Cow;

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

/// What the placeholder calls it.
const KIND: &str = "private-key";

/// A key's text without what stands between its lines.
struct Content {
    text: String,
    end: usize,
}

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
    Some(Span::new(start, content(text, body)?.end, KIND))
}

/// The key behind the `Private-Lines:` of a `PuTTY` file at `at`.
pub(super) fn putty(text: &str, at: usize) -> Option<Span> {
    let count = at + "Private-Lines:".len();
    let digits = text[count..].find(|c: char| !(c.is_ascii_digit() || c == ' '))?;
    let start = glue::skip_lines(text.as_bytes(), count + digits);
    Some(Span::new(start, content(text, start)?.end, KIND))
}

/// What makes two keys the same, however they are wrapped: a file shows the key behind gutters, a prompt without.
pub(super) fn identity<'a>(kind: &str, secret: &'a str) -> Cow<'a, str> {
    let body = match secret.find("PRIVATE KEY").filter(|_| kind == KIND) {
        Some(label) => secret[label..].find("---").map_or(0, |dashes| label + dashes),
        None => 0,
    };
    let body = body + secret[body..].bytes().take_while(|byte| *byte == b'-').count();
    match content(secret, body).filter(|_| kind == KIND) {
        Some(content) => Cow::Owned(content.text),
        None => Cow::Borrowed(secret),
    }
}

fn dashes_before(bytes: &[u8], at: usize) -> usize {
    let dashes = |end: usize| bytes[..end].iter().rev().take(5).take_while(|byte| **byte == b'-').count();
    // SSH2 keys have four dashes and a blank.
    if bytes[..at].ends_with(b"- ") { dashes(at - 1) + 1 } else { dashes(at) }
}

fn is_label(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' '
}

/// The key whose text begins at `at`; `None` when there is too little of it.
fn content(text: &str, at: usize) -> Option<Content> {
    let bytes = text.as_bytes();
    let (mut found, mut headers) = (Content { text: String::new(), end: at }, 0);
    loop {
        let next = glue::skip_lines(bytes, found.end);
        if let Some(end) = end_marker(text, next) {
            found.end = end;
            break;
        }
        if let Some(after) = header(bytes, next).filter(|_| found.text.is_empty() && headers < MOST_HEADERS) {
            (found.end, headers) = (after, headers + 1);
            continue;
        }
        let after = next + Alphabet::Base64.run(bytes, next);
        if !is_piece(text, next, after) {
            break;
        }
        found.text.push_str(&text[next..after]);
        found.end = after;
    }
    (found.text.len() >= LEAST).then_some(found)
}

/// Whether the Base64 between `start` and `end` is a piece of a key, not the word that follows one.
fn is_piece(text: &str, start: usize, end: usize) -> bool {
    let length = end - start;
    length >= FULL_LINE
        || length >= LEAST_PIECE && chance::score(&text[start..end]) > 0.0
        || length > 0 && end_marker(text, glue::skip_lines(text.as_bytes(), end)).is_some()
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
