//! Words of a text: where a name stands as a whole word.

use memchr::memmem;

/// Whether a byte can be part of a name; letters beyond ASCII are.
pub(super) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// Where `name` stands in `text` as a whole word.
pub(super) fn places<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = text.as_bytes();
    memmem::find_iter(bytes, name).filter(move |&at| !name.is_empty() && is_whole(bytes, at, at + name.len()))
}

/// Whether `text` has `name` as a whole word.
pub(super) fn contains(text: &str, name: &str) -> bool {
    places(text, name).next().is_some()
}

/// Whether what is between `start` and `end` is not part of a longer word.
pub(super) fn is_whole(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    !before.is_some_and(|&byte| is_word_byte(byte)) && !bytes.get(end).is_some_and(|&byte| is_word_byte(byte))
}

/// The word that ends where `text` does, and what is before it.
pub(super) fn last_word(text: &str) -> (&str, &str) {
    let start = text.bytes().rposition(|byte| !is_word_byte(byte)).map_or(0, |at| at + 1);
    text.split_at_checked(start).map_or((text, ""), |(before, word)| (before, word))
}

/// The word that `text` begins with, and what comes after it.
pub(super) fn first_word(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !is_word_byte(byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_inside_of_a_longer_one_is_not_found() {
        let text = "list relist list_all list(list) älist";
        assert_eq!(places(text, "list").collect::<Vec<_>>(), [0, 21, 26]);
        assert!(!contains("nothing", ""));
    }

    #[test]
    fn words_at_the_ends_of_a_text_are_cut_off() {
        assert_eq!(last_word("self.store"), ("self.", "store"));
        assert_eq!(first_word("store.open()"), ("store", ".open()"));
        assert_eq!(last_word("größe"), ("", "größe"));
    }
}
