//! Changes that tools collect from git by themselves, and facts that they read in the code.

use exai_fake::Scenario;
use serde_json::{Value, json};

use crate::backend::testing::House;
use crate::error::ErrorCode;
use crate::protocol::{CallState, Envelope, Severity};

/// A repository in which `pop` was committed, and is emptied twice since, in the index and not in a commit.
async fn house(answer: &str) -> House {
    let house = House::with(Scenario::answer(answer)).await;
    house.file("src/queue.rs", "fn pop() {\n    drain();\n}\n");
    house.git(&["init", "-q", "-b", "main"]);
    house.git(&["add", "."]);
    house.git(&["commit", "-qm", "begin"]);
    house.file("src/queue.rs", "fn pop() {\n    drain();\n    drain();\n}\n");
    house.git(&["add", "."]);
    house
}

fn answer(quote: &str) -> String {
    let finding = json!({"severity": "high", "title": "Emptied twice", "path": "src/queue.rs", "quote": quote});
    json!({"status": "analysis_complete", "summary": "No.", "findings": [finding]}).to_string()
}

async fn call(house: &House, tool: &str, arguments: Value) -> Envelope {
    let result = house.call(tool, arguments).await;
    assert_eq!(result.state, CallState::Succeeded, "{tool}: {:?}", result.error);
    result
}

#[tokio::test]
async fn precommit_finds_the_changes_by_itself_and_findings_in_them() {
    let house = house(&answer("    drain();\n    drain();")).await;
    let result = call(&house, "precommit", json!({})).await;
    let asked = house.requests(1)[0].user_text();
    assert!(asked.contains("BEGIN DIFF: src/queue.rs (staged, modified)"), "{asked}");
    assert!(asked.contains("   3│ +    drain();"), "{asked}");
    let found: Vec<_> =
        result.findings.iter().map(|finding| (finding.severity, finding.line, finding.end_line)).collect();
    assert_eq!(found, [(Severity::High, 2, 3)], "{:?}", result.warnings);
    assert_eq!(
        (&*result.coverage.selected, &*result.coverage.sent),
        (&["src/queue.rs".to_owned()][..], &["src/queue.rs".to_owned()][..])
    );
}

#[tokio::test]
async fn what_is_staged_unstaged_and_untracked_is_told_apart_and_left_out_on_demand() {
    let house = house(&answer("fn pop() {")).await;
    house.file("src/queue.rs", "fn pop() {\n    drain();\n    drain();\n    now();\n}\n");
    house.file("new.rs", "fn new() {}\n");
    call(&house, "precommit", json!({})).await;
    call(&house, "precommit", json!({"include_unstaged": false})).await;
    call(&house, "precommit", json!({"include_staged": false})).await;
    let asked: Vec<_> = house.requests(3).iter().map(exai_fake::Recorded::user_text).collect();
    let has = |text: &str| ["+    drain();", "+    now();", "+fn new() {}"].map(|line| text.contains(line));
    assert_eq!(has(&asked[0]), [true, true, true], "{}", asked[0]);
    assert_eq!(has(&asked[1]), [true, false, false], "{}", asked[1]);
    assert_eq!(has(&asked[2]), [false, true, true], "{}", asked[2]);
}

#[tokio::test]
async fn nothing_to_commit_is_said_and_no_model_is_asked() {
    let house = house("").await;
    house.git(&["commit", "-qm", "all"]);
    let error = house.call("precommit", json!({})).await.error.unwrap();
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    assert!(error.message.starts_with("nothing is selected: there are no staged, unstaged"), "{}", error.message);
    let error = house.call("codereview", json!({"findings": "f", "compare_to": "main"})).await.error.unwrap();
    assert!(error.message.starts_with("nothing is selected: HEAD has changed nothing since \"main\""));
    let error = house.call("precommit", json!({"compare_to": "no-such-branch"})).await.error.unwrap();
    assert!(error.message.contains("no-such-branch"), "{}", error.message);
    house.requests(0);
}

#[tokio::test]
async fn a_branch_is_reviewed_since_it_left_and_only_where_it_is_wanted() {
    let house = house(&answer("    drain();\n    drain();")).await;
    house.git(&["checkout", "-qb", "topic"]);
    house.file("other.rs", "fn other() {}\n");
    house.git(&["add", "."]);
    house.git(&["commit", "-qm", "twice"]);
    let all = call(&house, "codereview", json!({"findings": "f", "compare_to": "main"})).await;
    assert_eq!((all.findings.len(), all.findings[0].line), (1, 2), "{:?}", all.warnings);
    let arguments = json!({"findings": "f", "compare_to": "main", "relevant_files": ["src"]});
    call(&house, "codereview", arguments).await;
    let asked: Vec<_> = house.requests(2).iter().map(exai_fake::Recorded::user_text).collect();
    assert!(asked[0].contains("+fn other() {}") && asked[0].contains("+    drain();"), "{}", asked[0]);
    assert!(!asked[1].contains("other.rs") && asked[1].contains("+    drain();"), "{}", asked[1]);
    assert!(asked[1].contains("BEGIN FILE: src/queue.rs"), "the named files are shown whole, too: {}", asked[1]);
}

#[tokio::test]
async fn secrets_in_changes_are_replaced() {
    let house = house(&answer("fn pop() {")).await;
    let secret = ["ghp", "_", &"Zx9Kq2Lm4Np7".repeat(3)].concat();
    house.file("src/queue.rs", &format!("fn pop() {{\n    login(\"{secret}\");\n}}\n"));
    let result = call(&house, "precommit", json!({})).await;
    let asked = house.requests(1)[0].user_text();
    assert!(!asked.contains(&secret) && asked.contains("+    login(\"<SECRET"), "{asked}");
    assert_eq!(result.findings[0].line, 1);
}

#[tokio::test]
async fn a_trace_brings_definition_and_callers_with_every_step() {
    let house = House::bare().await;
    house.file("src/queue.rs", "pub fn pop() {\n    drain();\n}\n\nfn drain() {}\n");
    house.file("src/main.rs", "fn main() {\n    queue::pop();\n}\n");
    let step =
        json!({"target_description": "`pop` in src/queue.rs", "trace_mode": "precision", "next_step_required": true});
    let first = call(&house, "tracer", step).await;
    for line in ["src/queue.rs:1-3 function: pub fn pop()", "src/main.rs:2"] {
        assert!(first.text.contains(line), "{line} in {}", first.text);
        assert!(first.data["local_evidence"].as_str().unwrap().contains(line), "agents read the document");
    }
    assert_eq!(first.data["local_trace"]["callers"][0]["reference"]["from"], "main");
    let thread = first.thread_id.unwrap();
    let last = call(&house, "tracer", json!({"findings": "done", "continuation_id": thread})).await;
    assert!(last.text.contains("src/main.rs:2"), "{}", last.text);
}

#[tokio::test]
async fn docgen_counts_what_is_undocumented_and_testgen_what_no_test_names() {
    let house = House::with(Scenario::answer("tests")).await;
    house.file("src/a.rs", "/// Said.\npub fn told() {}\npub fn untold() {}\n");
    house.file("src/b.rs", "#[test]\nfn it_works() {\n    told();\n}\n");
    let found = call(&house, "docgen", json!({"findings": "begun", "next_step_required": true})).await;
    assert_eq!((&found.data["undocumented_files"], &found.data["undocumented_items"]), (&json!(1), &json!(1)));
    assert!(found.text.contains("src/a.rs:3"), "{}", found.text);
    call(&house, "testgen", json!({"findings": "f", "relevant_files": ["src"]})).await;
    let asked = house.requests(1)[0].user_text();
    assert!(asked.contains("1 of 2 public functions are named by a test") && asked.contains("src/a.rs:3"), "{asked}");
}

#[tokio::test]
async fn analyze_without_files_takes_those_that_git_sees_as_changed() {
    let house = house("They are fine.").await;
    house.file("src/new.rs", "fn new() {}\n");
    house.file("src/gone.rs", "fn gone() {}\n");
    house.git(&["add", "src/gone.rs"]);
    house.remove("src/gone.rs");
    let result = call(&house, "analyze", json!({"findings": "f"})).await;
    assert_eq!(result.coverage.sent, ["src/new.rs", "src/queue.rs"], "{:?}", result.warnings);
    assert!(result.warnings[0].contains("no files were named, so 2 files were taken"), "{:?}", result.warnings);
    let shown = house.requests(1)[0].user_text();
    assert!(shown.contains("BEGIN FILE: src/new.rs ") && shown.contains("drain();"), "{shown}");
    house.remove("src/new.rs");
    house.git(&["rm", "-q", "--cached", "src/gone.rs"]);
    house.git(&["commit", "-qm", "all"]);
    let error = house.call("analyze", json!({"findings": "f"})).await.error.unwrap();
    assert!(error.message.contains("needs files") && error.hints.len() == 2, "{error:?}");
}
