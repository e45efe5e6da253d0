use exai_core::protocol::{CallState, Happening, News};

use super::*;

/// An id that says that it was made then.
pub(crate) fn id(millis: i64, tail: u32) -> String {
    let time = format!("{millis:012x}");
    format!("{}-{}-7000-8000-{tail:012x}", &time[..8], &time[8..])
}

fn row(id: &str, state: &str) -> CallRow {
    serde_json::from_value(serde_json::json!({"call_id": id, "tool": "chat", "state": state, "phase": null,
        "provider": null, "model": null, "elapsed_s": 1.0, "attempts": 0, "tokens": null}))
    .unwrap()
}

fn news(id: &str, n: u32, at: &str, kind: &serde_json::Value) -> News {
    let mut event = serde_json::json!({"seq": 1, "t": 0.0, "owner": "default", "session_id": "s",
        "call_id": id, "n": n, "at": at});
    event.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
    serde_json::from_value(event).unwrap()
}

fn step(calls: &mut Calls, news: &News) {
    let Happening::Call(event) = &news.what else { panic!("{news:?}") };
    calls.step(event, news);
}

#[test]
fn a_call_is_known_by_its_steps_before_any_picture_shows_it() {
    let mut calls = Calls::default();
    let id = id(1_764_000_000_000, 1);
    let accepted = serde_json::json!({"kind": "accepted", "tool": "debug", "timeout_s": 300.0});
    let sent = serde_json::json!({"kind": "sent", "attempt": 1, "provider": "glm", "model": "glm-5.3"});
    let finished = serde_json::json!({"kind": "finished", "state": "failed"});
    for (n, kind) in (1..).zip(&[accepted, sent, finished]) {
        let news = news(&id, n, "2025-11-24T16:00:02.000Z", kind);
        step(&mut calls, &news);
        step(&mut calls, &news);
    }
    let call = calls.get(&id.clone().into()).unwrap();
    assert_eq!((call.row.tool.as_str(), call.row.attempts, call.row.state), ("debug", 1, CallState::Failed));
    assert_eq!((call.row.elapsed_s, call.steps.len()), (2.0, 3));
    // A picture that was taken a moment earlier does not make it run again.
    calls.take(&[row(&id, "running")], 1_764_000_001_000);
    assert_eq!(calls.get(&id.into()).unwrap().row.state, CallState::Failed);
}

#[test]
fn a_running_call_that_the_house_does_not_list_any_more_is_not_shown_as_running() {
    let mut calls = Calls::default();
    calls.take(&[row("a", "running"), row("b", "running")], 10_000);
    calls.take(&[row("a", "running")], 13_000);
    assert!(calls.get(&"a".to_owned().into()).unwrap().is_running());
    assert!(!calls.get(&"b".to_owned().into()).unwrap().is_running());
    calls.take(&[row("a", "running"), row("b", "succeeded")], 14_000);
    assert_eq!(calls.get(&"b".to_owned().into()).unwrap().row.state, CallState::Succeeded);
}

#[test]
fn the_oldest_finished_calls_are_forgotten_and_what_runs_is_kept() {
    let mut calls = Calls::default();
    calls.take(&[row(&id(0, 0), "running")], 0);
    for millis in 1..=30_000 {
        let id = id(millis, 1);
        let finished = serde_json::json!({"kind": "finished", "state": "succeeded"});
        step(&mut calls, &news(&id, 1, "1970-01-01T00:00:30Z", &finished));
        assert!(calls.all().len() <= MOST + SLACK);
    }
    assert!(calls.get(&id(0, 0).into()).is_some(), "it runs still");
    assert!(calls.get(&id(1, 1).into()).is_none() && calls.get(&id(30_000, 1).into()).is_some());
    for call in calls.all() {
        assert_eq!(calls.get(&call.row.call_id).unwrap().row.call_id, call.row.call_id);
    }
}
