//! Which failures are tried again, and after what pause.

use super::*;
use crate::clock::Timestamp;
use crate::providers::Cause;

const AGES: Duration = Duration::from_hours(1);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn error(cause: Cause) -> ProviderError {
    ProviderError::new(cause, "for a test")
}

#[test]
fn each_cause_has_so_many_further_tries() {
    use Cause as C;
    for (tries, causes) in [
        (3, vec![C::RateLimited]),
        (2, vec![C::Overloaded, C::Server, C::Connect, C::Reset, C::NotAStream]),
        (1, vec![C::AccountUnreachable, C::DuplicateRequest, C::Cut, C::Malformed, C::TimeoutHeaders, C::TimeoutIdle]),
        (0, vec![C::Auth, C::NoBalance, C::Account, C::Permission, C::BadRequest { parameter: None }]),
        (0, vec![C::PromptTooLong, C::ModelNotFound, C::ContentRefused, C::ClientClosed, C::Empty, C::Truncated]),
        (0, vec![C::TooLarge, C::PlanLimit { until: None }, C::PlanLimit { until: Some(Timestamp::from_millis(0)) }]),
    ] {
        for cause in causes {
            let error = error(cause.clone());
            let pauses = (1..10).take_while(|failed| pause(&error, *failed, AGES, 0.5).is_some()).count();
            assert_eq!(pauses, tries, "{cause:?}");
        }
    }
}

#[test]
fn pauses_double_between_nothing_and_a_ceiling_and_come_on_top_of_what_the_provider_asks_for() {
    for (asked, failed, least, most) in [
        (None, 1, 0, 1_000),
        (None, 2, 0, 2_000),
        (None, 3, 0, 4_000),
        (Some(1_000), 1, 1_000, 2_000),
        (Some(5_000), 3, 5_000, 9_000),
        (Some(60_000), 1, 60_000, 61_000),
    ] {
        let error = ProviderError { retry_after: asked.map(millis), ..error(Cause::RateLimited) };
        for (luck, expected) in [(0.0, least), (1.0, most)] {
            assert_eq!(pause(&error, failed, AGES, luck), Some(millis(expected)), "{asked:?}, {failed} failed");
        }
    }
}

#[test]
fn no_pause_reaches_the_deadline() {
    let error = ProviderError { retry_after: Some(millis(1_000)), ..error(Cause::RateLimited) };
    for (left, luck, expected) in [
        (1_001, 0.0, Some(1_000)),
        (1_000, 0.0, None),
        (999, 0.0, None),
        (0, 0.0, None),
        (2_000, 1.0, None),
        (2_001, 1.0, Some(2_000)),
    ] {
        assert_eq!(pause(&error, 1, millis(left), luck), expected.map(millis), "{left} ms left, luck {luck}");
    }
}

#[test]
fn nothing_is_sent_again_once_text_was_handed_on() {
    for cause in [Cause::Cut, Cause::Reset, Cause::TimeoutIdle, Cause::Server, Cause::RateLimited] {
        let error = ProviderError { after_content: true, ..error(cause.clone()) };
        assert_eq!(pause(&error, 1, AGES, 0.5), None, "{cause:?}");
    }
}
