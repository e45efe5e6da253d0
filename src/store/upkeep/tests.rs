//! What goes and what stays, and that nobody waits for it.

use serde_json::{Map, json};

use super::*;
use crate::error::{Error, ErrorCode};
use crate::protocol::CallFilter;
use crate::protocol::{CallEvent, CallId, CallState, Envelope, EventKind, Finding, InstanceId, Severity, ThreadId};
use crate::store::{
    AttemptEnd, AuditEntry, CallEnd, CallNews, CallStart, EndedAttempt, NewAnswer, NewAttempt, NewMessage, ThreadWrite,
};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const ENOUGH: Duration = Duration::from_mins(1);
const KEEP: Retention =
    Retention { results: DAY, calls: Duration::from_hours(90 * 24), threads: DAY, answers: 100_000 };

fn now() -> Timestamp {
    Timestamp::from_millis(1_900_000_000_000)
}

async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    (dir, store)
}

fn start(age: Duration) -> CallStart {
    CallStart {
        id: CallId::new(),
        owner: "default".into(),
        session: "s".into(),
        instance: InstanceId::new(),
        tool: "chat".to_owned(),
        arguments: Map::new(),
        thread_id: Some(ThreadId::new()),
        created_at: now().before(age),
        deadline_at: now(),
    }
}

/// A call that was sent so long ago and is still running.
async fn running(store: &Store, age: Duration) -> CallStart {
    let start = start(age);
    let attempt = NewAttempt {
        n: 1,
        provider: "glm".to_owned(),
        model: "glm-5.3".to_owned(),
        request_key: "k".to_owned(),
        at: start.created_at,
    };
    let kind = EventKind::Note { message: "a step".to_owned() };
    let event = CallEvent { call_id: start.id.clone(), n: 1, at: start.created_at, kind };
    store.begin_attempt(start.clone(), CallNews::of(vec![event]), attempt, false).await.unwrap();
    start
}

/// A call that ended so long ago, with one turn in its conversation.
async fn finished(store: &Store, age: Duration, error: Option<&Error>) -> CallStart {
    let start = running(store, age).await;
    finish(store, start, now().before(age), error).await
}

async fn finish(store: &Store, start: CallStart, at: Timestamp, error: Option<&Error>) -> CallStart {
    let mut result = Envelope::running(start.id.clone(), "chat");
    result.state = CallState::Succeeded;
    if let Some(error) = error {
        result.fail(error);
    }
    result.text = "a long answer".to_owned();
    result.data = json!({"status": "ok"});
    result.findings = vec![finding()];
    result.coverage.sent = vec!["src/queue.rs".to_owned()];
    result.thread_id.clone_from(&start.thread_id);
    let message = NewMessage {
        role: "user",
        content: "hello".to_owned(),
        files: Vec::new(),
        model: None,
        call_id: start.id.clone(),
        state: json!(null),
    };
    let thread = ThreadWrite {
        id: start.thread_id.clone().unwrap(),
        owner: start.owner.clone(),
        tool: "chat".to_owned(),
        root: None,
        title: "hello".to_owned(),
        seen: 0,
        messages: vec![message],
    };
    let news = CallNews { has_row: true, ..CallNews::default() };
    store.finish_call(CallEnd::of(start.clone(), news, result, Some(thread), at)).await.unwrap();
    start
}

/// Whether its result still has its text.
async fn has_text(store: &Store, call: &CallStart) -> bool {
    let record = store.get_call("default".to_owned(), call.id.to_string()).await.unwrap();
    !record.result.text.is_empty()
}

async fn answer(store: &Store, key: &str, age: Duration, keep: Duration, size: usize) {
    let answer = NewAnswer {
        key: key.to_owned(),
        owner: "default".into(),
        provider: "glm".to_owned(),
        model: "glm-5.3".to_owned(),
        keep,
        body: "a".repeat(size).into(),
        under_way: std::sync::Arc::default(),
    };
    let call = running(store, Duration::ZERO).await;
    let end = AttemptEnd {
        at: now().before(age),
        outcome: "ok".to_owned(),
        message: None,
        usage: crate::protocol::Usage::default(),
        cost: None,
        priced_on: None,
        extra: None,
    };
    store.end_attempt(call.id, EndedAttempt { n: 1, end, answer: Some(answer) }).await.unwrap();
}

async fn count(store: &Store, table: &'static str) -> u32 {
    let sql = format!("SELECT count(*) FROM {table}");
    store.read(move |connection| connection.query_row(&sql, [], |row| row.get(0))).await.unwrap()
}

async fn tidy(store: &Store) -> Option<Tidied> {
    store.tidy(KEEP, now(), ENOUGH).await.unwrap()
}

#[tokio::test]
async fn a_result_loses_its_body_after_its_time_and_says_so() {
    let (_dir, store) = store().await;
    let error = Error::new(ErrorCode::NoVerdict, "the answer is empty").hint("ask again");
    let old = finished(&store, DAY + HOUR, Some(&error)).await;
    let new = finished(&store, HOUR * 23, None).await;
    assert!(tidy(&store).await.is_some());

    let gone = store.get_call("default".to_owned(), old.id.to_string()).await.unwrap();
    assert_eq!((gone.result.state, gone.result.exit.code), (CallState::Failed, 3), "the outcome stays");
    assert_eq!(gone.result.error.unwrap().message, "the answer is empty");
    assert_eq!((gone.result.text.as_str(), &gone.result.data), ("", &json!(null)));
    assert!(gone.result.findings.is_empty() && gone.result.coverage.sent.is_empty());
    assert_eq!(gone.result.warnings, [crate::store::calls::GONE]);
    assert_eq!((gone.events.len(), gone.attempts.len()), (1, 1), "steps and requests stay");

    let kept = store.get_call("default".to_owned(), new.id.to_string()).await.unwrap();
    assert_eq!((kept.result.text.as_str(), kept.result.warnings.len()), ("a long answer", 0));
}

#[tokio::test]
async fn a_call_goes_after_its_time_with_all_that_belongs_to_it_unless_it_runs() {
    let (_dir, store) = store().await;
    finished(&store, KEEP.calls + HOUR, None).await;
    let kept = finished(&store, HOUR * (90 * 24 - 1), None).await;
    let running = running(&store, KEEP.calls + HOUR).await;
    tidy(&store).await;
    let filter = CallFilter { state: None, tool: None, since: None, limit: 10 };
    let left = store.list_calls("default".to_owned(), filter).await.unwrap();
    let left: Vec<_> = left.into_iter().map(|call| call.call_id).collect();
    assert_eq!(left, [kept.id, running.id]);
    assert_eq!((count(&store, "attempts").await, count(&store, "results").await), (2, 1));
}

#[tokio::test]
async fn texts_go_after_their_time_also_when_calls_are_counted_anew() {
    let (_dir, store) = store().await;
    for _ in 0..2 {
        finished(&store, DAY + HOUR, None).await;
    }
    tidy(&store).await;
    let (later, hours) = (now().after(KEEP.calls + HOUR), KEEP.calls + HOUR * 2);
    store.tidy(KEEP, later, ENOUGH).await.unwrap();
    assert_eq!(count(&store, "calls").await, 0, "the next call is the first one again");
    // As many as there were before, and more.
    let mut calls = Vec::new();
    for _ in 0..3 {
        calls.push(finished(&store, DAY + HOUR, None).await);
    }
    let longer = Retention { calls: KEEP.calls * 2, ..KEEP };
    store.tidy(longer, now().after(hours), ENOUGH).await.unwrap();
    for call in &calls {
        assert!(!has_text(&store, call).await);
    }
}

#[tokio::test]
async fn the_text_of_a_call_goes_also_when_later_ones_ended_long_before_it() {
    let (_dir, store) = store().await;
    let slow = running(&store, DAY * 2).await;
    let quick = finished(&store, DAY + HOUR, None).await;
    tidy(&store).await;
    assert!(!has_text(&store, &quick).await);
    let slow = finish(&store, slow, now(), None).await;
    for (after, is_there) in [(HOUR * 23, true), (HOUR * 25, false)] {
        store.tidy(KEEP, now().after(after), ENOUGH).await.unwrap();
        assert_eq!(has_text(&store, &slow).await, is_there, "{after:?}");
    }
}

#[tokio::test]
async fn a_call_that_ended_while_the_clock_was_ahead_keeps_nobody_from_going_and_goes_with_those_behind_it() {
    let (_dir, store) = store().await;
    let ahead = running(&store, DAY * 2).await;
    let ahead = finish(&store, ahead, now().after(KEEP.calls * 4), None).await;
    let behind = finished(&store, HOUR * 23, None).await;
    tidy(&store).await;
    assert!(has_text(&store, &ahead).await && has_text(&store, &behind).await, "nothing says that it is old");
    store.tidy(KEEP, now().after(HOUR * 2), ENOUGH).await.unwrap();
    assert!(!has_text(&store, &ahead).await && !has_text(&store, &behind).await);
    store.tidy(KEEP, now().after(KEEP.calls + HOUR), ENOUGH).await.unwrap();
    assert_eq!(count(&store, "calls").await, 0);
}

#[tokio::test]
async fn the_texts_of_more_calls_than_are_looked_at_at_once_go_in_one_turn() {
    let (_dir, store) = store().await;
    let first = running(&store, DAY * 2).await;
    let mut calls = Vec::new();
    for _ in 0..OLDEST + BATCH {
        calls.push(finished(&store, DAY + HOUR, None).await);
    }
    tidy(&store).await;
    assert!(has_text(&store, calls.last().unwrap()).await, "the first one runs, and so far is not looked");
    let first = finish(&store, first, now().before(DAY + HOUR), None).await;
    store.tidy(KEEP, now().after(HOUR * 2), ENOUGH).await.unwrap();
    for call in calls.iter().chain([&first]) {
        assert!(!has_text(&store, call).await);
    }
}

#[tokio::test]
async fn an_entry_of_the_audit_log_goes_when_calls_of_its_age_do() {
    let (_dir, store) = store().await;
    for (action, age) in [("reload", KEEP.calls + HOUR), ("drain", KEEP.calls)] {
        let entry = AuditEntry {
            at: now().before(age),
            owner: "default".to_owned(),
            session: None,
            address: None,
            action: action.to_owned(),
            target: None,
            details: json!(null),
            ok: true,
        };
        store.audit(entry).await.unwrap();
    }
    tidy(&store).await;
    let left = store.audit_log(None, 10).await.unwrap();
    assert_eq!(left.iter().map(|record| record.entry.action.as_str()).collect::<Vec<_>>(), ["drain"]);
}

#[tokio::test]
async fn an_idle_conversation_goes_unless_a_running_call_continues_it() {
    let (_dir, store) = store().await;
    finished(&store, KEEP.threads + HOUR, None).await;
    let continued = finished(&store, KEEP.threads + HOUR, None).await;
    let lively = finished(&store, HOUR * 23, None).await;
    let call = CallStart { thread_id: continued.thread_id.clone(), ..start(Duration::ZERO) };
    assert!(store.save_call_later(call, CallNews::default()));
    tidy(&store).await;
    let left = store.list_threads("default".to_owned(), 10).await.unwrap();
    let left: Vec<_> = left.into_iter().map(|thread| Some(thread.thread_id)).collect();
    assert_eq!(left, [lively.thread_id, continued.thread_id]);
    assert_eq!(count(&store, "conversation_messages").await, 2);
}

#[tokio::test]
async fn answers_go_when_they_expire_and_the_oldest_when_they_are_too_many() {
    let (_dir, store) = store().await;
    answer(&store, "oldest", HOUR * 3, DAY, 40_000).await;
    answer(&store, "older", HOUR * 2, DAY, 40_000).await;
    answer(&store, "newest", HOUR, DAY, 40_000).await;
    answer(&store, "expired", HOUR, HOUR, 40_000).await;
    tidy(&store).await;
    let left =
        store.read(|connection| keys(connection, "SELECT key FROM answers ORDER BY created_at", &[])).await.unwrap();
    assert_eq!(left, ["older", "newest"]);
}

#[tokio::test]
async fn an_answer_goes_when_it_expires_however_many_before_it_are_kept_for_longer() {
    let (_dir, store) = store().await;
    for number in 0..2 * BATCH {
        answer(&store, &format!("longer {number}"), HOUR * 3, DAY, 10).await;
    }
    answer(&store, "expired", HOUR * 2, HOUR, 10).await;
    tidy(&store).await;
    assert_eq!(count(&store, "answers").await as usize, 2 * BATCH);
    assert_eq!(store.find_answer("expired".to_owned(), now().before(DAY)).await.unwrap(), None);
}

#[tokio::test]
async fn the_size_of_all_answers_is_known_without_reading_them() {
    let (_dir, store) = store().await;
    for question in [
        "SELECT coalesce(sum(octet_length(body)), 0) FROM answers",
        "SELECT rowid, octet_length(body) FROM answers ORDER BY created_at LIMIT 1",
        "SELECT rowid, expires_at FROM answers ORDER BY created_at LIMIT 8",
        "SELECT rowid FROM answers INDEXED BY answers_by_age WHERE expires_at <= 0 LIMIT 8",
    ] {
        let plan: String = store
            .read(move |connection| {
                connection.query_row(&format!("EXPLAIN QUERY PLAN {question}"), [], |row| row.get("detail"))
            })
            .await
            .unwrap();
        assert!(plan.contains("COVERING INDEX answers_by_age"), "{question}: {plan}");
    }
}

#[tokio::test]
async fn it_is_done_once_an_hour_whoever_does_it() {
    let (dir, store) = store().await;
    let another = Store::open(dir.path()).await.unwrap();
    assert!(tidy(&store).await.is_some());
    assert!(tidy(&another).await.is_none());
    let later = now().after(HOUR);
    let (one, two) = tokio::join!(store.tidy(KEEP, later, ENOUGH), another.tidy(KEEP, later, ENOUGH));
    assert_ne!(one.unwrap().is_some(), two.unwrap().is_some(), "exactly one of two");
    assert!(tidy(&store).await.is_some(), "a time in the future was a wrong clock");
}

#[tokio::test]
async fn what_is_too_much_for_one_turn_is_left_to_the_next() {
    let (_dir, store) = store().await;
    for _ in 0..=BATCH {
        finished(&store, KEEP.calls + HOUR, None).await;
    }
    let cut = store.tidy(KEEP, now(), Duration::ZERO).await.unwrap().unwrap();
    assert_eq!(cut, Tidied { rows: 0, unfinished: true });
    let whole = tidy(&store).await.unwrap();
    assert!(!whole.unfinished);
    assert_eq!((count(&store, "calls").await, count(&store, "conversations").await), (0, 0));
}

fn finding() -> Finding {
    Finding {
        fingerprint: "0123456789abcdef".to_owned(),
        severity: Severity::High,
        title: "a finding".to_owned(),
        detail: String::new(),
        path: "a.rs".to_owned(),
        line: 1,
        end_line: 1,
        quote: "a".to_owned(),
        category: "bug".to_owned(),
        suggestion: String::new(),
        confirmed_by: None,
    }
}
