//! Secrets of every kind, and what is none. They are made while the tests run: nothing in the sources looks like one.

mod harmless;
mod property;
mod shapes;

use super::table::{Alphabet, TOKENS};
use super::*;

fn redacted(text: &str) -> String {
    Redactor::shared().redact(&mut Vault::default(), text).into_owned()
}

/// `length` characters of `alphabet` that look like chance, the same for the same seed.
fn chance(alphabet: Alphabet, length: usize, seed: usize) -> String {
    let letters: Vec<u8> = (b'!'..=b'~')
        .filter(|byte| {
            byte.is_ascii_alphanumeric()
                && alphabet.has(*byte)
                && !(alphabet == Alphabet::Hex && byte.is_ascii_uppercase())
        })
        .collect();
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(letters[(state >> 33) % letters.len()])
    };
    // Letters and digits both, as all but the unluckiest have them.
    (0..length).map(|place| if place == 1 { '7' } else { next() }).collect()
}

#[test]
fn every_token_of_the_table_is_replaced_wherever_it_may_stand() {
    for (seed, token) in TOKENS.iter().enumerate() {
        let secret = format!("{}{}", token.prefix, chance(token.alphabet, token.least, seed));
        for frame in ["{}", "key {}.", "x = \"{}\"\n", "   3│ curl -H '{}'", "(`{}`)", "\"a\\n{}\\n\"", "{}\u{1f511}"]
        {
            let text = frame.replace("{}", &secret);
            let out = redacted(&text);
            assert!(!out.contains(&secret[secret.len() / 2..]), "{}: {out}", token.kind);
            assert!(out.contains(&format!("<SECRET {} #1>", token.kind)), "{}: {out}", token.prefix);
        }
    }
}

#[test]
fn who_has_looked_through_much_finds_what_was_found_before() {
    let secrets = TOKENS.iter().enumerate();
    let secrets = secrets.map(|(seed, token)| format!("{}{}", token.prefix, chance(token.alphabet, token.least, seed)));
    let named = "PASSWORD=hunter-hunter-7; Authorization: Bearer abcdefghij0123456789; https://me:secret7word@host/";
    let text = format!("{}\n{named}", secrets.collect::<Vec<_>>().join("\n"));
    let (scanner, vault) = (Scanner::new().unwrap(), Vault::default());
    let before = scanner.spans(&text, &vault);
    assert!(before.len() > TOKENS.len(), "{}", before.len());
    assert!(scanner.spans(&"nothing. ".repeat(100_000), &vault).is_empty());
    assert_eq!(scanner.spans(&text, &vault), before);
}

#[test]
fn the_same_secret_has_the_same_placeholder_and_another_one_another() {
    let secret = |seed| format!("ghp{}{}", '_', chance(Alphabet::Alnum, 36, seed));
    let mut vault = Vault::default();
    let out = Redactor::shared().redact(&mut vault, &format!("{} {} {}", secret(1), secret(2), secret(1))).into_owned();
    assert_eq!(out, "<SECRET github-token #1> <SECRET github-token #2> <SECRET github-token #1>");
    let again = Redactor::shared().redact(&mut vault, &secret(2)).into_owned();
    assert_eq!(again, "<SECRET github-token #2>");
}

#[test]
fn a_text_that_was_clean_is_looked_at_again_once_its_secret_is_known() {
    let secret = chance(Alphabet::Alnum, 20, 3);
    let text = format!("I tried {secret}, as it was told. {}", "Nothing came of it. ".repeat(10));
    let mut vault = Vault::default();
    for _ in 0..2 {
        assert_eq!(Redactor::shared().redact(&mut vault, &text), text, "nothing gives it away");
    }
    drop(Redactor::shared().redact(&mut vault, &format!("API_KEY={secret}\n")).into_owned());
    let out = Redactor::shared().redact(&mut vault, &text).into_owned();
    assert!(!out.contains(&secret) && out.contains("tried <SECRET"), "{out}");
}

#[test]
fn what_an_assignment_gave_away_is_found_where_nothing_else_tells() {
    let secret = chance(Alphabet::Alnum, 20, 3);
    let mut vault = Vault::default();
    let out = Redactor::shared().redact(&mut vault, &format!("I tried {secret}.\nAPI_KEY={secret}\n")).into_owned();
    assert_eq!(out, "I tried <SECRET api-key #1>.\nAPI_KEY=<SECRET api-key #1>\n");
    assert_eq!(Redactor::shared().redact(&mut vault, &format!("[{secret}]")), "[<SECRET api-key #1>]");
    assert_eq!(Redactor::shared().redact(&mut vault, &format!("x{secret}")), format!("x{secret}"), "another word");
}

#[test]
fn what_was_found_is_told_in_a_sentence() {
    let mut vault = Vault::default();
    assert_eq!(vault.warning(), None);
    let key = format!("AK{}{}", "IA", chance(Alphabet::Upper, 16, 1));
    Redactor::shared().redact(&mut vault, &format!("{key} {key}"));
    assert_eq!(vault.warning().unwrap(), "1 secret was replaced before anything was sent or kept: aws-key ×1");
    let jwt = shapes::jwt();
    Redactor::shared().redact(&mut vault, &format!("{jwt} {key}"));
    assert_eq!(vault.found(), [Found { kind: "aws-key", count: 1 }, Found { kind: "jwt", count: 1 }]);
    assert_eq!(
        vault.warning().unwrap(),
        "2 secrets were replaced before anything was sent or kept: aws-key ×1, jwt ×1"
    );
}

#[test]
fn a_vault_does_not_show_what_it_knows() {
    let secret = format!("hf{}{}", '_', chance(Alphabet::Alnum, 34, 1));
    let veil = Veil::default();
    veil.text(&mut secret.clone());
    let shown = format!("{veil:?}");
    assert!(shown.contains("huggingface-token") && !shown.contains(&secret[3..8]), "{shown}");
}

#[test]
fn the_strings_of_json_are_redacted_and_their_names_tell() {
    let (key, password) = (chance(Alphabet::Hex, 32, 5), chance(Alphabet::Alnum, 9, 6) + "&3");
    let mut value = serde_json::json!({
        "prompt": format!("token={key}"),
        "settings": {"client_secret": key, "db_password": password, "max_tokens": 7, "token_id": key},
        "secrets": [key, "none"],
    });
    let mut vault = Vault::default();
    Redactor::shared().redact_json(&mut vault, &mut value);
    assert_eq!(
        value,
        serde_json::json!({
            "prompt": "token=<SECRET token #1>",
            "settings": {
                "client_secret": "<SECRET token #1>", "db_password": "<SECRET password #1>",
                "max_tokens": 7, "token_id": "<SECRET token #1>",
            },
            "secrets": ["<SECRET token #1>", "none"],
        })
    );
}

#[test]
fn a_text_without_secrets_is_not_copied() {
    assert!(matches!(Redactor::shared().redact(&mut Vault::default(), "let token = next();"), Cow::Borrowed(_)));
}

#[test]
fn a_text_made_to_be_slow_is_not() {
    let assigned = format!("token={}", chance(Alphabet::Alnum, 20, 1));
    for unit in [
        assigned.as_str(),
        "token=",
        "token:",
        "://a:",
        "eyJa.",
        "-----BEGIN PRIVATE KEY-----",
        "password='",
        "key key",
        "\\\\\"key\\\"",
        "1│ ",
        "ghp_",
        "eyJeyJ",
        "AKIA",
        "xoxb-1",
        "1Q~",
        "0.",
        "BEGIN PRIVATE KEY-----A: \n",
    ] {
        let text = unit.repeat(60_000 / unit.len());
        let out = redacted(&text);
        assert!(out.len() <= text.len(), "{unit}");
    }
}
