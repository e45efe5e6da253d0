//! What a provider says when it refuses: two bytes of status, then the body. Whatever it is, it becomes a short
//! message without control characters, and a key that the body quotes does not get out.
#![no_main]

use exai_core::clock::Timestamp;
use exai_core::providers::{CUSTOM, GLM, KIMI};
use libfuzzer_sys::fuzz_target;

/// Stands for a key in the input, so that the fuzzer need not guess one.
const MARK: &str = "@K";
/// The longest message: what is kept of the provider's own, and what we say before it.
const LONGEST: usize = 400;

fuzz_target!(|input: &[u8]| {
    let Some((status, body)) = input.split_first_chunk::<2>() else { return };
    let status = 100 + u16::from_be_bytes(*status) % 500;
    let at = Timestamp::from_millis(1_790_000_000_000);
    let body = String::from_utf8_lossy(body);
    for key in keys() {
        let body = body.replace(MARK, &key);
        let secret = key.to_ascii_lowercase();
        for dialect in [GLM, KIMI, CUSTOM] {
            let error = dialect.classify(status, &body, at);
            assert!(error.message.len() <= LONGEST, "{} bytes: {}", error.message.len(), error.message);
            let told = error.to_error(dialect.name, "some-model");
            let advice = error.advice();
            let seen = format!("{error:?} {told:?} {told} {advice:?}");
            assert!(!seen.to_ascii_lowercase().contains(&secret), "a key got out: {seen}");
            let texts = [&told.message].into_iter().chain(&told.hints);
            for text in texts {
                assert!(text.len() <= 2 * LONGEST && !text.contains(char::is_control), "{text:?}");
            }
        }
    }
});

/// Keys as the providers make them, Kimi's and GLM's; a short one counts as a key only at the start of a word. Put
/// together here, so that nothing in the sources looks like one.
fn keys() -> [String; 3] {
    let chance = "Zq7Xc2Vb9Nm4Lk1Jh6Gf3Ds8Ap5Wo0Ei7Ru2Ty9Qa4Ws1Ed6Rf";
    let hex = "4f1c9a7e2b6d8035".repeat(2);
    [format!("sk{}{chance}", '-'), format!("{hex}.{}", &chance[..16]), format!("=sk{}kimi-t3stk3y", '-')]
}
