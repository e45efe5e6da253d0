//! Secrets that are recognized by their own form: prefixed tokens, JWTs, and those of providers without a prefix.

use super::scan::Span;
use super::table::{Alphabet, Place, Runs, Token};
use super::value::is_stand_in_tail;

/// The token of the table that begins at `at`.
pub(super) fn prefixed(text: &str, at: usize, token: &Token, runs: &mut Runs) -> Option<Span> {
    if !text.as_bytes()[at..].starts_with(token.prefix.as_bytes()) {
        return None;
    }
    let tail_at = at + token.prefix.len();
    let end = runs.end(token.alphabet, text.as_bytes(), tail_at);
    // What follows the shortest token may be no part of it, so it does not tell.
    if end < tail_at + token.least || is_stand_in_tail(&text[tail_at..tail_at + token.least]) {
        return None;
    }
    let tail = &text[tail_at..tail_at + token.least];
    let is_mixed = || has(tail, u8::is_ascii_digit) && has(tail, u8::is_ascii_alphabetic);
    if token.place == Place::Start && !(starts_word(text.as_bytes(), at) && is_mixed()) {
        return None;
    }
    Some(Span::new(at, end, token.kind))
}

/// The JWT that begins at `at`: header and payload in JSON, and what follows; or an encrypted one in five parts.
pub(super) fn jwt(text: &str, at: usize, runs: &mut Runs) -> Option<Span> {
    const LEAST: usize = 10;
    let bytes = text.as_bytes();
    if !bytes[at..].starts_with(b"eyJ") {
        return None;
    }
    let mut end = runs.end(Alphabet::Url, bytes, at);
    if end < at + LEAST {
        return None;
    }
    let mut parts = 1;
    while parts < 5 && bytes.get(end) == Some(&b'.') {
        let next = runs.end(Alphabet::Url, bytes, end + 1);
        // An encrypted token may have an empty part, but does not end in one.
        if next == end + 1 && bytes.get(next) != Some(&b'.') {
            break;
        }
        (end, parts) = (next, parts + 1);
    }
    let second = text[at..end].split('.').nth(1)?;
    let is_signed = second.starts_with("eyJ") && second.len() >= LEAST;
    (is_signed || parts == 5).then(|| Span::new(at, end, "jwt"))
}

/// A Telegram bot's token around the `:AA` at `at`.
pub(super) fn telegram(text: &str, at: usize) -> Option<Span> {
    const LEAST: usize = 34;
    let bytes = text.as_bytes();
    let digits = bytes[..at].iter().rev().take(12).take_while(|byte| byte.is_ascii_digit()).count();
    let length = Alphabet::Url.run(bytes, at + 1);
    let fits = bytes[at..].starts_with(b":AA") && (8..=11).contains(&digits) && length >= LEAST;
    fits.then(|| Span::new(at - digits, at + 1 + length, "telegram-token"))
}

/// An Azure client secret around the `Q~` at `at`.
pub(super) fn azure_client(text: &str, at: usize) -> Option<Span> {
    const HEAD: usize = 4;
    const LEAST: usize = 31;
    const LONGEST: usize = 64;
    let bytes = text.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b'.' | b'-');
    let head = bytes.get(at.checked_sub(HEAD)?..at)?;
    let tail = bytes[at + 2..].iter().take(LONGEST).take_while(|byte| is_part(byte)).count();
    let fits = bytes[at..].starts_with(b"Q~") && head[3].is_ascii_digit() && head.iter().all(is_part) && tail >= LEAST;
    fits.then(|| Span::new(at - HEAD, at + 2 + tail, "azure-secret"))
}

/// What has a dot in a telling place: a key of Z.ai (32 hexadecimal digits, a dot, 16 letters and digits),
/// a Discord bot's token (an id, 6 and at least 27 characters).
pub(super) fn dotted(text: &str, dot: usize) -> Option<Span> {
    const ID: usize = 32;
    const SECRET: usize = 16;
    let bytes = text.as_bytes();
    if !bytes.get(dot + 1)?.is_ascii_alphanumeric() || !bytes[..dot].last()?.is_ascii_alphanumeric() {
        return None;
    }
    let left = bytes[..dot].iter().rev().take(ID + 1).take_while(|byte| Alphabet::Url.has(**byte)).count();
    if !(23..=ID + 1).contains(&left) {
        return None;
    }
    let near = &bytes[..bytes.len().min(dot + 64)];
    if left >= ID && Alphabet::Alnum.run(near, dot + 1) == SECRET {
        let start = dot - ID;
        let is_id = bytes[start..dot].iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
        return (is_id && starts_word(bytes, start)).then(|| Span::new(start, dot + 1 + SECRET, "glm-key"));
    }
    let (start, last) = (dot - left, dot + 7);
    let id = &text[start..dot];
    if Alphabet::Url.run(near, dot + 1) == 6
        && bytes.get(last) == Some(&b'.')
        && id.starts_with(['M', 'N', 'O'])
        && (23..=28).contains(&left)
    {
        let length = Alphabet::Url.run(bytes, last + 1);
        return (length >= 27).then(|| Span::new(start, last + 1 + length, "discord-token"));
    }
    None
}

/// Whether a word may start at `at`: after something else, or after `\n` in the text of a string.
pub(super) fn starts_word(bytes: &[u8], at: usize) -> bool {
    match bytes[..at] {
        [] | [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., before] => !(before.is_ascii_alphanumeric() || matches!(before, b'_' | b'-')),
    }
}

fn has(text: &str, class: fn(&u8) -> bool) -> bool {
    text.bytes().any(|byte| class(&byte))
}
