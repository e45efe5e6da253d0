//! What an expert answered, as a document and as Markdown: never much longer than it came.
#![no_main]

use exai_core::fuzzing::expert_answer;
use libfuzzer_sys::fuzz_target;

/// Each line of a nested text is indented; a heading adds a few characters to its key.
const GROWTH: usize = 24;

fuzz_target!(|input: &[u8]| {
    let answer = String::from_utf8_lossy(input);
    let text = expert_answer(&answer);
    assert!(text.len() <= 200 + GROWTH * answer.len(), "{} bytes became {}", answer.len(), text.len());
});
