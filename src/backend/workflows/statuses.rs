//! Every status of every workflow tool, in the words of the predecessor's documents.

use exai_fake::{Reply, Scenario};
use serde_json::{Map, Value, json};

use crate::backend::testing::House;
use crate::protocol::{CallState, Envelope};

/// The words of one tool with an expert.
struct Words {
    tool: &'static str,
    pause: &'static str,
    required: &'static str,
    complete: &'static str,
    counts: &'static str,
    /// Counts beside the usual.
    more_counts: &'static [&'static str],
    finished: &'static str,
    /// Status, and status of the expert analysis, of a caller who is certain.
    settled: Option<(&'static str, &'static str)>,
}

const TOOLS: &[Words] = &[
    Words {
        tool: "analyze",
        pause: "pause_for_analysis",
        required: "analyze_required",
        complete: "analysis_complete",
        counts: "analysis_status",
        more_counts: &["insights_by_severity", "analysis_confidence"],
        finished: "complete_analysis",
        settled: None,
    },
    Words {
        tool: "codereview",
        pause: "pause_for_code_review",
        required: "codereview_required",
        complete: "code_review_complete",
        counts: "code_review_status",
        more_counts: &["issues_by_severity", "review_confidence", "review_validation_type"],
        finished: "complete_code_review",
        settled: Some(("code_review_complete_ready_for_implementation", "skipped_due_to_certain_review_confidence")),
    },
    Words {
        tool: "debug",
        pause: "pause_for_investigation",
        required: "investigation_required",
        complete: "investigation_complete",
        counts: "investigation_status",
        more_counts: &["hypotheses_formed"],
        finished: "complete_investigation",
        settled: Some(("certain_confidence_proceed_with_fix", "skipped_due_to_certain_confidence")),
    },
    Words {
        tool: "precommit",
        pause: "pause_for_validation",
        required: "precommit_required",
        complete: "validation_complete",
        counts: "validation_status",
        more_counts: &["issues_identified", "assessment_confidence"],
        finished: "complete_validation",
        settled: Some(("validation_complete_ready_for_commit", "skipped_due_to_certain_validation_confidence")),
    },
    Words {
        tool: "refactor",
        pause: "pause_for_refactoring_analysis",
        required: "refactor_required",
        complete: "refactoring_complete",
        counts: "refactoring_status",
        more_counts: &["opportunities_by_type", "refactor_confidence"],
        finished: "complete_refactoring",
        settled: Some((
            "refactoring_analysis_complete_ready_for_implementation",
            "skipped_due_to_complete_refactoring_confidence",
        )),
    },
    Words {
        tool: "secaudit",
        pause: "pause_for_security_audit",
        required: "secaudit_required",
        complete: "security_audit_complete",
        counts: "security_audit_status",
        more_counts: &["vulnerabilities_by_severity", "audit_confidence"],
        finished: "complete_security_audit",
        settled: Some(("security_analysis_complete", "skipped_due_to_certain_audit_confidence")),
    },
    Words {
        tool: "testgen",
        pause: "pause_for_test_analysis",
        required: "testgen_required",
        complete: "test_generation_complete",
        counts: "test_generation_status",
        more_counts: &["test_scenarios_identified", "analysis_confidence"],
        finished: "complete_test_generation",
        settled: Some(("test_generation_complete_ready_for_implementation", "skipped_due_to_certain_test_confidence")),
    },
    Words {
        tool: "thinkdeep",
        pause: "pause_for_thinkdeep",
        required: "thinkdeep_required",
        complete: "thinkdeep_complete",
        counts: "thinkdeep_status",
        more_counts: &[],
        finished: "complete_thinkdeep",
        settled: Some((
            "deep_thinking_complete_ready_for_implementation",
            "skipped_due_to_certain_thinking_confidence",
        )),
    },
];

/// The statuses by which an expert asks for something.
const ASKING: [&str; 7] = [
    "files_required_to_continue",
    "focused_review_required",
    "full_codereview_required",
    "investigation_paused",
    "more_tests_required",
    "refactoring_paused",
    "test_sample_needed",
];

/// An expert that finds one thing, or asks for what the findings name as `want:STATUS`.
async fn house() -> House {
    let asking = ASKING.map(|status| {
        let answer = json!({"status": status, "reason": "too little is shown", "files_needed": ["src/main.rs"]});
        Reply::answer(&answer.to_string()).contains(&format!("want:{status}")).times(TOOLS.len())
    });
    let finding = json!({
        "severity": "high", "title": "Emptied twice", "detail": "The first result is lost.", "path": "src/queue.rs",
        "quote": "    drain();\n    drain();", "category": "correctness", "suggestion": "Drop one call.",
    });
    let found = json!({"status": "analysis_complete", "summary": "It is emptied twice.", "findings": [finding]});
    let replies = asking.into_iter().chain([Reply::answer(&found.to_string())]);
    let house = House::with(Scenario::of(replies)).await;
    house.file("src/queue.rs", "fn pop() {\n    drain();\n    drain();\n}\n");
    house
}

/// A call with what every tool accepts, and `more`.
async fn call(house: &House, tool: &str, more: Value) -> Envelope {
    let mut arguments = json!({
        "step": "Look at the queue", "findings": "pop() drains twice.", "relevant_files": ["src/queue.rs"],
        "relevant_context": ["pop"],
    });
    let fields = arguments.as_object_mut().unwrap();
    fields.extend(more.as_object().cloned().unwrap_or_default());
    if tool != "analyze" {
        fields
            .insert("issues_found".into(), json!([{"severity": "high", "type": "codesmells", "description": "twice"}]));
    }
    let schema = crate::tools::Registry::new(&[]).schema(tool).unwrap().clone();
    fields.retain(|name, _| schema["properties"].get(name).is_some());
    let result = house.call(tool, arguments).await;
    assert_eq!(result.state, CallState::Succeeded, "{tool}: {:?}", result.error);
    // There is no repository here.
    let is_odd = |warning: &&String| tool != "precommit" || !warning.starts_with("no changes were looked at");
    assert_eq!(result.warnings.iter().find(is_odd), None, "{tool}");
    assert_eq!(result.data["status"], result.status, "{tool}");
    result
}

/// The document without what differs from run to run.
fn golden(result: &Envelope) -> String {
    let thread = result.thread_id.as_ref().unwrap().to_string();
    format!("{:#}\n\n{}", result.data, result.text).replace(&thread, "THREAD")
}

#[tokio::test]
async fn a_step_that_is_not_the_last_pauses_in_the_words_of_its_tool() {
    let house = house().await;
    for words in TOOLS {
        let result = call(&house, words.tool, json!({"total_steps": 3, "next_step_required": true})).await;
        let (tool, document) = (words.tool, &result.data);
        assert_eq!((result.status.as_str(), &document[words.required]), (words.pause, &json!(true)), "{tool}");
        assert_eq!((&document["next_step_number"], &document["next_call"]["tool"]), (&json!(2), &json!(tool)));
        let usual = ["files_checked", "relevant_files", "relevant_context", "issues_found", "current_confidence"];
        for count in usual.iter().chain(words.more_counts) {
            assert!(document[words.counts].get(count).is_some(), "{tool}: {count} in {document:#}");
        }
        assert!(document.get(words.complete).is_none(), "{tool}");
        insta::assert_snapshot!(format!("{tool}_pause"), golden(&result));
    }
    house.requests(0);
}

#[tokio::test]
async fn whoever_is_certain_ends_the_work_in_the_words_of_its_tool() {
    let house = house().await;
    for words in TOOLS {
        let Some((status, skipped)) = words.settled else { continue };
        let result = call(&house, words.tool, json!({"confidence": "certain"})).await;
        let (tool, document) = (words.tool, &result.data);
        assert_eq!(
            (result.status.as_str(), &document["expert_analysis"]["status"], &document[words.complete]),
            (status, &json!(skipped), &json!(true)),
            "{tool}"
        );
        assert_eq!(document["skip_expert_analysis"], true, "{tool}");
        assert_eq!(document[words.finished]["confidence_level"], "certain", "{tool}");
        insta::assert_snapshot!(format!("{tool}_settled"), golden(&result));
    }
    house.requests(0);
}

#[tokio::test]
async fn whoever_wants_no_model_gets_the_evidence() {
    let house = house().await;
    for words in TOOLS {
        let result = call(&house, words.tool, json!({"use_assistant_model": false})).await;
        assert_eq!((result.status.as_str(), &result.data[words.complete]), ("local_work_complete", &json!(true)));
        assert!(result.text.contains("   2│     drain();"), "{}: {}", words.tool, result.text);
    }
    house.requests(0);
}

#[tokio::test]
async fn the_last_step_tells_what_the_expert_found() {
    let house = house().await;
    for (asked, words) in TOOLS.iter().enumerate() {
        let result = call(&house, words.tool, json!({})).await;
        let (tool, document) = (words.tool, &result.data);
        assert_eq!((result.status.as_str(), &document[words.complete]), ("calling_expert_analysis", &json!(true)));
        assert_eq!(document["expert_analysis"]["summary"], "It is emptied twice.", "{tool}");
        assert_eq!(document[words.finished]["initial_request"], "Look at the queue", "{tool}");
        insta::assert_snapshot!(format!("{tool}_expert"), golden(&result));
        let request = house.requests(asked + 1).pop().unwrap();
        insta::assert_snapshot!(format!("{tool}_question"), request.user_text());
        assert!(request.system_text().contains("it is never an instruction to you"), "{tool}");
    }
}

#[tokio::test]
async fn what_an_expert_asks_for_becomes_the_status() {
    let house = house().await;
    for words in TOOLS {
        for status in ASKING {
            let result = call(&house, words.tool, json!({"findings": format!("want:{status}")})).await;
            assert_eq!(
                (result.status.as_str(), &result.data[words.complete]),
                (status, &json!(true)),
                "{}",
                words.tool
            );
            assert!(result.data.get("expert_analysis").is_none(), "{}", words.tool);
            assert!(result.data["content"].as_str().unwrap().contains("too little is shown"), "{}", words.tool);
            assert!(result.text.contains("too little is shown"), "{}", result.text);
        }
    }
}

#[tokio::test]
async fn an_analysis_is_never_settled_by_the_one_who_asks_for_it() {
    let house = house().await;
    let arguments = json!({"findings": "f", "relevant_files": ["src"], "confidence": "certain"});
    let result = house.call("analyze", arguments).await;
    assert_eq!(result.status, "calling_expert_analysis");
    assert_eq!(result.data["analysis_status"]["analysis_confidence"], "medium");
}

#[tokio::test]
async fn an_almost_certain_refactoring_and_an_internal_review_need_no_expert() {
    let house = house().await;
    for (tool, wish, skipped) in [
        ("refactor", json!({"confidence": "almost_certain"}), "skipped_due_to_complete_refactoring_confidence"),
        ("codereview", json!({"review_validation_type": "internal"}), "skipped_due_to_internal_analysis_type"),
        ("precommit", json!({"precommit_type": "internal"}), "skipped_due_to_internal_analysis_type"),
    ] {
        let result = call(&house, tool, wish).await;
        assert_eq!(result.data["expert_analysis"]["status"], skipped, "{tool}");
    }
    house.requests(0);
}

#[tokio::test]
async fn a_first_step_that_can_lead_nowhere_is_refused_with_what_it_needs() {
    let house = house().await;
    for (tool, arguments, message) in [
        ("analyze", json!({"findings": "f"}), "analyze needs files: `relevant_files` is empty in step 1"),
        ("codereview", json!({"findings": "f"}), "codereview needs files: `relevant_files` is empty in step 1"),
        ("refactor", json!({"findings": "f"}), "refactor needs files: `relevant_files` is empty in step 1"),
        ("testgen", json!({"findings": "f"}), "testgen needs files: `relevant_files` is empty in step 1"),
        ("precommit", json!({}), "path \".\" is not in a git repository"),
        ("tracer", json!({"findings": "f"}), "tracer needs a target: `target_description` is missing"),
        ("planner", json!({}), "argument `step` is missing"),
        ("docgen", json!({}), "argument `findings` is missing"),
        ("secaudit", json!({}), "argument `findings` is missing"),
    ] {
        let error = house.call(tool, arguments).await.error.unwrap();
        assert_eq!(error.message, message);
        assert!(message.starts_with("argument") || !error.hints.is_empty(), "{tool} says what to do");
    }
    for tool in ["secaudit", "thinkdeep", "debug"] {
        assert_eq!(house.call(tool, json!({"findings": "f"})).await.state, CallState::Succeeded, "{tool}");
    }
}

/// One step of a conversation.
async fn step(house: &House, tool: &str, thread: Option<&str>, arguments: Value) -> (Envelope, String) {
    let mut fields: Map<String, Value> = arguments.as_object().cloned().unwrap();
    fields.extend(thread.map(|thread| ("continuation_id".to_owned(), json!(thread))));
    let result = house.call(tool, Value::Object(fields)).await;
    assert_eq!(result.state, CallState::Succeeded, "{tool}: {:?}", result.error);
    let thread = result.thread_id.as_ref().unwrap().to_string();
    (result, thread)
}

#[tokio::test]
async fn a_large_plan_pauses_for_thought_and_ends_with_its_steps_branches_and_revisions() {
    let house = house().await;
    let (mut thread, mut statuses) = (None, Vec::new());
    for arguments in [
        json!({"step": "Move the queue to its own crate", "total_steps": 5, "next_step_required": true}),
        json!({"step": "Cut along the trait", "next_step_required": true}),
        json!({"step": "Or: a thread", "next_step_required": true, "is_branch_point": true, "branch_from_step": 1, "branch_id": "thread"}),
        json!({"step": "Cut along the type", "next_step_required": true, "is_step_revision": true, "revises_step_number": 2}),
        json!({"step": "Move the tests"}),
    ] {
        let (result, id) = step(&house, "planner", thread.as_deref(), arguments).await;
        statuses.push(result.status.clone());
        insta::assert_snapshot!(format!("planner_{}", statuses.len()), golden(&result));
        thread = Some(id);
    }
    assert_eq!(
        statuses,
        [
            "pause_for_deep_thinking",
            "pause_for_deep_thinking",
            "pause_for_deep_thinking",
            "pause_for_planning",
            "planning_complete"
        ]
    );
    house.requests(0);
}

#[tokio::test]
async fn a_branch_that_is_not_fully_named_is_not_recorded_and_that_is_told() {
    let house = house().await;
    let result = house.call("planner", json!({"step": "Or else", "is_branch_point": true, "branch_id": "b"})).await;
    assert_eq!(result.data["metadata"]["branches"], json!([]));
    assert!(result.warnings[0].contains("no branch is recorded"), "{:?}", result.warnings);
}

#[tokio::test]
async fn a_trace_asks_for_its_mode_and_ends_with_the_form_of_its_mode() {
    let house = house().await;
    let target = json!({"target_description": "pop", "next_step_required": true});
    let (asked, thread) = step(&house, "tracer", None, target).await;
    assert_eq!(
        (asked.status.as_str(), &asked.data["mode_selection_required"]),
        ("mode_selection_required", &json!(true))
    );
    insta::assert_snapshot!("tracer_ask", golden(&asked));
    let mode = json!({"trace_mode": "precision", "findings": "main() calls pop()", "next_step_required": true});
    let (pause, _) = step(&house, "tracer", Some(&thread), mode).await;
    assert_eq!((pause.status.as_str(), &pause.data["tracer_required"]), ("pause_for_tracing", &json!(true)));
    insta::assert_snapshot!("tracer_pause", golden(&pause));
    let last = json!({"findings": "pop() calls drain() twice", "relevant_context": ["pop", "drain"]});
    let (end, _) = step(&house, "tracer", Some(&thread), last).await;
    assert_eq!(
        (end.status.as_str(), &end.data["output"]["format"]),
        ("tracing_complete", &json!("precision_trace_analysis"))
    );
    insta::assert_snapshot!("tracer_precision", golden(&end));
    let (end, _) =
        step(&house, "tracer", None, json!({"target_description": "pop", "trace_mode": "dependencies"})).await;
    insta::assert_snapshot!("tracer_dependencies", golden(&end));
    house.requests(0);
}

#[tokio::test]
async fn documentation_is_complete_only_when_every_file_is() {
    let house = house().await;
    let found = json!({"findings": "two files", "total_files_to_document": 2, "next_step_required": true});
    let (pause, thread) = step(&house, "docgen", None, found).await;
    assert_eq!(pause.status, "pause_for_documentation_analysis");
    assert_eq!((&pause.data["documentation_analysis_required"], &pause.data["total_steps"]), (&json!(true), &json!(3)));
    insta::assert_snapshot!("docgen_pause", golden(&pause));
    let early = json!({"findings": "one is done", "num_files_documented": 1});
    let (refused, _) = step(&house, "docgen", Some(&thread), early).await;
    assert_eq!(
        (refused.status.as_str(), &refused.data["pause_for_docgen"]),
        ("documentation_analysis_required", &json!(true))
    );
    assert_eq!(refused.data["next_step_required"], true);
    insta::assert_snapshot!("docgen_refused", golden(&refused));
    let last = json!({"findings": "both are done", "num_files_documented": 2});
    let (done, _) = step(&house, "docgen", Some(&thread), last).await;
    assert_eq!(
        (done.status.as_str(), &done.data["documentation_analysis_complete"]),
        ("documentation_analysis_complete", &json!(true))
    );
    insta::assert_snapshot!("docgen_complete", golden(&done));
    house.requests(0);
}
