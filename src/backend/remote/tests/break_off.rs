use serde_json::json;
use tokio::time::Instant;

use super::super::LinkState;
use super::super::testing::{Files, Port, ack, begin, in_time, running, shortened, story};
use crate::backend::Backend;
use crate::error::ErrorCode;
use crate::protocol::{CallFilter, CallId, CallState};

#[tokio::test(start_paused = true)]
async fn a_call_goes_on_after_its_connection_broke_and_nothing_is_told_twice() {
    for resumed in [true, false] {
        let port = Port::new();
        let (_remote, mut peer, mut handle, call, request) = running(&port, &Files::default()).await;
        peer.tells(&request, &call, json!({"n": 1, "kind": "note", "message": "begun"})).await;
        peer.tells(&request, &call, json!({"n": 2, "kind": "first_token"})).await;
        peer.tells(&request, &call, json!({"kind": "delta", "text": "The über"})).await;
        for told in ["1:begun", "2:first token", "The über"] {
            assert_eq!(shortened(&in_time(handle.news.next()).await.unwrap()), told);
        }
        drop(peer);

        let (mut peer, hello) = port.welcome(resumed).await;
        assert_eq!(hello.session_id.unwrap().as_str(), "the-session");
        let attach = peer.accepts(&call).await;
        assert_eq!(
            (&attach["op"], &attach["call_id"], &attach["after"], &attach["stream"]),
            (&json!("attach"), &json!(call), &json!(2), &json!(true))
        );
        assert_ne!(attach["request_id"], request["request_id"]);
        // A daemon that repeats itself is not believed twice.
        peer.tells(&attach, &call, json!({"n": 2, "kind": "first_token"})).await;
        peer.tells(&attach, &call, json!({"kind": "delta", "text": "The überall "})).await;
        peer.tells(&attach, &call, json!({"kind": "delta", "text": "cause"})).await;
        peer.tells(&attach, &call, json!({"n": 3, "kind": "note", "message": "done"})).await;
        let sent = peer.finishes(&attach, &call, "The überall cause").await;
        assert_eq!(story(&mut handle).await, ["all ", "cause", "3:done"]);
        assert_eq!(in_time(handle.result()).await, sent);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_acknowledgement_is_lost_is_asked_for_again_only_in_its_own_session() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let (call, files) = (CallId::new(), Files::default());
    let lose = async {
        let first = peer.hears("call_tool").await;
        drop(peer);
        let (mut peer, _) = port.welcome(true).await;
        let again = peer.accepts(&call).await;
        assert_eq!(again, first, "the same request under the same name");
        peer.finishes(&again, &call, "Because").await;
        peer
    };
    let (handle, _peer) = tokio::join!(begin(&remote, &files), lose);
    assert_eq!(in_time(handle.unwrap().result()).await.text, "Because");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_a_forgetful_daemon_may_have_accepted_is_never_sent_twice() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let files = Files::default();
    let forget = async {
        peer.hears("call_tool").await;
        drop(peer);
        port.welcome(false).await.0
    };
    let (handle, mut peer) = tokio::join!(begin(&remote, &files), forget);
    let error = handle.unwrap_err();
    assert_eq!((error.code, error.kind().exit_code()), (ErrorCode::Interrupted, 130));
    assert!(error.message.contains("unknown whether") && error.hints[0].contains("exai calls list"), "{error:?}");
    in_time(remote.close()).await;
    assert_eq!(peer.next().await, None, "nothing was sent");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_died_before_its_row_was_never_paid() {
    let port = Port::new();
    let (_remote, peer, handle, call, _) = running(&port, &Files::default()).await;
    drop(peer);
    let (mut peer, _) = port.welcome(false).await;
    let attach = peer.hears("attach").await;
    let error = json!({"code": "NOT_FOUND", "message": "no call"});
    for op in ["attach_res", "call_tool_res"] {
        peer.says(json!({"op": op, "request_id": attach["request_id"], "ok": false, "error": error})).await;
    }
    let result = in_time(handle.result()).await;
    assert_eq!((result.call_id, result.state, result.exit.code), (call, CallState::Interrupted, 130));
    assert!(result.error.unwrap().hints[0].contains("nothing was paid"));
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_stays_away_is_waited_for_but_not_for_ever() {
    for (may_return, least, most) in [(true, 8, 10), (false, 1, 2)] {
        let port = Port::new();
        let (remote, peer, handle, call, _) = running(&port, &Files::default()).await;
        port.shut(may_return);
        let began = Instant::now();
        drop(peer);
        let result = in_time(handle.result()).await;
        let waited = began.elapsed().as_secs_f64();
        assert!((f64::from(least)..=f64::from(most)).contains(&waited), "{waited} s");
        let error = result.error.unwrap();
        assert_eq!((error.code, result.exit.code), (ErrorCode::Interrupted, 130));
        assert!(error.hints[0].contains(&format!("exai calls show {call}")), "{error:?}");

        // The next call finds the daemon that came back later.
        let error = begin(&remote, &Files::default()).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::NoDaemon);
        port.reopen();
        let later = async {
            let (mut peer, _) = port.welcome(false).await;
            let call = CallId::new();
            let request = peer.accepts(&call).await;
            peer.finishes(&request, &call, "later").await;
            peer
        };
        let files = Files::default();
        let (handle, _peer) = tokio::join!(begin(&remote, &files), later);
        assert_eq!(in_time(handle.unwrap().result()).await.text, "later");
    }
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_comes_back_late_and_stumbles_is_found_again() {
    let port = Port::new();
    let (_remote, peer, handle, call, _) = running(&port, &Files::default()).await;
    drop(peer);
    // It listens and says nothing, cuts the connection, drains; then it is there.
    drop(port.arrival().await);
    drop(port.peer().await);
    let (mut peer, _) = port.peer().await;
    peer.says(json!({"op": "hello_ack", "ok": false, "error": "draining", "retry_after": 1.0})).await;
    drop(peer);
    let (mut peer, _) = port.welcome(true).await;
    let attach = peer.accepts(&call).await;
    peer.finishes(&attach, &call, "Because").await;
    assert_eq!(in_time(handle.result()).await.text, "Because");
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_refuses_the_token_now_is_not_asked_again_and_again() {
    let port = Port::new();
    let (_remote, peer, handle, _, _) = running(&port, &Files::default()).await;
    drop(peer);
    let began = Instant::now();
    let (mut peer, _) = port.peer().await;
    peer.says(json!({"op": "hello_ack", "ok": false, "error": "unauthorized"})).await;
    let result = in_time(handle.result()).await;
    assert!(began.elapsed().as_millis() < 10, "{:?}", began.elapsed());
    let error = result.error.unwrap();
    assert!(error.code == ErrorCode::Interrupted && error.message.contains("refused the token"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wish_to_cancel_outlives_the_connection() {
    let port = Port::new();
    let (_remote, peer, handle, call, _) = running(&port, &Files::default()).await;
    port.shut(true);
    drop(peer);
    tokio::task::yield_now().await;
    handle.cancel();
    port.reopen();
    let (mut peer, _) = port.welcome(true).await;
    let attach = peer.accepts(&call).await;
    assert_eq!(peer.hears("cancel").await["call_id"], call.as_str());
    peer.finishes(&attach, &call, "cancelled").await;
    assert_eq!(in_time(handle.result()).await.text, "cancelled");
}

#[tokio::test(start_paused = true)]
async fn a_question_is_asked_again_and_a_wish_is_not() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let cut = async {
        let asked = [peer.next().await.unwrap(), peer.next().await.unwrap()];
        assert!(asked.iter().any(|frame| frame["op"] == "rotate_token"), "{asked:?}");
        drop(peer);
        let (mut peer, _) = port.welcome(true).await;
        peer.answers("list_calls", json!({"ok": true, "calls": []})).await;
        peer
    };
    let list = remote.list_calls(CallFilter::default());
    let (calls, rotated, mut peer) = tokio::join!(list, remote.rotate_token("an old one", "a new one"), cut);
    assert_eq!(calls.unwrap(), []);
    assert_eq!(rotated.unwrap_err().code, ErrorCode::ServiceUnavailable);
    in_time(remote.close()).await;
    assert_eq!(peer.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn all_who_ask_a_daemon_that_says_nothing_are_told_with_the_first() {
    let port = Port::new();
    let (remote, peer) = port.connect().await;
    drop(peer);
    in_time(remote.link().wait_for(|link| *link != LinkState::Up)).await.unwrap();
    let began = Instant::now();
    // It takes each connection, and no more.
    let asked = (0..4).map(|_| remote.list_calls(CallFilter::default()));
    let answers = futures_util::future::join_all(asked).await;
    assert!(answers.iter().all(Result::is_err), "{answers:?}");
    assert_eq!(began.elapsed().as_secs(), 5, "one try for all");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_nobody_needs_is_made_again_only_when_somebody_does() {
    let port = Port::new();
    let (remote, peer) = port.connect().await;
    drop(peer);
    let answer = async {
        let (mut peer, hello) = port.welcome(true).await;
        assert!(hello.session_id.is_some());
        peer.answers("list_threads", json!({"ok": true, "threads": []})).await;
        peer
    };
    let ask = async {
        // Long after the connection broke.
        tokio::time::advance(std::time::Duration::from_hours(1)).await;
        remote.list_threads(5).await
    };
    let (threads, _peer) = tokio::join!(ask, answer);
    assert_eq!(threads.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_silent_daemon_is_asked_for_a_sign_and_then_left() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let (call, files) = (CallId::new(), Files::default());
    let accept = async {
        let request = peer.hears("call_tool").await;
        let mut ack = ack(&request, &call);
        ack["timeout"] = 300.into();
        peer.says(ack).await;
    };
    let (handle, ()) = tokio::join!(begin(&remote, &files), accept);
    // The connection stays open, but nobody reads from it.
    let began = Instant::now();
    let (mut next, _) = port.welcome(true).await;
    assert!(began.elapsed().as_secs() < 61, "{:?}", began.elapsed());
    let attach = next.accepts(&call).await;
    next.finishes(&attach, &call, "Because").await;
    assert_eq!(in_time(handle.unwrap().result()).await.text, "Because");
    drop(peer);
}
