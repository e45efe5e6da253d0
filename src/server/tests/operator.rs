//! What an operator does, and what is written down of it.

use exai_fake::Scenario;
use serde_json::{Value, json};

use crate::server::testing::{TOKEN, TestDaemon, get, write};

fn admin(action: &str, mut frame: Value) -> Value {
    for (name, value) in [("op", "admin"), ("request_id", "a"), ("action", action)] {
        frame[name] = value.into();
    }
    frame
}

#[tokio::test]
async fn refusals_exchanges_and_actions_are_written_down_without_a_token() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut stranger = daemon.stranger().await;
    stranger.send(&json!({"op": "hello", "token": "a wrong guess at it"})).await;
    stranger.closed().await;
    let mut peer = daemon.peer().await;
    peer.ask(admin("set_limit", json!({"name": "glm", "limit": 7}))).await;
    peer.ask(admin("close_session", json!({"session_id": "nobody"}))).await;
    peer.ask(json!({"op": "rotate_token", "request_id": "r", "old": TOKEN, "new": "another long token"})).await;
    let log = daemon.house.calls().store.audit_log(None, 10).await.unwrap();
    let mut deeds: Vec<(&str, bool)> =
        log.iter().map(|record| (record.entry.action.as_str(), record.entry.ok)).collect();
    deeds.sort_unstable();
    let expected = [("close_session", false), ("refused_token", false), ("rotate_token", true), ("set_limit", true)];
    assert_eq!(deeds, expected);
    let written = serde_json::to_string(&log).unwrap();
    for secret in [TOKEN, "another long token", "a wrong guess at it"] {
        assert!(!written.contains(secret), "{written}");
    }
    let limit = log.iter().find(|record| record.entry.action == "set_limit").unwrap();
    assert_eq!(limit.entry.target.as_deref(), Some("glm"));
    daemon.stop().await;
}

#[tokio::test]
async fn a_limit_that_is_changed_holds_at_once_and_until_the_configuration_is_read_again() {
    let daemon = TestDaemon::start(Scenario::load("slow_gate")).await;
    let mut peer = daemon.peer().await;
    let ask = |text: &str| json!({"prompt": text, "model": "glm-4.6"});
    peer.ask(admin("set_limit", json!({"name": "glm", "limit": 1}))).await;
    peer.begin("1", "chat", ask("one")).await;
    peer.until_that(|frame| frame["kind"] == "sent").await;
    peer.begin("2", "chat", ask("two")).await;
    let queued = peer.until_that(|frame| frame["kind"] == "queued").await;
    assert_eq!(
        (&queued["request_id"], &queued["position"], &queued["waiting_for"]),
        (&json!("2"), &json!(1), &json!("provider"))
    );
    let shown: Value = serde_json::from_str(&get(daemon.ports[2], "/health/semaphores", &[]).await.1).unwrap();
    assert_eq!(shown["semaphores"]["providers"]["glm"], json!({"in_use": 1, "limit": 1, "waiting": 1}));
    // Read again, the limit is the configured one, and who waited goes on.
    peer.send(&admin("reload", json!({}))).await;
    peer.until_that(|frame| frame["kind"] == "sent" && frame["request_id"] == "2").await;
    daemon.fake.open("go");
    for _ in 0..2 {
        assert_eq!(peer.until("call_tool_res").await["ok"], true);
    }
    daemon.stop().await;
}

#[tokio::test]
async fn a_configuration_that_is_read_again_changes_the_tools_and_says_so() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let (mut board, mut peer) = (daemon.peer().await, daemon.peer().await);
    board.ask(json!({"op": "subscribe", "request_id": "s", "topics": ["catalog"]})).await;
    let file = ".config/exai/config.toml";
    write(daemon.dir.path(), file, "disabled_tools = [\"debug\"]\n[daemon]\nport = 1\n");
    let answer = peer.ask(admin("reload", json!({}))).await;
    assert_eq!((&answer["ok"], &answer["notes"]), (&json!(true), &json!(["daemon.port is used after a restart"])));
    board.until("catalog_changed").await;
    let tools = peer.ask(json!({"op": "list_tools", "request_id": "l"})).await;
    assert!(tools["tools"].as_array().unwrap().iter().all(|tool| tool["name"] != "debug"), "{tools}");

    write(daemon.dir.path(), file, "nonsense = 1\n");
    let answer = peer.ask(admin("reload", json!({}))).await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("nonsense"), "{answer}");
    assert_eq!(peer.call("1", "version", json!({})).await["ok"], true, "what can not be used changes nothing");
    daemon.stop().await;
}
