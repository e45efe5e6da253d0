//! Values of things that are called a secret, in code, configuration, JSON, YAML, XML, environments, headers,
//! command lines and connection strings.

use super::authorization::is_basic;
use super::glue::{skip_blanks, skip_line_end};
use super::name::{self, Extent, Word};
use super::scan::Span;
use super::value::{Form, is_credential, is_password, is_secret};

/// A value is judged by its beginning, so that a text full of names costs no more than its length.
const HEAD: usize = 256;

/// A value and how it stands.
#[derive(Debug, Clone, Copy)]
struct Value {
    start: usize,
    end: usize,
    form: Form,
}

/// The secret that is assigned to the name around `word` at `at`.
pub(super) fn assigned(text: &str, at: usize, word: &Word) -> Option<Span> {
    let bytes = text.as_bytes();
    let name = name::extent(bytes, at, word);
    // Most names are not assigned anything, which is quicker seen than what they mean.
    let value = value(text, &name, HEAD)?;
    let kind = name::kind(&text[name.start..name.end], at - name.start, word)?;
    let value = without_scheme(text, value, HEAD);
    let content = text.get(value.start..value.end)?;
    let found = match value.form {
        Form::Quoted => judge(kind, content),
        Form::Bare => is_bare_secret(text, &value) || kind == "authorization" && is_basic(content),
    };
    let found = found || kind == "password" && is_in_connection(text, &name, &value);
    if !found {
        return None;
    }
    let whole = without_scheme(text, self::value(text, &name, text.len())?, text.len());
    Some(Span::new(whole.start, whole.end, kind))
}

/// The kind of `value`, a string of its own, when `name` and itself make it a secret.
pub(super) fn named(name: &str, value: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    name::WORDS.iter().find_map(|word| {
        let at = lower.find(word.text)?;
        let extent = name::extent(name.as_bytes(), at, word);
        let kind = name::kind(&name[extent.start..extent.end], at - extent.start, word)?;
        judge(kind, value).then_some(kind)
    })
}

fn judge(kind: &str, value: &str) -> bool {
    is_secret(value, Form::Quoted)
        || kind == "password" && is_password(value)
        || kind == "authorization" && is_basic(value)
}

fn is_bare_secret(text: &str, value: &Value) -> bool {
    let content = &text[value.start..value.end];
    let is_code = content.contains(['(', '[', '{', '*'])
        || content.contains("::")
        || text[value.end..].starts_with(['(', '[', '{', '<']) && !text[value.end..].starts_with("</");
    !is_code && is_secret(content, Form::Bare)
}

/// The value behind a name, at most `most` bytes of it.
fn value(text: &str, name: &Extent, most: usize) -> Option<Value> {
    let bytes = text.as_bytes();
    let closed = skip_closers(bytes, name.end);
    let at = skip_blanks(bytes, closed);
    let is_closed_by_quote = bytes[name.end..closed].iter().any(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    let after = match bytes[at..] {
        [b'=', ..] => at + bytes[at..].iter().take(3).take_while(|byte| matches!(byte, b'=' | b'>')).count(),
        [b':', b':', ..] | [] => return None,
        [b':', b'=', ..] => at + 2,
        [b':', ..] => typed(bytes, at + 1),
        [b'>', ..] if bytes[..name.start].ends_with(b"<") => return bare(text, at + 1, most),
        [b',', ..] if is_closed_by_quote => return quoted(text, skip_line_end(bytes, at + 1), most),
        [b'(', ..] if at == name.end => return quoted(text, skip_line_end(bytes, at + 1), most),
        [b'v', b'a', b'l', b'u', b'e', b'=', ..] if is_closed_by_quote => at + 6,
        _ if at > name.end && is_flag_or_netrc(text, name) => at,
        _ => return None,
    };
    let start = skip_line_end(bytes, after);
    quoted(text, unwrapped(bytes, start), most).or_else(|| bare(text, skip_blanks(bytes, after), most))
}

/// Skips what closes a quoted name: `"`, `\"`, `"]`, `**`.
fn skip_closers(bytes: &[u8], at: usize) -> usize {
    let closes = |byte: &&u8| matches!(byte, b'"' | b'\'' | b'`' | b']' | b'*' | b'\\');
    at + bytes[at..].iter().take(4).take_while(closes).count()
}

/// Skips the type between `:` and `=`, as in `KEY: &'static str = "…"`.
fn typed(bytes: &[u8], at: usize) -> usize {
    const LONGEST: usize = 48;
    let is_type = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'&' | b'\'' | b'<' | b'>' | b'[' | b']' | b'?' | b':' | b'.' | b'|' | b' ' | b';')
    };
    let length = bytes[at..].iter().take(LONGEST).take_while(|byte| is_type(byte)).count();
    match bytes[at + length..] {
        [b'=', next, ..] if next != b'=' && length > 1 => at + length + 1,
        _ => at,
    }
}

/// Skips what wraps a literal: `Some(`, `String::from(`, `b`, `r#`.
fn unwrapped(bytes: &[u8], at: usize) -> usize {
    const LONGEST: usize = 40;
    let mut at = at;
    for _ in 0..3 {
        let is_callee =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.' | b'!' | b'&' | b' ');
        let length = bytes[at..].iter().take(LONGEST).take_while(|byte| is_callee(byte)).count();
        if bytes.get(at + length) != Some(&b'(') {
            break;
        }
        at = skip_line_end(bytes, at + length + 1);
    }
    let prefix = bytes[at..]
        .iter()
        .take(3)
        .take_while(|byte| matches!(byte, b'r' | b'b' | b'f' | b'u' | b'@' | b'$' | b'#' | b'&'))
        .count();
    if matches!(bytes.get(at + prefix), Some(b'"' | b'\'' | b'`')) { at + prefix } else { at }
}

/// The text between the quotes that open at `at`, which may be escaped.
fn quoted(text: &str, at: usize, most: usize) -> Option<Value> {
    let bytes = text.as_bytes();
    let escapes = bytes[at..].iter().take(4).take_while(|byte| **byte == b'\\').count();
    let quote = *bytes.get(at + escapes)?;
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    let mut start = at + escapes + 1;
    if bytes[start..].starts_with(&[quote, quote]) {
        start += 2;
    }
    let mut end = start;
    let limit = bytes.len().min(start.saturating_add(most));
    while end < limit {
        match bytes[end] {
            b'\n' => break,
            b'\\' if escapes > 0 => break,
            b'\\' => end = (end + 2).min(limit),
            byte if byte == quote => break,
            _ => end += 1,
        }
    }
    let end = floor(text, end);
    (end > start).then_some(Value { start, end, form: Form::Quoted })
}

/// The text up to the next blank or bracket.
fn bare(text: &str, at: usize, most: usize) -> Option<Value> {
    let bytes = text.as_bytes();
    let limit = bytes.len().min(at.saturating_add(most));
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(
                byte,
                b'"' | b'\'' | b'`' | b',' | b';' | b')' | b']' | b'}' | b'<' | b'>' | b'|' | b'&' | b'\\'
            )
    };
    let length = bytes[at..limit].iter().take_while(|byte| !ends(byte)).count();
    let end = floor(text, at + length);
    (end > at).then_some(Value { start: at, end, form: Form::Bare })
}

/// In `Authorization: Scheme VALUE` the scheme stays.
fn without_scheme(text: &str, value: Value, most: usize) -> Value {
    const SCHEMES: [&str; 5] = ["basic", "bearer", "token", "apikey", "key"];
    const LONGEST: usize = 16;
    let line_end = value.start + text[value.start..].bytes().take(LONGEST).take_while(|byte| *byte != b'\n').count();
    let line = &text[value.start..floor(text, line_end)];
    let Some((scheme, _)) = line.split_once(' ') else { return value };
    if !SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) {
        return value;
    }
    let start = skip_blanks(text.as_bytes(), value.start + scheme.len());
    match value.form {
        Form::Quoted if start < value.end => Value { start, ..value },
        Form::Bare => bare(text, start, most).unwrap_or(value),
        Form::Quoted => value,
    }
}

/// `--password VALUE`, and `login … password VALUE` of a netrc.
fn is_flag_or_netrc(text: &str, name: &Extent) -> bool {
    let is_netrc = || line_around(text, name).is_some_and(|line| line.contains("login ") && line.contains("machine "));
    text[name.start..].starts_with("--") || &text[name.start..name.end] == "password" && is_netrc()
}

/// Whether the password stands in a connection string of `name=value` pairs, where also a short one is a secret.
fn is_in_connection(text: &str, name: &Extent, value: &Value) -> bool {
    const NEIGHBOURS: [&str; 10] = [
        "host=",
        "server=",
        "user=",
        "uid=",
        "user id=",
        "username=",
        "data source=",
        "dbname=",
        "database=",
        "login ",
    ];
    let between = &text[name.end..value.start];
    let is_near = between.contains('=') && (value.form == Form::Quoted || !between.ends_with(' '));
    let value = &text[value.start..value.end];
    let is_word = value.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.'));
    let Some(line) = line_around(text, name) else { return false };
    let is_pair = is_near && (line.matches(';').count() > 1 || !is_word && !value.contains(['(', '.', '[', '=']));
    (is_pair || line.contains("machine "))
        && is_credential(value, "")
        && NEIGHBOURS.iter().any(|neighbour| line.contains(neighbour))
}

/// What stands around a name on its line, in lower case.
fn line_around(text: &str, name: &Extent) -> Option<String> {
    const REACH: usize = 200;
    let floor = (name.start.saturating_sub(REACH)..=name.start).find(|at| text.is_char_boundary(*at))?;
    let ceiling = (name.end..=text.len().min(name.end + REACH)).rev().find(|at| text.is_char_boundary(*at))?;
    let start = text[floor..name.start].rfind('\n').map_or(floor, |at| floor + at + 1);
    let end = text[name.end..ceiling].find('\n').map_or(ceiling, |at| name.end + at);
    Some(text[start..end].to_ascii_lowercase())
}

/// The character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
