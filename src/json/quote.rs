//! Text as JSON writes it.

/// One in each byte of a word.
const ONES: u64 = u64::from_le_bytes([0x01; 8]);
/// The highest bit of each.
const HIGH: u64 = u64::from_le_bytes([0x80; 8]);

/// Writes `text` in quotes behind what is there.
pub(crate) fn quote(page: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let (mut written, mut at) = (0, 0);
    page.push(b'"');
    loop {
        at += plain(&bytes[at..]);
        page.extend_from_slice(&bytes[written..at]);
        let Some(&byte) = bytes.get(at) else { break };
        page.push(b'\\');
        written = at;
        if !matches!(byte, b'"' | b'\\') {
            name(page, byte);
            written += 1;
        }
        at += 1;
    }
    page.push(b'"');
}

/// How many bytes from the beginning on need no escape.
fn plain(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks();
    let mut at = 0;
    for word in words {
        let marks = marks(u64::from_le_bytes(*word));
        if marks != 0 {
            return at + marks.trailing_zeros() as usize / 8;
        }
        at += word.len();
    }
    let end = bytes[at..].iter().position(|&byte| matches!(byte, 0..0x20 | b'"' | b'\\'));
    end.map_or(bytes.len(), |end| at + end)
}

/// Eight bytes at once: the highest bit of each that needs an escape. What lies behind the first of them says nothing, for a
/// subtraction may borrow.
fn marks(word: u64) -> u64 {
    let below = |word: u64, least: u8| word.wrapping_sub(ONES * u64::from(least)) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | is(b'"') | is(b'\\')) & HIGH
}

/// What stands behind a backslash for a character that has no place in a text.
fn name(page: &mut Vec<u8>, byte: u8) {
    match byte {
        b'\n' => page.push(b'n'),
        b'\r' => page.push(b'r'),
        b'\t' => page.push(b't'),
        0x08 => page.push(b'b'),
        0x0C => page.push(b'f'),
        _ => page.extend_from_slice(format!("u{byte:04x}").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quoted(text: &str) -> String {
        let mut page = Vec::new();
        quote(&mut page, text);
        String::from_utf8(page).unwrap()
    }

    #[test]
    fn every_character_is_written_as_the_library_writes_it_wherever_it_stands() {
        for character in (0..=0xFF_u8).map(char::from).chain(['\u{2028}', '𝄞']) {
            for before in 0..=9 {
                let text = format!("{}{character}{character}, and what is behind", "x".repeat(before));
                assert_eq!(quoted(&text), serde_json::to_string(&text).unwrap());
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_the_library_writes_it(text in "([ -~]|[\\x00-\\x7f]|\\PC){0,64}") {
            prop_assert_eq!(quoted(&text), serde_json::to_string(&text).unwrap());
        }
    }
}
