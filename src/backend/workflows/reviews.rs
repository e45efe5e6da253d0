//! Findings of reviews: in the result, in the text, filtered; and answers that are no verdict.

use exai_fake::Scenario;
use serde_json::{Value, json};

use crate::backend::testing::House;
use crate::protocol::{CallState, Envelope, Severity};

const REVIEWS: [&str; 4] = ["codereview", "precommit", "refactor", "secaudit"];

async fn review(tool: &str, answer: &str, more: Value) -> Envelope {
    let house = House::with(Scenario::answer(answer)).await;
    house.file("src/queue.rs", "fn pop() {\n    drain();\n    drain();\n}\n");
    let mut arguments = json!({"findings": "pop() drains twice.", "relevant_files": ["src"]});
    arguments.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    let result = house.call(tool, arguments).await;
    assert_eq!(result.state, CallState::Succeeded, "{tool}: {:?}", result.error);
    result
}

fn answer() -> String {
    let findings = json!([
        {"severity": "low", "title": "A name", "path": "src/queue.rs", "quote": "pop"},
        {"severity": "critical", "title": "Emptied twice", "path": "src/queue.rs", "quote": "    drain();"},
        {"title": "no severity"},
    ]);
    json!({"status": "analysis_complete", "summary": "One thing.", "findings": findings}).to_string()
}

#[tokio::test]
async fn findings_are_data_of_the_result_and_markdown_of_its_text() {
    for tool in REVIEWS {
        let result = review(tool, &answer(), json!({})).await;
        let found: Vec<_> = result.findings.iter().map(|finding| (finding.severity, finding.title.as_str())).collect();
        assert_eq!(found, [(Severity::Critical, "Emptied twice"), (Severity::Low, "A name")], "{tool}");
        assert_eq!(result.findings[0].quote, "    drain();", "{tool}");
        assert!(result.text.contains("### Emptied twice\n\n`src/queue.rs:2`"), "{tool}: {}", result.text);
        assert!(!result.text.contains("{\""), "JSON is rendered, not shown: {}", result.text);
        assert_eq!(result.data["expert_analysis"]["findings"][0]["title"], "Emptied twice", "{tool}");
        assert!(
            result.warnings.iter().any(|warning| warning.starts_with("1 finding was dropped")),
            "{:?}",
            result.warnings
        );
    }
}

#[tokio::test]
async fn findings_below_the_wanted_severity_are_counted_but_not_told() {
    for tool in ["codereview", "precommit", "secaudit"] {
        let result = review(tool, &answer(), json!({"severity_filter": "high"})).await;
        assert_eq!(result.findings.len(), 1, "{tool}");
        assert!(
            !result.text.contains("A name") && result.text.contains("1 more below the severity"),
            "{}",
            result.text
        );
        assert_eq!(result.data["expert_analysis"]["findings"].as_array().unwrap().len(), 1, "{tool}");
    }
}

#[tokio::test]
async fn prose_where_findings_were_asked_for_is_an_answer_without_a_finding() {
    for tool in REVIEWS {
        let result = review(tool, "All is well, except line 3.", json!({})).await;
        assert_eq!((result.text.as_str(), result.findings.len()), ("All is well, except line 3.\n", 0), "{tool}");
        assert_eq!(result.data["expert_analysis"]["raw_analysis"], "All is well, except line 3.", "{tool}");
    }
}

#[tokio::test]
async fn a_review_that_finds_nothing_says_so() {
    let result = review("codereview", r#"{"status": "analysis_complete", "findings": []}"#, json!({})).await;
    assert_eq!((result.text.trim(), result.findings.len()), ("No findings.", 0));
}

#[tokio::test]
async fn secrets_in_findings_are_replaced() {
    let secret = ["sk-", "ant-", "api03-", &"Zx9Kq2Lm4Np7".repeat(8)].concat();
    let finding =
        json!({"severity": "high", "title": format!("key {secret}"), "path": "src/queue.rs", "quote": "fn pop() {"});
    let result = review("secaudit", &json!({"findings": [finding]}).to_string(), json!({})).await;
    let told = serde_json::to_string(&result).unwrap();
    assert!(!told.contains(&secret), "{told}");
    assert!(result.findings[0].title.contains("<SECRET"), "{told}");
}

#[tokio::test]
async fn what_is_wanted_of_a_review_holds_for_its_later_steps_and_is_told_to_the_expert() {
    let house = House::with(Scenario::answer(&answer())).await;
    house.file("src/queue.rs", "fn pop() {\n    drain();\n}\n");
    let first = json!({
        "findings": "begun", "relevant_files": ["src"], "review_type": "security", "focus_on": "the parser",
        "severity_filter": "critical", "next_step_required": true,
    });
    let first = house.call("codereview", first).await;
    let last = json!({"findings": "done", "review_type": "quick", "continuation_id": first.thread_id.unwrap()});
    let result = house.call("codereview", last).await;
    let asked = house.requests(1)[0].user_text();
    assert!(asked.contains("- review type: quick\n- focus on: the parser\n- severity filter: critical\n"), "{asked}");
    assert_eq!(result.findings.len(), 1, "the filter of the first step holds");
}

#[tokio::test]
async fn the_style_guide_of_a_refactoring_is_shown() {
    let house = House::with(Scenario::answer(&answer())).await;
    house.file("src/queue.rs", "fn pop() {}\n");
    house.file("style/good.rs", "fn good() {}\n");
    let arguments = json!({"findings": "f", "relevant_files": ["src"], "style_guide_examples": ["style/good.rs"]});
    house.call("refactor", arguments).await;
    let asked = house.requests(1)[0].user_text();
    assert!(asked.contains("BEGIN FILE: style/good.rs") && asked.contains("- style guide examples: style/good.rs"));
}

#[tokio::test]
async fn unknown_rules_are_passed_on_with_a_warning() {
    let result = review("secaudit", &answer(), json!({"compliance_requirements": ["pci-dss", "ACME 7"]})).await;
    let about: Vec<_> = result.warnings.iter().filter(|warning| warning.contains("compliance requirement")).collect();
    assert!(matches!(about.as_slice(), [only] if only.contains("`ACME 7`")), "{:?}", result.warnings);
}

#[tokio::test]
async fn the_model_of_the_first_thought_thinks_to_the_end() {
    let house = House::with(Scenario::answer("It holds.")).await;
    let first =
        json!({"findings": "begun", "model": "kimi-k3.1-pro", "thinking_mode": "low", "next_step_required": true});
    let first = house.call("thinkdeep", first).await;
    let last = json!({"findings": "done", "continuation_id": first.thread_id.unwrap()});
    house.call("thinkdeep", last).await;
    assert_eq!(house.requests(1)[0].model(), "kimi-k3.1-pro");
}
