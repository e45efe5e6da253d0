//! Consensus as a caller sees it: its statuses, what each model is asked, and what becomes of those that fail.

use exai_fake::{Provider, Reply, Scenario};
use serde_json::{Map, Value, json};

use crate::backend::testing::House;
use crate::error::ErrorCode;
use crate::protocol::{CallState, Envelope};

const QUESTION: &str = "Shall the queue become a crate?";

/// Two models that answer differently.
async fn house() -> House {
    house_of([
        Reply::answer("### Verdict\nYes.").provider(Provider::Glm),
        Reply::answer("### Verdict\nNo.").provider(Provider::Kimi),
    ])
    .await
}

async fn house_of(replies: impl IntoIterator<Item = Reply>) -> House {
    let house = House::with(Scenario::of(replies)).await;
    house.file("src/queue.rs", "fn pop() {}\n");
    house
}

fn models() -> Value {
    json!([{"model": "glm-5.3", "stance": "for"}, {"model": "kimi-k3", "stance": "against"}])
}

fn parallel() -> Value {
    json!({"step": QUESTION, "models": models(), "parallel": true})
}

async fn ask(house: &House, thread: Option<&str>, arguments: Value) -> Envelope {
    let mut fields: Map<String, Value> = arguments.as_object().cloned().unwrap();
    fields.extend(thread.map(|thread| ("continuation_id".to_owned(), json!(thread))));
    house.call("consensus", Value::Object(fields)).await
}

fn thread_of(result: &Envelope) -> String {
    assert_eq!(result.state, CallState::Succeeded, "{:?}", result.error);
    result.thread_id.as_ref().unwrap().to_string()
}

fn golden(result: &Envelope) -> String {
    let document = format!("{:#}\n\n{}", result.data, result.text);
    document.replace(&thread_of(result), "THREAD")
}

#[tokio::test]
async fn each_step_asks_one_model_and_the_last_one_completes_the_consensus() {
    let house = house().await;
    let begin = json!({
        "step": QUESTION, "findings": "I lean to yes.", "models": models(), "relevant_files": ["src"],
        "step_number": 1, "total_steps": 7, "next_step_required": true,
    });
    let first = ask(&house, None, begin).await;
    assert_eq!(first.status, "analysis_and_first_model_consulted");
    insta::assert_snapshot!("consensus_first", golden(&first));
    let next = first.data["next_call"]["arguments"].clone();
    let last = ask(&house, None, next).await;
    assert_eq!((last.status.as_str(), &last.data["consensus_complete"]), ("consensus_workflow_complete", &json!(true)));
    insta::assert_snapshot!("consensus_last", golden(&last));
}

#[tokio::test]
async fn a_step_between_the_first_and_the_last_consults_and_goes_on() {
    let house = house_of([Reply::answer("It depends.")]).await;
    let begin = json!({"step": QUESTION, "models": ["glm-5.3", "kimi-k3", "glm-5.3:against"]});
    let thread = thread_of(&ask(&house, None, begin).await);
    let second = ask(&house, Some(&thread), json!({"step": "next", "next_step_required": false})).await;
    assert_eq!((second.status.as_str(), &second.data["next_step_required"]), ("model_consulted", &json!(true)));
    insta::assert_snapshot!("consensus_between", golden(&second));
}

#[tokio::test]
async fn all_models_at_once_are_told_in_the_order_of_the_models() {
    let house = house().await;
    let result = ask(&house, None, parallel()).await;
    assert_eq!(result.status, "consensus_workflow_complete");
    insta::assert_snapshot!("consensus_parallel", golden(&result));
    assert_eq!(result.text, "## glm-5.3 (for)\n\n### Verdict\nYes.\n\n## kimi-k3 (against)\n\n### Verdict\nNo.\n\n");
    assert_eq!(
        (result.model.requested.as_deref(), result.model.used.as_deref(), result.model.tried.len()),
        (Some("glm-5.3, kimi-k3"), Some("glm-5.3, kimi-k3"), 2)
    );
    assert!(result.cost.usd.is_some_and(|usd| usd > 0.0), "{:?}", result.cost);
}

#[tokio::test]
async fn with_one_model_the_first_step_is_the_last() {
    let house = house().await;
    let result = ask(&house, None, json!({"step": QUESTION, "models": ["glm-5.3"], "next_step_required": true})).await;
    assert_eq!((result.status.as_str(), &result.data["total_steps"]), ("consensus_workflow_complete", &json!(1)));
    assert_eq!(result.text, "## glm-5.3 (neutral)\n\n### Verdict\nYes.\n\n");
}

#[tokio::test]
async fn every_model_sees_the_question_of_step_1_and_the_files_and_nothing_else() {
    let house = house().await;
    let begin = json!({
        "step": QUESTION, "findings": "my-findings", "relevant_files": ["src/queue.rs"],
        "models": [{"model": "glm-5.3", "stance": "for"}, {"model": "kimi-k3", "stance_prompt": "Think of the cost."}],
    });
    let thread = thread_of(&ask(&house, None, begin).await);
    thread_of(&ask(&house, Some(&thread), json!({"step": "my-notes", "findings": "my-findings"})).await);
    let requests = house.requests(2);
    assert_eq!(requests[0].user_text(), requests[1].user_text());
    let shown = requests[1].user_text();
    assert!(shown.ends_with(&format!("--- END FILE: src/queue.rs ---\n{QUESTION}\n")), "{shown}");
    let systems: Vec<_> = requests.iter().map(exai_fake::Recorded::system_text).collect();
    assert!(systems[0].contains("argue for the proposal") && !systems[0].contains("Think of the cost."));
    assert!(systems[1].ends_with("Think of the cost.\n") && !systems[1].contains("Your part:"), "{}", systems[1]);
    for request in &requests {
        let body = request.body.to_string();
        assert!(!body.contains("my-") && !body.contains("Yes."), "{body}");
        assert!(request.body.get("temperature").is_none(), "{body}");
    }
}

#[tokio::test]
async fn the_stance_against_and_none_are_told_too() {
    let house = house().await;
    ask(&house, None, json!({"step": QUESTION, "models": ["kimi-k3:against", "kimi-k3"], "parallel": true})).await;
    let systems: Vec<_> = house.requests(2).iter().map(exai_fake::Recorded::system_text).collect();
    for part in ["argue against the proposal", "take no side"] {
        assert_eq!(systems.iter().filter(|system| system.contains(part)).count(), 1, "{part}");
    }
}

#[tokio::test]
async fn another_tools_conversation_gives_its_files_once_and_none_of_its_words() {
    let house = house().await;
    house.file("src/stack.rs", "fn push() {}\n");
    let found = json!({"findings": "said-before", "relevant_files": ["src/queue.rs"], "model": "glm-5.3"});
    let debug = house.call("debug", found).await;
    let begin = json!({"step": QUESTION, "models": models(), "parallel": true, "relevant_files": ["src/stack.rs"]});
    let result = ask(&house, Some(&thread_of(&debug)), begin).await;
    assert_eq!(thread_of(&result), thread_of(&debug));
    for request in &house.requests(3)[1..] {
        let shown = request.user_text();
        for file in ["src/queue.rs", "src/stack.rs"] {
            assert_eq!(shown.matches(&format!("BEGIN FILE: {file} ")).count(), 1, "{shown}");
        }
        assert!(!shown.contains("said-before") && !shown.contains("Yes."), "{shown}");
    }
    let after = house.call("chat", json!({"prompt": "And now?", "continuation_id": thread_of(&result)})).await;
    assert_eq!(after.state, CallState::Succeeded);
    let shown = house.requests(4)[3].user_text();
    assert!(shown.contains("│ ## kimi-k3 (against)") && shown.contains("│ No."), "{shown}");
    assert_eq!(
        after.model.used.as_deref(),
        Some("glm-5.3"),
        "the conversation is still with the one who answered in it"
    );
}

#[tokio::test]
async fn two_that_run_at_once_never_mix() {
    let house = House::with(Scenario::of([Reply::answer("Seen: ").echo("mark-")])).await;
    let one = |mark: &str| json!({"step": format!("About {mark}"), "models": models(), "parallel": true});
    let (left, right) = tokio::join!(ask(&house, None, one("mark-left")), ask(&house, None, one("mark-right")));
    for (told, own, other) in [(left, "mark-left", "mark-right"), (right, "mark-right", "mark-left")] {
        let document = serde_json::to_string(&told).unwrap();
        assert!(!document.contains(other), "{document}");
        assert_eq!(told.text.matches(&format!("Seen: {own}")).count(), 2, "{}", told.text);
    }
    house.requests(4);
}

#[tokio::test]
async fn the_same_question_twice_costs_nothing_the_second_time() {
    let house = house().await;
    let first = ask(&house, None, parallel()).await;
    let again = ask(&house, None, parallel()).await;
    assert_eq!((again.reused, &again.text, again.cost.usd), (true, &first.text, Some(0.0)));
    house.requests(2);
}

#[tokio::test]
async fn a_model_that_fails_is_an_entry_and_the_others_answer() {
    let house =
        house_of([Reply::answer("Yes.").provider(Provider::Glm), Reply::body(400, "{}").provider(Provider::Kimi)])
            .await;
    let result = ask(&house, None, parallel()).await;
    assert_eq!(result.status, "consensus_workflow_complete", "{:?}", result.error);
    let entries = &result.data["accumulated_responses"];
    assert_eq!((&entries[0]["status"], &entries[0]["verdict"]), (&json!("success"), &json!("Yes.")));
    assert_eq!((&entries[1]["status"], &entries[1]["metadata"]["provider"]), (&json!("error"), &json!("kimi")));
    assert!(entries[1]["error"].as_str().is_some_and(|error| error.contains("400")), "{entries:#}");
    assert!(result.text.contains("## kimi-k3 (against)\n\nIt gave no answer: "), "{}", result.text);
    assert!(result.warnings[0].starts_with("kimi-k3 (against) gave no answer: "), "{:?}", result.warnings);
    assert_eq!(result.data["complete_consensus"]["consensus_confidence"], "medium");
}

#[tokio::test]
async fn a_step_whose_model_fails_goes_on_with_the_next() {
    let house =
        house_of([Reply::body(400, "{}").provider(Provider::Glm), Reply::answer("No.").provider(Provider::Kimi)]).await;
    let first = ask(&house, None, json!({"step": QUESTION, "models": models()})).await;
    assert_eq!(
        (first.status.as_str(), &first.data["model_response"]["status"]),
        ("analysis_and_first_model_consulted", &json!("error"))
    );
    let last = ask(&house, Some(&thread_of(&first)), json!({"step": "next"})).await;
    assert_eq!(
        (last.status.as_str(), &last.data["accumulated_responses"][1]["verdict"]),
        ("consensus_workflow_complete", &json!("No."))
    );
}

#[tokio::test]
async fn when_nobody_answers_the_call_fails_with_each_cause() {
    let house = house_of([Reply::body(400, "{}")]).await;
    let error = ask(&house, None, parallel()).await.error.unwrap();
    assert!(error.message.starts_with("none of 2 models answered: glm-5.3 (for): "), "{error:?}");
    assert!(error.message.contains("; kimi-k3 (against): "), "{error:?}");
    assert_eq!(error.details.unwrap()["responses"].as_array().unwrap().len(), 2);
    let first = ask(&house, None, json!({"step": QUESTION, "models": models()})).await;
    let last = ask(&house, Some(&thread_of(&first)), json!({"step": "next"})).await;
    assert!(last.error.unwrap().message.starts_with("none of 2 models answered"));
}

#[tokio::test]
async fn models_that_can_not_be_asked_are_told_in_one_error_before_any_question() {
    let house = house().await;
    let models = json!(["glm-5.3", "gpt-9", {"model": "custom/llama", "stance": "for"}, "kimi-k3"]);
    let error = ask(&house, None, json!({"step": QUESTION, "models": models})).await.error.unwrap();
    assert!(error.message.starts_with("2 of 4 models can not be asked (gpt-9: "), "{error:?}");
    assert!(error.message.contains("custom/llama: ") && error.message.contains("available: "), "{error:?}");
    let details = error.details.unwrap();
    assert_eq!(details["value"], json!(["gpt-9", "custom/llama"]));
    assert!(details["allowed"].as_array().unwrap().contains(&json!("kimi-k3")), "{details:#}");
    house.requests(0);
}

#[tokio::test]
async fn what_can_lead_nowhere_is_refused_with_what_it_needs() {
    let house = house().await;
    let thread = thread_of(&ask(&house, None, json!({"step": QUESTION, "models": models()})).await);
    for (thread, arguments, message) in [
        (None, json!({"models": models()}), "argument `step` is missing"),
        (None, json!({"step": QUESTION}), "consensus needs models in step 1"),
        (
            None,
            json!({"step": "x", "step_number": 2, "models": models()}),
            "step 2 of consensus needs the conversation of its step 1",
        ),
        (
            None,
            json!({"step": "x", "models": ["glm-5.3:for", "GLM-5.3:for"]}),
            "GLM-5.3 (for) is named twice, once as glm-5.3",
        ),
        (None, json!({"step": "x", "models": "kimi-k3,glm-5.3:agianst"}), "`agianst` behind glm-5.3 is no stance"),
        (None, json!({"step": "x", "models": ["kimi-k3", "kimi-k3"]}), "kimi-k3 (neutral) is named twice"),
        (
            Some(&thread),
            json!({"step": "x", "step_number": 3}),
            "step_number is 3, but this consensus has 2 models, one a step",
        ),
        (
            Some(&thread),
            json!({"step": "x", "models": ["glm-5.3"]}),
            "the models of this consensus are glm-5.3:for, kimi-k3:against: step 1 has settled that",
        ),
    ] {
        let error = ask(&house, thread.map(String::as_str), arguments).await.error.unwrap();
        assert_eq!(error.message, message);
        assert!(message.starts_with("argument") || message.starts_with("step_number") || !error.hints.is_empty());
    }
    house.requests(1);
}

#[tokio::test]
async fn a_new_round_takes_the_models_of_the_last_one_and_none_of_its_answers() {
    let house = house().await;
    let thread = thread_of(&ask(&house, None, parallel()).await);
    let second = ask(&house, Some(&thread), json!({"step": "And its tests?", "parallel": true})).await;
    assert_eq!(second.data["accumulated_responses"].as_array().unwrap().len(), 2, "{:#}", second.data);
    assert_eq!(second.data["complete_consensus"]["initial_prompt"], "And its tests?");
    assert_eq!(house.requests(4)[3].user_text(), "And its tests?\n");
}

#[tokio::test]
async fn temperature_and_thinking_of_the_first_step_hold_for_all() {
    let house = house_of([Reply::answer("Yes.")]).await;
    let begin = json!({
        "step": QUESTION, "models": ["glm-4.6:for", "glm-4.6:against"], "temperature": 0.2, "thinking_mode": "minimal",
    });
    let thread = thread_of(&ask(&house, None, begin).await);
    ask(&house, Some(&thread), json!({"step": "next"})).await;
    let requests = house.requests(2);
    assert_eq!(requests[0].body["temperature"], 0.2);
    for field in ["temperature", "thinking"] {
        assert_eq!(requests[0].body[field], requests[1].body[field], "{field}");
    }
}

#[tokio::test]
async fn without_any_provider_the_evidence_is_the_answer_unless_a_model_is_demanded() {
    let house = House::bare().await;
    house.file("src/queue.rs", "fn pop() {}\n");
    let call =
        |expert: bool| json!({"step": QUESTION, "models": models(), "relevant_files": ["src"], "expert": expert});
    let local = ask(&house, None, call(false)).await;
    insta::assert_snapshot!("consensus_local", golden(&local));
    assert_eq!(local.status, "local_work_complete");
    assert!(local.warnings[0].starts_with("no model was asked ("), "{:?}", local.warnings);
    let error = ask(&house, None, call(true)).await.error.unwrap();
    assert_eq!(error.code, ErrorCode::NoProvider, "{error:?}");
    assert!(error.message.starts_with("2 of 2 models can not be asked"), "{error:?}");
    let mock = ask(&house, None, json!({"step": QUESTION, "models": ["mock:echo"]})).await;
    assert_eq!(mock.status, "consensus_workflow_complete", "{:?}", mock.error);
}
