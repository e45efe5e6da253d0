//! Every row of the table of types.

use std::time::Duration;

use serde_json::json;

use crate::clock::Timestamp;
use crate::providers::{Advice, Cause, KIMI, ProviderError};

/// 2026-08-01T00:00:00Z.
const NOW: Timestamp = Timestamp::from_millis(1_785_542_400_000);

fn classify(status: u16, kind: &str, message: &str) -> ProviderError {
    KIMI.classify(status, &json!({"error": {"type": kind, "message": message}}).to_string(), NOW)
}

#[test]
fn every_type_of_the_table_has_its_cause_and_action() {
    let retry = |seconds: Option<u64>, tries| Advice::Retry { after_hint: seconds.map(Duration::from_secs), tries };
    let concurrency = "Your account org-abcdef<ak-abcdef> request reached organization max concurrency: 3, please try again after 1 seconds";
    let tomorrow = Advice::StandDown { until: Some(Timestamp::from_millis(1_785_542_400_000 + 16 * 3_600_000)) };
    for (status, kind, message, cause, advice) in [
        (400, "content_filter", "considered high risk", "content_refused", Advice::Stop),
        (400, "invalid_request_error", "Invalid request: x", "bad_request", Advice::Stop),
        (
            400,
            "invalid_request_error",
            "Your request exceeded model token limit: 262144 (requested: 269030)",
            "prompt_too_long",
            Advice::Stop,
        ),
        (400, "invalid_request_error", "Input token length too long", "prompt_too_long", Advice::Stop),
        (400, "invalid_request_error", "Invalid purpose", "bad_request", Advice::Stop),
        (400, "invalid_request_error", "File size is too large, max 100MB", "bad_request", Advice::Stop),
        (401, "invalid_authentication_error", "", "auth", Advice::Stop),
        (401, "incorrect_api_key_error", "Incorrect API key provided", "auth", Advice::Stop),
        (403, "permission_denied_error", "", "permission", Advice::Stop),
        (
            404,
            "resource_not_found_error",
            "Not found the model X or Permission denied",
            "model_not_found",
            Advice::NextModel,
        ),
        (429, "engine_overloaded_error", "overloaded", "overloaded", retry(None, 2)),
        (429, "exceeded_current_quota_error", "suspended", "no_balance", Advice::Stop),
        (429, "rate_limit_reached_error", concurrency, "rate_limited", retry(Some(1), 3)),
        (
            429,
            "rate_limit_reached_error",
            "max RPM: 3, please try again after 20 seconds",
            "rate_limited",
            retry(Some(20), 3),
        ),
        (
            429,
            "rate_limit_reached_error",
            "organization TPM rate limit, current: 1, limit: 2",
            "rate_limited",
            retry(None, 3),
        ),
        (429, "rate_limit_reached_error", "organization TPD rate limit, current: 1, limit: 2", "plan_limit", tomorrow),
        (499, "client_closed", "", "client_closed", Advice::Stop),
        (500, "server_error", "", "server", retry(None, 2)),
        (500, "unexpected_output", "", "server", retry(None, 2)),
    ] {
        let error = classify(status, kind, message);
        assert_eq!((error.cause.as_str(), error.advice()), (cause, advice), "{kind} {message}");
        assert!(!error.message.contains("abcdef"), "{}", error.message);
    }
}

#[test]
fn a_wrong_field_is_named() {
    for (message, parameter) in [
        ("invalid temperature: only 1 is allowed for this model", Some("temperature")),
        ("Invalid purpose", Some("purpose")),
        ("File size is too large, max 100MB", Some("file")),
        ("Invalid request: something", None),
        ("no", None),
    ] {
        let cause = classify(400, "invalid_request_error", message).cause;
        assert_eq!(cause, Cause::BadRequest { parameter: parameter.map(str::to_owned) }, "{message}");
    }
}

#[test]
fn without_a_known_type_the_status_decides() {
    for (status, body, cause) in [
        (401, "", "auth"),
        (429, r#"{"error":{"type":"new_error","message":"m"}}"#, "rate_limited"),
        (502, "<html>", "server"),
        (404, r#"{"error":"x"}"#, "model_not_found"),
    ] {
        assert_eq!(KIMI.classify(status, body, NOW).cause.as_str(), cause, "{status} {body}");
    }
}

#[test]
fn waits_that_make_no_sense_are_not_believed() {
    for message in ["after seconds", "after 99999999 seconds", "after -1", "after 1.2.3 s", "after"] {
        assert_eq!(classify(429, "rate_limit_reached_error", message).retry_after, None, "{message}");
    }
}
