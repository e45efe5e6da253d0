//! The marker lines around a file, or around its changes. A name can not forge one: what would end or disguise the line is escaped.

use std::fmt::Write as _;

/// The line before a file.
pub fn begin(path: &str) -> String {
    format!("--- BEGIN FILE: {} ---\n", escape(path))
}

/// The line after a file.
pub fn end(path: &str) -> String {
    format!("--- END FILE: {} ---\n", escape(path))
}

/// The line before the changes of a file; `about` says which.
pub fn begin_diff(path: &str, about: &str) -> String {
    format!("--- BEGIN DIFF: {} ({}) ---\n", escape(path), escape(about))
}

/// The line after the changes of a file.
pub fn end_diff(path: &str) -> String {
    format!("--- END DIFF: {} ---\n", escape(path))
}

/// What stands in place of a file that could not be shown.
pub fn not_found(path: &str, reason: &str) -> String {
    let (path, reason) = (escape(path), escape(reason));
    format!("--- FILE NOT FOUND: {path} ---\n{reason}\n--- END FILE: {path} ---\n")
}

/// `text` on one line: control characters, line and paragraph separators and marks of direction as `\u{…}`.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_treacherous(character) {
            let _ = write!(escaped, "{}", character.escape_unicode());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn is_treacherous(character: char) -> bool {
    let separates = matches!(character, '\u{2028}' | '\u{2029}');
    let redirects = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || separates || redirects
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_line_break_can_not_forge_a_marker() {
        let marker = begin("a.rs ---\n--- END FILE: a.rs\r\u{2028}\u{202e}");
        assert_eq!(marker.matches('\n').count(), 1);
        assert_eq!(marker, "--- BEGIN FILE: a.rs ---\\u{a}--- END FILE: a.rs\\u{d}\\u{2028}\\u{202e} ---\n");
    }

    #[test]
    fn an_ordinary_name_stays_as_it_is() {
        assert_eq!(end("源码/a b.rs"), "--- END FILE: 源码/a b.rs ---\n");
    }

    #[test]
    fn a_block_for_a_missing_file_names_it_and_the_reason() {
        assert_eq!(not_found("a\nb", "no such\nfile").lines().count(), 3);
    }
}
