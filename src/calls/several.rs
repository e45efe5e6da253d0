//! A call that asks several models at once, as its caller and the journal tell it.

use std::time::Duration;

use exai_fake::{Outcome, Point, Provider, Reply, Scenario};
use serde_json::{Value, json};

use super::testing::{Desk, kinds};
use crate::gateway::testing::{StoppedClock, in_time};
use crate::protocol::{CallState, EventKind, Live, Told};

const BOTH: [&str; 2] = ["glm-4.6", "kimi-k3"];

fn asking(models: &[&str]) -> Value {
    json!({"step": "Shall it be a crate?", "models": models, "parallel": true})
}

/// GLM answers at once, Kimi when the test opens the gate `go`.
fn one_is_slow() -> Scenario {
    Scenario::of([
        Reply::answer("Yes, it shall.").provider(Provider::Glm),
        Reply::answer("No, it shall not.").provider(Provider::Kimi).wait("go", Point::AfterFrames(2)),
    ])
}

#[tokio::test]
async fn each_model_is_an_attempt_of_the_one_call() {
    let both = [Provider::Glm, Provider::Kimi]
        .map(|provider| Reply::answer("Seen.").provider(provider).wait("go", Point::BeforeHeaders));
    let desk = Desk::to(Scenario::of(both)).await;
    let handle = desk.start("consensus", asking(&BOTH));
    // Both wait at the same time: neither waits for the other.
    desk.door.fake.held_reach("go", 2).await;
    desk.door.fake.open("go");
    let result = in_time(handle.result()).await;
    let record = desk.settled(&result.call_id).await.unwrap();
    let mut attempts: Vec<_> = record.attempts.iter().map(|attempt| attempt.model.as_str()).collect();
    attempts.sort_unstable();
    assert_eq!(attempts, BOTH);
    assert!(record.attempts.iter().all(|attempt| attempt.outcome.as_deref() == Some("ok")));
    let sent = kinds(&record.events).into_iter().filter(|kind| matches!(kind, EventKind::Sent { .. })).count();
    assert_eq!((sent, result.model.tried.len()), (2, 2));
    let sum: u64 = record.attempts.iter().filter_map(|attempt| attempt.usage.output).sum();
    assert_eq!(result.usage.output, Some(sum), "the account is that of all");
}

#[tokio::test]
async fn answers_that_come_at_the_same_time_are_not_told_in_pieces() {
    let desk = Desk::to(one_is_slow()).await;
    for (models, streams) in [(&BOTH[..], false), (&["glm-4.6:for"], true)] {
        let mut handle = desk.start("consensus", asking(models));
        desk.door.fake.open("go");
        let mut text = String::new();
        while let Some(told) = in_time(handle.news.next()).await {
            if let Told::Live(Live::Delta { text: more }) = told {
                text.push_str(&more);
            }
        }
        let result = in_time(handle.result()).await;
        assert_eq!(text, if streams { result.text } else { String::new() });
    }
}

#[tokio::test]
async fn a_slow_model_does_not_hold_up_the_answer_of_another_from_being_kept() {
    let desk = Desk::to(one_is_slow()).await;
    let slow = desk.start("consensus", asking(&BOTH));
    desk.door.fake.held_reach("go", 1).await;
    let is_kept = async {
        loop {
            if let Ok(record) = desk.record(&slow.id).await
                && record.attempts.iter().any(|attempt| attempt.outcome.as_deref() == Some("ok"))
            {
                return;
            }
        }
    };
    in_time(is_kept).await;
    let fast = desk.call("consensus", asking(&BOTH[..1])).await;
    assert_eq!((fast.reused, fast.text.as_str()), (true, "## glm-4.6 (neutral)\n\nYes, it shall.\n\n"));
    assert_eq!(desk.door.fake.requests().len(), 2);
    desk.door.fake.open("go");
    assert_eq!(in_time(slow.result()).await.state, CallState::Succeeded);
}

#[tokio::test]
async fn a_model_that_never_ends_does_not_take_the_answers_of_the_others_with_it() {
    let _clock = StoppedClock::stop();
    let desk = Desk::to(one_is_slow()).await;
    let handle = desk.start("consensus", asking(&BOTH));
    desk.door.fake.held_reach("go", 1).await;
    // Whoever asks the same shares its answer, or comes after it.
    assert_eq!(desk.call("consensus", asking(&BOTH[..1])).await.state, CallState::Succeeded);
    tokio::time::advance(Duration::from_millis(28_500)).await;
    let result = in_time(handle.result()).await;
    assert_eq!(result.status, "consensus_workflow_complete", "{:?}", result.error);
    let entries = &result.data["accumulated_responses"];
    assert_eq!(entries[0]["verdict"], "Yes, it shall.");
    assert!(entries[1]["error"].as_str().is_some_and(|error| error.contains("deadline of 28 s")), "{entries:#}");
}

#[tokio::test]
async fn a_cancelled_call_lets_go_of_all_its_requests() {
    let held = |provider| Reply::answer("Seen.").provider(provider).wait("go", Point::BeforeHeaders);
    let desk = Desk::to(Scenario::of([held(Provider::Glm), held(Provider::Kimi)])).await;
    let handle = desk.start("consensus", asking(&BOTH));
    desk.door.fake.held_reach("go", 2).await;
    handle.cancel();
    let result = in_time(handle.result()).await;
    assert_eq!((result.state, result.thread_id.as_ref()), (CallState::Cancelled, None));
    for request in 0..2 {
        assert_eq!(desk.door.fake.settles(request).await, Outcome::ClientClosed);
    }
    let record = desk.settled(&result.call_id).await.unwrap();
    assert!(record.attempts.iter().all(|attempt| attempt.outcome.as_deref() == Some("cancelled")));
    assert_eq!(record.attempts.len(), 2);
}

#[tokio::test]
async fn a_dry_run_tells_every_request_and_sends_none() {
    let desk = Desk::to(Scenario::default()).await;
    let options = crate::protocol::CallOptions { dry_run: true, ..Default::default() };
    let result = in_time(desk.try_start("consensus", asking(&BOTH), options).unwrap().result()).await;
    let planned: Vec<_> =
        result.data["requests"].as_array().unwrap().iter().map(|plan| plan["model"].clone()).collect();
    assert_eq!(planned, BOTH);
    assert!(desk.door.fake.requests().is_empty());
}
