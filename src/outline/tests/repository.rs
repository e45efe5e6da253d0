//! A trace of this repository itself, against what a person finds with a search by hand.

use super::*;
use crate::outline::ReferenceKind;

/// Who surely calls the target, in `src/evidence` and `src/tools`, as `file in symbol`; without tests.
async fn callers(target: &str) -> Vec<String> {
    let workspace = workspace(&repository());
    let paths = vec!["src/evidence".to_owned(), "src/tools".to_owned()];
    let request = TraceRequest { target: target.to_owned(), paths, deadline: soon() };
    let trace = trace(&workspace, &request).await.unwrap();
    let calls = trace.callers.iter().filter(|caller| caller.doubt.is_none() && !caller.reference.is_test);
    let calls = calls.filter(|caller| caller.reference.kind == ReferenceKind::Call);
    let from = |caller: &Caller| caller.reference.from.clone().unwrap_or_default();
    calls.map(|caller| format!("{} in {}", caller.reference.path, from(caller))).collect()
}

#[tokio::test]
async fn the_callers_in_this_repository_are_those_that_a_person_finds() {
    // Each list was made with `grep -rn "NAME(" src/evidence src/tools` and by reading what it found.
    assert_eq!(callers("src/evidence/expand.rs:expand").await, ["src/evidence/local.rs in LocalWorkspace::list_one"]);
    assert_eq!(
        callers("src/evidence/collect.rs:same_length").await,
        [
            "src/evidence/collect.rs in collect",
            "src/evidence/collect.rs in check",
            "src/evidence/gather.rs in outcomes"
        ]
    );
    // `new`, `read` and `list` are the names of many methods; those of other types are told apart.
    assert_eq!(callers("Gathering::new").await, ["src/evidence/collect.rs in collect"]);
    assert_eq!(callers("Gathering::read").await, ["src/evidence/collect.rs in collect"]);
    assert_eq!(
        callers("Workspace::list").await,
        ["src/evidence/collect.rs in collect", "src/evidence/collect.rs in check"]
    );
}

#[tokio::test]
async fn what_a_function_of_this_repository_calls_is_found_where_it_is_defined() {
    let workspace = workspace(&repository());
    let target = "src/evidence/collect.rs:check".to_owned();
    let request = TraceRequest { target, paths: vec!["src/evidence".to_owned()], deadline: soon() };
    let trace = trace(&workspace, &request).await.unwrap();
    let found = trace.callees.iter().filter(|callee| !callee.definitions.is_empty());
    let found: Vec<(String, &str)> =
        found.map(|callee| (callee.definitions[0].qualified_name(), callee.definitions[0].path.as_str())).collect();
    let here = "src/evidence/collect.rs";
    assert_eq!(
        found,
        [
            ("Workspace::list".to_owned(), "src/evidence/workspace.rs"),
            ("same_length".to_owned(), here),
            ("Plan::new".to_owned(), here),
            ("Plan::refusal".to_owned(), here)
        ]
    );
}
