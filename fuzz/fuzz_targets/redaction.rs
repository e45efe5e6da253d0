//! Any text with secrets in it: they are gone, also as part of JSON; a second look finds nothing more, and the text
//! does not grow much.
#![no_main]

use exai_core::redaction::{Redactor, Vault};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

/// Stands for a secret in the input, so that the fuzzer need not guess one.
const MARK: &str = "@K";
/// A placeholder is longer than the shortest secret.
const GROWTH: usize = 6;

fuzz_target!(|input: &[u8]| {
    let input = String::from_utf8_lossy(input);
    for secret in secrets() {
        // The fuzzer learns it and glues it to words, where it need not be seen.
        if input.contains(&secret) {
            continue;
        }
        // As a word: what is glued to a secret may make it something else.
        let text = input.replace(MARK, &format!(" {secret} "));
        let mut vault = Vault::default();
        let once = Redactor::shared().redact(&mut vault, &text).into_owned();
        assert!(!once.contains(&secret), "a secret got through: {once}");
        assert!(once.len() <= 64 + GROWTH * text.len(), "{} bytes became {}", text.len(), once.len());
        let twice = Redactor::shared().redact(&mut vault, &once);
        assert_eq!(twice, once, "a second look found more");

        let mut value = json!({"text": text, "list": [text, {"password": text}]});
        Redactor::shared().redact_json(&mut Vault::default(), &mut value);
        assert!(!value.to_string().contains(&secret), "a secret got through: {value}");
    }
});

/// Put together here, so that nothing in the sources looks like one.
fn secrets() -> [String; 2] {
    let chance = "Zq7Xc2Vb9Nm4Lk1Jh6Gf3Ds8Ap5Wo0Ei7Ru2Ty9Qa4Ws1Ed6Rf";
    [format!("gh{}_{}", "p", &chance[..36]), format!("sk{}{}", '-', &chance[..48])]
}
