//! The list of tools that a client is shown, and what it may call by that list.

use exai_fake::Scenario;
use serde_json::{Value, json};

use crate::server::testing::TestDaemon;

fn names(answer: &Value) -> Vec<&str> {
    answer["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

fn list(more: &Value) -> Value {
    let mut list = json!({"op": "list_tools", "request_id": "l"});
    list.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    list
}

/// The tool of that name in a list.
fn tool<'a>(answer: &'a Value, name: &str) -> &'a Value {
    answer["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == name).unwrap()
}

#[tokio::test]
async fn who_names_a_profile_is_shown_its_tools_briefly_and_what_they_share_once() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut peer = daemon.peer().await;
    let core = peer.ask(list(&json!({"profile": "core"}))).await;
    assert_eq!(names(&core), ["calls", "chat", "codereview", "debug", "precommit"]);
    let findings = |list: &Value| tool(list, "debug")["inputSchema"]["properties"]["findings"].clone();
    assert_eq!(findings(&core), json!({"type": "string"}));
    assert!(core["instructions"].as_str().unwrap().contains("- findings: "), "{core}");

    let router = peer.ask(list(&json!({"profile": "router"}))).await;
    assert_eq!((names(&router), &router["instructions"]), (vec!["exai_describe", "exai_run"], &Value::Null));

    // The predecessor's clients name none and know nothing of instructions: each tool explains itself.
    let whole = peer.ask(list(&json!({}))).await;
    assert!(names(&whole).len() > 25 && whole["instructions"].is_null());
    assert!(findings(&whole)["description"].is_string(), "{}", findings(&whole));
    let does = |read_only, destructive, open_world| json!({"readOnlyHint": read_only, "destructiveHint": destructive, "openWorldHint": open_world});
    assert_eq!(tool(&whole, "kimi_manage_files")["annotations"], does(false, true, true));
    assert_eq!(tool(&core, "chat")["annotations"], does(true, false, true));

    let wrong = peer.ask(list(&json!({"profile": "small"}))).await;
    assert_eq!(wrong["error"]["code"], "VALIDATION_ERROR");
    assert!(wrong["error"]["message"].as_str().unwrap().contains("full, core, router"), "{wrong}");
    daemon.stop().await;
}

#[tokio::test]
async fn a_tool_outside_of_the_list_is_refused_and_the_setting_named() {
    let daemon = TestDaemon::with(Scenario::default(), &[("EXAI_TOOLS_PROFILE", "core")]).await;
    let mut agent = daemon.peer().await;
    assert_eq!(names(&agent.ask(list(&json!({}))).await).len(), 5);
    let refused = agent.call("1", "version", json!({})).await;
    assert_eq!((&refused["ok"], &refused["error"]["code"]), (&json!(false), &json!("TOOL_NOT_FOUND")));
    assert!(refused["error"]["message"].as_str().unwrap().contains("`version`"), "{refused}");
    assert!(refused["error"]["hints"].to_string().contains("EXAI_TOOLS_PROFILE"), "{refused}");
    assert_eq!(agent.call("2", "calls", json!({})).await["ok"], true);

    // A client that says by which list it calls has that one.
    let mut shell = daemon.peer_with(json!({"profile": "full"})).await;
    assert!(names(&shell.ask(list(&json!({}))).await).len() > 25);
    assert_eq!(shell.call("1", "version", json!({})).await["ok"], true);
    daemon.stop().await;
}

#[tokio::test]
async fn the_predecessors_lean_list_is_what_old_clients_see_and_may_call() {
    let daemon = TestDaemon::with(Scenario::default(), &[("LEAN_MODE", "true"), ("LEAN_TOOLS", "chat")]).await;
    let mut agent = daemon.peer().await;
    assert_eq!(names(&agent.ask(list(&json!({}))).await), ["chat", "listmodels", "version"]);
    let refused = agent.call("1", "challenge", json!({"prompt": "x"})).await;
    assert!(refused["error"]["hints"].to_string().contains("LEAN_TOOLS"), "{refused}");
    daemon.stop().await;
}

#[tokio::test]
async fn a_call_through_the_router_is_a_call_of_the_tool_itself() {
    let daemon = TestDaemon::with(Scenario::answer("Yes."), &[("EXAI_TOOLS_PROFILE", "router")]).await;
    let mut agent = daemon.peer().await;
    assert_eq!(names(&agent.ask(list(&json!({}))).await), ["exai_describe", "exai_run"]);
    let all = agent.call("1", "exai_describe", json!({})).await;
    assert!(all["text"].as_str().unwrap().contains("- chat: Asks a model"), "{all}");
    let chat = agent.call("2", "exai_describe", json!({"tool": "chat"})).await;
    assert!(chat["text"].as_str().unwrap().contains("\"prompt\""), "{chat}");

    let run = |arguments: Value| json!({"tool": "chat", "arguments": arguments});
    let wrong = agent.call("3", "exai_run", run(json!({"prompt": "x", "temperature": 7}))).await;
    assert_eq!(
        (&wrong["error"]["code"], &wrong["error"]["details"]["field"]),
        (&json!("VALIDATION_ERROR"), &json!("temperature"))
    );
    let unknown = agent.call("4", "exai_run", json!({"tool": "chatt", "arguments": {}})).await;
    assert!(unknown["error"]["hints"].to_string().contains("did you mean `chat`?"), "{unknown}");

    agent.begin("5", "exai_run", run(json!({"prompt": "x"}))).await;
    assert_eq!(agent.until("call_tool_ack").await["name"], "chat");
    let result = agent.until("call_tool_res").await;
    assert_eq!((&result["ok"], &result["meta"]["tool"]), (&json!(true), &json!("chat")), "{result}");
    let calls = agent.ask(json!({"op": "list_calls", "request_id": "c"})).await;
    assert_eq!(calls["calls"][0]["tool"], "chat", "the journal knows the tool that ran: {calls}");
    // The same request again is the same call.
    agent.begin("5", "exai_run", run(json!({"prompt": "x"}))).await;
    assert_eq!(agent.until("call_tool_res").await["call_id"], result["call_id"]);
    daemon.stop().await;
}
