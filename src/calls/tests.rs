//! What becomes of a call, as its caller and the journal tell it.

use exai_fake::{Outcome, Point, Reply, Scenario};
use serde_json::json;

use super::testing::{Desk, hears, kinds};
use super::*;
use crate::gateway::testing::{StoppedClock, in_time};
use crate::protocol::{CallEvent, CallOptions, EventKind, InstanceId, Live, Phase, Told};
use crate::store::{CallNews, NewAttempt, RunningCall};

const MODEL: &str = "glm-4.6";

/// Answers when the test opens the gate `go`, at which it waits at this point.
fn held_at(point: Point) -> Scenario {
    Scenario::of([Reply { reasoning: Some("Hm, hm.".to_owned()), ..Reply::answer("Move the fill.") }.wait("go", point)])
}

fn question(prompt: &str) -> Value {
    json!({"prompt": prompt, "model": MODEL})
}

fn is_joined(told: &Told) -> bool {
    matches!(told, Told::Event(step) if matches!(step.kind, EventKind::Sent { joined: true, .. }))
}

fn is_queued(told: &Told) -> bool {
    matches!(told, Told::Event(step) if matches!(step.kind, EventKind::Queued { .. }))
}

fn is_in(phase: Phase) -> impl Fn(&Told) -> bool {
    move |told| {
        let now = match told {
            Told::Live(Live::Heartbeat { phase, .. }) => Some(*phase),
            // A step that says it is not followed by a beat that says the same.
            Told::Event(step) if matches!(step.kind, EventKind::Sent { .. }) => Some(Phase::Waiting),
            _ => None,
        };
        now == Some(phase)
    }
}

fn outcomes(record: &crate::protocol::CallRecord) -> Vec<Option<&str>> {
    record.attempts.iter().map(|attempt| attempt.outcome.as_deref()).collect()
}

#[tokio::test]
async fn a_call_is_journaled_from_its_acceptance_to_its_result() {
    let desk = Desk::to(Scenario::answer("Move the fill.")).await;
    let mut handle = desk.start("chat", question("why?"));
    let mut told = Vec::new();
    while let Some(news) = in_time(handle.news.next()).await {
        told.extend(match news {
            Told::Event(event) => Some(CallEvent::clone(&event)),
            Told::Live(_) => None,
        });
    }
    let result = handle.result().await;
    let record = desk.record(&result.call_id).await.unwrap();
    assert_eq!(record.result, result, "what was told is what was kept");
    assert_eq!((result.state, result.text.as_str()), (CallState::Succeeded, "Move the fill."));
    assert_eq!(record.events, told);
    assert_eq!(told.iter().map(|event| event.n).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(matches!(&told[1].kind, EventKind::Sent { attempt: 1, model, size: Some(_), .. } if model == MODEL));
    assert_eq!(kinds(&told)[2..], [EventKind::FirstToken, EventKind::Finished { state: CallState::Succeeded }]);
    assert!(matches!(&told[0].kind, EventKind::Accepted { tool, timeout_s: 30.0, thread_id }
        if tool == "chat" && *thread_id == result.thread_id));
    assert_eq!(outcomes(&record), [Some("ok")]);
}

#[tokio::test]
async fn a_request_is_in_the_journal_before_it_arrives_anywhere() {
    let desk = Desk::to(held_at(Point::BeforeHeaders)).await;
    let handle = desk.start("chat", question("why?"));
    desk.door.fake.held_reach("go", 1).await;
    let record = desk.record(&handle.id).await.unwrap();
    assert_eq!((record.result.state, record.attempts.len()), (CallState::Running, 1));
    assert_eq!((outcomes(&record), record.finished_at), (vec![None], None));
    // That it was sent is told by the row of the attempt; the step of that name follows within a moment.
    assert!(matches!(kinds(&record.events)[..], [EventKind::Accepted { .. }, ..]));
    desk.door.fake.open("go");
    assert_eq!(in_time(handle.result()).await.state, CallState::Succeeded);
}

/// Takes a table away, as a broken disk might.
fn lose_table(desk: &Desk, table: &str) {
    let connection = rusqlite::Connection::open(desk.calls.store.path()).unwrap();
    connection.execute_batch(&format!("DROP TABLE {table}")).unwrap();
}

#[tokio::test]
async fn a_request_that_can_not_be_journaled_is_not_sent() {
    let desk = Desk::to(Scenario::answer("Never.")).await;
    lose_table(&desk, "attempts");
    let result = desk.call("chat", question("why?")).await;
    assert_eq!((result.state, result.exit.code), (CallState::Failed, 8));
    assert!(desk.door.fake.requests().is_empty());
}

#[tokio::test]
async fn an_answer_that_can_not_be_kept_is_still_given_but_not_as_a_success() {
    let desk = Desk::to(held_at(Point::BeforeHeaders)).await;
    let handle = desk.start("chat", question("why?"));
    desk.door.fake.held_reach("go", 1).await;
    lose_table(&desk, "calls");
    desk.door.fake.open("go");
    let result = in_time(handle.result()).await;
    assert_eq!((result.text.as_str(), result.state, result.exit.code), ("Move the fill.", CallState::Failed, 8));
    assert!(result.warnings[0].contains("not in the journal"), "{:?}", result.warnings);
}

#[tokio::test]
async fn what_the_store_did_not_take_of_a_call_it_takes_when_it_is_well_again() {
    let desk = Desk::to(held_at(Point::BeforeHeaders)).await;
    let closed = CancellationToken::new();
    desk.calls.listen(closed.clone());
    let handle = desk.start("chat", question("why?"));
    let id = handle.id.clone();
    desk.door.fake.held_reach("go", 1).await;
    let broken = rusqlite::Connection::open(desk.calls.store.path()).unwrap();
    broken.execute_batch("ALTER TABLE results RENAME TO somewhere").unwrap();
    desk.door.fake.open("go");
    assert_eq!(in_time(handle.result()).await.state, CallState::Failed, "it is told that nobody keeps it");
    broken.execute_batch("ALTER TABLE somewhere RENAME TO results").unwrap();
    let kept = in_time(async {
        loop {
            let record = desk.record(&id).await.unwrap();
            if record.result.state != CallState::Running {
                return record;
            }
        }
    })
    .await;
    assert_eq!((kept.result.state, kept.result.text.as_str()), (CallState::Succeeded, "Move the fill."));
    assert_eq!(kinds(&kept.events).last(), Some(&EventKind::Finished { state: CallState::Succeeded }));
    assert_eq!(outcomes(&kept), [Some("ok")]);
    closed.cancel();
}

#[tokio::test]
async fn a_cancelled_call_says_so_and_lets_its_request_go() {
    for (point, phase) in [
        (Point::BeforeHeaders, Phase::Waiting),
        (Point::AfterFrames(1), Phase::Thinking),
        (Point::AfterFrames(3), Phase::Answering),
    ] {
        let desk = Desk::to(held_at(point)).await;
        let mut handle = desk.start("chat", question("why?"));
        desk.door.fake.held_reach("go", 1).await;
        hears(&mut handle, is_in(phase)).await;
        handle.cancel();
        let result = in_time(handle.result()).await;
        assert_eq!((result.state, result.exit.code), (CallState::Cancelled, 130), "{phase:?}");
        assert_eq!(result.error.as_ref().unwrap().code, ErrorCode::Cancelled);
        assert_eq!(desk.door.fake.settles(0).await, Outcome::ClientClosed);
        let record = desk.settled(&result.call_id).await.unwrap();
        assert_eq!((outcomes(&record), &record.result), (vec![Some("cancelled")], &result));
        // What a request cost that was let go, nobody knows.
        assert_eq!((result.cost.usd, record.attempts[0].cost_usd), (None, None));
        assert_eq!(result.thread_id, None, "its conversation was never begun");
        assert!(matches!(record.events.last().unwrap().kind, EventKind::Finished { state: CallState::Cancelled }));
    }
}

#[tokio::test]
async fn a_call_that_is_cancelled_while_it_waits_has_sent_nothing() {
    let desk = Desk::narrow(held_at(Point::BeforeHeaders)).await;
    let first = desk.start("chat", question("why?"));
    desk.door.fake.held_reach("go", 1).await;
    let mut second = desk.start("chat", question("why not?"));
    hears(&mut second, is_queued).await;
    second.cancel();
    let result = in_time(second.result()).await;
    assert_eq!((result.state, result.cost.usd), (CallState::Cancelled, Some(0.0)));
    desk.door.fake.open("go");
    assert_eq!(in_time(first.result()).await.state, CallState::Succeeded);
    assert!(desk.settled(&result.call_id).await.unwrap().attempts.is_empty());
    assert_eq!(desk.door.fake.requests().len(), 1);
}

#[tokio::test]
async fn a_call_that_runs_out_of_time_says_what_it_was_doing() {
    for (point, phase, doing) in [
        (Point::BeforeHeaders, Phase::Waiting, "waiting for the first answer of glm-4.6"),
        (Point::AfterFrames(1), Phase::Thinking, "waiting for the thoughts of glm-4.6"),
        (Point::AfterFrames(3), Phase::Answering, "receiving the answer of glm-4.6"),
    ] {
        let _clock = StoppedClock::stop();
        let desk = Desk::to(held_at(point)).await;
        let mut handle = desk.start("chat", question("why?"));
        desk.door.fake.held_reach("go", 1).await;
        hears(&mut handle, is_in(phase)).await;
        tokio::time::advance(Duration::from_secs(31)).await;
        let result = in_time(handle.result()).await;
        assert_eq!((result.state, result.exit.code), (CallState::TimedOut, 4), "{phase:?}");
        let error = result.error.as_ref().unwrap();
        assert_eq!(
            (error.code, error.message.as_str()),
            (ErrorCode::Timeout, &*format!("deadline of 30 s passed while {doing}"))
        );
        assert_eq!(desk.door.fake.settles(0).await, Outcome::ClientClosed);
        assert_eq!(desk.settled(&result.call_id).await.unwrap().result, result);
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_call_that_runs_out_of_time_in_the_queue_says_so_and_was_seen_there() {
    let _clock = StoppedClock::stop();
    let desk = Desk::narrow(held_at(Point::BeforeHeaders)).await;
    let _first = desk.start("chat", json!({"prompt": "why?", "model": MODEL, "timeout": 300}));
    desk.door.fake.held_reach("go", 1).await;
    let mut second = desk.start("chat", question("why not?"));
    hears(&mut second, is_queued).await;
    assert_eq!(desk.record(&second.id).await.unwrap_err().code, ErrorCode::NotFound);
    tokio::time::advance(Duration::from_millis(150)).await;
    let seen = in_time(async {
        loop {
            if let Ok(record) = desk.record(&second.id).await {
                return record;
            }
        }
    });
    let seen = seen.await;
    assert_eq!(seen.result.state, CallState::Running);
    assert!(matches!(kinds(&seen.events)[..], [EventKind::Accepted { .. }, EventKind::Queued { position: 1, .. }]));
    tokio::time::advance(Duration::from_secs(30)).await;
    let error = in_time(second.result()).await.error.unwrap();
    assert_eq!(error.message, "deadline of 30 s passed while waiting for a permit for glm-4.6");
}

#[tokio::test]
async fn equal_calls_share_a_request_and_each_keeps_its_own_row() {
    let desk = Desk::to(held_at(Point::BeforeHeaders)).await;
    let first = desk.start("chat", question("why?"));
    desk.door.fake.held_reach("go", 1).await;
    let mut second = desk.start("chat", question("why?"));
    hears(&mut second, is_joined).await;
    desk.door.fake.open("go");
    let (first, second) = (in_time(first.result()).await, in_time(second.result()).await);
    assert_eq!(desk.door.fake.requests().len(), 1);
    assert_eq!((first.joined, second.joined), (false, true));
    assert_eq!(first.text, second.text);
    assert!(first.call_id != second.call_id && first.thread_id != second.thread_id);
    for (result, attempts) in [(&first, 1), (&second, 0)] {
        let record = desk.record(&result.call_id).await.unwrap();
        assert_eq!((&record.result, record.attempts.len()), (result, attempts));
    }
}

#[tokio::test]
async fn a_call_that_was_cancelled_stays_so_while_its_request_goes_on_for_another() {
    let _clock = StoppedClock::stop();
    let busy = Reply::glm_error("1302").times(1).wait("go", Point::BeforeHeaders);
    let desk = Desk::to(Scenario::of([busy, Reply::answer("Move the fill.")])).await;
    let first = desk.start("chat", question("why?"));
    desk.door.fake.held_reach("go", 1).await;
    let mut second = desk.start("chat", question("why?"));
    hears(&mut second, is_joined).await;
    first.cancel();
    let cancelled = in_time(first.result()).await;
    desk.door.fake.open("go");
    hears(&mut second, is_in(Phase::Retrying)).await;
    tokio::time::advance(Duration::from_secs(3)).await;
    let answered = in_time(second.result()).await;
    assert_eq!((answered.text.as_str(), answered.joined), ("Move the fill.", true));
    let record = desk.settled(&cancelled.call_id).await.unwrap();
    assert_eq!((record.result.state, &record.result), (CallState::Cancelled, &cancelled));
    let last = EventKind::Finished { state: CallState::Cancelled };
    assert_eq!(kinds(&record.events).last(), Some(&last), "nothing happens to a call after its end");
    // What was paid is found at the call that began it.
    assert_eq!(outcomes(&record), [Some("rate_limited"), Some("ok")]);
    assert!(desk.record(&answered.call_id).await.unwrap().attempts.is_empty());
}

#[tokio::test]
async fn a_time_that_is_not_allowed_is_refused_at_once() {
    let desk = Desk::to(Scenario::default()).await;
    let option = |millis| CallOptions { timeout: Some(Duration::from_millis(millis)), ..CallOptions::default() };
    let argument = |timeout: Value| json!({"timeout": timeout});
    for (arguments, options) in [
        (argument(json!(0)), CallOptions::default()),
        (argument(json!(-5)), CallOptions::default()),
        (argument(json!(0.05)), CallOptions::default()),
        (argument(json!(3601)), CallOptions::default()),
        (argument(json!(1e300)), CallOptions::default()),
        (argument(json!("soon")), CallOptions::default()),
        (argument(json!(3601)), option(1_000)),
        (argument(json!(null)), option(99)),
        (json!({}), option(3_600_001)),
    ] {
        let error = desk.try_start("version", arguments.clone(), options).unwrap_err();
        assert_eq!((error.code, error.kind().exit_code()), (ErrorCode::ValidationError, 2), "{arguments}");
        assert_eq!(error.details.unwrap()["field"], "timeout", "{arguments}");
    }
    for (arguments, options, seconds) in [
        (argument(json!(0.1)), option(5_000), 0.1),
        (argument(json!(3600)), CallOptions::default(), 3600.0),
        (json!({}), option(5_000), 5.0),
        (json!({}), CallOptions::default(), 30.0),
    ] {
        let mut handle = desk.try_start("version", arguments, options).unwrap();
        hears(&mut handle, |told| {
            matches!(told, Told::Event(step)
                if matches!(step.kind, EventKind::Accepted { timeout_s, .. } if (timeout_s - seconds).abs() < 1e-9))
        })
        .await;
        let result = in_time(handle.result()).await;
        assert_eq!((result.state, result.warnings), (CallState::Succeeded, Vec::new()));
    }
}

#[tokio::test]
async fn a_dry_run_tells_what_would_be_sent_and_leaves_no_trace() {
    let desk = Desk::to(Scenario::default()).await;
    desk.file("cache.rs", "fn fill() {}\n");
    let dry = || CallOptions { dry_run: true, ..CallOptions::default() };
    let asked = json!({"prompt": "why?", "files": ["cache.rs"], "model": MODEL});
    let result = in_time(desk.try_start("chat", asked, dry()).unwrap().result()).await;
    assert_eq!((result.state, result.status.as_str(), result.exit.code), (CallState::Succeeded, "dry_run", 0));
    assert_eq!(result.data["requests"][0]["model"], MODEL);
    assert_eq!((result.coverage.sent, result.thread_id), (vec!["cache.rs".to_owned()], None));
    let wrong = in_time(desk.try_start("chat", json!({"model": MODEL}), dry()).unwrap().result()).await;
    assert_eq!(wrong.exit.code, 2);
    for id in [result.call_id, wrong.call_id] {
        assert_eq!(desk.settled(&id).await.unwrap_err().code, ErrorCode::NotFound);
    }
    assert!(desk.door.fake.requests().is_empty());
}

#[tokio::test]
async fn a_call_that_fails_still_says_what_it_read_and_what_it_thought_of_the_request() {
    let desk = Desk::to(Scenario::load("unauthorized")).await;
    desk.file("cache.rs", "fn fill() {}\n");
    let asked = json!({"prompt": "why?", "files": ["cache.rs", "gone.rs"], "allow_missing": true, "promt": "x", "model": MODEL});
    let result = desk.call("chat", asked).await;
    assert_eq!((result.state, result.exit.code), (CallState::Failed, 3));
    assert_eq!(result.coverage.sent, ["cache.rs"]);
    assert_eq!(result.coverage.skipped[0].path, "gone.rs");
    assert!(result.warnings.iter().any(|warning| warning.contains("`promt`")), "{:?}", result.warnings);
    assert!(result.warnings.iter().any(|warning| warning.contains("gone.rs")), "{:?}", result.warnings);
    assert_eq!((result.model.tried[0].outcome.as_str(), result.cost.usd), ("auth", Some(0.0)));
    assert_eq!(result.thread_id, None, "its conversation was never begun");
    assert_eq!(desk.record(&result.call_id).await.unwrap().result, result);
}

#[tokio::test]
async fn a_call_of_a_tool_that_there_is_not_is_a_failed_call() {
    let desk = Desk::to(Scenario::default()).await;
    let result = desk.call("debgu", json!({})).await;
    let error = result.error.as_ref().unwrap();
    assert_eq!((error.code, result.exit.code), (ErrorCode::ToolNotFound, 2));
    assert!(error.hints[0].contains("`debug`"), "{error:?}");
    let record = desk.record(&result.call_id).await.unwrap();
    assert_eq!(record.result, result);
    assert_eq!(kinds(&record.events).last(), Some(&EventKind::Finished { state: CallState::Failed }));
}

#[tokio::test]
async fn an_empty_continuation_id_begins_a_conversation() {
    let desk = Desk::to(Scenario::answer("Hello.")).await;
    let first = desk.call("chat", question("one")).await;
    let second = desk.call("chat", json!({"prompt": "two", "model": MODEL, "continuation_id": " "})).await;
    assert_eq!((second.state, &second.error), (CallState::Succeeded, &None));
    assert!(second.thread_id.is_some() && second.thread_id != first.thread_id, "two callers were mixed up");
}

/// A call that a process has begun and not ended.
async fn left_running(desk: &Desk, instance: &InstanceId) -> CallId {
    let now = Timestamp::now();
    let start = CallStart {
        id: CallId::new(),
        owner: "default".into(),
        session: "session".into(),
        instance: instance.clone(),
        tool: "chat".to_owned(),
        arguments: Map::new(),
        thread_id: None,
        created_at: now,
        deadline_at: now,
    };
    let attempt = NewAttempt {
        n: 1,
        provider: "glm".to_owned(),
        model: MODEL.to_owned(),
        request_key: "key".to_owned(),
        at: now,
    };
    let accepted = EventKind::Accepted { tool: "chat".to_owned(), timeout_s: 30.0, thread_id: None };
    let events = vec![CallEvent { call_id: start.id.clone(), n: 1, at: now, kind: accepted }];
    desk.calls.store.begin_attempt(start.clone(), CallNews::of(events), attempt, false).await.unwrap();
    start.id
}

#[tokio::test]
async fn only_the_calls_of_dead_processes_are_marked_interrupted() {
    let desk = Desk::to(Scenario::default()).await;
    let state_dir = desk.door.dir.path();
    let (alive, dying) = (Instance::announce(state_dir).unwrap(), Instance::announce(state_dir).unwrap());
    let (running, orphan) = (left_running(&desk, alive.id()).await, left_running(&desk, dying.id()).await);
    let own = left_running(&desk, desk.calls.instance.id()).await;
    let recover = || Calls::recover(&desk.calls.store, state_dir);
    assert_eq!(recover().await.unwrap(), 0);
    drop(dying);
    assert_eq!(recover().await.unwrap(), 1);
    assert_eq!(recover().await.unwrap(), 0, "a call is interrupted once");

    let record = desk.record(&orphan).await.unwrap();
    assert_eq!((record.result.state, record.result.exit.code), (CallState::Interrupted, 130));
    assert!(record.result.error.as_ref().unwrap().hints[0].contains("may have been paid for"));
    assert_eq!(outcomes(&record), [None], "what became of its request, nobody knows");
    assert_eq!(kinds(&record.events).last(), Some(&EventKind::Finished { state: CallState::Interrupted }));
    for id in [running, own] {
        assert_eq!(desk.record(&id).await.unwrap().result.state, CallState::Running);
    }
    let left: Vec<RunningCall> =
        desk.calls.store.running_calls().await.unwrap().into_iter().map(|(_, call)| call).collect();
    assert_eq!(left.len(), 2);
    assert!(desk.door.fake.requests().is_empty());
}
