//! What holds for every text.

use proptest::prelude::*;

use super::{Alphabet, TOKENS, chance, redacted, shapes};
use crate::redaction::Veil;
use crate::redaction::table::{Place, Token};

/// Pieces that matter to the search, so that chance puts them together.
const PIECES: [&str; 30] = [
    "password",
    "token",
    "api_key",
    "secret",
    "=",
    ": ",
    "\"",
    "\\\"",
    "'",
    "\n",
    "   1│ ",
    "://",
    "@",
    "user:",
    "Bearer ",
    "Basic ",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "eyJ",
    ".",
    "Q~",
    ":AA",
    "<SECRET token #1>",
    "\\n",
    "é",
    "│",
    "(",
    ")",
    " ",
    "--",
];

fn secret() -> impl Strategy<Value = String> {
    let token = (0..TOKENS.len(), any::<u16>()).prop_map(|(index, seed)| {
        let token = &TOKENS[index];
        format!("{}{}", token.prefix, chance(token.alphabet, token.least, seed.into()))
    });
    let glm = any::<u16>().prop_map(|seed| {
        format!("{}.{}", chance(Alphabet::Hex, 32, seed.into()), chance(Alphabet::Alnum, 16, seed.into()))
    });
    prop_oneof![8 => token, 1 => glm, 1 => Just(shapes::jwt())]
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        2 => "[a-zA-Z0-9+/=_.-]{1,40}",
        1 => "\\PC{0,6}",
        1 => secret(),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn unmistakable() -> Vec<&'static Token> {
    TOKENS.iter().filter(|token| token.place == Place::Anywhere).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_redacted_has_nothing_more_to_redact(text in text()) {
        let once = redacted(&text);
        prop_assert_eq!(redacted(&once), once);
    }

    #[test]
    fn no_secret_gets_through_whatever_stands_around_it(
        secret in secret(),
        before in "(?s).{0,30}[^A-Za-z0-9_\\\\-]",
        after in "([^A-Za-z0-9].{0,30})?",
    ) {
        let out = redacted(&format!("{before}{secret}{after}"));
        prop_assert!(!out.contains(&secret), "{}", out);
    }

    #[test]
    fn a_token_with_an_unmistakable_prefix_does_not_get_through_inside_a_word_either(
        token in prop::sample::select(unmistakable()),
        seed in any::<u16>(),
        before in "[a-zA-Z0-9_-]{0,10}",
        after in "[a-zA-Z0-9_-]{0,10}",
    ) {
        let secret = format!("{}{}", token.prefix, chance(token.alphabet, token.least, seed.into()));
        let out = redacted(&format!("{before}{secret}{after}"));
        prop_assert!(!out.contains(&secret), "{}", out);
    }

    #[test]
    fn every_line_that_is_left_knows_where_it_was(before in text(), after in text()) {
        let pem = format!("{} KEY-----\nMIIEpAIBAAKC\n{} KEY-----", "-----BEGIN PRIVATE", "-----END PRIVATE");
        let whole = format!("{before}\n{pem}\n{after}\nthe end");
        let (out, lines) = Veil::default().lines(&whole);
        prop_assert_eq!(&out, &redacted(&whole));
        prop_assert_eq!(lines.len(), out.split('\n').count());
        prop_assert!(lines.is_sorted());
        let places: Vec<&str> = whole.split('\n').collect();
        for (line, place) in out.split('\n').zip(lines) {
            prop_assert!(line.contains("<SECRET") || line == places[place], "{:?} {:?}", line, places[place]);
        }
    }

    #[test]
    fn any_text_comes_out_without_a_panic(text in "(?s).{0,200}") {
        redacted(&text);
    }
}
