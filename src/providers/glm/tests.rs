//! Every row of the table of codes.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::error::Kind;
use crate::providers::{Advice, GLM, ProviderError, ProviderName};

/// 2026-08-01T00:00:00Z.
const NOW: Timestamp = Timestamp::from_millis(1_785_542_400_000);

fn classify(status: u16, code: u32, message: &str) -> ProviderError {
    GLM.classify(status, &serde_json::json!({"error": {"code": code.to_string(), "message": message}}).to_string(), NOW)
}

fn action(error: &ProviderError) -> String {
    match error.advice() {
        Advice::Stop => "stop".into(),
        Advice::NextModel => "next model".into(),
        Advice::Retry { after_hint: None, tries } => format!("retry {tries}"),
        Advice::Retry { after_hint: Some(wait), tries } => format!("retry {tries} after {}", wait.as_secs()),
        Advice::StandDown { until: None } => "stand down".into(),
        Advice::StandDown { until: Some(until) } => format!("stand down {until}"),
    }
}

#[test]
fn every_code_of_the_table_has_its_cause_and_action() {
    let reset = "[1310][Limit reached. Your limit will reset at 2026-08-01 10:03:40][id]";
    for (codes, status, message, cause, expected) in [
        (&[500][..], 500, "", "server", "retry 2"),
        (&[1000, 1001, 1002, 1003, 1004, 1005], 401, "", "auth", "stop"),
        (&[1110, 1111, 1112, 1121], 429, "", "account", "stop"),
        (&[1120], 429, "", "account_unreachable", "retry 1"),
        (&[1113], 429, "", "no_balance", "stop"),
        (&[1200, 1230, 1234], 500, "", "server", "retry 2"),
        (&[1210, 1212, 1213, 1214, 1215], 400, "", "bad_request", "stop"),
        (&[1211], 400, "", "model_not_found", "next model"),
        (&[1220, 1221, 1222], 403, "", "permission", "stop"),
        (&[1231], 400, "", "duplicate_request", "retry 1"),
        (&[1261], 400, "", "prompt_too_long", "stop"),
        (&[1300, 1301], 400, "", "content_refused", "stop"),
        (&[1302], 429, "", "rate_limited", "retry 3 after 1"),
        (&[1303], 429, "", "rate_limited", "retry 3 after 5"),
        (&[1304], 429, "", "plan_limit", "stand down 2026-08-01T16:00:00.000Z"),
        (&[1305], 429, "", "overloaded", "retry 2 after 5"),
        (
            &[1308, 1310, 1316, 1317, 1318, 1319, 1320, 1321],
            429,
            reset,
            "plan_limit",
            "stand down 2026-08-01T02:03:40.000Z",
        ),
        (&[1308], 429, "no time in it", "plan_limit", "stand down"),
        (&[1309, 1311, 1314, 1315], 429, "", "permission", "stop"),
        (&[1313], 429, "", "plan_limit", "stand down 2026-08-01T01:00:00.000Z"),
    ] {
        for code in codes {
            let error = classify(status, *code, message);
            assert_eq!((error.cause.as_str(), action(&error).as_str()), (cause, expected), "{code}");
            assert_eq!(error.code.as_deref(), Some(code.to_string().as_str()));
            assert!(!error.message.is_empty());
        }
    }
}

#[test]
fn the_code_is_found_whatever_its_form() {
    for body in [
        r#"{"error":{"code":1113,"message":"余额不足"}}"#,
        r#"{"error":{"code":" 1113 ","message":""},"request_id":"r"}"#,
        r#"{"error":{"type":"rate_limit_error","message":"[1113][no balance][r]"}}"#,
        r#"{"code":1113,"msg":"no balance","success":false}"#,
    ] {
        assert_eq!(GLM.classify(429, body, NOW).cause.as_str(), "no_balance", "{body}");
    }
}

#[test]
fn without_a_known_code_the_status_decides() {
    let waf = "<!doctypehtml><html>405</html>";
    for (status, body, cause) in [
        (401, "", "auth"),
        (404, "<html>", "model_not_found"),
        (405, waf, "not_a_stream"),
        (429, r#"{"error":{"code":"9999"}}"#, "rate_limited"),
        (434, "", "permission"),
        (435, "", "bad_request"),
        (500, "x", "server"),
        (502, "<html>", "server"),
        (524, "", "server"),
        (400, r#"{"error":{"code":"no number"}}"#, "bad_request"),
        (200, r#"{"error":{}}"#, "server"),
    ] {
        assert_eq!(GLM.classify(status, body, NOW).cause.as_str(), cause, "{status} {body}");
    }
}

#[test]
fn only_the_sick_count_for_the_breaker() {
    for (code, counts, other) in [
        (1305, true, true),
        (500, true, false),
        (1113, false, true),
        (1302, false, false),
        (1210, false, false),
        (1308, false, true),
    ] {
        let error = classify(429, code, "");
        assert_eq!((error.counts_for_breaker(), error.may_another_model_help()), (counts, other), "{code}");
    }
}

#[test]
fn a_limit_with_a_reset_says_how_long_it_lasts() {
    let error = classify(429, 1308, "reset at 2026-08-01 10:03:40").to_error(ProviderName::Glm, "glm-5.2");
    assert_eq!(error.kind(), Kind::Retryable);
    assert_eq!(error.retry_after, Some(Duration::from_secs(2 * 3600 + 3 * 60 + 40)));
    assert_eq!(
        error.message,
        "glm did not answer with glm-5.2: a limit of the plan is used up: reset at 2026-08-01 10:03:40 (HTTP 429, code 1308)"
    );
    assert_eq!(error.details.unwrap()["until"], "2026-08-01T02:03:40.000Z");
}
