//! Chunks as they come, with and without what they should have.

use serde_json::json;

use super::*;
use crate::protocol::UsageSource;

fn read(value: Value) -> Chunk {
    let Value::Object(object) = value else { panic!("not an object") };
    Chunk::read(object)
}

#[test]
fn text_and_reasoning_are_found_whatever_is_missing() {
    for (value, text, reasoning) in [
        (json!({"choices":[{"delta":{"content":"a"}}]}), "a", ""),
        (json!({"choices":[{"delta":{"reasoning_content":"r"}}]}), "", "r"),
        (json!({"choices":[{"delta":{"content":null,"reasoning_content":null,"reasoning":"r"}}]}), "", "r"),
        (json!({"choices":[{"delta":{"role":"assistant"}}]}), "", ""),
        (json!({"choices":[{"delta":null}]}), "", ""),
        (json!({"choices":[{"delta":null,"message":{"content":"m"}}]}), "m", ""),
        (json!({"choices":[{}]}), "", ""),
        (json!({"choices":[null]}), "", ""),
        (json!({"choices":[]}), "", ""),
        (json!({"choices":null,"usage":null,"id":"","model":""}), "", ""),
        (json!({}), "", ""),
        (json!({"choices":[{"delta":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}}]}), "ab", ""),
        (json!({"choices":[{"delta":{"content":5}}]}), "", ""),
    ] {
        let shown = value.to_string();
        let chunk = read(value);
        assert_eq!((chunk.text.as_str(), chunk.reasoning.as_str()), (text, reasoning), "{shown}");
        assert_eq!((chunk.id, chunk.error), (None, None), "{shown}");
    }
}

#[test]
fn usage_is_found_in_each_of_its_places() {
    let usage = |input, output, cached, reasoning| {
        Some(Usage { input, output, cached, reasoning, source: UsageSource::Provider })
    };
    for (value, expected) in [
        (json!({"usage":{"prompt_tokens":3,"completion_tokens":2}}), usage(Some(3), Some(2), None, None)),
        (
            json!({"choices":[{"usage":{"prompt_tokens":3,"completion_tokens":2,"cached_tokens":1}}]}),
            usage(Some(3), Some(2), Some(1), None),
        ),
        (
            json!({"choices":[],"usage":{"prompt_tokens":3.0,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":0},
                   "completion_tokens_details":{"reasoning_tokens":1}}}),
            usage(Some(3), Some(2), Some(0), Some(1)),
        ),
        (json!({"usage":null,"choices":[{"usage":{"prompt_tokens":1}}]}), usage(Some(1), None, None, None)),
        (json!({"usage":{"prompt_tokens":-1,"completion_tokens":"x"}}), None),
        (json!({"usage":{}}), None),
    ] {
        let shown = value.to_string();
        assert_eq!(read(value).usage, expected, "{shown}");
    }
}

#[test]
fn finish_reasons_have_one_name_each() {
    for (word, finish) in [
        ("stop", Finish::Stop),
        ("length", Finish::Length),
        ("tool_calls", Finish::ToolCalls),
        ("sensitive", Finish::ContentFilter),
        ("content_filter", Finish::ContentFilter),
        ("model_context_window_exceeded", Finish::ContextExceeded),
        ("network_error", Finish::NetworkError),
        ("repetition", Finish::Unknown("repetition".into())),
    ] {
        assert_eq!(read(json!({"choices":[{"finish_reason":word}]})).finish, Some(finish));
    }
    assert_eq!(read(json!({"choices":[{"finish_reason":null}]})).finish, None);
}

#[test]
fn what_is_not_known_is_kept() {
    let chunk = read(json!({
        "id": "1", "object": "x", "created": 5, "model": "m", "request_id": "r", "web_search": [1], "system_fingerprint": null,
        "choices": [{"index": 0, "finish_reason": null, "logprobs": {"a": 1}, "delta": {"content": "t", "annotations": [2]}}],
        "usage": {"prompt_tokens": 1, "cache_write_tokens": 256}
    }));
    let kept: Vec<_> = chunk.extra.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        kept,
        [
            "choice.logprobs={\"a\":1}",
            "delta.annotations=[2]",
            "request_id=\"r\"",
            "usage.cache_write_tokens=256",
            "web_search=[1]"
        ]
    );
}

#[test]
fn an_error_in_the_stream_is_seen() {
    assert_eq!(read(json!({"error":{"code":"1305"}})).error, Some(json!({"code":"1305"})));
    assert_eq!(read(json!({"error":null})).error, None);
}
