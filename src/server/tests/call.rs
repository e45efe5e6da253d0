//! Calls over the wire.

use exai_fake::Scenario;
use serde_json::json;

use crate::server::testing::{Peer, TestDaemon, write};

/// A question to GLM that is answered only when the gate `go` opens.
fn held() -> Scenario {
    Scenario::load("slow_gate")
}

fn question(text: &str) -> serde_json::Value {
    json!({"prompt": text, "model": "glm-4.6"})
}

#[tokio::test]
async fn a_call_is_acknowledged_told_and_answered() {
    let daemon = TestDaemon::start(Scenario::load("answer")).await;
    let mut peer = daemon.peer().await;
    peer.begin("1", "chat", question("hello")).await;
    let ack = peer.next().await;
    assert_eq!(
        (&ack["op"], &ack["accepted"], &ack["timeout"], &ack["name"]),
        (&json!("call_tool_ack"), &json!(true), &json!(300.0), &json!("chat"))
    );
    let call_id = ack["call_id"].clone();
    let mut kinds = Vec::new();
    let result = loop {
        let frame = peer.next().await;
        assert_eq!((&frame["request_id"], &frame["call_id"]), (&json!("1"), &call_id), "{frame}");
        if frame["op"] == "call_tool_res" {
            break frame;
        }
        if frame["n"].is_number() {
            kinds.push((frame["n"].as_u64().unwrap(), frame["kind"].as_str().unwrap().to_owned()));
        }
        assert!(frame["t"].is_number() && frame["kind"] != "delta", "{frame}");
    };
    let kinds: Vec<(u64, &str)> = kinds.iter().map(|(n, kind)| (*n, kind.as_str())).collect();
    assert_eq!(kinds, [(1, "accepted"), (2, "sent"), (3, "first_token"), (4, "finished")]);
    assert_eq!((&result["ok"], &result["meta"]["state"]), (&json!(true), &json!("succeeded")), "{result}");
    assert!(!result["text"].as_str().unwrap().is_empty());
    daemon.stop().await;
}

#[tokio::test]
async fn calls_of_one_connection_run_beside_each_other_and_answer_in_any_order() {
    let daemon = TestDaemon::start(held()).await;
    let mut peer = daemon.peer().await;
    peer.begin("slow", "chat", question("slow")).await;
    peer.until_for("call_tool_ack", "slow").await;
    assert_eq!(peer.call("quick", "version", json!({})).await["ok"], true);
    daemon.fake.open("go");
    assert_eq!(peer.until_for("call_tool_res", "slow").await["ok"], true);
    daemon.stop().await;
}

#[tokio::test]
async fn the_same_request_again_is_the_same_call_and_another_one_is_refused() {
    let daemon = TestDaemon::start(held()).await;
    let mut peer = daemon.peer().await;
    peer.begin("1", "chat", question("hello")).await;
    let first = peer.until("call_tool_ack").await;
    peer.begin("1", "chat", question("hello")).await;
    let again = peer.until("call_tool_ack").await;
    assert_eq!(first["call_id"], again["call_id"]);
    peer.begin("1", "chat", question("something else")).await;
    let refused = peer.until("call_tool_res").await;
    assert_eq!(
        (&refused["error"]["code"], &refused["request_id"]),
        (&json!("INVALID_REQUEST"), &json!("1")),
        "{refused}"
    );
    daemon.fake.open("go");
    for _ in 0..2 {
        assert_eq!(peer.until("call_tool_res").await["call_id"], first["call_id"]);
    }
    assert_eq!(daemon.fake.requests().len(), 1, "nothing is paid twice");
    daemon.stop().await;
}

#[tokio::test]
async fn a_client_that_is_gone_loses_nothing() {
    let daemon = TestDaemon::start(held()).await;
    let mut first = daemon.peer().await;
    first.begin("1", "chat", question("hello")).await;
    let call_id = first.until("call_tool_ack").await["call_id"].clone();
    first.until_that(|frame| frame["kind"] == "sent").await;
    drop(first);
    let mut second = daemon.peer().await;
    second.send(&json!({"op": "attach", "request_id": "a", "call_id": call_id, "after": 2, "stream": true})).await;
    second.until("call_tool_ack").await;
    daemon.fake.open("go");
    let mut numbers = Vec::new();
    let mut text = String::new();
    let result = loop {
        let frame = second.next().await;
        match frame["op"].as_str().unwrap() {
            "call_tool_res" => break frame,
            "progress" if frame["kind"] == "delta" => text.push_str(frame["text"].as_str().unwrap()),
            "progress" => numbers.extend(frame["n"].as_u64()),
            _ => {}
        }
    };
    assert_eq!((&result["ok"], &result["request_id"]), (&json!(true), &json!("a")), "{result}");
    assert_eq!(numbers, [3, 4], "what the client knows already is not told again");
    assert!(!text.is_empty());
    assert_eq!(daemon.fake.requests().len(), 1);
    daemon.stop().await;
}

#[tokio::test]
async fn a_session_is_resumed_by_its_owner_and_cancels_by_request() {
    let daemon = TestDaemon::start(held()).await;
    let mut first = daemon.peer().await;
    first.begin("1", "chat", question("hello")).await;
    first.until_that(|frame| frame["kind"] == "sent").await;
    let session = first.welcome["session_id"].clone();
    drop(first);
    let mut again = daemon.peer_with(json!({"session_id": session})).await;
    assert_eq!((&again.welcome["resumed"], &again.welcome["session_id"]), (&json!(true), &session));
    again.begin("1", "chat", question("hello")).await;
    again.until("call_tool_ack").await;
    again.send(&json!({"op": "cancel", "request_id": "1"})).await;
    let mut ends = Vec::new();
    while ends.len() < 2 {
        let frame = again.next().await;
        match frame["op"].as_str().unwrap() {
            "cancel_res" => ends.push(frame["ok"].clone()),
            "call_tool_res" => ends.push(frame["error"]["code"].clone()),
            _ => {}
        }
    }
    ends.sort_by_key(ToString::to_string);
    assert_eq!(ends, [json!("CANCELLED"), json!(true)]);
    let stranger = daemon.peer_with(json!({"session_id": "unknown"})).await;
    assert_eq!(stranger.welcome["resumed"], false);
    daemon.stop().await;
}

#[tokio::test]
async fn the_name_of_a_request_has_up_to_128_characters() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut peer = daemon.peer().await;
    for length in [1, 128] {
        assert_eq!(peer.call(&"é".repeat(length), "version", json!({})).await["ok"], true, "{length}");
    }
    for length in [0, 129] {
        let name = "é".repeat(length);
        let refused = peer.call(&name, "version", json!({})).await;
        let told = format!("request_id has {length} characters, allowed: 1 to 128");
        assert_eq!((&refused["error"]["message"], &refused["request_id"]), (&json!(told), &json!(name)), "{refused}");
        assert!(refused["error"]["hints"][0].is_string(), "{refused}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn every_error_names_its_operation_and_its_request() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut peer = daemon.peer().await;
    for (frame, op, code) in [
        (json!({"op": "call_tool", "request_id": "r", "name": "nothing"}), "call_tool_res", "TOOL_NOT_FOUND"),
        (
            json!({"op": "call_tool", "request_id": "r2", "name": "chat", "arguments": 7}),
            "call_tool_res",
            "INVALID_REQUEST",
        ),
        (
            json!({"op": "call_tool", "request_id": "r3", "name": "chat", "timeout_s": -1}),
            "call_tool_res",
            "VALIDATION_ERROR",
        ),
        (json!({"op": "call_tool", "request_id": "r4"}), "call_tool_res", "INVALID_REQUEST"),
        (
            json!({"op": "call_tool", "request_id": "r5", "name": "chat", "arguments": {"temperature": 7, "prompt": "x"}}),
            "call_tool_res",
            "VALIDATION_ERROR",
        ),
        (
            json!({"op": "attach", "request_id": "r", "call_id": "01990000-0000-7000-8000-000000000000"}),
            "call_tool_res",
            "NOT_FOUND",
        ),
        (json!({"op": "attach", "request_id": "r"}), "call_tool_res", "INVALID_REQUEST"),
        (json!({"op": "get_call", "request_id": "r", "id": "nothing"}), "get_call_res", "NOT_FOUND"),
        (json!({"op": "dance", "request_id": "r"}), "dance_res", "INVALID_REQUEST"),
        (
            json!({"op": "admin", "request_id": "r", "action": "set_limit", "name": "nothing", "limit": 1}),
            "admin_res",
            "VALIDATION_ERROR",
        ),
    ] {
        peer.send(&frame).await;
        let answer = peer.until(op).await;
        assert_eq!(
            (&answer["error"]["code"], &answer["request_id"]),
            (&json!(code), &frame["request_id"]),
            "{frame} {answer}"
        );
        assert!(answer["error"]["message"].is_string() && answer["ok"] == false);
    }
    for (text, op, code) in [
        ("{", "error", "VALIDATION_ERROR"),
        ("[]", "error", "INVALID_REQUEST"),
        (r#"{"op":"health","request_id":7}"#, "health_res", "INVALID_REQUEST"),
        (r#"{"op":"call_tool","request_id":7,"name":"version"}"#, "call_tool_res", "INVALID_REQUEST"),
        (
            r#"{"op":"call_tool","request_id":"r","name":"version","timeout_s":"30"}"#,
            "call_tool_res",
            "INVALID_REQUEST",
        ),
    ] {
        send_text(&mut peer, text).await;
        let answer = peer.until(op).await;
        assert_eq!((&answer["error"]["code"], &answer["ok"]), (&json!(code), &json!(false)), "{text} {answer}");
    }
    daemon.stop().await;
}

async fn send_text(peer: &mut Peer, text: &str) {
    use futures_util::SinkExt;
    use tokio_tungstenite::tungstenite::Message;
    peer.socket.send(Message::Text(text.to_owned().into())).await.unwrap();
}

#[tokio::test]
async fn equal_questions_of_two_connections_are_one_request_and_two_whole_answers() {
    let daemon = TestDaemon::start(held()).await;
    let (mut one, mut two) = (daemon.peer().await, daemon.peer().await);
    one.begin("1", "chat", question("hello")).await;
    one.until_that(|frame| frame["kind"] == "sent").await;
    two.begin("1", "chat", question("hello")).await;
    let joined = two.until_that(|frame| frame["kind"] == "sent").await;
    assert_eq!(joined["joined"], true);
    daemon.fake.open("go");
    let (one, two) = (one.until("call_tool_res").await, two.until("call_tool_res").await);
    assert_eq!((&one["meta"]["joined"], &two["meta"]["joined"]), (&json!(false), &json!(true)));
    assert_eq!(one["text"], two["text"]);
    assert_ne!(one["call_id"], two["call_id"]);
    assert_eq!(daemon.fake.requests().len(), 1);
    daemon.stop().await;
}

#[tokio::test]
async fn the_daemon_reads_the_callers_files_through_the_caller() {
    let daemon = TestDaemon::start(Scenario::load("answer")).await;
    let mut peer = daemon.peer_with(json!({"workspace": true, "roots": ["/far/away"]})).await;
    peer.begin("1", "chat", json!({"prompt": "what is it?", "model": "glm-4.6", "files": ["a.rs"]})).await;
    let found = json!({"is": "file", "path": "a.rs", "location": "/far/away/a.rs", "bytes": 13});
    let result = loop {
        let frame = peer.next().await;
        if frame["op"] == "call_tool_res" {
            break frame;
        }
        if frame["op"] != "workspace" {
            continue;
        }
        let results = match frame["do"].as_str().unwrap() {
            "read" => json!([{"is": "text", "text": "fn far() {}\n", "bytes": 13}]),
            _ => json!([found]),
        };
        peer.send(&json!({"op": "workspace_res", "id": frame["id"], "ok": true, "results": results})).await;
    };
    assert_eq!(result["ok"], true, "{result}");
    let requests = daemon.fake.requests();
    assert!(requests[0].user_text().contains("   1│ fn far() {}"), "{}", requests[0].user_text());
    daemon.stop().await;
}

#[tokio::test]
async fn without_a_workspace_only_configured_roots_are_read() {
    let files = tempfile::tempdir().unwrap();
    write(files.path(), "a.rs", "fn near() {}\n");
    let root = files.path().display().to_string();
    let ask = |file: String| json!({"prompt": "what is it?", "model": "mock:echo", "files": [file]});
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut peer = daemon.peer_with(json!({"roots": [root]})).await;
    let refused = peer.call("1", "chat", ask(format!("{root}/a.rs"))).await;
    assert!(refused["error"]["message"].as_str().unwrap().contains("may read no files by itself"), "{refused}");
    daemon.stop().await;

    let daemon = TestDaemon::with(Scenario::default(), &[("EXAI_ROOTS", &root)]).await;
    let mut peer = daemon.peer().await;
    let read = peer.call("1", "chat", ask(format!("{root}/a.rs"))).await;
    assert!(read["text"].as_str().unwrap_or_default().contains("fn near()"), "{read}");
    let refused = peer.call("2", "chat", ask("/etc/hostname".to_owned())).await;
    assert_eq!(refused["ok"], false, "{refused}");
    daemon.stop().await;
}

#[tokio::test]
async fn a_detached_call_is_acknowledged_and_says_no_more() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut peer = daemon.peer().await;
    peer.send(&json!({"op": "call_tool", "request_id": "1", "name": "version", "detach": true})).await;
    let ack = peer.next().await;
    assert_eq!(ack["op"], "call_tool_ack");
    peer.send(&json!({"op": "attach", "request_id": "2", "call_id": ack["call_id"]})).await;
    let next = peer.until("call_tool_res").await;
    assert_eq!((&next["request_id"], &next["ok"]), (&json!("2"), &json!(true)));
    daemon.stop().await;
}

#[tokio::test]
async fn a_dry_run_that_comes_again_under_its_name_is_made_again() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut peer = daemon.peer().await;
    let dry = json!({"op": "call_tool", "request_id": "1", "name": "chat", "arguments": {"prompt": "hello"},
                     "dry_run": true});
    for _ in 0..2 {
        peer.send(&dry).await;
        let plan = peer.until("call_tool_res").await;
        assert_eq!((&plan["ok"], &plan["meta"]["status"]), (&json!(true), &json!("dry_run")), "{plan}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn calls_without_a_name_share_nothing_but_equal_requests() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut peer = daemon.peer().await;
    let mut answers = Vec::new();
    for tool in ["version", "listmodels"] {
        peer.send(&json!({"op": "call_tool", "name": tool})).await;
        answers.push(peer.until("call_tool_res").await["text"].clone());
    }
    assert_ne!(answers[0], answers[1], "another tool's answer");
    daemon.stop().await;
}

#[tokio::test]
async fn a_client_that_holds_many_calls_can_still_ask() {
    let daemon = TestDaemon::start(held()).await;
    let mut peer = daemon.peer().await;
    peer.begin("1", "chat", question("hello")).await;
    let call_id = peer.until("call_tool_ack").await["call_id"].clone();
    for _ in 0..100 {
        peer.send(&json!({"op": "attach", "request_id": "again", "call_id": call_id})).await;
    }
    assert_eq!(peer.ask(json!({"op": "health", "request_id": "h"})).await["ok"], true);
    daemon.stop().await;
}

#[tokio::test]
async fn equal_calls_without_a_name_have_each_an_answer_of_their_own() {
    let daemon = TestDaemon::start(Scenario::load("slow_gate")).await;
    let mut peers = [daemon.peer().await, daemon.peer().await];
    let mut accepted = Vec::new();
    for peer in &mut peers {
        peer.send(&json!({"op": "call_tool", "name": "chat", "arguments": question("hello")})).await;
        accepted.push(peer.until("call_tool_ack").await["call_id"].clone());
    }
    assert_ne!(accepted[0], accepted[1], "nothing says that they are one call");
    daemon.fake.open("go");
    for (peer, call_id) in peers.iter_mut().zip(&accepted) {
        let answer = peer.until("call_tool_res").await;
        assert_eq!((&answer["ok"], &answer["call_id"]), (&json!(true), call_id), "{answer}");
        assert!(!answer["text"].as_str().unwrap().is_empty(), "{answer}");
    }
    daemon.stop().await;
}
