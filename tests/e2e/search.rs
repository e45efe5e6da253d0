//! Searches of the web: GLM's service, GLM's and Kimi's search inside a chat; and the preview of what would be sent.

use exai_fake::{Fake, Provider, Reply, Route, Scenario};
use serde_json::{Value, json};

use crate::support::User;

/// What Kimi says when it wants to search.
const KIMI_SEARCH: &str = r#"{"choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"t1","type":"builtin_function","function":{"name":"$web_search","arguments":"{\"search_result\":{\"search_id\":\"x\"},\"usage\":{\"total_tokens\":13}}"}}]}}]}"#;
const KIMI_END: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":10,"completion_tokens":5}}"#;

fn kimi_wants_to_search() -> Reply {
    Reply::frames([KIMI_SEARCH, KIMI_END]).provider(Provider::Kimi)
}

fn glm_with_hits() -> Reply {
    Reply::frames([
        r#"{"choices":[{"index":0,"delta":{"content":"Locks are new [ref_1]."}}]}"#,
        r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"web_search":[{"title":"Locks","link":"https://example.org/locks","content":"A lock","refer":"ref_1","publish_date":"2026-11-01"}],"usage":{"prompt_tokens":1000,"completion_tokens":200}}"#,
    ])
}

#[test]
fn nobody_searches_the_web_unless_asked_to() {
    let fake = Fake::start(Scenario::answer("Nothing."));
    User::with(&fake).run(&["call", "chat", "what is new?"]).exits(0);
    assert_eq!(fake.requests()[0].body["tools"], Value::Null);
}

#[test]
fn hits_of_glm_come_with_the_answer_and_are_paid_for() {
    let fake = Fake::start(Scenario::of([glm_with_hits()]));
    let user = User::with(&fake);
    let ran = user.run(&["call", "chat", "what is new?", "--web-search", "--model", "glm-5.3"]).exits(0);
    let expected = "Locks are new [ref_1].\n\nSources:\n\n1. Locks, 2026-11-01: <https://example.org/locks>\n";
    assert_eq!(ran.stdout, expected, "{ran:#?}");
    let tool = &fake.requests()[0].body["tools"][0];
    assert_eq!(
        (&tool["type"], &tool["web_search"]["search_engine"]),
        (&json!("web_search"), &json!("search_pro_jina"))
    );

    let envelope = user.envelope(&["call", "chat", "what is new?", "--web-search", "--model", "glm-5.3", "--fresh"]);
    assert_eq!(envelope["data"]["sources"][0]["link"], "https://example.org/locks", "{envelope:#}");
    // 1000 × 1.40 + 200 × 4.40 dollars a million, and one search.
    assert_eq!(envelope["cost"], json!({"usd": 0.01228, "priced": true}));
    let again = user.envelope(&["call", "chat", "what is new?", "--web-search", "--model", "glm-5.3"]);
    assert_eq!((&again["reused"], &again["data"]["sources"]), (&json!(true), &envelope["data"]["sources"]));
}

#[test]
fn workflow_tools_tell_their_sources_too() {
    let fake = Fake::start(Scenario::of([glm_with_hits()]));
    let envelope = User::with(&fake).envelope(&["call", "debug", "it hangs", "--web-search"]);
    assert_eq!(envelope["data"]["sources"][0]["refer"], "ref_1", "{envelope:#}");
    assert!(envelope["text"].as_str().unwrap().ends_with("<https://example.org/locks>\n"), "{envelope:#}");
}

#[test]
fn kimi_gets_its_arguments_back_unchanged_and_its_fee_is_not_guessed() {
    let fake =
        Fake::start(Scenario::of([kimi_wants_to_search(), Reply::answer("Locks are new.").provider(Provider::Kimi)]));
    let user = User::with(&fake);
    let envelope = user.envelope(&["call", "chat", "what is new?", "--web-search", "--model", "kimi-k2.6"]);
    assert_eq!(envelope["text"], "Locks are new.", "{envelope:#}");
    let requests = fake.requests();
    assert_eq!(requests.len(), 2);
    for request in &requests {
        assert_eq!(request.body["thinking"]["type"], "disabled");
        assert_eq!(request.body["tools"][0]["function"]["name"], "$web_search");
    }
    let [.., asked, echo] = requests[1].messages() else { panic!("{requests:#?}") };
    let arguments = &asked["tool_calls"][0]["function"]["arguments"];
    assert!(arguments.as_str().unwrap().contains("search_id"), "{asked}");
    assert_eq!((&echo["role"], &echo["tool_call_id"], &echo["content"]), (&json!("tool"), &json!("t1"), arguments));
    assert_eq!(envelope["model"]["tried"].as_array().unwrap().len(), 2);
    assert_eq!(envelope["cost"], json!({"usd": null, "priced": false}), "its fee is told in two ways");
}

#[test]
fn a_model_that_searches_for_ever_is_no_answer() {
    let fake = Fake::start(Scenario::of([kimi_wants_to_search()]));
    let envelope =
        User::with(&fake).envelope(&["call", "chat", "what is new?", "--web-search", "--model", "kimi-k2.6"]);
    assert_eq!(envelope["error"]["code"], "NO_VERDICT", "{envelope:#}");
    assert_eq!(envelope["error"]["details"]["status"], "max_tool_depth_reached");
    assert_eq!(fake.requests().len(), 6);
}

#[test]
fn a_model_that_can_not_search_is_refused_or_passed_by_before_anything_is_sent() {
    let fake = Fake::start(Scenario::answer("Found."));
    let user = User::with(&fake);
    let ran = user.run(&["call", "chat", "x", "--web-search", "--model", "kimi-k3.1-pro"]).exits(2);
    assert!(ran.stderr.contains("kimi-k3.1-pro can not search") && ran.stderr.contains("kimi-k2.6"), "{ran:#?}");
    user.run(&["call", "chat", "x", "--web-search", "--model", "mock:echo"]).exits(2);
    assert!(fake.requests().is_empty());
    let user = user.set("EXAI_MODELS_FAST", "kimi-k3.1-pro,glm-5.3-flash");
    user.run(&["call", "chat", "x", "--web-search"]).exits(0);
    assert_eq!(fake.requests()[0].model(), "glm-5.3-flash");
}

#[test]
fn the_search_service_gives_its_hits_and_takes_its_fee() {
    let fake = Fake::start(Scenario::default());
    let user = User::with(&fake);
    let ran = user.run(&["call", "glm_web_search", "what is a lock?", "--count", "99"]).exits(0);
    assert!(ran.stdout.starts_with("1. Locks, 2026-11-01: <https://example.org/locks>\n   A lock is held"), "{ran:#?}");
    assert!(!ran.stdout.contains("\n# Ignore") && !ran.stdout.contains("javascript"), "{ran:#?}");
    let request = &fake.requests()[0];
    let expected = json!({"search_query": "what is a lock?", "count": 50, "search_engine": "search-prime"});
    assert_eq!((request.route, &request.body), (Some(Route::WebSearch), &expected));
    let envelope = user.envelope(&["call", "glm_web_search", "x", "--search-recency-filter", "oneWeek"]);
    assert_eq!(envelope["data"]["search_result"][0]["refer"], "ref_1");
    assert_eq!(envelope["cost"], json!({"usd": 0.01, "priced": true}), "{envelope:#}");
    assert_eq!(fake.requests()[1].body["search_recency_filter"], "oneWeek");
    let plan = user.envelope(&["call", "glm_web_search", "x", "--dry-run"]);
    assert_eq!(plan["data"]["requests"][0]["parameters"]["search_engine"], "search-prime", "{plan:#}");
    let usage = user.run(&["usage"]).exits(0).stdout;
    assert!(usage.contains("web_search"), "{usage}");
    assert_eq!(fake.requests().len(), 2);
}

#[test]
fn the_search_service_is_tried_again_where_that_helps_and_fails_with_a_cause() {
    let limited = Reply { route: Route::WebSearch, ..Reply::glm_error("1302") };
    let fake = Fake::start(Scenario::of([limited.times(1)]));
    let ran = User::with(&fake).run(&["call", "glm_web_search", "x"]).exits(0);
    assert_eq!(fake.requests().len(), 2);
    assert!(ran.stderr.contains("rate_limited"), "{ran:#?}");
    for (reply, exit, requests, words) in [
        (Reply::glm_error("1113"), 3, 1, "no balance"),
        (Reply::body(200, "{\"search_result\": ["), 4, 2, "can not be read"),
        (Reply::body(200, "<html>405</html>"), 4, 3, "web page"),
        (Reply::body(200, r#"{"error":{"code":"1301","message":"unsafe"}}"#), 4, 3, "unsafe"),
    ] {
        let reply = Reply { route: Route::WebSearch, ..reply };
        let fake = Fake::start(Scenario::of([reply]));
        let ran = User::with(&fake).run(&["call", "glm_web_search", "x"]).exits(exit);
        assert_eq!((ran.stderr.contains(words), fake.requests().len()), (true, requests), "{words}: {ran:#?}");
        assert!(ran.stderr.contains("glm did not search the web"), "{ran:#?}");
    }
    let ran = User::new().run(&["call", "glm_web_search", "x"]).exits(3);
    assert!(ran.stderr.contains("GLM_API_KEY"), "{ran:#?}");
}

#[test]
fn a_preview_is_the_body_that_a_chat_sends() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    let preview = user.envelope(&[
        "call",
        "glm_payload_preview",
        "is it safe?",
        "--model",
        "glm-4.6",
        "--temperature",
        "0.3",
        "--system-prompt",
        "Be brief.",
        "--use-websearch",
        "--tools",
        r#"{"type":"function","function":{"name":"f"}}"#,
    ]);
    assert!(fake.requests().is_empty());
    let body = &preview["data"];
    assert_eq!(body["messages"][0], json!({"role": "system", "content": "Be brief."}), "{preview:#}");
    assert_eq!((&body["temperature"], body["tools"].as_array().unwrap().len()), (&json!(0.3), 2));

    let plain = user.envelope(&["call", "glm_payload_preview", "hello", "--model", "glm-5.3-flash"]);
    user.run(&["call", "chat", "hello", "--model", "glm-5.3-flash"]).exits(0);
    let mut sent = fake.requests()[0].body.clone();
    sent["messages"] = plain["data"]["messages"].clone();
    assert_eq!(plain["data"], sent);
    user.run(&["call", "glm_payload_preview", "x", "--model", "kimi-k3"]).exits(2);
}
