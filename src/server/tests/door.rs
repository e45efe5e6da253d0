//! Who gets in, and how a connection that misbehaves ends while all others go on.

use std::time::Duration;

use exai_fake::Scenario;
use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::gateway::testing::in_time;
use crate::server::testing::{Peer, TOKEN, TestDaemon, get};

#[tokio::test]
async fn a_hello_that_is_none_is_told_why_and_closed() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let hello = |more: Value| {
        let mut hello = json!({"op": "hello", "token": TOKEN});
        hello.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        hello.to_string()
    };
    for (frame, error, code) in [
        ("nonsense".to_owned(), "invalid_hello", 4000),
        ("[1]".to_owned(), "invalid_hello", 4000),
        (json!({"op": "list_tools"}).to_string(), "missing_hello", 4001),
        (hello(json!({"protocol": 2})), "unsupported_protocol", 4002),
        (hello(json!({"token": "wrong"})), "unauthorized", 4003),
        (hello(json!({"token": null})), "unauthorized", 4003),
        (hello(json!({"token": "a token that is long enougH"})), "unauthorized", 4003),
    ] {
        let mut peer = daemon.stranger().await;
        peer.socket.send(Message::Text(frame.clone().into())).await.unwrap();
        let reply = peer.next().await;
        assert_eq!(
            (&reply["op"], &reply["ok"], &reply["error"]),
            (&json!("hello_ack"), &json!(false), &json!(error)),
            "{frame}"
        );
        assert_eq!(peer.closed().await.0, code, "{frame}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn who_says_no_hello_is_closed_in_time() {
    let daemon = TestDaemon::with(Scenario::default(), &[("EXAI_HELLO_TIMEOUT_S", "0.1")]).await;
    let mut silent = daemon.stranger().await;
    assert_eq!(silent.closed().await, (4002, "hello timeout or disconnect".to_owned()));
    daemon.stop().await;
}

#[tokio::test]
async fn a_client_of_the_predecessor_works_unchanged() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut old = daemon.stranger().await;
    old.send(&json!({"op": "hello", "session_id": "made-up-by-the-client", "token": TOKEN})).await;
    let ack = old.next().await;
    assert_eq!((&ack["ok"], ack["session_id"].is_string()), (&json!(true), true), "{ack}");
    old.send(&json!({"op": "list_tools"})).await;
    let tools = old.until("list_tools_res").await;
    let chat = tools["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == "chat").unwrap();
    assert_eq!(chat["inputSchema"]["type"], "object");
    // It may leave out the request's name, and say the predecessor's names of tools.
    old.send(&json!({"op": "call_tool", "name": "version_EXAI-WS", "arguments": {}})).await;
    let result = old.until("call_tool_res").await;
    assert_eq!(result["ok"], true, "{result}");
    assert!(!result["outputs"][0]["text"].as_str().unwrap().is_empty());
    old.send(&json!({"op": "health"})).await;
    let health = old.until("health_res").await;
    assert!(health["health"]["uptime_human"].is_string() && health["health"]["global_capacity"] == 5, "{health}");
    daemon.stop().await;
}

#[tokio::test]
async fn foreign_pages_and_foreign_names_are_refused_before_the_upgrade() {
    let daemon = TestDaemon::with(Scenario::default(), &[("EXAI_ALLOWED_ORIGINS", "https://dash.example.org")]).await;
    let [main, page, ..] = daemon.ports;
    let own = format!("http://localhost:{}", page.port());
    for (headers, status) in [
        (vec![], 200),
        (vec![("Origin", own.as_str())], 200),
        (vec![("Origin", "https://dash.example.org")], 200),
        (vec![("Origin", "https://evil.example.org")], 403),
        (vec![("Origin", "null")], 403),
        (vec![("Host", "evil.example.org")], 403),
        (vec![("Origin", "https://evil.example.org"), ("Upgrade", "websocket"), ("Connection", "upgrade")], 403),
    ] {
        assert_eq!(get(main, "/health/live", &headers).await.0, status, "{headers:?}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn the_socket_is_on_any_path_of_the_main_port_and_on_one_of_the_page() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let [main, page, health, metrics] = daemon.ports;
    for (address, path, is_there) in [
        (main, "/any/path", true),
        (page, "/ws", true),
        (page, "/", false),
        (health, "/", false),
        (metrics, "/ws", false),
    ] {
        assert_eq!(Peer::connect(address, path).await.is_ok(), is_there, "{address} {path}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn frames_that_are_too_big_or_binary_close_one_connection_and_no_other() {
    let daemon = TestDaemon::with(Scenario::default(), &[("EXAI_WS_MAX_BYTES", "65536")]).await;
    let mut other = daemon.peer().await;
    let mut big = daemon.peer().await;
    big.socket.send(Message::Text("x".repeat(65_537).into())).await.unwrap();
    assert_eq!(big.closed().await.0, 1009);
    let mut binary = daemon.peer().await;
    binary.socket.send(Message::Binary(vec![1, 2, 3].into())).await.unwrap();
    assert_eq!(binary.closed().await.0, 1003);
    assert_eq!(other.call("1", "version", json!({})).await["ok"], true);
    daemon.stop().await;
}

#[tokio::test]
async fn a_peer_that_takes_nothing_is_closed_and_its_call_goes_on() {
    let daemon = TestDaemon::with(
        Scenario::load("slow_gate"),
        &[("EXAI_STALLED_S", "0.1"), ("EXAI_RATE_SESSION", "off"), ("EXAI_RATE_ALL", "off")],
    )
    .await;
    let mut peer = daemon.narrow_peer().await;
    let mut other = daemon.peer().await;
    peer.begin("1", "chat", json!({"prompt": "hello", "model": "glm-4.6"})).await;
    let call_id = peer.until("call_tool_ack").await["call_id"].clone();
    // Nothing is read: the answers fill every buffer on the way, until nothing more is read from the peer either.
    let ask = json!({"op": "list_tools", "request_id": "more"});
    for _ in 0..2_000 {
        let sent =
            tokio::time::timeout(Duration::from_millis(100), peer.socket.send(Message::Text(ask.to_string().into())));
        if !matches!(sent.await, Ok(Ok(()))) {
            break;
        }
    }
    other.send(&json!({"op": "subscribe", "request_id": "s", "topics": ["snapshot"], "interval_ms": 50})).await;
    let is_alone = |frame: &Value| {
        let sessions = frame["sessions"].as_array();
        sessions.is_some_and(|all| all.iter().filter(|session| session["connected"] == true).count() == 1)
    };
    other.until_that(is_alone).await;
    daemon.fake.open("go");
    other.send(&json!({"op": "attach", "request_id": "a", "call_id": call_id})).await;
    assert_eq!(other.until("call_tool_res").await["ok"], true);
    daemon.stop().await;
}

#[tokio::test]
async fn one_byte_at_a_time_is_still_a_frame() {
    use tokio::io::AsyncWriteExt;
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut peer = daemon.peer().await;
    let text = json!({"op": "call_tool", "request_id": "1", "name": "version"}).to_string();
    let length = u8::try_from(text.len()).unwrap();
    assert!(length < 126);
    // A masked frame whose mask is zero, by hand.
    let frame: Vec<u8> = [0x81, 0x80 | length, 0, 0, 0, 0].into_iter().chain(text.bytes()).collect();
    for byte in frame {
        peer.socket.get_mut().write_all(&[byte]).await.unwrap();
    }
    assert_eq!(peer.until("call_tool_res").await["ok"], true);
    daemon.stop().await;
}

#[tokio::test]
async fn messages_beyond_the_rate_are_refused_with_the_time_to_come_back() {
    let daemon = TestDaemon::with(Scenario::default(), &[("EXAI_RATE_SESSION", "3/1")]).await;
    let mut peer = daemon.peer().await;
    let mut other = daemon.peer().await;
    for number in 0..4 {
        peer.begin(&number.to_string(), "version", json!({})).await;
    }
    let refused = peer.until_for("call_tool_res", "3").await;
    assert_eq!((&refused["ok"], &refused["error"]["code"]), (&json!(false), &json!("OVER_CAPACITY")), "{refused}");
    assert!(refused["error"]["retry_after"].as_f64().unwrap() > 0.0);
    assert_eq!(other.call("1", "version", json!({})).await["ok"], true);
    daemon.stop().await;
}

#[tokio::test]
async fn connections_over_the_limit_are_told_to_come_back() {
    let daemon = TestDaemon::with(Scenario::default(), &[("EXAI_MAX_CONNECTIONS", "2")]).await;
    let (_one, _two) = (daemon.peer().await, daemon.peer().await);
    assert_eq!(get(daemon.ports[0], "/health/live", &[]).await.0, 503);
    daemon.stop().await;
}

#[tokio::test]
async fn a_silent_peer_is_asked_and_then_given_up() {
    let daemon = TestDaemon::with(
        Scenario::default(),
        &[("EXAI_PING_S", "0.1"), ("EXAI_RATE_SESSION", "off"), ("EXAI_RATE_ALL", "off")],
    )
    .await;
    let mut lively = daemon.peer().await;
    let silent = daemon.peer().await;
    // A client that does not read does not answer pings either.
    let sessions = in_time(async {
        loop {
            let answer = lively.ask(json!({"op": "snapshot", "request_id": "s"})).await;
            let sessions = answer["snapshot"]["sessions"].as_array().unwrap().clone();
            if sessions.iter().any(|session| session["connected"] == false) {
                return sessions;
            }
        }
    })
    .await;
    let gone = sessions.iter().find(|session| session["connected"] == false).unwrap();
    assert_eq!(gone["session_id"], silent.welcome["session_id"]);
    daemon.stop().await;
}

#[tokio::test]
async fn who_leaves_for_good_is_forgotten_and_who_is_cut_off_is_not() {
    let daemon =
        TestDaemon::with(Scenario::default(), &[("EXAI_MAX_SESSIONS", "2"), ("EXAI_RATE_SESSION", "off")]).await;
    let mut watcher = daemon.peer().await;
    let mut leaving = daemon.peer().await;
    leaving.socket.close(Some(bye())).await.unwrap();
    leaving.closed().await;
    let mut staying = daemon.peer().await;
    let session = staying.welcome["session_id"].clone();
    staying.socket.close(None).await.unwrap();
    staying.closed().await;
    let listed = || json!({"op": "health", "request_id": "h"});
    assert_eq!(watcher.ask(listed()).await["health"]["sessions"], 2);
    let again = daemon.peer_with(json!({"session_id": session})).await;
    assert_eq!(again.welcome["resumed"], true);
    drop(again);
    // Where there is no room, the one that has been away for the longest time makes some.
    in_time(async {
        while watcher.ask(json!({"op": "snapshot", "request_id": "s"})).await["snapshot"]["sessions"]
            .as_array()
            .unwrap()
            .iter()
            .all(|session| session["connected"] == true)
        {}
    })
    .await;
    let newcomer = daemon.peer().await;
    assert_ne!(newcomer.welcome["session_id"], session);
    let mut late = daemon.stranger().await;
    late.send(&json!({"op": "hello", "token": TOKEN, "session_id": session})).await;
    assert_eq!(late.next().await["error"], "over_capacity", "both sessions are in use");
    assert_eq!(late.closed().await.0, 4008);
    daemon.stop().await;
}

fn bye() -> tokio_tungstenite::tungstenite::protocol::CloseFrame {
    tokio_tungstenite::tungstenite::protocol::CloseFrame {
        code: 1000.into(),
        reason: crate::protocol::wire::BYE.into(),
    }
}

#[tokio::test]
async fn a_strangers_hello_is_small_or_not_read() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut stranger = daemon.stranger().await;
    let padding = "x".repeat(200_000);
    // The daemon stops reading in the middle, and closes.
    drop(
        stranger
            .socket
            .send(Message::Text(json!({"op": "hello", "token": TOKEN, "padding": padding}).to_string().into()))
            .await,
    );
    assert_eq!(stranger.closed().await.0, 1009);
    let mut known = daemon.peer().await;
    assert_eq!(known.call("1", "chat", json!({"prompt": padding, "model": "mock:echo"})).await["ok"], true);
    daemon.stop().await;
}

#[tokio::test]
async fn the_page_is_served_where_its_feed_is_and_nowhere_else() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let [main, page, health, metrics] = daemon.ports;
    for address in [main, page] {
        let (status, body) = get(address, "/", &[]).await;
        assert!(status == 200 && body.contains("<title>exai</title>"), "{status} {body}");
        // Another page's name for this address is no name of the daemon's.
        assert_eq!(get(address, "/", &[("Host", "evil.example.org")]).await.0, 403);
        let mut peer = Peer::connect(address, "/ws").await.unwrap();
        peer.send(&json!({"op": "hello", "token": TOKEN, "ticket": true})).await;
        assert!(peer.next().await["ticket"]["code"].is_string());
    }
    for address in [health, metrics] {
        assert_eq!(get(address, "/", &[]).await.0, 404);
    }
    daemon.stop().await;
}
