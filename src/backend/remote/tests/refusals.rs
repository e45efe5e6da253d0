use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::testing::{Files, Peer, Port, begin, in_time, running, welcome};
use crate::backend::Backend;
use crate::error::ErrorCode;
use crate::protocol::CallId;
use crate::protocol::wire::Topic;

/// Refuses a request, as one that came too soon if `code` says so.
async fn refuses(peer: &mut Peer, op: &str, request: &Value, code: &str) {
    let error = json!({"code": code, "message": "no", "retry_after": 2.0, "kind": "retryable"});
    peer.says(json!({"op": op, "request_id": request["request_id"], "ok": false, "error": error})).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_refused_for_now_after_a_break_is_attached_to_later() {
    let port = Port::new();
    let (_remote, peer, handle, call, _) = running(&port, &Files::default()).await;
    drop(peer);
    let (mut peer, _) = port.welcome(true).await;
    for code in ["OVER_CAPACITY", "SERVICE_UNAVAILABLE"] {
        let attach = peer.hears("attach").await;
        let asked = Instant::now();
        refuses(&mut peer, "call_tool_res", &attach, code).await;
        let attach = peer.hears("attach").await;
        assert_eq!((&attach["call_id"], asked.elapsed().as_secs()), (&json!(call), 2), "not before the daemon said");
        refuses(&mut peer, "call_tool_res", &attach, code).await;
    }
    let attach = peer.accepts(&call).await;
    peer.finishes(&attach, &call, "Because").await;
    assert_eq!(in_time(handle.result()).await.text, "Because");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_refused_for_good_after_a_break_ends() {
    let port = Port::new();
    let (_remote, peer, handle, _, _) = running(&port, &Files::default()).await;
    drop(peer);
    let (mut peer, _) = port.welcome(true).await;
    let attach = peer.hears("attach").await;
    refuses(&mut peer, "call_tool_res", &attach, "VALIDATION_ERROR").await;
    assert_eq!(in_time(handle.result()).await.error.unwrap().code, ErrorCode::ValidationError);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_sent_again_and_refused_for_now_is_sent_once_more() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let (call, files) = (CallId::new(), Files::default());
    let lose = async {
        let first = peer.hears("call_tool").await;
        drop(peer);
        let (mut peer, _) = port.welcome(true).await;
        let again = peer.hears("call_tool").await;
        refuses(&mut peer, "call_tool_res", &again, "OVER_CAPACITY").await;
        let again = peer.accepts(&call).await;
        assert_eq!(again, first, "the same request under the same name");
        peer.finishes(&again, &call, "Because").await;
        peer
    };
    let (handle, _peer) = tokio::join!(begin(&remote, &files), lose);
    assert_eq!(in_time(handle.unwrap().result()).await.text, "Because");
}

#[tokio::test(start_paused = true)]
async fn what_is_told_not_to_be_sent_again_is_not() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let files = Files::default();
    let come_back_late = async {
        peer.hears("call_tool").await;
        tokio::time::sleep(Duration::from_secs(14)).await;
        drop(peer);
        let (mut peer, _) = port.peer().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        peer.says(welcome(true, 33_554_432)).await;
        peer
    };
    let (handle, mut peer) = tokio::join!(begin(&remote, &files), come_back_late);
    assert_eq!(handle.unwrap_err().code, ErrorCode::Interrupted);
    in_time(remote.close()).await;
    assert_eq!(peer.next().await, None, "nothing was sent");
}

#[tokio::test(start_paused = true)]
async fn what_nobody_waits_for_any_more_is_not_sent_again() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let files = Files::default();
    tokio::select! {
        _ = begin(&remote, &files) => panic!("nobody accepted it"),
        _ = peer.hears("call_tool") => {}
    }
    // Somebody else keeps the connection needed.
    let _news = remote.subscribe(&[Topic::Events], None).await.unwrap();
    peer.hears("subscribe").await;
    drop(peer);
    let (mut peer, _) = port.welcome(true).await;
    peer.hears("subscribe").await;
}

#[tokio::test(start_paused = true)]
async fn one_who_stops_following_a_call_does_not_end_it_for_another() {
    let port = Port::new();
    let (remote, mut peer, handle, call, request) = running(&port, &Files::default()).await;
    let (other, attached) = tokio::join!(remote.attach(call.as_str()), peer.accepts(&call));
    let other = other.unwrap();
    // The result of the first comes before that of the second.
    peer.finishes(&request, &call, "Because").await;
    in_time(handle.result()).await;
    let (_, _) = tokio::join!(remote.health(), peer.answers("health", json!({"ok": true, "health": {}})));
    peer.finishes(&attached, &call, "Because").await;
    assert_eq!(in_time(other.result()).await.text, "Because");
}

#[tokio::test(start_paused = true)]
async fn a_wish_to_cancel_that_is_refused_for_now_is_said_again() {
    let port = Port::new();
    let (_remote, mut peer, handle, call, request) = running(&port, &Files::default()).await;
    handle.cancel();
    let cancel = peer.hears("cancel").await;
    let asked = Instant::now();
    refuses(&mut peer, "cancel_res", &cancel, "OVER_CAPACITY").await;
    let cancel = peer.hears("cancel").await;
    assert_eq!((&cancel["call_id"], asked.elapsed().as_secs()), (&json!(call), 2));
    peer.finishes(&request, &call, "cancelled").await;
    assert_eq!(in_time(handle.result()).await.text, "cancelled");
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_is_refused_for_now_is_asked_for_again_and_one_refused_for_good_ends() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let mut news = remote.subscribe(&[Topic::Events], None).await.unwrap();
    let subscribe = peer.hears("subscribe").await;
    refuses(&mut peer, "subscribe_res", &subscribe, "OVER_CAPACITY").await;
    let subscribe = peer.hears("subscribe").await;
    refuses(&mut peer, "subscribe_res", &subscribe, "VALIDATION_ERROR").await;
    assert!(in_time(news.next()).await.is_none(), "nobody waits for news that do not come");
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_ends_each_connection_after_its_welcome_is_not_asked_in_a_circle() {
    let port = Port::new();
    let (_remote, peer, _handle, _, _) = running(&port, &Files::default()).await;
    drop(peer);
    let began = Instant::now();
    for _ in 0..8 {
        drop(port.welcome(true).await);
    }
    assert!(began.elapsed() > Duration::from_secs(1), "{:?} for eight connections", began.elapsed());
}
