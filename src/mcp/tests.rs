//! What an agent sees, whatever its generation.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::Menu;
use super::testing::{AWAY, Lines, MOST, document};
use crate::error::{Error, ErrorCode};
use crate::protocol::{EventKind, ThreadId, WaitingFor};
use crate::tools::{List, Offer};

fn dir() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[tokio::test(start_paused = true)]
async fn both_generations_list_and_call() {
    let dir = dir();
    for mut agent in [Lines::legacy("probe", dir.path()).await, Lines::modern(dir.path())] {
        let list = agent.ask("tools/list", json!({})).await;
        let tools = list["result"]["tools"].as_array().unwrap();
        assert!(tools.iter().any(|tool| tool["name"] == "debug" && tool["title"] == "Debug"), "{list}");
        agent.call("a", "version", json!({})).await;
        let call = agent.stage.puppets.call(0).await;
        assert_eq!(call.request.tool, "version");
        call.ends(|envelope| envelope.data = json!({"status": "success", "content": "exai"}));
        let answer = agent.answer("a").await;
        assert_eq!(document(&answer), json!({"status": "success", "content": "exai"}));
        assert_eq!(answer["result"]["structuredContent"], json!({"status": "success", "content": "exai"}));
        assert_eq!(answer["result"]["isError"], false);
    }
}

#[tokio::test(start_paused = true)]
async fn a_conversations_answer_is_text_alone_and_warnings_are_beside_it() {
    let dir = dir();
    let mut agent = Lines::legacy("probe", dir.path()).await;
    agent.call("a", "debug", json!({})).await;
    agent.stage.puppets.call(0).await.ends(|envelope| {
        envelope.data = json!({"status": "calling_expert_analysis", "continuation_id": "01a"});
        envelope.thread_id = Some(ThreadId::new());
        envelope.warnings.push("src/a.rs was left out".to_owned());
    });
    let answer = agent.answer("a").await;
    assert_eq!(document(&answer)["continuation_id"], "01a");
    assert_eq!(answer["result"].get("structuredContent"), None, "clients that show it show nothing else");
    let beside = answer["result"]["content"][1]["text"].as_str().unwrap();
    assert!(beside.contains("src/a.rs was left out"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_call_of_ten_minutes_is_told_of_and_answered() {
    let dir = dir();
    let mut agent = Lines::legacy("claude-code", dir.path()).await;
    let params = json!({"name": "thinkdeep", "arguments": {}, "_meta": {"progressToken": "p"}});
    agent.send("a", "tools/call", params).await;
    let first = agent.hears("notifications/progress").await;
    assert_eq!(first["params"]["progress"], 0.0, "before anything else happens");
    let call = agent.stage.puppets.call(0).await;
    call.happens(EventKind::Queued { position: 2, waiting_for: WaitingFor::Provider });
    let mut last = 0.0;
    let began = Instant::now();
    while began.elapsed() < Duration::from_mins(10) {
        let news = agent.hears("notifications/progress").await;
        let progress = news["params"]["progress"].as_f64().unwrap();
        assert!(progress > last, "{news} after {last}");
        assert!(news["params"]["message"].as_str().unwrap().starts_with("queued, 2nd for the provider"), "{news}");
        last = progress;
    }
    assert!((60.0..63.0).contains(&last), "about one in ten seconds, not {last} in ten minutes");
    call.ends(|envelope| "done".clone_into(&mut envelope.text));
    assert_eq!(agent.answer("a").await["result"]["content"][0]["text"], "done");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_longer_than_the_client_waits_is_answered_with_its_id_and_goes_on() {
    let dir = dir();
    let mut agent = Lines::legacy("cursor-vscode", dir.path()).await;
    let began = Instant::now();
    agent.call("a", "thinkdeep", json!({})).await;
    let answer = agent.answer("a").await;
    let call = agent.stage.puppets.call(0).await;
    assert_eq!(document(&answer)["call_id"], call.id.as_str());
    assert_eq!(document(&answer)["status"], "still_running");
    assert_eq!(began.elapsed().as_secs(), 55);
    assert!(!call.cancel.is_cancelled());
    // What it is told to do works.
    call.ends(|envelope| "found".clone_into(&mut envelope.text));
    let uri = answer["result"]["content"][1]["uri"].as_str().unwrap().to_owned();
    let read = agent.ask("resources/read", json!({"uri": uri})).await;
    assert!(read["result"]["contents"][0]["text"].as_str().unwrap().contains("found"), "{read}");
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_another_call_too_long_is_told_of_that_one() {
    let dir = dir();
    let mut agent = Lines::legacy("probe", dir.path()).await;
    let arguments = json!({"action": "wait", "call_id": "01a-the-other"});
    let params = json!({"name": "calls", "arguments": arguments, "_meta": {"progressToken": "p"}});
    agent.send("a", "tools/call", params).await;
    let told = agent.hears("notifications/progress").await;
    assert_eq!(told["params"]["message"], "waiting for call 01a-the-other, 0 s");
    assert_eq!(document(&agent.answer("a").await)["call_id"], "01a-the-other");
    assert!(agent.stage.puppets.call(0).await.cancel.is_cancelled(), "nobody waits any more");
}

#[tokio::test(start_paused = true)]
async fn giving_up_ends_the_call_and_hanging_up_does_not() {
    let dir = dir();
    for mut agent in [Lines::legacy("probe", dir.path()).await, Lines::modern(dir.path())] {
        agent.call("a", "debug", json!({})).await;
        agent.call("b", "analyze", json!({})).await;
        let (first, second) = (agent.stage.puppets.call(0).await, agent.stage.puppets.call(1).await);
        let id = if first.request.tool == "debug" { "a" } else { "b" };
        agent.say(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}})).await;
        first.cancel.cancelled().await;
        agent.leave().await;
        (&mut agent.ended).await.unwrap();
        assert!(!second.cancel.is_cancelled(), "an agent that is gone ends nothing");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_before_the_end_of_input_is_answered() {
    let dir = dir();
    let mut agent = Lines::legacy("probe", dir.path()).await;
    agent.call("a", "version", json!({})).await;
    let call = agent.stage.puppets.call(0).await;
    agent.leave().await;
    call.ends(|envelope| "late".clone_into(&mut envelope.text));
    assert_eq!(agent.answer("a").await["result"]["content"][0]["text"], "late");
}

#[tokio::test(start_paused = true)]
async fn errors_say_what_to_do_and_an_unknown_tool_is_a_wrong_request() {
    let dir = dir();
    let mut agent = Lines::legacy("probe", dir.path()).await;
    agent.call("a", "debug", json!({})).await;
    agent.stage.puppets.call(0).await.ends(|envelope| {
        envelope.fail(&Error::new(ErrorCode::NoProvider, "no provider is configured").hint("set GLM_API_KEY"));
    });
    let answer = agent.answer("a").await;
    assert_eq!(answer["result"]["isError"], true);
    let body = document(&answer);
    assert_eq!((&body["status"], &body["error"]["hints"][0]), (&json!("error"), &json!("set GLM_API_KEY")));
    agent.call("b", "debgu", json!({})).await;
    let answer = agent.answer("b").await;
    assert_eq!(answer["error"]["code"], -32602);
    assert!(answer["error"]["message"].as_str().unwrap().contains("did you mean `debug`?"), "{answer}");
    assert_eq!(agent.stage.puppets.count(), 1, "what is no tool is no call");
    // A house that has fewer tools says so itself.
    agent.call("c", "tracer", json!({})).await;
    agent.stage.puppets.call(1).await.ends(|envelope| {
        envelope.fail(&Error::new(ErrorCode::ToolNotFound, "no tool is called `tracer`"));
    });
    assert_eq!(agent.answer("c").await["error"]["code"], -32602);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_before_it_began_is_not_begun() {
    let dir = dir();
    for mut agent in [Lines::legacy("probe", dir.path()).await, Lines::modern(dir.path())] {
        // Both are there before either is looked at.
        agent.call("a", "debug", json!({})).await;
        agent.say(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "a"}})).await;
        agent.ask("tools/list", json!({})).await;
        agent.leave().await;
        (&mut agent.ended).await.unwrap();
        assert_eq!(agent.stage.puppets.count(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn news_that_nobody_takes_any_more_do_not_hold_up_the_answer() {
    let dir = dir();
    let mut agent = Lines::legacy("probe", dir.path()).await;
    agent.send("a", "tools/call", json!({"name": "debug", "arguments": {}, "_meta": {"progressToken": "p"}})).await;
    let call = agent.stage.puppets.call(0).await;
    agent.leave().await;
    // The end of input is known by then.
    tokio::time::advance(Duration::from_millis(10)).await;
    for position in (1..9).rev() {
        call.happens(EventKind::Queued { position, waiting_for: WaitingFor::Provider });
    }
    call.ends(|envelope| "done".clone_into(&mut envelope.text));
    assert_eq!(agent.answer("a").await["result"]["content"][0]["text"], "done");
}

#[tokio::test(start_paused = true)]
async fn the_models_are_read_without_a_call() {
    let dir = dir();
    let mut agent = Lines::legacy("probe", dir.path()).await;
    let read = agent.ask("resources/read", json!({"uri": "exai://models"})).await;
    let text = read["result"]["contents"][0]["text"].as_str().unwrap();
    let models: Value = serde_json::from_str(text).unwrap();
    assert_eq!(models["models"][0]["id"], "glm-5.3", "{models}");
    assert_eq!(agent.stage.puppets.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_agent_of_the_router_that_waits_for_a_call_is_told_of_that_call() {
    let dir = dir();
    let mut agent = Lines::legacy("probe", dir.path()).await;
    let wait = json!({"action": "wait", "call_id": "01a-the-other"});
    agent.call("a", "exai_run", json!({"tool": "calls", "arguments": wait})).await;
    assert_eq!(document(&agent.answer("a").await)["call_id"], "01a-the-other");
    assert!(agent.stage.puppets.call(0).await.cancel.is_cancelled(), "nobody waits any more");
}

#[tokio::test(start_paused = true)]
async fn a_text_that_belongs_into_a_file_is_sent_back() {
    let dir = dir();
    let mut agent = Lines::legacy("probe", dir.path()).await;
    agent.call("a", "chat", json!({"prompt": "x".repeat(60_001)})).await;
    let body = document(&agent.answer("a").await);
    assert_eq!((&body["status"], &body["metadata"]["limit"]), (&json!("resend_prompt"), &json!(60_000)));
    agent.call("b", "chat", json!({"prompt": "é".repeat(60_000)})).await;
    agent.stage.puppets.call(0).await.ends(|envelope| "read".clone_into(&mut envelope.text));
    assert_eq!(agent.answer("b").await["result"]["content"][0]["text"], "read");
}

#[tokio::test(start_paused = true)]
async fn a_long_answer_is_shortened_and_the_whole_is_a_resource() {
    let dir = dir();
    let mut agent = Lines::legacy("probe", dir.path()).await;
    agent.call("a", "chat", json!({})).await;
    let long = "word ".repeat(120_000);
    agent.stage.puppets.call(0).await.ends(|envelope| {
        envelope.data = json!({"status": "success", "content": long});
    });
    let answer = agent.answer("a").await;
    assert!(answer.to_string().len() < 50_000, "{}", answer.to_string().len());
    assert_eq!(document(&answer)["status"], "success");
    assert_eq!(answer["result"].get("structuredContent"), None);
    let links = answer["result"]["content"].as_array().unwrap();
    let uri = links.iter().find(|block| block["type"] == "resource_link").unwrap()["uri"].clone();
    let read = agent.ask("resources/read", json!({"uri": uri})).await;
    assert!(read["result"]["contents"][0]["text"].as_str().unwrap().len() > 600_000);
}

#[tokio::test(start_paused = true)]
async fn a_line_that_can_not_be_taken_is_answered_and_the_next_one_is_taken() {
    let dir = dir();
    let mut agent = Lines::legacy("probe", dir.path()).await;
    let lines: [(&str, i64, &str); 7] = [
        ("{\"half\":", -32700, "not JSON"),
        ("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", -32600, "batches"),
        (&format!("\"{}\"", "x".repeat(MOST)), -32600, "bytes"),
        ("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"tools/call\",\"params\":{\"name\":7}}", -32602, "tools/call"),
        ("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"no/such\"}", -32601, "no/such"),
        ("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"tools/list\"}", -32600, "id"),
        ("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"tools/list\"}", -32600, "id"),
    ];
    for (line, code, word) in lines {
        agent.line(line).await;
        let answer = agent.wait_for(|message| message.get("error").is_some()).await;
        assert_eq!(answer["error"]["code"], code, "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(word), "{answer}");
    }
    agent.call("large", "debug", json!({"step": "x".repeat(MOST)})).await;
    let answer = agent.answer("large").await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("bytes"), "it is told to who asked: {answer}");
    assert!(agent.ask("ping", json!({})).await.get("result").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_long_call_is_a_task_for_who_speaks_of_tasks() {
    let dir = dir();
    let mut agent = Lines::modern(dir.path());
    let capabilities = json!({"extensions": {"io.modelcontextprotocol/tasks": {}}});
    let with = |mut params: Value| {
        params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = capabilities.clone();
        params
    };
    agent.send("a", "tools/call", with(json!({"name": "debug", "arguments": {}}))).await;
    let call = agent.stage.puppets.call(0).await;
    let begun = agent.answer("a").await;
    assert_eq!((&begun["result"]["resultType"], &begun["result"]["status"]), (&json!("task"), &json!("working")));
    let task = with(json!({"taskId": begun["result"]["taskId"]}));
    assert_eq!(agent.ask("tasks/get", task.clone()).await["result"]["status"], "working");
    assert!(agent.ask("tasks/cancel", task.clone()).await.get("result").is_some());
    call.cancel.cancelled().await;
    call.ends(|envelope| "done after all".clone_into(&mut envelope.text));
    let ended = agent.ask("tasks/get", task).await;
    assert_eq!(ended["result"]["status"], "completed");
    assert_eq!(ended["result"]["result"]["content"][0]["text"], "done after all");
    let unknown = agent.ask("tasks/get", with(json!({"taskId": "no-such"}))).await;
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    // A house that can not say just now does not say that there is no such task.
    for method in ["tasks/get", "tasks/cancel", "tasks/update"] {
        let away = agent.ask(method, with(json!({"taskId": AWAY, "inputResponses": {}}))).await;
        assert_eq!(away["error"]["code"], -32603, "{method}: {away}");
    }
    // One that ends at once needs none.
    agent.send("b", "tools/call", with(json!({"name": "version", "arguments": {}}))).await;
    agent.stage.puppets.call(1).await.ends(|envelope| "0.1".clone_into(&mut envelope.text));
    assert_eq!(agent.answer("b").await["result"]["content"][0]["text"], "0.1");
}

#[tokio::test(start_paused = true)]
async fn tasks_are_kept_from_clients_whose_protocol_has_none() {
    let dir = dir();
    let mut agent = Lines::legacy("inspector", dir.path()).await;
    let meta =
        json!({"io.modelcontextprotocol/clientCapabilities": {"extensions": {"io.modelcontextprotocol/tasks": {}}}});
    agent.send("a", "tools/call", json!({"name": "debug", "arguments": {}, "_meta": meta})).await;
    let answer = agent.answer("a").await;
    assert_eq!(document(&answer)["status"], "still_running", "{answer}");
}

#[tokio::test(start_paused = true)]
async fn both_generations_hear_that_the_tools_changed() {
    let dir = dir();
    let mut legacy = Lines::legacy("probe", dir.path()).await;
    let mut modern = Lines::modern(dir.path());
    // Who has been answered has been heard.
    legacy.ask("ping", json!({})).await;
    modern.send("s", "subscriptions/listen", json!({"notifications": {"toolsListChanged": true}})).await;
    modern.hears("notifications/subscriptions/acknowledged").await;
    for agent in [&mut legacy, &mut modern] {
        let fewer = Menu::of(&List::new(&["debug".to_owned()]), &Offer::default()).unwrap();
        agent.stage.menu.send_replace(std::sync::Arc::new(fewer));
        agent.hears("notifications/tools/list_changed").await;
        let list = agent.ask("tools/list", json!({})).await;
        let names: Vec<_> = list["result"]["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
        assert!(!names.contains(&&json!("debug")), "{names:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn arguments_of_prompts_are_completed() {
    let dir = dir();
    std::fs::create_dir(dir.path().join("src")).unwrap();
    std::fs::write(dir.path().join("src/list.rs"), "fn a() {}\n").unwrap();
    std::fs::write(dir.path().join("notes.md"), "a\n").unwrap();
    let mut agent = Lines::legacy("probe", dir.path()).await;
    for (argument, begun, expected) in [
        ("model", "glm", json!(["glm-5.3", "glm-5.2"])),
        ("files", "src/l", json!(["src/list.rs"])),
        ("files", "notes.md, src/", json!(["notes.md, src/list.rs"])),
        ("text", "x", json!([])),
    ] {
        let params = json!({
            "ref": {"type": "ref/prompt", "name": "debug"}, "argument": {"name": argument, "value": begun},
        });
        let answer = agent.ask("completion/complete", params).await;
        assert_eq!(answer["result"]["completion"]["values"], expected, "{argument} {begun}");
    }
}
