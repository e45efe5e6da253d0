//! Chunks as they come, with and without what they should have.

use serde_json::json;

use super::*;
use crate::protocol::UsageSource;
use crate::providers::ToolCall;

fn read(value: &Value) -> Chunk {
    Event::read(&value.to_string()).expect("not an object").chunk
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
        let chunk = read(&value);
        assert_eq!((chunk.text.as_str(), chunk.reasoning.as_str()), (text, reasoning), "{value}");
        assert_eq!(chunk.id, None, "{value}");
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
        (json!({"choices":[{"usage":{"prompt_tokens":1}}],"usage":{}}), usage(Some(1), None, None, None)),
        (
            json!({"choices":[{"usage":{"prompt_tokens":1}}],"usage":{"prompt_tokens":2}}),
            usage(Some(2), None, None, None),
        ),
        (
            json!({"usage":{"prompt_tokens":2},"choices":[{"usage":{"prompt_tokens":1}}]}),
            usage(Some(2), None, None, None),
        ),
        (json!({"usage":{"prompt_tokens":-1,"completion_tokens":"x"}}), None),
        (json!({"usage":{}}), None),
    ] {
        assert_eq!(read(&value).usage, expected, "{value}");
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
        assert_eq!(read(&json!({"choices":[{"finish_reason":word}]})).finish, Some(finish));
    }
    assert_eq!(read(&json!({"choices":[{"finish_reason":null}]})).finish, None);
}

#[test]
fn what_is_not_known_is_kept() {
    let chunk = read(&json!({
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
fn a_refusal_is_told_from_a_piece_of_an_answer() {
    for (text, is_refusal) in [
        (r#"{"error":{"code":"1305"},"choices":[]}"#, true),
        (r#"{"code":500,"msg":"404 NOT_FOUND","success":false}"#, true),
        (r#"{"error":null,"choices":[]}"#, false),
        (r#"{"id":"1","code":0}"#, false),
        (r#"{"code":0,"choices":null}"#, false),
        ("{}", false),
    ] {
        assert_eq!(Event::read(text).unwrap().is_refusal(), is_refusal, "{text}");
    }
}

#[test]
fn nothing_but_one_object_is_an_event() {
    for text in ["", "null", "5", "-1.5", "true", "\"a\"", "[{}]", "{", "{}{}", "{\"id\":}", "{\"choices\":[{]}"] {
        assert!(Event::read(text).is_none(), "{text}");
    }
    assert_eq!(Event::read("  {\"\\u0069d\":\"escaped\"}\n").unwrap().chunk.id.as_deref(), Some("escaped"));
}

#[test]
fn whatever_has_another_type_than_it_should_is_absent() {
    let odd =
        [json!(null), json!(true), json!(-1), json!(1), json!(1.5), json!("text"), json!([[1], {}]), json!({"a": {}})];
    for value in &odd {
        for chunk in [
            json!({"choices": value}),
            json!({"choices": [value, {"delta": {"content": "of another choice"}}]}),
            json!({"choices": [{"delta": value, "message": value, "usage": value}], "usage": value}),
            json!({"choices": [{"delta": {"tool_calls": value, "role": value}, "index": value}], "created": value}),
        ] {
            let Chunk { text, reasoning, tool_calls, finish, usage, .. } = read(&chunk);
            assert_eq!((text.as_str(), reasoning.as_str(), finish, usage), ("", "", None, None), "{chunk}");
            assert!(tool_calls.iter().all(|piece| piece.call == ToolCall::default()), "{chunk}");
        }
    }
}
