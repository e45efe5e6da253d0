//! What an expert answered, as a document and as Markdown: always readable, never much longer than it came.
#![no_main]

use exai_core::fuzzing::expert_answer;
use libfuzzer_sys::fuzz_target;

/// Each line of a nested text is indented; a heading adds a few characters to its key.
const GROWTH: usize = 24;

fuzz_target!(|input: &[u8]| {
    let answer = String::from_utf8_lossy(input);
    // An answer without text is an error before it comes here.
    if answer.trim().is_empty() {
        return;
    }
    let text = expert_answer(&answer);
    assert!(text.len() <= 64 + GROWTH * answer.len(), "{} bytes became {}", answer.len(), text.len());
    assert!(!text.trim().is_empty(), "an answer became nothing");
});
