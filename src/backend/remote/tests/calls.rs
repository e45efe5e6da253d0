use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::super::testing::{Files, Port, begin, in_time, running, story};
use crate::backend::Backend;
use crate::error::ErrorCode;
use crate::protocol::{CallId, CallState};

#[tokio::test(start_paused = true)]
async fn a_call_is_told_step_by_step_and_ends_with_its_envelope() {
    let port = Port::new();
    let (remote, mut peer, mut handle, call, request) = running(&port, &Files::default()).await;
    assert_eq!((&request["name"], &request["arguments"]), (&json!("chat"), &json!({"prompt": "Why?"})));
    assert_eq!((&handle.id, handle.tool()), (&call, "chat"));
    assert_eq!(request["stream"], true);
    peer.tells(&request, &call, json!({"n": 1, "kind": "note", "message": "begun"})).await;
    peer.tells(&request, &call, json!({"kind": "delta", "text": "Be"})).await;
    let beat = json!({"kind": "heartbeat", "phase": "answering", "elapsed_s": 1.0, "tokens": 3, "received": 12});
    peer.tells(&request, &call, beat).await;
    peer.tells(&request, &call, json!({"kind": "delta", "text": "cause"})).await;
    let sent = peer.finishes(&request, &call, "Because").await;
    assert_eq!(story(&mut handle).await, ["1:begun", "Be", "~answering", "cause"]);
    assert_eq!(in_time(handle.result()).await, sent);
    in_time(remote.close()).await;
    assert_eq!(peer.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn what_a_client_does_not_know_is_passed_over() {
    let port = Port::new();
    let (_remote, mut peer, mut handle, call, request) = running(&port, &Files::default()).await;
    for message in [
        Message::binary(vec![1, 2, 3]),
        Message::text("no JSON"),
        Message::text("[]"),
        Message::text(r#"{"no":"op"}"#),
        Message::text(r#"{"op":"new_op","request_id":"1","ok":true}"#),
        Message::text(r#"{"op":"error","error":{"code":"VALIDATION_ERROR","message":"what?"}}"#),
    ] {
        futures_util::SinkExt::send(&mut peer.socket, message).await.unwrap();
    }
    peer.tells(&request, &call, json!({"n": 1, "kind": "teleported", "to": "moon"})).await;
    peer.tells(&request, &call, json!({"n": 2, "kind": "first_token", "colour": "red"})).await;
    peer.finishes(&request, &call, "Because").await;
    assert_eq!(story(&mut handle).await, ["2:first token"]);
    assert_eq!(in_time(handle.result()).await.text, "Because");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_accepted_is_an_error() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let refuse = async {
        let request = peer.hears("call_tool").await;
        let error = json!({"code": "OVER_CAPACITY", "message": "full", "retry_after": 3.0, "kind": "retryable"});
        let frame = json!({"op": "call_tool_res", "request_id": request["request_id"], "ok": false, "error": error});
        peer.says(frame).await;
    };
    let files = Files::default();
    let (handle, ()) = tokio::join!(begin(&remote, &files), refuse);
    let error = handle.unwrap_err();
    assert_eq!((error.code, error.retry_after.unwrap().as_secs()), (ErrorCode::OverCapacity, 3));
}

#[tokio::test(start_paused = true)]
async fn a_result_without_an_envelope_is_an_error_in_one() {
    let error = json!({"code": "INTERNAL_ERROR", "message": "disk full"});
    for (error, code) in [(Some(error), ErrorCode::InternalError), (None, ErrorCode::ProtocolError)] {
        let port = Port::new();
        let (_remote, mut peer, handle, call, request) = running(&port, &Files::default()).await;
        let ok = error.is_none();
        let frame = json!({"op": "call_tool_res", "request_id": request["request_id"], "ok": ok, "error": error});
        peer.says(frame).await;
        let result = in_time(handle.result()).await;
        assert_eq!((result.call_id, result.state), (call, CallState::Failed));
        assert_eq!(result.error.unwrap().code, code);
    }
}

#[tokio::test(start_paused = true)]
async fn calls_run_at_the_same_time_and_end_in_any_order() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let ids = [CallId::new(), CallId::new(), CallId::new()];
    let files = Files::default();
    let accept = async {
        let mut requests = Vec::new();
        for id in &ids {
            requests.push(peer.accepts(id).await);
        }
        for (index, text) in [(2, "c"), (0, "a"), (1, "b")] {
            peer.tells(&requests[index], &ids[index], json!({"kind": "delta", "text": text})).await;
            peer.finishes(&requests[index], &ids[index], text).await;
        }
    };
    let (a, b, c, ()) = tokio::join!(begin(&remote, &files), begin(&remote, &files), begin(&remote, &files), accept);
    for (handle, text) in [(a, "a"), (b, "b"), (c, "c")] {
        let mut handle = handle.unwrap();
        assert_eq!(story(&mut handle).await, [text]);
        assert_eq!(in_time(handle.result()).await.text, text);
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_a_handle_leaves_the_call_alone_and_cancelling_ends_it() {
    let port = Port::new();
    let (remote, mut peer, handle, call, request) = running(&port, &Files::default()).await;
    drop(handle);
    let attach = async { remote.attach(call.as_str()).await.unwrap() };
    let (handle, attached) = tokio::join!(attach, peer.accepts(&call));
    assert_eq!((&attached["op"], &attached["after"]), (&json!("attach"), &json!(0)), "and no cancel before it");
    handle.cancel();
    let cancel = peer.hears("cancel").await;
    assert_eq!(cancel["call_id"], call.as_str());
    peer.says(json!({"op": "cancel_res", "request_id": cancel["request_id"], "ok": true})).await;
    for request in [request, attached] {
        peer.finishes(&request, &call, "cancelled").await;
    }
    assert_eq!(in_time(handle.result()).await.text, "cancelled");
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_never_says_how_a_call_ended_is_not_waited_for_longer_than_its_deadline() {
    let port = Port::new();
    let (_remote, mut peer, handle, call, _) = running(&port, &Files::default()).await;
    let began = tokio::time::Instant::now();
    let keep_up = async { while peer.next().await.is_some() {} };
    let result = tokio::select! {
        result = in_time(handle.result()) => result,
        () = keep_up => panic!("the connection broke"),
    };
    assert_eq!(began.elapsed().as_secs(), 30, "20 s were acknowledged, 10 s are granted");
    assert_eq!((result.call_id, result.state), (call.clone(), CallState::TimedOut));
    assert!(result.error.unwrap().hints[0].contains(&format!("exai calls show {call}")));
}
