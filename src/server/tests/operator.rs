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

#[tokio::test]
async fn an_operator_ends_a_call_and_lets_a_model_be_asked_again_that_was_left_alone() {
    let daemon = TestDaemon::start(Scenario::load("slow_gate")).await;
    let (mut operator, mut peer) = (daemon.peer().await, daemon.peer().await);
    let ask = json!({"prompt": "hello", "model": "glm-4.6"});
    peer.begin("1", "chat", ask.clone()).await;
    let call_id = peer.until_that(|frame| frame["kind"] == "sent").await["call_id"].clone();
    let answer = operator.ask(admin("cancel", json!({"call_id": call_id}))).await;
    let told = format!("call {} was running", call_id.as_str().unwrap());
    assert_eq!((&answer["ok"], &answer["notes"]), (&json!(true), &json!([told])), "{answer}");
    assert_eq!(peer.until_for("call_tool_res", "1").await["error"]["code"], "CANCELLED");

    let breakers = &daemon.house.calls().gateway.breakers;
    let model = daemon.house.calls().gateway.catalogue.resolve("glm-4.6").unwrap();
    for _ in 0..5 {
        breakers.record(&model, Some(false));
    }
    let refused = peer.call("2", "chat", ask.clone()).await;
    assert_eq!(refused["error"]["code"], "SERVICE_UNAVAILABLE", "{refused}");
    for (model, count) in [(json!("glm-5"), 0), (json!("glm-4.6"), 1)] {
        let answer = operator.ask(admin("reset_breaker", json!({"model": model}))).await;
        assert_eq!(answer["notes"], json!([format!("{count} breakers were reset")]), "{answer}");
    }
    peer.begin("3", "chat", ask).await;
    peer.until_that(|frame| frame["kind"] == "sent").await;
    daemon.fake.open("go");
    assert_eq!(peer.until_for("call_tool_res", "3").await["ok"], true);
    daemon.stop().await;
}
