//! Who waits for whom: a provider that stands still, a queue that is long, time that is short, and many who hear of one
//! call.

use std::collections::HashMap;

use exai_fake::{Point, Provider, Reply, Scenario};
use serde_json::{Value, json};

use crate::gateway::testing::in_time;
use crate::protocol::CallState;
use crate::server::testing::{Peer, TestDaemon, get};

/// Calls that come at once, to be refused.
const STORM: usize = 400;

fn glm(text: &str) -> Value {
    json!({"prompt": text, "model": "glm-4.6"})
}

fn kimi(text: &str) -> Value {
    json!({"prompt": text, "model": "kimi-k3"})
}

/// GLM answers when the gate `go` opens, Kimi at once.
fn glm_stands_still() -> Scenario {
    let held = Reply::answer("At last.").provider(Provider::Glm).wait("go", Point::BeforeHeaders);
    Scenario::of([held, Reply::answer("At once.").provider(Provider::Kimi)])
}

/// Begins a call and waits until it is sent or queued.
async fn begin(peer: &mut Peer, request_id: &str, arguments: Value) -> Value {
    peer.begin(request_id, "chat", arguments).await;
    peer.until_that(|frame| frame["request_id"] == request_id && (frame["kind"] == "sent" || frame["kind"] == "queued"))
        .await
}

#[tokio::test]
async fn a_provider_that_stands_still_delays_nobody_who_asks_another() {
    let daemon = TestDaemon::start(glm_stands_still()).await;
    let mut peers = Vec::new();
    for number in 0..4 {
        let mut peer = daemon.peer().await;
        for call in ["a", "b"] {
            let step = begin(&mut peer, call, glm(&format!("question {number}{call}"))).await;
            assert_eq!(step["kind"], if number == 0 { "sent" } else { "queued" }, "{step}");
        }
        peers.push(peer);
    }
    daemon.fake.held_reach("go", 2).await;
    // Sessions that wait for GLM, which holds nothing, and sessions that do not.
    for number in 1..8 {
        if number >= peers.len() {
            peers.push(daemon.peer().await);
        }
        for call in ["c", "d"] {
            let answer = peers[number].call(call, "chat", kimi(&format!("question {number}{call}"))).await;
            assert_eq!(answer["text"].as_str().map(str::trim), Some("At once."), "{answer}");
        }
    }
    assert_eq!(daemon.house.calls().running.len(), 8, "no question to GLM was answered meanwhile");
    assert_eq!(daemon.fake.max_in_flight(Provider::Glm), 2);
    daemon.fake.open("go");
    for peer in &mut peers[..4] {
        for _ in ["a", "b"] {
            assert_eq!(peer.until("call_tool_res").await["text"], "At last.");
        }
    }
    in_time(daemon.house.calls().running.all_ended()).await;
    daemon.stop().await;
}

#[tokio::test]
async fn a_waiter_hears_its_place_in_the_queue_and_how_it_moves() {
    let daemon = TestDaemon::with(glm_stands_still(), &[("EXAI_GLM_MAX_INFLIGHT", "1")]).await;
    let mut first = daemon.peer().await;
    assert_eq!(begin(&mut first, "1", glm("the first")).await["kind"], "sent");
    let mut waiting = Vec::new();
    for place in 1..=12 {
        let mut peer = daemon.peer().await;
        let step = begin(&mut peer, "1", glm(&format!("question {place}"))).await;
        assert_eq!(
            (&step["kind"], &step["position"], &step["waiting_for"]),
            (&json!("queued"), &json!(place), &json!("provider")),
            "{step}"
        );
        waiting.push(peer);
    }
    let mut last = waiting.pop().unwrap();
    first.send(&json!({"op": "cancel", "request_id": "1"})).await;
    let moved = last.until_that(|frame| frame["kind"] == "queued").await;
    assert!(moved["position"].as_u64().unwrap() < 12, "{moved}");
    daemon.fake.open("go");
    assert_eq!(last.until("call_tool_res").await["ok"], true);
    daemon.stop().await;
}

#[tokio::test]
async fn who_can_not_be_served_in_time_is_told_so_at_once() {
    let limits = [("EXAI_GLM_MAX_INFLIGHT", "1"), ("EXAI_SESSION_MAX_INFLIGHT", "50")];
    let held = |text: &str, gate: &str| Reply::answer("Yes.").contains(text).wait(gate, Point::BeforeHeaders);
    let daemon = TestDaemon::with(Scenario::of([held("the first", "one"), held("question", "all")]), &limits).await;
    let mut peer = daemon.peer().await;
    // How long a request takes is measured: this one takes until its caller has heard twice that it goes on.
    begin(&mut peer, "first", glm("the first")).await;
    let is_long = |frame: &Value| frame["kind"] == "heartbeat" && frame["elapsed_s"].as_f64() >= Some(1.0);
    peer.until_that(is_long).await;
    daemon.fake.open("one");
    peer.until_for("call_tool_res", "first").await;
    for number in 0..20 {
        begin(&mut peer, &format!("waits {number}"), glm(&format!("question {number}"))).await;
    }
    // Twenty before it take 20 seconds; nobody has that long.
    let frame = json!({"op": "call_tool", "request_id": "late", "name": "chat", "arguments": glm("question late"),
                       "timeout_s": 10});
    peer.send(&frame).await;
    let refused = peer.until_for("call_tool_res", "late").await;
    let error = &refused["error"];
    assert_eq!(
        (&refused["ok"], &error["code"], &error["kind"]),
        (&json!(false), &json!("OVER_CAPACITY"), &json!("retryable")),
        "{refused}"
    );
    assert!(error["retry_after"].as_f64().unwrap() >= 1.0 && error["details"]["ahead"] == 19, "{refused}");
    daemon.fake.open("all");
    daemon.stop().await;
}

#[tokio::test]
async fn a_storm_of_calls_that_find_no_room_leaves_nothing_behind() {
    let rates = [("EXAI_RATE_SESSION", "off"), ("EXAI_RATE_ALL", "off")];
    let limits = [("EXAI_GLM_MAX_INFLIGHT", "1"), ("EXAI_SESSION_MAX_INFLIGHT", "50"), ("EXAI_QUEUE_LIMIT", "1")];
    let limits = [&limits[..], &rates].concat();
    let daemon = TestDaemon::with(glm_stands_still(), &limits).await;
    let mut peer = daemon.peer().await;
    for name in ["is sent", "waits"] {
        begin(&mut peer, name, glm(name)).await;
    }
    for number in 0..STORM {
        peer.begin(&number.to_string(), "chat", glm(&format!("question {number}"))).await;
    }
    let mut nobody_hears = daemon.peer().await;
    let frame =
        json!({"op": "call_tool", "request_id": "1", "name": "chat", "arguments": glm("hello"), "detach": true});
    nobody_hears.send(&frame).await;
    let left = nobody_hears.until("call_tool_ack").await;
    let mut refusals = HashMap::new();
    while refusals.len() < STORM {
        let refused = peer.until("call_tool_res").await;
        let error = &refused["error"];
        assert_eq!((&error["code"], &error["kind"]), (&json!("OVER_CAPACITY"), &json!("retryable")), "{refused}");
        assert!(error["retry_after"].as_f64() >= Some(1.0), "{refused}");
        refusals.insert(refused["request_id"].as_str().unwrap().to_owned(), refused["call_id"].clone());
    }
    // Who comes while it rages is not even a call.
    let mut number = STORM;
    in_time(async {
        while peer.call(&number.to_string(), "chat", glm("one more")).await["call_id"].is_string() {
            number += 1;
        }
    })
    .await;
    let nothing = peer.call("nothing", "chat", json!({"model": "glm-4.6"})).await;
    assert_eq!(nothing["error"]["code"], "VALIDATION_ERROR", "what is wrong is told, room or not: {nothing}");
    let metrics = get(daemon.ports[3], "/metrics", &[]).await.1;
    let failed = metrics.lines().find_map(|line| {
        line.strip_prefix("mcp_requests_total{outcome=\"failed\",tool=\"chat\"} ")?.parse::<usize>().ok()
    });
    assert!(failed.is_some_and(|failed| failed > number), "each refusal is counted: {failed:?}");
    let (mut kept, mut gone) = (0, None);
    for (name, call_id) in refusals {
        let record = peer.ask(json!({"op": "get_call", "request_id": "look", "call_id": call_id})).await;
        if record["ok"] == true { kept += 1 } else { gone = Some(name) }
    }
    peer.send(&json!({"op": "attach", "request_id": "left", "call_id": left["call_id"]})).await;
    let left = peer.until("call_tool_res").await;
    assert_eq!(left["error"]["code"], "OVER_CAPACITY", "who did not listen can ask later: {left}");
    assert!(kept >= 50, "who finds no room in calmer times is a call as any other, and {kept} are");
    let gone = gone.expect("some were turned away");
    assert_eq!(peer.call("of kimi", "chat", kimi("is there room?")).await["ok"], true);
    daemon.fake.open("go");
    peer.until_for("call_tool_res", "waits").await;
    let question = glm(&format!("question {gone}"));
    let same = peer.call(&gone, "chat", question.clone()).await;
    assert_eq!(same["text"], "At last.", "there was no call that this could be: {same}");
    let again = peer.call(&gone, "chat", question).await;
    assert_eq!((&again["text"], &again["call_id"]), (&same["text"], &same["call_id"]), "now there is one");
    daemon.stop().await;
}

#[tokio::test]
async fn a_call_whose_time_is_over_ends_as_timed_out() {
    let daemon = TestDaemon::start(glm_stands_still()).await;
    let mut peer = daemon.peer().await;
    let frame =
        json!({"op": "call_tool", "request_id": "1", "name": "chat", "arguments": glm("hello"), "timeout_s": 0.3});
    peer.send(&frame).await;
    assert_eq!(peer.until("call_tool_ack").await["timeout"], 0.3);
    let finished = peer.until_that(|frame| frame["kind"] == "finished").await;
    assert_eq!(finished["state"], "timed_out");
    let result = peer.until("call_tool_res").await;
    assert_eq!((&result["ok"], &result["error"]["code"]), (&json!(false), &json!("TIMEOUT")), "{result}");
    assert_eq!((&result["error"]["kind"], &result["meta"]["state"]), (&json!("retryable"), &json!("timed_out")));
    daemon.stop().await;
}

#[tokio::test]
async fn many_can_hold_one_call_and_whoever_of_its_owner_knows_its_name_ends_it() {
    let daemon = TestDaemon::start(Scenario::load("slow_gate")).await;
    let (mut caller, mut one, mut two) = (daemon.peer().await, daemon.peer().await, daemon.peer().await);
    for (round, question) in (1..).zip(["cancelled", "kept"]) {
        let call_id = begin(&mut caller, question, glm(question)).await["call_id"].clone();
        daemon.fake.held_reach("go", round).await;
        let attach = json!({"op": "attach", "request_id": question, "call_id": call_id, "stream": true});
        for peer in [&mut one, &mut two] {
            peer.send(&attach).await;
            assert_eq!(peer.until_for("call_tool_ack", question).await["call_id"], call_id);
        }
        if question == "kept" {
            daemon.fake.open("go");
        } else {
            let answer = two.ask(json!({"op": "cancel", "request_id": "end it", "call_id": call_id})).await;
            assert_eq!((&answer["ok"], &answer["request_id"]), (&json!(true), &json!("end it")), "{answer}");
        }
        for peer in [&mut caller, &mut one, &mut two] {
            let mut numbers = Vec::new();
            let result = loop {
                let frame = peer.next().await;
                assert_eq!(frame["call_id"], call_id, "{frame}");
                numbers.extend(frame["n"].as_u64());
                if frame["op"] == "call_tool_res" {
                    break frame;
                }
            };
            assert!(numbers.is_sorted_by(|a, b| a < b), "each event once: {numbers:?}");
            let is_good = result["ok"] == true || result["error"]["code"] == "CANCELLED";
            assert!(is_good, "{result}");
        }
    }
    assert_eq!(daemon.fake.requests().len(), 2);
    daemon.stop().await;
}

#[tokio::test]
async fn who_holds_many_calls_can_still_ask_and_cancel() {
    let daemon = TestDaemon::start(Scenario::load("slow_gate")).await;
    let (mut caller, mut holder) = (daemon.peer().await, daemon.peer().await);
    let call_id = begin(&mut caller, "1", glm("hello")).await["call_id"].clone();
    for number in 0..100 {
        let attach = json!({"op": "attach", "request_id": format!("a{number}"), "call_id": call_id});
        holder.send(&attach).await;
    }
    let health = holder.ask(json!({"op": "health", "request_id": "h"})).await;
    assert_eq!(health["ok"], true);
    assert_eq!(holder.call("2", "version", json!({})).await["ok"], true);
    holder.send(&json!({"op": "cancel", "request_id": "end it", "call_id": call_id})).await;
    let mut ends = 0;
    while ends < 100 {
        ends += usize::from(holder.until("call_tool_res").await["error"]["code"] == "CANCELLED");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn each_of_two_who_hear_one_answer_over_one_connection_hears_all_of_it() {
    let daemon = TestDaemon::start(Scenario::load("slow_gate")).await;
    let mut peer = daemon.peer().await;
    let call_id = begin(&mut peer, "a", glm("hello")).await["call_id"].clone();
    for name in ["b", "c"] {
        peer.send(&json!({"op": "attach", "request_id": name, "call_id": call_id, "stream": true})).await;
    }
    daemon.fake.open("go");
    let mut texts = [String::new(), String::new()];
    let mut results = 0;
    while results < 3 {
        let frame = peer.next().await;
        results += usize::from(frame["op"] == "call_tool_res");
        let Some(text) = frame["text"].as_str().filter(|_| frame["kind"] == "delta") else { continue };
        texts[usize::from(frame["request_id"] == "c")].push_str(text);
    }
    assert_eq!(texts, ["The cache is read before it is filled."; 2]);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_requests_of_one_session_at_the_same_moment_are_one_call() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut one = daemon.peer().await;
    let session = one.welcome["session_id"].clone();
    let mut two = daemon.peer_with(json!({"session_id": session})).await;
    for number in 0..50 {
        let (name, arguments) = (number.to_string(), json!({"prompt": "hello", "model": "mock:echo"}));
        tokio::join!(one.begin(&name, "chat", arguments.clone()), two.begin(&name, "chat", arguments));
        let (first, second) =
            tokio::join!(one.until_for("call_tool_res", &name), two.until_for("call_tool_res", &name));
        assert_eq!((&first["ok"], &second["ok"]), (&json!(true), &json!(true)), "{first} {second}");
        assert_eq!(first["call_id"], second["call_id"]);
    }
    let store = daemon.house.calls().store.clone();
    let all = crate::protocol::CallFilter { limit: 1000, ..crate::protocol::CallFilter::default() };
    let kept = store.list_calls("default".to_owned(), all).await.unwrap();
    assert_eq!(kept.iter().filter(|call| call.state == CallState::Succeeded).count(), 50);
    daemon.stop().await;
}
