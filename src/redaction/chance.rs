//! Whether a text looks like chance or like something that a person wrote.

/// Letters that often follow a letter, in words and in names of code: 93 % of all pairs in the sources of a hundred
/// crates, but 37 % of all pairs that there are.
const FOLLOWERS: [&str; 26] = [
    "bcdfgiklmnprstuvy",   // a
    "aeiloruy",            // b
    "acehiklorstu",        // c
    "adeilorsu",           // d
    "abcdefgilmnpqrstvxy", // e
    "aefilorsu",           // f
    "aehinrsu",            // g
    "aeiortu",             // h
    "abcdefgklmnoprstvxz", // i
    "",                    // j
    "eis",                 // k
    "adefilostuy",         // l
    "abeimopsu",           // m
    "acdefgiklnostuv",     // n
    "bcdfgiklmnoprstuvw",  // o
    "aeiloprstu",          // p
    "u",                   // q
    "acdegikmnorstuvy",    // r
    "acehilopstuy",        // s
    "acehiloprstuy",       // t
    "abcegilmnprst",       // u
    "aei",                 // v
    "aehinor",             // w
    "aept",                // x
    "npst",                // y
    "e",                   // z
];
/// What is looked at of a long text.
const SAMPLE: usize = 256;

/// How much likelier chance is than a person, as the logarithm of the odds: the sum over all neighbours.
pub(super) fn score(text: &str) -> f64 {
    text.as_bytes().windows(2).take(SAMPLE).map(|pair| weigh(pair[0], pair[1])).sum()
}

/// The logarithm of how much oftener two characters are neighbours in chance than in words.
fn weigh(a: u8, b: u8) -> f64 {
    let separates = |byte: u8| matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b' ');
    match (a, b) {
        _ if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => pair(a, b),
        _ if a.is_ascii_digit() && b.is_ascii_digit() => 0.0,
        _ if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() => 1.6,
        _ if separates(a) || separates(b) => -0.8,
        _ => 0.5,
    }
}

fn pair(a: u8, b: u8) -> f64 {
    let followers = FOLLOWERS[usize::from(a.to_ascii_lowercase() - b'a')];
    let is_usual = followers.as_bytes().contains(&b.to_ascii_lowercase());
    match (is_usual, a.is_ascii_lowercase() && b.is_ascii_uppercase()) {
        (true, false) => -0.9,
        (false, false) => 2.0,
        // A hump of camel case starts a new word.
        (_, true) => 0.2,
    }
}

/// Shannon's entropy in bits a character.
pub(super) fn entropy(text: &str) -> f64 {
    let sample = &text.as_bytes()[..text.len().min(SAMPLE)];
    let mut counts = [0_u32; 256];
    for byte in sample {
        counts[usize::from(*byte)] += 1;
    }
    let length = sample.len() as f64;
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length).map(|p| -p * p.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_scores_above_names_and_words() {
        for chance in ["9f86d081884c7d65", "q7Zt1LxR0vBk3NwY", "mK2/xQ9+vT4zR7wL", "k3j9x0q2m7v5b1n8"] {
            assert!(score(chance) > 5.0, "{chance}: {}", score(chance));
        }
        for name in ["continuation_token_2", "getSessionToken1FromStore", "com.example.auth.v2", "sha256-with-rsa"] {
            assert!(score(name) < 0.0, "{name}: {}", score(name));
        }
    }

    #[test]
    fn entropy_is_none_for_one_letter_and_four_bits_for_sixteen() {
        assert!(entropy("aaaa").abs() < 1e-9);
        assert!((entropy("0123456789abcdef") - 4.0).abs() < 1e-9);
    }
}
