//! Keys and account ids out of what providers say: their messages quote both.

/// What ids and keys begin with.
const PREFIXES: [&str; 6] = ["org-", "ak-", "sk-", "proj-", "user-", "uid-"];
/// Shorter words are words.
const SHORTEST_ID: usize = 6;
/// Shorter runs of letters and digits are no secret.
const SHORTEST_KEY: usize = 32;
/// What is kept of a provider's message.
const LONGEST_MESSAGE: usize = 300;
/// What is kept of a code, a type or the name of a field.
const LONGEST_NAME: usize = 60;

/// A provider's message as one line without control characters, keys and ids, and not too long.
pub fn tame(text: &str) -> String {
    tame_to(LONGEST_MESSAGE, text)
}

/// A code, a type or a field's name, which should be a word, as harmless as [`tame`] makes a message.
pub(crate) fn tame_name(text: &str) -> String {
    tame_to(LONGEST_NAME, text)
}

fn tame_to(longest: usize, text: &str) -> String {
    let printable: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut tame = String::new();
    for word in printable.split_whitespace() {
        if !tame.is_empty() {
            tame.push(' ');
        }
        mask_word(word, &mut tame);
        if tame.len() > longest {
            let end = (0..=longest).rev().find(|end| tame.is_char_boundary(*end)).unwrap_or(0);
            tame.truncate(end);
            tame.push('…');
            break;
        }
    }
    tame
}

/// Splits a word at what can not be part of an id and masks each part that is one.
fn mask_word(word: &str, out: &mut String) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut rest = word;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        out.push_str(&mask_id(&rest[..end]));
        let next = rest[end..].find(is_part).map_or(rest.len(), |at| end + at);
        out.push_str(&rest[end..next]);
        rest = &rest[next..];
    }
}

fn mask_id(id: &str) -> String {
    for prefix in PREFIXES {
        let has_prefix = id.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        if has_prefix && id.trim_end_matches('.').len() >= SHORTEST_ID {
            return format!("{prefix}…");
        }
    }
    let longest_run = id.split(['.', '-', '_']).map(str::len).max().unwrap_or(0);
    if has_digit(id) && longest_run >= SHORTEST_KEY {
        return "…".into();
    }
    key_inside(id).map_or_else(|| id.into(), |at| format!("{}…", &id[..at]))
}

/// Where a key begins that is glued to a word, as in `token_sk-…`; only a digit tells it from a word like `multi-user`.
fn key_inside(id: &str) -> Option<usize> {
    id.match_indices(['-', '_', '.']).map(|(at, _)| at + 1).find(|&at| {
        let rest = &id[at..];
        let mut prefixes = PREFIXES.iter().filter_map(|prefix| rest.get(..prefix.len()).zip(Some(prefix)));
        let has_prefix = prefixes.any(|(start, prefix)| start.eq_ignore_ascii_case(prefix));
        has_prefix && rest.len() >= SHORTEST_ID && has_digit(rest)
    })
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_ids_do_not_get_through() {
        let key = format!("{}.{}", "a1".repeat(16), "b2".repeat(8));
        for (text, tame_text) in [
            ("Your account org-abc123<ak-def456> request", "Your account org-…<ak-…> request"),
            ("key sk-test-key, and (SK-TEST-KEY)", "key sk-…, and (sk-…)"),
            ("token=sk-kimi-abcdef.", "token=sk-…"),
            (&format!("bad key {key}!"), "bad key …!"),
            ("token_sk-a1b2c3 multi-user-mode", "token_… multi-user-mode"),
            ("task-force org-x kimi-k2-0905-preview", "task-force org-x kimi-k2-0905-preview"),
            ("two\nlines\tand \u{1b}[31mcolour", "two lines and [31mcolour"),
            ("余额不足 org-abc123。", "余额不足 org-…。"),
            ("", ""),
        ] {
            assert_eq!(tame(text), tame_text, "{text}");
        }
    }

    #[test]
    fn long_messages_are_cut_between_characters() {
        let tame = tame(&"余".repeat(1000));
        assert!(tame.len() <= LONGEST_MESSAGE + '…'.len_utf8());
        assert!(tame.ends_with('…'));
    }
}
