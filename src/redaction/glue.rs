//! What stands between the lines of a key or between a name and its value: blanks, line ends, and the gutters,
//! marks of comment and diff, and escapes that come with them.

/// The bar of a gutter, `   1│ `.
const BAR: &[u8] = "│".as_bytes();

/// Skips blanks and tabs.
pub(super) fn skip_blanks(bytes: &[u8], at: usize) -> usize {
    const LONGEST: usize = 64;
    at + bytes[at..].iter().take(LONGEST).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Skips one line end, and the gutter and blanks that begin the next line.
pub(super) fn skip_line_end(bytes: &[u8], at: usize) -> usize {
    let at = skip_blanks(bytes, at);
    let after = match bytes[at..] {
        [b'\n', ..] => at + 1,
        [b'\r', b'\n', ..] => at + 2,
        _ => return at,
    };
    skip_blanks(bytes, skip_gutter(bytes, after))
}

/// Skips the gutter of a numbered line and the bar of a quoted one, if there is one.
fn skip_gutter(bytes: &[u8], at: usize) -> usize {
    const WIDEST: usize = 12;
    let mut at = at;
    for _ in 0..2 {
        let width = bytes[at..].iter().take(WIDEST).take_while(|byte| **byte == b' ' || byte.is_ascii_digit()).count();
        if !bytes[at + width..].starts_with(BAR) {
            break;
        }
        at += width + BAR.len();
    }
    at
}

/// Skips all that may stand between two lines of a key, never into one.
pub(super) fn skip_lines(bytes: &[u8], at: usize) -> usize {
    let mut at = at;
    loop {
        let next = match bytes[at..] {
            [b'\n', ..] => skip_mark(bytes, skip_gutter(bytes, at + 1)),
            [b'\\', ..] => skip_escape(bytes, at),
            // The plus stands between two pieces of a string, as in `"…" + "…"`.
            [b' ' | b'\t' | b'\r' | b'"' | b'\'' | b'`' | b',' | b'.' | b';' | b'(' | b')', ..]
            | [b'+', b' ' | b'\n' | b'\r', ..] => at + 1,
            _ => return at,
        };
        at = next;
    }
}

/// Skips `\n`, `\\n`, `\r\n` as they stand in strings, and the backslash that ends a line.
fn skip_escape(bytes: &[u8], at: usize) -> usize {
    let slashes = bytes[at..].iter().take(4).take_while(|byte| **byte == b'\\').count();
    match bytes.get(at + slashes) {
        Some(b'n' | b'r' | b't') => at + slashes + 1,
        _ => at + slashes,
    }
}

/// Skips what marks a line as a comment, a quotation, or a line of a diff.
fn skip_mark(bytes: &[u8], at: usize) -> usize {
    let at = skip_blanks(bytes, at);
    match bytes[at..] {
        [b'/', b'/', b' ' | b'\n' | b'\r' | b'/' | b'!', ..] => at + 2,
        // A diff's mark stands before the five dashes of the end marker; without it they stay.
        [b'-', b'-', b'-', b'-', b'-', after, ..] if after != b'-' => at,
        [b'#' | b'>' | b'*' | b'|' | b';', b' ' | b'\n' | b'\r', ..] | [b'+' | b'-', ..] => at + 1,
        _ => at,
    }
}
