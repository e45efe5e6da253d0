//! The tools as a caller of this process sees them: what is sent to a model, and what comes back.

use exai_fake::{Reply, Scenario};
use serde_json::{Value, json};

use super::testing::House;
use super::*;
use crate::error::ErrorCode;
use crate::protocol::{CallState, Envelope};

const CACHE: &str = "fn fill() {}\n\nfn get() {}\n";
const CACHE_SHOWN: &str =
    "--- BEGIN FILE: src/cache.rs ---\n   1│ fn fill() {}\n   2│ \n   3│ fn get() {}\n--- END FILE: src/cache.rs ---\n";
const MAIN: &str = "fn main() {}\n";
const MAIN_SHOWN: &str = "--- BEGIN FILE: src/main.rs ---\n   1│ fn main() {}\n--- END FILE: src/main.rs ---\n";

async fn house(scenario: Scenario) -> House {
    let house = House::with(scenario).await;
    house.file("src/cache.rs", CACHE);
    house.file("src/main.rs", MAIN);
    house
}

/// The conversation of a call that succeeded.
#[track_caller]
fn thread(result: &Envelope) -> String {
    assert_eq!(result.state, CallState::Succeeded, "{:?}", result.error);
    result.thread_id.as_ref().unwrap().to_string()
}

/// The first step of an investigation, to be followed by others.
async fn first_step(house: &House) -> String {
    let step = json!({
        "step": "Find out why the first request fails", "step_number": 1, "total_steps": 2, "next_step_required": true,
        "findings": "The log says `empty` once.", "relevant_files": ["src/cache.rs"],
    });
    let result = house.call("debug", step).await;
    assert_eq!(result.status, "pause_for_investigation");
    thread(&result)
}

#[tokio::test]
async fn only_the_last_step_asks_and_it_shows_all_findings_and_each_file_once() {
    let house = house(Scenario::load("debug_json")).await;
    let thread = first_step(&house).await;
    house.requests(0);
    let step = json!({
        "step": "Look at the order of the start", "findings": "get() runs before fill().", "confidence": "high",
        "hypothesis": "The order is wrong", "relevant_files": ["src/main.rs", "src/cache.rs"], "continuation_id": thread,
    });
    let result = house.call("debug", step).await;
    assert_eq!(result.state, CallState::Succeeded, "{:?}", result.error);

    let request = house.requests(1).remove(0);
    let asked = request.user_text();
    for part in ["Find out why the first request fails", "The log says `empty` once.", "get() runs before fill()."] {
        assert_eq!(asked.matches(part).count(), 1, "{part}\n{asked}");
    }
    for part in [CACHE_SHOWN, MAIN_SHOWN] {
        assert_eq!(asked.matches(part).count(), 1, "{part}\n{asked}");
    }
    assert!(asked.contains("2 of 2 steps done") && asked.contains("Step 2 (high): The order is wrong"), "{asked}");
    assert!(!request.system_text().is_empty());

    assert_eq!(
        (result.status.as_str(), &result.data["investigation_complete"]),
        ("calling_expert_analysis", &json!(true))
    );
    assert_eq!(result.data["expert_analysis"]["hypotheses"][0]["name"], "Read before fill");
    assert_eq!(result.data["complete_investigation"]["steps_taken"], 2);
    assert!(result.text.contains("**Read before fill** (High)"), "{}", result.text);
    let mut sent = result.coverage.sent.clone();
    sent.sort();
    assert_eq!(sent, ["src/cache.rs", "src/main.rs"]);
}

#[tokio::test]
async fn a_step_that_is_not_the_last_says_what_to_do_next() {
    let house = house(Scenario::default()).await;
    let arguments = json!({
        "step_number": 1, "total_steps": 3, "next_step_required": true, "findings": "It fails once.",
        "relevant_files": ["src"],
    });
    let result = house.call("debug", arguments).await;
    let (document, thread) = (&result.data, thread(&result));
    for (key, value) in [
        ("status", json!("pause_for_investigation")),
        ("investigation_required", json!(true)),
        ("next_step_number", json!(2)),
        ("continuation_id", json!(thread)),
        (
            "next_call",
            json!({"tool": "debug", "arguments": {
                "step": "", "step_number": 2, "total_steps": 3, "next_step_required": true, "continuation_id": thread,
            }}),
        ),
    ] {
        assert_eq!(document[key], value, "{key}");
    }
    assert!(!document["required_actions"].as_array().unwrap().is_empty());
    assert!(result.text.contains(&thread), "{}", result.text);
    assert_eq!(result.coverage.selected, ["src/cache.rs", "src/main.rs"]);
    assert!(result.coverage.sent.is_empty() && result.model.requested.is_none());
    house.requests(0);
}

#[tokio::test]
async fn whoever_is_certain_or_wants_no_model_is_not_sent_to_one() {
    for (wish, status) in [
        (json!({"confidence": "certain"}), "certain_confidence_proceed_with_fix"),
        (json!({"use_assistant_model": false}), "local_work_complete"),
    ] {
        let house = house(Scenario::default()).await;
        let mut arguments = json!({"findings": "get() runs before fill().", "relevant_files": ["src/cache.rs"]});
        arguments.as_object_mut().unwrap().extend(wish.as_object().unwrap().clone());
        let result = house.call("debug", arguments).await;
        assert_eq!((result.state, result.status.as_str()), (CallState::Succeeded, status));
        assert_eq!(result.data["investigation_complete"], true);
        assert_eq!((result.model.used, result.cost.usd), (None, Some(0.0)));
        assert!(result.text.contains("get() runs before fill()."), "{}", result.text);
        assert_eq!(result.text.contains(CACHE_SHOWN), status == "local_work_complete", "{}", result.text);
        house.requests(0);
    }
}

#[tokio::test]
async fn whoever_demands_an_expert_gets_one_even_when_certain() {
    let house = house(Scenario::answer("I agree.")).await;
    let arguments = json!({"findings": "It is the order.", "confidence": "certain", "expert": true});
    assert_eq!(house.call("debug", arguments).await.text, "I agree.\n");
    house.requests(1);
}

#[tokio::test]
async fn without_any_provider_the_evidence_is_the_answer_unless_a_model_is_demanded() {
    let house = House::bare().await;
    house.file("src/cache.rs", CACHE);
    let result = house.call("debug", json!({"findings": "It fails.", "relevant_files": ["src/cache.rs"]})).await;
    assert_eq!((result.state, result.status.as_str()), (CallState::Succeeded, "local_work_complete"));
    assert!(result.text.contains(CACHE_SHOWN), "{}", result.text);
    assert!(result.warnings[0].contains("no model was asked"), "{:?}", result.warnings);
    let demanded = house.call("debug", json!({"findings": "It fails.", "expert": true})).await;
    assert_eq!((demanded.error.unwrap().code, demanded.exit.code), (ErrorCode::NoProvider, 3));
}

#[tokio::test]
async fn an_expert_is_understood_in_json_in_a_fence_and_in_prose() {
    for (scenario, field, value) in [
        (Scenario::load("debug_json"), "summary", "The cache is read before it is filled."),
        (Scenario::load("debug_fenced_json"), "summary", "The cache is read before it is filled."),
        (Scenario::answer("The lock {is taken} twice."), "raw_analysis", "The lock {is taken} twice."),
    ] {
        let house = house(scenario).await;
        let result = house.call("debug", json!({"findings": "It fails."})).await;
        assert_eq!((result.state, result.status.as_str()), (CallState::Succeeded, "calling_expert_analysis"));
        assert_eq!(
            (&result.data["expert_analysis"][field], result.data["expert_analysis"]["status"].as_str()),
            (&json!(value), Some("analysis_complete"))
        );
        assert!(result.text.contains(value) && !result.text.contains("\"status\""), "{}", result.text);
        assert_eq!(result.data["metadata"]["model_used"], json!(result.model.used));
    }
}

#[tokio::test]
async fn an_expert_that_needs_more_files_says_so_in_the_status_and_gets_them_in_the_same_conversation() {
    let house = house(Scenario::load("files_required")).await;
    let first = house.call("debug", json!({"findings": "It fails once.", "relevant_files": ["src/main.rs"]})).await;
    assert_eq!(first.status, "files_required_to_continue");
    assert_eq!(first.data["status"], "files_required_to_continue");
    let content: Value = serde_json::from_str(first.data["content"].as_str().unwrap()).unwrap();
    assert_eq!(content["files_needed"], json!(["src/cache.rs"]));
    let again = json!({
        "findings": "Here it is.", "relevant_files": ["src/cache.rs"], "continuation_id": thread(&first),
    });
    let second = house.call("debug", again).await;
    assert_eq!(second.data["expert_analysis"]["status"], "no_bug_found");
    let asked = house.requests(2)[1].user_text();
    for part in [MAIN_SHOWN, CACHE_SHOWN, "### Step 1\n\nIt fails once.", "Here it is."] {
        assert_eq!(asked.matches(part).count(), 1, "{part}\n{asked}");
    }
}

#[tokio::test]
async fn going_back_drops_the_steps_from_there_on() {
    let house = house(Scenario::answer("I see.")).await;
    let thread = first_step(&house).await;
    let step = |number: u32, findings: &str, more: bool| {
        json!({
            "step_number": number, "total_steps": 4, "next_step_required": more, "findings": findings,
            "continuation_id": thread,
        })
    };
    house.call("debug", step(2, "It is the network.", true)).await;
    house.call("debug", step(3, "The network drops packets.", true)).await;
    let mut back = step(4, "It is the order of the start.", false);
    back["backtrack_from_step"] = json!(2);
    let result = house.call("debug", back).await;
    assert_eq!(result.data["complete_investigation"]["steps_taken"], 2);
    let asked = house.requests(1)[0].user_text();
    assert!(asked.contains("The log says `empty` once.") && asked.contains("It is the order of the start."), "{asked}");
    assert!(!asked.contains("network"), "{asked}");

    let mut ahead = step(2, "No.", true);
    ahead["backtrack_from_step"] = json!(2);
    let error = house.call("debug", ahead).await.error.unwrap();
    assert_eq!(
        (error.code, &error.details.unwrap()["field"]),
        (ErrorCode::ValidationError, &json!("backtrack_from_step"))
    );
}

#[tokio::test]
async fn a_step_that_is_given_again_stands_beside_the_former_one() {
    let house = house(Scenario::answer("I see.")).await;
    let thread = first_step(&house).await;
    let again = json!({
        "step_number": 1, "total_steps": 1, "findings": "The log says `full`.", "continuation_id": thread,
    });
    house.call("debug", again).await;
    let asked = house.requests(1)[0].user_text();
    // Only going back drops anything: two callers may count alike without knowing of each other.
    let order = [asked.find("`empty`").unwrap(), asked.find("`full`").unwrap()];
    assert!(order.is_sorted(), "{asked}");
}

#[tokio::test]
async fn steps_that_are_taken_at_the_same_time_are_all_shown() {
    let house = house(Scenario::answer("I see.")).await;
    let thread = first_step(&house).await;
    let step = |name: &str| json!({"findings": name, "next_step_required": true, "continuation_id": thread});
    tokio::join!(
        house.call("debug", step("finding A")),
        house.call("debug", step("finding B")),
        house.call("debug", step("finding C")),
    );
    house.call("debug", json!({"findings": "and the last", "continuation_id": thread})).await;
    let asked = house.requests(1)[0].user_text();
    for finding in ["finding A", "finding B", "finding C", "and the last"] {
        assert_eq!(asked.matches(finding).count(), 1, "{finding} in:\n{asked}");
    }
}

#[tokio::test]
async fn an_expert_that_answers_nothing_in_json_gives_no_verdict() {
    for nothing in ["{}", "null", "[]", r#"{"status": "analysis_complete"}"#, r#"{"status": "x", "summary": " "}"#] {
        let house = house(Scenario::answer(nothing)).await;
        let result = house.call("debug", json!({"findings": "It fails."})).await;
        let error = result.error.unwrap();
        assert_eq!((error.code, result.exit.code), (ErrorCode::NoVerdict, 3), "{nothing}");
        assert!(error.message.contains(nothing.trim()), "{}", error.message);
    }
}

#[tokio::test]
async fn an_experts_analysis_is_shown_when_the_same_tool_goes_on() {
    let house = house(Scenario::answer("The cache is cold.")).await;
    let first = house.call("debug", json!({"findings": "It is slow."})).await;
    let again = json!({"findings": "It is still slow.", "continuation_id": thread(&first)});
    house.call("debug", again).await;
    let asked = house.requests(2)[1].user_text();
    for part in ["The cache is cold.", "It is slow.", "It is still slow."] {
        assert_eq!(asked.matches(part).count(), 1, "{part} in:\n{asked}");
    }
}

#[tokio::test]
async fn another_tool_goes_on_with_the_conversation_and_its_files_are_shown_once_more() {
    let house = house(Scenario::answer("I see.")).await;
    let thread = first_step(&house).await;
    let question = json!({"prompt": "What is next?", "files": ["src/main.rs"], "continuation_id": thread});
    let result = house.call("chat", question).await;
    assert_eq!(self::thread(&result), thread);
    let again = json!({"prompt": "And then?", "files": ["src/cache.rs"], "continuation_id": thread});
    house.call("chat", again).await;
    let requests = house.requests(2);
    for (request, question) in requests.iter().zip(["What is next?", "And then?"]) {
        let asked = request.user_text();
        for part in [CACHE_SHOWN, MAIN_SHOWN, "The log says `empty` once.", question] {
            assert_eq!(asked.matches(part).count(), 1, "{part}\n{asked}");
        }
    }
    // What was said comes in order, and the answer of the model with it.
    let asked = requests[1].user_text();
    assert!(asked.find("│ What is next?") < asked.find("│ I see."), "{asked}");
    assert!(asked.find("│ I see.") < asked.find("And then?"), "{asked}");
}

#[tokio::test]
async fn a_conversation_goes_on_in_another_process() {
    let house = house(Scenario::answer("I see.")).await;
    let thread = first_step(&house).await;
    let elsewhere = house.another_process().await;
    let last = json!({"findings": "It is the order.", "continuation_id": thread});
    let result = house.call_in(&elsewhere, "debug", last).await;
    assert_eq!(result.data["complete_investigation"]["steps_taken"], 2);
    let asked = house.requests(1)[0].user_text();
    assert!(asked.contains("The log says `empty` once.") && asked.contains(CACHE_SHOWN), "{asked}");
    assert_eq!(house.local.get_thread(&thread).await.unwrap().messages.len(), 4);
}

#[tokio::test]
async fn a_file_of_the_conversation_that_is_gone_since_is_no_error() {
    let house = house(Scenario::answer("I see.")).await;
    house.file("src/gone.rs", MAIN);
    let first = json!({"findings": "It fails.", "relevant_files": ["src/gone.rs"], "next_step_required": true});
    let thread = thread(&house.call("debug", first).await);
    house.remove("src/gone.rs");
    let result = house.call("debug", json!({"findings": "Still.", "continuation_id": thread})).await;
    assert_eq!(result.state, CallState::Succeeded, "{:?}", result.error);
    assert_eq!(result.coverage.skipped[0].path, house.absolute("src/gone.rs"));
    assert!(result.warnings[0].contains("gone.rs"), "{:?}", result.warnings);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_an_error_before_anybody_is_asked() {
    for arguments in [
        json!({"findings": "It fails.", "relevant_files": ["src/cache.rs", "src/cash.rs"]}),
        json!({"findings": "It fails.", "relevant_files": ["src/cash.rs"], "next_step_required": true}),
        json!({"findings": "It fails.", "relevant_files": ["src/cash.rs"], "confidence": "certain"}),
        json!({"findings": "It fails.", "relevant_files": ["src/cash.rs"], "use_assistant_model": false}),
    ] {
        let house = house(Scenario::default()).await;
        let result = house.call("debug", arguments.clone()).await;
        let error = result.error.unwrap();
        assert_eq!((error.code, result.exit.code), (ErrorCode::NotFound, 2), "{arguments}");
        assert!(error.message.contains("src/cash.rs"), "{}", error.message);
        assert!(error.hints.iter().any(|hint| hint.contains("allow_missing")), "{:?}", error.hints);
        house.requests(0);
        assert!(house.local.list_threads(10).await.unwrap().is_empty(), "a refused step begins no conversation");
    }
}

#[tokio::test]
async fn a_conversation_that_there_is_not_is_an_error_that_says_what_to_do() {
    let house = house(Scenario::default()).await;
    for tool in ["debug", "chat"] {
        let arguments = json!({"findings": "It fails.", "prompt": "Why?", "continuation_id": "0-not-there"});
        let result = house.call(tool, arguments).await;
        let error = result.error.unwrap();
        assert_eq!(error.code, ErrorCode::NotFound);
        assert!(error.message.contains("`0-not-there`") && !error.hints.is_empty(), "{error:?}");
    }
    house.requests(0);
}

#[tokio::test]
async fn an_expert_that_fails_leaves_the_investigation_where_it_was() {
    let house = house(Scenario::of([Reply::glm_error("1002"), Reply::answer("I see.")])).await;
    let thread = first_step(&house).await;
    let last = || json!({"findings": "It is the order.", "step_number": 2, "continuation_id": thread});
    let failed = house.call("debug", last()).await;
    assert_eq!((failed.state, failed.thread_id.unwrap().to_string()), (CallState::Failed, thread.clone()));
    assert_eq!(house.local.get_thread(&thread).await.unwrap().messages.len(), 2);
    let result = house.call("debug", last()).await;
    assert_eq!((result.text.as_str(), &result.data["complete_investigation"]["steps_taken"]), ("I see.\n", &json!(2)));
    house.requests(2);
}
