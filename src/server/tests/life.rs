//! Health, operators and the end of a daemon.

use std::time::Duration;

use exai_fake::Scenario;
use serde_json::{Value, json};

use crate::gateway::testing::in_time;
use crate::protocol::{CallState, SessionId};
use crate::server::testing::{TOKEN, TestDaemon, get};

fn question(text: &str) -> Value {
    json!({"prompt": text, "model": "glm-4.6"})
}

#[tokio::test]
async fn a_running_call_is_healthy_and_what_is_served_where() {
    let daemon = TestDaemon::start(Scenario::load("slow_gate")).await;
    let mut peer = daemon.peer().await;
    peer.begin("1", "chat", question("hello")).await;
    peer.until_that(|frame| frame["kind"] == "sent").await;
    let [main, page, health, metrics] = daemon.ports;
    let bearer = format!("Bearer {TOKEN}");
    for (address, path, token, status) in [
        (main, "/health", false, 200),
        (health, "/healthz", false, 200),
        (health, "/health/live", false, 200),
        (health, "/health/ready", false, 200),
        (health, "/health/semaphores", false, 200),
        (health, "/metrics", false, 404),
        (metrics, "/metrics", false, 200),
        (main, "/metrics", false, 200),
        (main, "/api/snapshot", false, 401),
        (main, "/api/snapshot", true, 200),
        (page, "/api/snapshot", true, 200),
        (page, "/health", true, 404),
        (main, "/nothing", true, 404),
    ] {
        let headers = if token { vec![("Authorization", bearer.as_str())] } else { vec![] };
        assert_eq!(get(address, path, &headers).await.0, status, "{path} {token}");
    }
    let picture: Value = serde_json::from_str(&get(health, "/health", &[]).await.1).unwrap();
    assert_eq!((&picture["global_inflight"], &picture["running_calls"]), (&json!(1), &json!(1)), "{picture}");
    daemon.fake.open("go");
    peer.until("call_tool_res").await;
    daemon.stop().await;
}

#[tokio::test]
async fn a_daemon_whose_store_can_not_be_written_lives_and_is_not_ready() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let health = daemon.ports[2];
    let broken = rusqlite::Connection::open(daemon.house.calls().store.path()).unwrap();
    broken.execute_batch("DROP TABLE upkeep").unwrap();
    // What is known of the store is a moment old at the most.
    let told = in_time(async {
        loop {
            let (status, told) = get(health, "/health/ready", &[]).await;
            if status == 503 {
                return told;
            }
        }
    })
    .await;
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap()["store"], "failing");
    assert_eq!(get(health, "/health/live", &[]).await.0, 200);
    daemon.stop().await;
}

#[tokio::test]
async fn a_daemon_that_drains_finishes_its_calls_and_takes_no_new_ones() {
    let daemon = TestDaemon::start(Scenario::load("slow_gate")).await;
    let mut peer = daemon.peer().await;
    peer.begin("1", "chat", question("hello")).await;
    peer.until_that(|frame| frame["kind"] == "sent").await;
    assert_eq!(peer.ask(json!({"op": "admin", "request_id": "a", "action": "drain"})).await["ok"], true);
    let refused = peer.call("2", "chat", question("another one")).await;
    assert_eq!(refused["error"]["code"], "SERVICE_UNAVAILABLE", "{refused}");
    assert!(refused["error"]["retry_after"].is_number());
    assert!(tokio::net::TcpStream::connect(daemon.ports[2]).await.is_err(), "nothing listens any more");
    let next = crate::coordination::DaemonLock::take(&daemon.state_dir());
    assert!(next.is_ok(), "the next daemon may begin");
    daemon.fake.open("go");
    assert_eq!(peer.until_for("call_tool_res", "1").await["ok"], true);
    assert_eq!(peer.closed().await.0, 1012);
    daemon.ended().await;
}

#[tokio::test]
async fn what_can_not_finish_in_time_is_interrupted_and_says_so() {
    let daemon = TestDaemon::with(Scenario::load("slow_gate"), &[("EXAI_DRAIN_TIMEOUT_S", "0.1")]).await;
    let mut peer = daemon.peer().await;
    peer.begin("1", "chat", question("hello")).await;
    let call_id = peer.until("call_tool_ack").await["call_id"].as_str().unwrap().to_owned();
    daemon.fake.requests_reach(1).await;
    daemon.shutdown.drain.cancel();
    let result = peer.until("call_tool_res").await;
    assert_eq!(result["error"]["code"], "INTERRUPTED", "{result}");
    let (house, _dir) = daemon.ended().await;
    let record = house.calls().store.get_call("default".to_owned(), call_id).await.unwrap();
    assert_eq!(record.result.state, CallState::Interrupted);
}

#[tokio::test]
async fn an_exchanged_token_lets_in_whoever_knows_the_new_one() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut peer = daemon.peer().await;
    let rotate = |old: Value, new: Value| json!({"op": "rotate_token", "request_id": "r", "old": old, "new": new});
    for (old, new, error) in [
        (json!(null), json!("another long token"), "missing_params"),
        (json!("a guess"), json!("another long token"), "unauthorized"),
        (json!(TOKEN), json!("short"), "too_short"),
    ] {
        let answer = peer.ask(rotate(old, new)).await;
        assert_eq!((&answer["ok"], &answer["error"]), (&json!(false), &json!(error)), "{answer}");
    }
    assert_eq!(peer.ask(rotate(json!(TOKEN), json!("another long token"))).await["ok"], true);
    let mut late = daemon.stranger().await;
    late.send(&json!({"op": "hello", "token": TOKEN})).await;
    assert_eq!(late.next().await["error"], "unauthorized");
    let mut next = daemon.stranger().await;
    next.send(&json!({"op": "hello", "token": "another long token"})).await;
    assert_eq!(next.next().await["ok"], true);
    daemon.stop().await;
}

#[tokio::test]
async fn an_operator_closes_a_session_and_its_calls_end() {
    let daemon = TestDaemon::start(Scenario::load("slow_gate")).await;
    let (mut operator, mut victim) = (daemon.peer().await, daemon.peer().await);
    victim.begin("1", "chat", question("hello")).await;
    victim.until_that(|frame| frame["kind"] == "sent").await;
    let session = victim.welcome["session_id"].clone();
    let answer =
        operator.ask(json!({"op": "admin", "request_id": "a", "action": "close_session", "session_id": session})).await;
    assert_eq!((&answer["ok"], &answer["notes"][0]), (&json!(true), &json!("1 calls were cancelled")), "{answer}");
    assert_eq!(victim.closed().await.0, 4009);
    let late = daemon.peer_with(json!({"session_id": session})).await;
    assert_eq!(late.welcome["resumed"], false);
    daemon.stop().await;
}

#[tokio::test]
async fn a_page_logs_in_once_with_a_code() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut operator = daemon.peer().await;
    let answer = operator.ask(json!({"op": "admin", "request_id": "a", "action": "login_code"})).await;
    let code = answer["code"].clone();
    for ok in [true, false] {
        let mut page = daemon.stranger().await;
        page.send(&json!({"op": "hello", "code": code})).await;
        assert_eq!(page.next().await["ok"], ok);
    }
    daemon.stop().await;
}

#[tokio::test]
async fn a_dashboard_hears_snapshots_and_steps_until_it_has_heard_enough() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let (mut board, mut peer) = (daemon.peer().await, daemon.peer().await);
    let topics = |op: &str| json!({"op": op, "request_id": "s", "topics": ["snapshot", "events"], "interval_ms": 50});
    assert_eq!(board.ask(topics("subscribe")).await["ok"], true);
    let first = board.until("snapshot").await;
    assert_eq!(first["sessions"].as_array().unwrap().len(), 2, "{first}");
    let call_id = peer.call("1", "version", json!({})).await["call_id"].clone();
    for kind in ["accepted", "finished"] {
        let event = board.until_that(|frame| frame["op"] == "event" && frame["kind"] == kind).await;
        assert_eq!((&event["call_id"], event["seq"].is_number()), (&call_id, true), "{event}");
        assert_eq!(event["session_id"], peer.welcome["session_id"]);
    }
    let mut other = daemon.peer().await;
    other.ask(topics("subscribe")).await;
    assert_eq!(board.ask(topics("unsubscribe")).await["ok"], true);
    let health = json!({"op": "health", "request_id": "h"});
    // What was under way may still come before this answer.
    board.ask(health.clone()).await;
    peer.call("2", "version", json!({})).await;
    // Another one hears of it meanwhile, and of two moments behind it.
    other.until_that(|frame| frame["op"] == "event" && frame["kind"] == "finished").await;
    for _ in 0..2 {
        other.until("snapshot").await;
    }
    board.send(&health).await;
    assert_eq!(board.next().await["op"], "health_res", "who has heard enough hears nothing but its answers");
    daemon.stop().await;
}

#[tokio::test]
async fn what_a_dashboard_missed_stays_counted_when_it_hears_more_or_less() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut board = daemon.peer().await;
    let topics = |op: &str, topics: &[&str]| json!({"op": op, "request_id": "s", "topics": topics, "interval_ms": 50});
    board.ask(topics("subscribe", &["snapshot", "events"])).await;
    board.until("snapshot").await;
    // Nothing else runs meanwhile, so the oldest of them are gone before they can be taken.
    let session = SessionId::new();
    for _ in 0..5_000 {
        daemon.house.telemetry().session_opened("default", &session);
    }
    let missed = |frame: &Value| frame["op"] == "snapshot" && frame["dropped"].as_u64() > Some(0);
    let before = board.until_that(missed).await["dropped"].as_u64().unwrap();
    board.ask(topics("subscribe", &["log"])).await;
    let after = board.until("snapshot").await["dropped"].as_u64().unwrap();
    assert!(after >= before, "{before} were missed, then {after}");
    board.ask(topics("unsubscribe", &["snapshot", "events", "log"])).await;
    board.ask(topics("subscribe", &["snapshot"])).await;
    let again = board.until("snapshot").await["dropped"].as_u64().unwrap();
    assert!(again >= after, "{after} were missed, then {again}");
    daemon.stop().await;
}

#[tokio::test]
async fn a_session_waits_an_hour_for_its_client_and_no_longer() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut session = daemon.peer().await.welcome["session_id"].clone();
    let mut operator = daemon.peer().await;
    for (minutes, is_resumed) in [(59, true), (59, true), (61, false)] {
        let is_away = |row: &Value| row["session_id"] == session && row["connected"] == false;
        in_time(async {
            loop {
                let picture = operator.ask(json!({"op": "snapshot", "request_id": "s"})).await;
                if picture["snapshot"]["sessions"].as_array().unwrap().iter().any(is_away) {
                    return;
                }
            }
        })
        .await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_mins(minutes)).await;
        tokio::time::resume();
        let again = daemon.peer_with(json!({"session_id": session})).await;
        assert_eq!(again.welcome["resumed"], is_resumed, "after {minutes} minutes");
        session = again.welcome["session_id"].clone();
        operator = daemon.peer().await;
    }
    daemon.stop().await;
}
