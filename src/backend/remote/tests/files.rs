use serde_json::{Value, json};

use super::super::Remote;
use super::super::testing::{Files, Port, begin, in_time, running, welcome};
use crate::backend::Backend;
use crate::evidence::git::GitQuestion;
use crate::evidence::{ReadResult, Stat};
use crate::protocol::{CallFilter, CallId};

fn ask(id: u64, call: &CallId, question: &str, paths: &[&str]) -> Value {
    json!({"op": "workspace", "id": id, "call_id": call, "do": question, "paths": paths, "max_bytes": 900_000, "x": 1})
}

#[tokio::test(start_paused = true)]
async fn questions_about_files_are_answered_from_the_workspace_of_their_call() {
    let port = Port::new();
    let (remote, mut peer, _handle, call, _) = running(&port, &Files::of(&[("a.rs", 3)])).await;
    let other = CallId::new();
    let files = Files::of(&[("b.rs", 5)]);
    let (_other, _) = tokio::join!(begin(&remote, &files), peer.accepts(&other));
    for (id, call, own, size) in [(1, &call, "a.rs", 3), (2, &other, "b.rs", 5)] {
        peer.says(ask(id, call, "stat", &["a.rs", "b.rs"])).await;
        let answer = peer.hears("workspace_res").await;
        assert_eq!((&answer["id"], &answer["ok"]), (&json!(id), &json!(true)));
        let stats: Vec<Stat> = serde_json::from_value(answer["results"].clone()).unwrap();
        for (stat, path) in stats.iter().zip(["a.rs", "b.rs"]) {
            match stat {
                Stat::File(found) => assert_eq!((found.path.as_str(), found.bytes), (own, size)),
                other => assert!(path != own && *other == Stat::Missing, "{path}: {other:?}"),
            }
        }
        peer.says(ask(id + 10, call, "list", &[own])).await;
        assert_eq!(peer.hears("workspace_res").await["results"][0]["path"], own);
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_that_is_too_much_for_one_answer_is_answered_in_parts() {
    const SIZE: usize = 900_000;
    let names: Vec<String> = (0..20).map(|number| format!("{number}.rs")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), SIZE)).collect();
    let port = Port::new();
    let (_remote, mut peer, _handle, call, _) = running(&port, &Files::of(&files)).await;
    let mut left: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut answers = 0;
    while !left.is_empty() {
        answers += 1;
        peer.says(ask(answers, &call, "read", &left)).await;
        let answer = peer.hears("workspace_res").await;
        let results: Vec<ReadResult> = serde_json::from_value(answer["results"].clone()).unwrap();
        assert!(!results.is_empty() && answer.to_string().len() < 9 * 1024 * 1024, "{}", results.len());
        for result in &results {
            assert!(matches!(result, ReadResult::Text { bytes, .. } if *bytes == SIZE as u64));
        }
        left.drain(..results.len());
    }
    assert_eq!(answers, 3);
}

#[tokio::test(start_paused = true)]
async fn no_answer_is_larger_than_the_daemon_takes() {
    let port = Port::new();
    let connect = async {
        let (mut peer, _) = port.peer().await;
        peer.says(welcome(false, 65_536)).await;
        peer
    };
    let (remote, mut peer) = tokio::join!(Remote::over(port.caller()), connect);
    let remote = remote.unwrap();
    let call = CallId::new();
    let files = Files::of(&[("large.rs", 900_000), ("small.rs", 1)]);
    let (_handle, _) = tokio::join!(begin(&remote, &files), peer.accepts(&call));
    peer.says(ask(1, &call, "read", &["large.rs", "small.rs"])).await;
    let answer = peer.hears("workspace_res").await;
    let results: Vec<ReadResult> = serde_json::from_value(answer["results"].clone()).unwrap();
    assert!(matches!(&results[0], ReadResult::Skipped { reason } if reason.contains("larger")), "{results:?}");
    assert!(matches!(&results[1], ReadResult::Text { bytes: 1, .. }));

    let many: Vec<String> = (0..2000).map(|number| format!("a/file/that/is/not/there/{number}.rs")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    peer.says(ask(2, &call, "stat", &many)).await;
    let answer = peer.hears("workspace_res").await;
    assert!(answer["ok"] == true || answer["error"]["code"] == "INVALID_REQUEST", "{answer}");
    assert!(answer.to_string().len() < 65_536);
    let error = remote.get_thread(&"x".repeat(70_000)).await.unwrap_err();
    assert!(error.message.contains("65536"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_question_about_git_is_one_of_the_list() {
    let port = Port::new();
    let (_remote, mut peer, _handle, call, _) = running(&port, &Files::default()).await;
    let question = GitQuestion::Range {
        path: "project".to_owned(),
        only: Vec::new(),
        base: "main".to_owned(),
        head: "HEAD".to_owned(),
        text: true,
    };
    peer.says(json!({"op": "workspace", "id": 1, "call_id": call, "do": "git", "git": question})).await;
    let answer = peer.hears("workspace_res").await;
    assert_eq!((&answer["id"], &answer["results"][0]["repository"]), (&json!(1), &json!("project")), "{answer}");
    for other in [json!({"about": "log", "path": "."}), json!(["log", "--output=x"]), json!(null)] {
        peer.says(json!({"op": "workspace", "id": 2, "call_id": call, "do": "git", "git": other})).await;
        let answer = peer.hears("workspace_res").await;
        assert_eq!((&answer["ok"], &answer["error"]["code"]), (&json!(false), &json!("INVALID_REQUEST")), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn questions_that_can_not_be_answered_are_refused() {
    let port = Port::new();
    let (_remote, mut peer, _handle, call, _) = running(&port, &Files::default()).await;
    peer.says(ask(1, &CallId::new(), "stat", &["a.rs"])).await;
    peer.says(ask(2, &call, "burn", &["a.rs"])).await;
    peer.says(json!({"op": "workspace", "do": "stat"})).await;
    for (id, code) in [(1, "NOT_FOUND"), (2, "INVALID_REQUEST")] {
        let answer = peer.hears("workspace_res").await;
        assert_eq!(
            (&answer["id"], &answer["ok"], &answer["error"]["code"]),
            (&json!(id), &json!(false), &json!(code)),
            "{answer}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn files_that_are_slow_hold_up_nothing_else() {
    let port = Port::new();
    let files = Files { stuck: true, ..Files::default() };
    let (remote, mut peer, _handle, call, _) = running(&port, &files).await;
    for id in 0..100 {
        peer.says(ask(id, &call, "stat", &["a.rs"])).await;
    }
    let began = tokio::time::Instant::now();
    let answer = async {
        let mut refused = 0;
        loop {
            let frame = peer.next().await.unwrap();
            if frame["op"] != "workspace_res" {
                let reply = json!({
                    "op": "list_calls_res", "request_id": frame["request_id"], "ok": true, "calls": [],
                });
                peer.says(reply).await;
                return refused;
            }
            assert_eq!(frame["error"]["code"], "OVER_CAPACITY", "{frame}");
            refused += 1;
        }
    };
    let (calls, refused) = tokio::join!(in_time(remote.list_calls(CallFilter::default())), answer);
    assert_eq!(calls.unwrap(), []);
    assert!(refused <= 36 && began.elapsed().is_zero(), "{refused}, {:?}", began.elapsed());
    // In the end those that were taken are told that it took too long.
    loop {
        let frame = peer.hears("workspace_res").await;
        if frame["error"]["code"] == "TIMEOUT" {
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_that_comes_before_the_acknowledgement_waits_for_it() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let (call, files) = (CallId::new(), Files::of(&[("a.rs", 3)]));
    let early = async {
        peer.hears("call_tool").await;
        drop(peer);
        let (mut peer, _) = port.welcome(true).await;
        peer.says(ask(1, &call, "read", &["a.rs"])).await;
        peer.accepts(&call).await;
        let answer = peer.hears("workspace_res").await;
        assert_eq!(answer["results"][0]["text"], "xxx");
        peer
    };
    let (handle, _peer) = tokio::join!(begin(&remote, &files), early);
    assert_eq!(handle.unwrap().id, call);
}
