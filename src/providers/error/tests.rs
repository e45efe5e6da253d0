//! What becomes of each cause.

use super::*;
use crate::error::Kind;
use crate::providers::Advice;

/// A cause with what becomes of it: exit kind, whether a wait is told, what to do.
#[test]
fn every_cause_becomes_what_the_table_of_codes_says() {
    let bad = Cause::BadRequest { parameter: Some("top_p".into()) };
    for (cause, code, kind, waits) in [
        (Cause::Auth, ErrorCode::ProviderError, Kind::NoVerdict, false),
        (Cause::NoBalance, ErrorCode::ProviderError, Kind::NoVerdict, false),
        (Cause::Account, ErrorCode::ProviderError, Kind::NoVerdict, false),
        (Cause::AccountUnreachable, ErrorCode::ProviderError, Kind::Retryable, true),
        (Cause::Permission, ErrorCode::ProviderError, Kind::NoVerdict, false),
        (Cause::RateLimited, ErrorCode::ProviderError, Kind::Retryable, true),
        (Cause::Overloaded, ErrorCode::ProviderError, Kind::Retryable, true),
        (Cause::PlanLimit { until: None }, ErrorCode::ProviderError, Kind::Retryable, true),
        (bad, ErrorCode::ProviderError, Kind::NoVerdict, false),
        (Cause::DuplicateRequest, ErrorCode::ProviderError, Kind::Retryable, false),
        (Cause::PromptTooLong, ErrorCode::ProviderError, Kind::NoVerdict, false),
        (Cause::ModelNotFound, ErrorCode::ProviderError, Kind::NoVerdict, false),
        (Cause::ContentRefused, ErrorCode::NoVerdict, Kind::NoVerdict, false),
        (Cause::Server, ErrorCode::ProviderError, Kind::Retryable, true),
        (Cause::ClientClosed, ErrorCode::ProviderError, Kind::Retryable, false),
        (Cause::Connect, ErrorCode::ProviderError, Kind::Retryable, false),
        (Cause::TimeoutHeaders, ErrorCode::ProviderError, Kind::Retryable, false),
        (Cause::TimeoutIdle, ErrorCode::ProviderError, Kind::Retryable, false),
        (Cause::Reset, ErrorCode::ProviderError, Kind::Retryable, false),
        (Cause::NotAStream, ErrorCode::ProviderError, Kind::Retryable, false),
        (Cause::Cut, ErrorCode::ProviderError, Kind::Retryable, false),
        (Cause::Empty, ErrorCode::NoVerdict, Kind::NoVerdict, false),
        (Cause::Truncated, ErrorCode::NoVerdict, Kind::NoVerdict, false),
        (Cause::Malformed, ErrorCode::ProviderError, Kind::Retryable, false),
        (Cause::TooLarge, ErrorCode::ProviderError, Kind::NoVerdict, false),
    ] {
        let error = ProviderError::new(cause.clone(), "").to_error(ProviderName::Kimi, "kimi-k3");
        assert_eq!((error.code, error.kind(), error.retry_after.is_some()), (code, kind, waits), "{cause:?}");
        assert_eq!(error.message, format!("kimi did not answer with kimi-k3: {}", cause.phrase()));
        assert_eq!(error.details.unwrap()["cause"], cause.as_str());
    }
}

#[test]
fn the_sentence_says_who_and_what_and_the_hint_what_to_do() {
    let mut error = ProviderError::new(Cause::Auth, "the key was refused: Incorrect API key provided.");
    error.status = Some(401);
    error.code = Some("incorrect_api_key_error".into());
    let told = error.to_error(ProviderName::Kimi, "kimi-k3");
    assert_eq!(
        told.message,
        "kimi did not answer with kimi-k3: the key was refused: Incorrect API key provided (HTTP 401, code incorrect_api_key_error)"
    );
    assert!(told.hints[0].starts_with("check KIMI_API_KEY"));
    assert!(error.to_error(ProviderName::Glm, "glm-5.3").hints[0].starts_with("check GLM_API_KEY"));
}

#[test]
fn the_providers_own_wait_is_passed_on() {
    let mut error = ProviderError::new(Cause::RateLimited, "");
    error.retry_after = Some(Duration::from_secs(17));
    assert_eq!(error.to_error(ProviderName::Glm, "x").retry_after, error.retry_after);
    assert_eq!(error.advice(), Advice::Retry { after_hint: error.retry_after, tries: 3 });
}

#[test]
fn nothing_is_sent_again_once_text_was_handed_on() {
    for cause in [Cause::Reset, Cause::Overloaded, Cause::TimeoutIdle, Cause::Cut, Cause::Server] {
        let mut error = ProviderError::new(cause, "");
        assert!(matches!(error.advice(), Advice::Retry { .. }));
        error.after_content = true;
        assert_eq!(error.advice(), Advice::Stop);
        assert!(!error.may_another_model_help());
    }
}
