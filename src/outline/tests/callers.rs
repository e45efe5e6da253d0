//! Traces of the small programs.

use super::*;
use crate::outline::{ReferenceKind, Trace};

/// Who calls, as `file:line`, without those in doubt.
fn calls(trace: &Trace) -> Vec<String> {
    let sure = trace.callers.iter().filter(|caller| caller.doubt.is_none());
    let calls = sure.filter(|caller| caller.reference.kind == ReferenceKind::Call);
    calls.map(|caller| format!("{}:{}", caller.reference.path, caller.reference.line)).collect()
}

#[tokio::test]
async fn a_trace_of_each_language_finds_what_a_person_finds() {
    for (language, function, method) in [
        ("c", "twice", "store_total"),
        ("cpp", "twice", "Store::total"),
        ("go", "Double", "Store.Total"),
        ("java", "Store.twice", "Store.total"),
        ("javascript", "double", "Store.total"),
        ("python", "double", "Store.total"),
        ("ruby", "double", "Store.total"),
        ("rust", "double", "Store::total"),
        ("typescript", "double", "Store.total"),
    ] {
        let mut text = String::new();
        for target in [function, method] {
            text.push_str(&traced(language, target).await.text(10_000));
            text.push('\n');
        }
        insta::assert_snapshot!(format!("trace_{language}"), text);
    }
}

#[tokio::test]
async fn calls_in_closures_macros_recursion_and_tests_are_calls() {
    let trace = traced("rust", "double").await;
    assert_eq!(calls(&trace), ["src/report.rs:20", "src/store.rs:23", "src/store.rs:41", "src/store.rs:50"]);
}
