//! Credentials behind the words `Bearer` and `Basic`.

use super::scan::Span;
use super::table::Alphabet;
use super::value::{Form, is_secret};
use super::{glue, token};

/// The token behind the `bearer ` of `length` bytes at `at`.
pub(super) fn bearer(text: &str, at: usize, length: usize) -> Option<Span> {
    let (start, end) = behind(text, at, length)?;
    is_secret(&text[start..end], Form::Quoted).then(|| Span::new(start, end, "authorization"))
}

/// The user and password behind the `basic ` of `length` bytes at `at`.
pub(super) fn basic(text: &str, at: usize, length: usize) -> Option<Span> {
    let (start, end) = behind(text, at, length)?;
    is_basic(&text[start..end]).then(|| Span::new(start, end, "authorization"))
}

/// Whether `value` is `user:password` in Base64.
pub(super) fn is_basic(value: &str) -> bool {
    const LEAST: usize = 8;
    const LONGEST: usize = 1024;
    if !(LEAST..=LONGEST).contains(&value.len()) || !value.bytes().all(|byte| Alphabet::Base64.has(byte)) {
        return false;
    }
    decode(value).is_some_and(|bytes| {
        let colon = bytes.iter().position(|byte| *byte == b':');
        colon.is_some_and(|colon| colon + 1 < bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
    })
}

fn behind(text: &str, at: usize, length: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    if !token::starts_word(bytes, at) {
        return None;
    }
    let start = glue::skip_blanks(bytes, at + length);
    let is_part = |byte: &u8| Alphabet::Base64.has(*byte) || matches!(byte, b'-' | b'_' | b'.' | b'~');
    let run = bytes[start..].iter().take_while(|byte| is_part(byte)).count();
    Some((start, start + text[start..start + run].trim_end_matches('.').len()))
}

/// Base64 in its usual alphabet, padded or not.
fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        (bits, count) = (bits << 6 | u32::from(six), count + 6);
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_user_and_a_password_in_base64_are_basic() {
        for (value, basic) in [
            ("YWxpY2U6aHVudGVyMg==", true), // alice:hunter2
            ("YWxpY2U6aHVudGVyMg", true),
            ("authentication", false),
            ("YWxpY2U=", false), // alice
            ("c2hvcnQ6", false), // short:
        ] {
            assert_eq!(is_basic(value), basic, "{value}");
        }
    }
}
