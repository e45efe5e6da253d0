//! What the store promises whoever writes to it and reads from it.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::*;
use crate::clock::Timestamp;
use crate::error::{ErrorCode, Kind};
use crate::protocol::{CallEvent, CallId, CallState, Envelope, EventKind, InstanceId, ThreadId, Usage, UsageSource};
use crate::protocol::{CallFilter, Written};

async fn store() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    (dir, store)
}

fn start(id: &str) -> CallStart {
    CallStart {
        id: CallId::from(id.to_owned()),
        owner: "default".into(),
        session: "session".into(),
        instance: InstanceId::from("instance".to_owned()),
        tool: "chat".to_owned(),
        arguments: Map::new(),
        thread_id: None,
        created_at: Timestamp::from_millis(1_000),
        deadline_at: Timestamp::from_millis(2_000),
    }
}

fn note(call: &str, n: u32, message: &str) -> CallEvent {
    let (call_id, kind) = (CallId::from(call.to_owned()), EventKind::Note { message: message.to_owned() });
    CallEvent { call_id, n, at: Timestamp::from_millis(1_000), kind }
}

fn result(id: &str, text: &str) -> Envelope {
    let mut envelope = Envelope::running(CallId::from(id.to_owned()), "chat");
    envelope.state = CallState::Succeeded;
    envelope.text = text.to_owned();
    envelope
}

fn attempt(n: u32) -> NewAttempt {
    NewAttempt {
        n,
        provider: "glm".to_owned(),
        model: "glm-4.6".to_owned(),
        request_key: "key".to_owned(),
        at: Timestamp::from_millis(1_100),
    }
}

fn end(outcome: &str, source: UsageSource, cost: Option<i64>) -> AttemptEnd {
    AttemptEnd {
        at: Timestamp::from_millis(1_200),
        outcome: outcome.to_owned(),
        message: None,
        usage: Usage { input: Some(10), output: Some(5), source, ..Usage::default() },
        cost,
        priced_on: None,
        extra: None,
    }
}

fn turns(thread: &str, seen: u32, texts: [&str; 2]) -> ThreadWrite {
    let message = |role, content: &str| NewMessage {
        role,
        content: content.to_owned(),
        files: Vec::new(),
        model: None,
        call_id: CallId::from("call".to_owned()),
        state: Value::Null,
    };
    ThreadWrite {
        id: ThreadId::from(thread.to_owned()),
        owner: "default".into(),
        tool: "chat".to_owned(),
        root: None,
        title: texts[0].to_owned(),
        seen,
        messages: vec![message("user", texts[0]), message("assistant", texts[1])],
    }
}

async fn finish(store: &Store, id: &str, text: &str, thread: Option<ThreadWrite>) -> Arc<Written> {
    store
        .finish_call(CallEnd::of(
            start(id),
            CallNews::default(),
            result(id, text),
            thread,
            Timestamp::from_millis(3_000),
        ))
        .await
        .unwrap()
}

async fn call(store: &Store, prefix: &str) -> Result<crate::protocol::CallRecord> {
    store.get_call("default".to_owned(), prefix.to_owned()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fresh_directory_may_be_opened_by_many_at_once() {
    for _ in 0..5 {
        let dir = tempfile::tempdir().unwrap();
        let mut opening = tokio::task::JoinSet::new();
        for number in 0..6 {
            let dir = dir.path().to_owned();
            opening.spawn(async move {
                let store = Store::open(&dir).await?;
                let id = format!("call-{number}");
                store
                    .finish_call(CallEnd::of(
                        start(&id),
                        CallNews::default(),
                        result(&id, "ok"),
                        None,
                        Timestamp::now(),
                    ))
                    .await
            });
        }
        while let Some(finished) = opening.join_next().await {
            finished.unwrap().unwrap();
        }
        let store = Store::open(dir.path()).await.unwrap();
        let all = CallFilter { state: None, tool: None, since: None, limit: 100 };
        assert_eq!(store.list_calls("default".to_owned(), all).await.unwrap().len(), 6);
    }
}

#[tokio::test]
async fn a_job_that_fails_undoes_only_itself() {
    let (_dir, store) = store().await;
    let insert = |key: &'static str| {
        move |connection: &Connection| {
            connection.execute("INSERT INTO answers VALUES (?1, 'default', 'glm', 'm', 0, 9, 'null')", [key]).map(drop)
        }
    };
    // All of them are queued while the first one runs, so that they are one commit.
    let (begin, begun) = std::sync::mpsc::channel::<()>();
    store.write_later(move |_| {
        let _ = begun.recv();
        Ok(())
    });
    let failing = move |connection: &Connection| {
        insert("undone")(connection)?;
        connection.execute("INSERT INTO nothing VALUES (1)", []).map(drop)
    };
    let (before, failed, after, ()) =
        tokio::join!(store.write(insert("before")), store.write(failing), store.write(insert("after")), async {
            drop(begin);
        },);
    before.unwrap();
    after.unwrap();
    let error = failed.unwrap_err();
    assert_eq!(error.kind(), Kind::Internal);
    assert!(error.message.contains("exai.db") && error.message.contains("nothing"), "{error}");
    for (key, kept) in [("before", true), ("undone", false), ("after", true)] {
        let found = store.find_answer(key.to_owned(), Timestamp::from_millis(5)).await.unwrap();
        assert_eq!(found.is_some(), kept, "{key}");
    }
}

#[tokio::test]
async fn a_row_that_can_not_be_read_is_an_error_that_shows_nothing_of_it() {
    let (_dir, store) = store().await;
    finish(&store, "0-a", "hello", None).await;
    let damage =
        r#"UPDATE results SET body = '{"schema": "s", "call_id": "c", "tool": "t", "state": "a private question"}'"#;
    store.write(move |connection| connection.execute(damage, [])).await.unwrap();
    let error = call(&store, "0-a").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Internal);
    assert!(error.message.contains("line 1 column") && !error.message.contains("private"), "{error}");
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_as_it_is() {
    let (dir, store) = store().await;
    store.write(|connection| connection.pragma_update(None, "user_version", 1_000)).await.unwrap();
    drop(store);
    for _ in 0..2 {
        let error = Store::open(dir.path()).await.unwrap_err();
        assert_eq!((error.kind(), error.kind().exit_code()), (Kind::Daemon, 7));
        assert!(error.message.contains("schema 1000"), "{error}");
    }
}

#[tokio::test]
async fn a_directory_that_is_not_there_is_an_error_that_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let error = Store::open(&dir.path().join("gone")).await.unwrap_err();
    assert!(error.message.contains("/gone/"), "{error}");
}

#[tokio::test]
async fn a_call_is_found_by_any_beginning_that_only_it_has() {
    let (_dir, store) = store().await;
    for id in ["01aa-1", "01aa-2", "01ab-3", "01ac-4", "02bb-5"] {
        finish(&store, id, id, None).await;
    }
    for (prefix, expected) in [
        ("02bb-5", Ok("02bb-5")),
        ("02", Ok("02bb-5")),
        ("01AB", Ok("01ab-3")),
        ("01aa", Err((ErrorCode::InvalidRequest, "`01aa` is not unique: 01aa-2, 01aa-1"))),
        ("01", Err((ErrorCode::InvalidRequest, "`01` is not unique: 01ac-4, 01ab-3, …"))),
        ("03", Err((ErrorCode::NotFound, "no call begins with `03`"))),
        // Not a beginning of everything, and not a pattern.
        ("", Err((ErrorCode::NotFound, "no call begins with ``"))),
        ("%", Err((ErrorCode::NotFound, "no call begins with `%`"))),
        ("02_b", Err((ErrorCode::NotFound, "no call begins with `02_b`"))),
    ] {
        match (call(&store, prefix).await, expected) {
            (Ok(record), Ok(id)) => assert_eq!(record.result.call_id.as_str(), id),
            (Err(error), Err(expected)) => assert_eq!((error.code, error.message.as_str()), expected),
            (found, expected) => panic!("{prefix}: {found:?}, not {expected:?}"),
        }
    }
    let strange = store.get_call("other".to_owned(), "02".to_owned()).await.unwrap_err();
    assert_eq!(strange.code, ErrorCode::NotFound, "another owner's calls are as if they were not there");
}

#[tokio::test]
async fn the_first_result_of_a_call_stays_and_is_what_a_second_one_gets() {
    let (_dir, store) = store().await;
    finish(&store, "call", "first", None).await;
    let second = finish(&store, "call", "second", Some(turns("thread", 0, ["asked", "answered"]))).await;
    assert_eq!(second.text, "first");
    assert_eq!(call(&store, "call").await.unwrap().result.text, "first");
    // A result that nobody gets says nothing in a conversation either.
    assert_eq!(store.list_threads("default".to_owned(), 10).await.unwrap(), []);
}

#[tokio::test]
async fn of_two_calls_in_a_conversation_the_later_follows_and_is_told() {
    let (_dir, store) = store().await;
    assert_eq!(finish(&store, "one", "1", Some(turns("thread", 0, ["q1", "a1"]))).await.warnings, Vec::<String>::new());
    finish(&store, "two", "2", Some(turns("thread", 2, ["q2", "a2"]))).await;
    let loser = finish(&store, "three", "3", Some(turns("thread", 2, ["q3", "a3"]))).await;
    assert!(loser.warnings[0].starts_with("2 turns by other calls came into conversation thread"), "{loser:?}");
    assert_eq!(call(&store, "three").await.unwrap().result, **loser, "the warning is kept too");
    let thread = store.get_thread("default".to_owned(), "thread".to_owned()).await.unwrap();
    let read: Vec<_> = thread.messages.iter().map(|turn| (turn.turn, turn.content.as_str())).collect();
    assert_eq!(read, [(1, "q1"), (2, "a1"), (3, "q2"), (4, "a2"), (5, "q3"), (6, "a3")]);
    assert_eq!((thread.summary.turns, thread.summary.title.as_str()), (6, "q1"));
}

#[tokio::test]
async fn two_processes_that_begin_one_conversation_lose_no_turn() {
    let (dir, here) = store().await;
    let elsewhere = Store::open(dir.path()).await.unwrap();
    let (one, two) = tokio::join!(
        finish(&here, "one", "1", Some(turns("thread", 0, ["q", "a"]))),
        finish(&elsewhere, "two", "2", Some(turns("thread", 0, ["q", "a"]))),
    );
    assert_eq!(one.warnings.len() + two.warnings.len(), 1, "exactly one of them came second");
    let thread = here.get_thread("default".to_owned(), "thread".to_owned()).await.unwrap();
    assert_eq!(thread.messages.iter().map(|turn| turn.turn).collect::<Vec<_>>(), [1, 2, 3, 4]);
}

#[tokio::test]
async fn what_is_kept_is_readable_by_its_user_only() {
    let (dir, store) = store().await;
    finish(&store, "call", "secret", None).await;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        names.push(entry.file_name().into_string().unwrap());
    }
    assert!(names.contains(&"exai.db".to_owned()) && names.contains(&"exai.db-wal".to_owned()), "{names:?}");
}

#[tokio::test]
async fn events_that_are_offered_again_are_kept_once_in_their_order() {
    let (_dir, store) = store().await;
    let (one, two, three) = (note("call", 1, "one"), note("call", 2, "two"), note("call", 3, "three"));
    store.save_call_later(start("call"), CallNews::of(vec![one.clone()]));
    store.save_call_later(start("call"), CallNews::of(vec![one.clone(), two.clone()]));
    store.save_call_later(start("call"), CallNews::of(vec![note("call", 2, "another two")]));
    let all = vec![one.clone(), two.clone(), three.clone()];
    store
        .finish_call(CallEnd::of(start("call"), CallNews::of(all), result("call", "done"), None, Timestamp::now()))
        .await
        .unwrap();
    assert_eq!(call(&store, "call").await.unwrap().events, [one, two, three]);
}

#[tokio::test]
async fn closing_the_store_writes_what_was_queued() {
    let (dir, store) = store().await;
    let count: u32 = 300;
    for number in 0..count {
        let id = format!("call-{number}");
        assert!(store.save_call_later(start(&id), CallNews::of(vec![note(&id, 1, "accepted")])));
    }
    drop(store);
    let store = Store::open(dir.path()).await.unwrap();
    let filter = CallFilter { state: Some(CallState::Running), tool: None, since: None, limit: 1_000 };
    assert_eq!(store.list_calls("default".to_owned(), filter).await.unwrap().len(), 300);
}

#[tokio::test]
async fn an_attempt_ends_once() {
    let (_dir, store) = store().await;
    store.begin_attempt(start("call"), CallNews::default(), attempt(1), false).await.unwrap();
    let id = || CallId::from("call".to_owned());
    store
        .end_attempt(id(), EndedAttempt { n: 1, end: end("ok", UsageSource::Provider, Some(7)), answer: None })
        .await
        .unwrap();
    // Its last waiter left while the end was being committed.
    store.end_attempt_later(
        id(),
        EndedAttempt { n: 1, end: end("cancelled", UsageSource::Unknown, None), answer: None },
    );
    finish(&store, "call", "done", None).await;
    let attempts = call(&store, "call").await.unwrap().attempts;
    assert_eq!((attempts[0].outcome.as_deref(), attempts[0].cost_usd), (Some("ok"), Some(7e-9)));
}

#[tokio::test]
async fn a_list_sums_the_attempts_of_a_call_as_its_result_does() {
    use UsageSource::{Estimated, Provider, Unknown};
    for (attempts, source, cost) in [
        (vec![(Unknown, Some(0)), (Provider, Some(2_000))], Provider, Some(2e-6)),
        (vec![(Provider, Some(2_000)), (Estimated, None)], Estimated, None),
        (vec![(Estimated, None), (Unknown, Some(0))], Estimated, None),
        (vec![(Unknown, None)], Unknown, None),
        (vec![], Unknown, Some(0.0)),
    ] {
        let (_dir, store) = store().await;
        let mut sum = Usage::default();
        for (n, (source, cost)) in (1..).zip(&attempts) {
            store.begin_attempt(start("call"), CallNews::default(), attempt(n), false).await.unwrap();
            let end = end("ended", *source, *cost);
            sum = sum.plus(end.usage);
            store.end_attempt(CallId::from("call".to_owned()), EndedAttempt { n, end, answer: None }).await.unwrap();
        }
        finish(&store, "call", "done", None).await;
        let all = CallFilter { state: None, tool: None, since: None, limit: 1 };
        let summary = store.list_calls("default".to_owned(), all).await.unwrap().remove(0);
        assert_eq!((summary.usage, summary.cost_usd), (sum, cost), "{attempts:?}");
        assert_eq!(summary.usage.source, source, "{attempts:?}");
    }
}

#[tokio::test]
async fn an_answer_is_found_until_its_time_is_over() {
    let (_dir, store) = store().await;
    store.begin_attempt(start("call"), CallNews::default(), attempt(1), false).await.unwrap();
    let answer = NewAnswer {
        key: "key".to_owned(),
        owner: "default".into(),
        provider: "glm".to_owned(),
        model: "glm-4.6".to_owned(),
        keep: Duration::from_millis(100),
        body: json!("answer"),
        under_way: Arc::default(),
    };
    let ended = end("ok", UsageSource::Provider, None);
    store
        .end_attempt(CallId::from("call".to_owned()), EndedAttempt { n: 1, end: ended, answer: Some(answer) })
        .await
        .unwrap();
    for (at, found) in [(1_200, true), (1_299, true), (1_300, false)] {
        let answer = store.find_answer("key".to_owned(), Timestamp::from_millis(at)).await.unwrap();
        assert_eq!(answer, found.then(|| json!("answer")), "at {at}");
    }
}

#[tokio::test]
async fn a_running_call_is_interrupted_once_and_a_finished_one_never() {
    let (_dir, store) = store().await;
    store
        .begin_attempt(start("call"), CallNews::of(vec![note("call", 1, "accepted")]), attempt(1), false)
        .await
        .unwrap();
    let (_, running) = store.running_calls().await.unwrap().remove(0);
    for _ in 0..2 {
        store.interrupt_call(running.clone(), Timestamp::from_millis(5_000)).await.unwrap();
    }
    let record = call(&store, "call").await.unwrap();
    assert_eq!((record.result.state, record.result.exit.code), (CallState::Interrupted, 130));
    assert_eq!(record.result.timing.total_ms, 4_000);
    let kinds: Vec<_> = record.events.iter().map(|event| (event.n, &event.kind)).collect();
    assert_eq!(kinds[1..], [(2, &EventKind::Finished { state: CallState::Interrupted })]);
    assert!(store.running_calls().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_comes_late_of_a_call_that_has_ended_leaves_no_steps_behind() {
    let (_dir, store) = store().await;
    store.begin_attempt(start("call"), CallNews::of(vec![note("call", 1, "first")]), attempt(1), false).await.unwrap();
    finish(&store, "call", "done", None).await;
    let late = CallNews::of(vec![note("call", 1, "first"), note("call", 2, "late")]);
    store.begin_attempt(start("call"), late, attempt(2), false).await.unwrap();
    let left: u32 = store
        .read(|connection| connection.query_row("SELECT count(*) FROM call_events", [], |row| row.get(0)))
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn the_steps_of_a_call_that_was_taken_for_dead_are_each_there_once() {
    let (_dir, store) = store().await;
    let step = |n| note("call", n, &format!("step {n}"));
    store.begin_attempt(start("call"), CallNews::of(vec![step(1)]), attempt(1), false).await.unwrap();
    let (_, running) = store.running_calls().await.unwrap().remove(0);
    assert!(store.interrupt_call(running, Timestamp::from_millis(5_000)).await.unwrap());
    // It lives, and goes on.
    store.begin_attempt(start("call"), CallNews::of(vec![step(2), step(3)]), attempt(2), false).await.unwrap();
    let mut result = Envelope::running(CallId::from("call".to_owned()), "chat");
    result.state = CallState::Succeeded;
    let news = CallNews { has_row: true, ..CallNews::of(vec![step(4)]) };
    store.finish_call(CallEnd::of(start("call"), news, result, None, Timestamp::from_millis(6_000))).await.unwrap();
    let events = call(&store, "call").await.unwrap().events;
    assert_eq!(events, (1..=4).map(step).collect::<Vec<_>>());
}
