//! Each mock does what its name says.

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::providers::{Catalogue, ChatMessage, Role};

async fn run(name: &str, limits: Limits) -> Result<Reply, ProviderError> {
    let model = Catalogue::embedded().unwrap().resolve(name).unwrap();
    let request = ChatRequest {
        messages: vec![
            ChatMessage::new(Role::User, "first"),
            ChatMessage::new(Role::Assistant, "second"),
            ChatMessage::new(Role::User, "one two three four"),
        ],
        ..ChatRequest::default()
    };
    let body = Mock.body(&model, &request);
    let mut stream = Mock.open(&model, &body, &limits).await?;
    while stream.next().await?.is_some() {}
    stream.finish()
}

#[tokio::test(start_paused = true)]
async fn each_mock_does_what_its_name_says() {
    for (name, outcome) in [
        ("mock:echo", "one two three four"),
        ("MOCK:Echo", "one two three four"),
        ("mock:say?text=hello%20you+there%21", "hello you there!"),
        ("mock:say?text=100%&pace=5ms", "100%"),
        ("mock:slow?ttft=30s", "one two three four"),
        ("mock:400", "bad_request"),
        ("mock:401", "auth"),
        ("mock:402", "no_balance"),
        ("mock:429", "rate_limited"),
        ("mock:500", "server"),
        ("mock:503", "server"),
        ("mock:drop@40%", "reset"),
        ("mock:drop", "reset"),
        ("mock:cut", "cut"),
        ("mock:empty", "empty"),
        ("mock:length", "truncated"),
        ("mock:refuse", "content_refused"),
        ("mock:slow?ttft=61s", "timeout_headers"),
        ("mock:echo?pace=121s", "timeout_idle"),
    ] {
        let got = run(name, Limits::PROMPT).await;
        let got = got.as_ref().map_or_else(|error| error.cause.as_str(), |reply| reply.text.as_str());
        assert_eq!(got, outcome, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_mock_takes_its_time() {
    let begun = Instant::now();
    run("mock:slow?ttft=30s&pace=500ms", Limits::PROMPT).await.unwrap();
    assert_eq!(begun.elapsed().as_secs(), 32);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_answer_says_how_far_it_came() {
    let error = run("mock:drop@40%", Limits::PROMPT).await.unwrap_err();
    assert!(error.after_content);
    assert_eq!(error.partial.unwrap().text, "one two");
}

#[tokio::test(start_paused = true)]
async fn a_mock_counts_no_tokens() {
    assert_eq!(run("mock:echo", Limits::PROMPT).await.unwrap().usage.input, None);
}

#[test]
fn names_that_are_no_mock_are_refused() {
    for (name, part) in [
        ("mock:", "no mock ``"),
        ("mock:418", "no mock `418`"),
        ("mock:drop@140%", "no mock `drop@140%`"),
        ("mock:echo?ttft=soon", "mock option `ttft=soon`"),
        ("mock:echo?ttft=99999s", "mock option"),
        ("mock:echo?colour=red", "mock option"),
        ("mock:echo?text", "mock option"),
    ] {
        let error = Script::parse(name).unwrap_err();
        assert!(error.message.contains(part), "{}", error.message);
    }
}

#[test]
fn the_last_message_of_the_user_is_found_in_any_body() {
    for (body, expected) in [
        (json!({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}), "a"),
        (json!({"messages": []}), ""),
        (json!({}), ""),
    ] {
        assert_eq!(last_user_message(body.as_object().unwrap()), expected);
    }
}
