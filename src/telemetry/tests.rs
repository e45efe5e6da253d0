//! What the house tells of what happened to it.

use std::time::Duration;

use tokio::time::advance;

use super::testing::{answered, ended, failed, house, running};
use super::{BreakerState, HouseFacts, SessionFigures, Telemetry, WINDOW, for_owner};
use crate::clock::Timestamp;
use crate::protocol::{
    CacheUse, CallState, EventKind, FailureKind, Failures, Happening, Prompts, ProviderRow, RequestSize, SessionId,
    SessionRow, Word,
};

fn sent(attempt: u32, size: Option<RequestSize>) -> EventKind {
    let (provider, model) = ("glm".to_owned(), "glm-5.3".to_owned());
    EventKind::Sent { attempt, provider, model, joined: false, reused: false, size }
}

fn spared(joined: bool) -> EventKind {
    let (provider, model) = ("glm".to_owned(), "glm-5.3".to_owned());
    EventKind::Sent { attempt: 1, provider, model, joined, reused: !joined, size: None }
}

fn accepted() -> EventKind {
    EventKind::Accepted { tool: "chat".to_owned(), timeout_s: 300.0, thread_id: None }
}

fn row(telemetry: &Telemetry, model: &str) -> ProviderRow {
    let rows = telemetry.picture().providers;
    rows.into_iter().find(|row| row.model == model).unwrap_or_else(|| panic!("no row for {model}"))
}

#[tokio::test(start_paused = true)]
async fn a_model_shows_how_many_requests_it_took_how_long_and_at_what_price() {
    let telemetry = Telemetry::default();
    for seconds in 1..=9 {
        let mut end = ended("glm", "glm-5.3", "ok");
        end.took = Duration::from_secs(seconds);
        telemetry.request(&end);
    }
    telemetry.request(&ended("glm", "glm-5.3", "server"));
    telemetry.request(&ended("glm", "glm-5.3", "cancelled"));
    telemetry.attempt_begun("glm", "glm-5.3");
    let row = row(&telemetry, "glm-5.3");
    assert_eq!((row.requests, row.errors, row.inflight, row.limit), (11, 1, 1, Some(2)));
    assert_eq!((row.p99_ms, row.ttft_ms, row.tokens), (Some(9_000), Some(500), 11 * 110));
    assert!((5_000..5_700).contains(&row.p50_ms.unwrap()), "{row:?}");
    assert_eq!((row.tokens_per_s, row.cost_usd), (Some(2.0), Some(0.022)));
    assert_eq!((row.breaker.as_str(), row.health.as_str()), ("closed", "ok"));
}

#[tokio::test(start_paused = true)]
async fn what_is_older_than_the_window_is_no_longer_shown() {
    let telemetry = Telemetry::default();
    telemetry.happen(accepted());
    telemetry.request(&ended("glm", "glm-5.3", "ok"));
    assert_eq!(telemetry.picture().providers.len(), 1);
    advance(WINDOW).await;
    let snapshot = telemetry.picture();
    assert_eq!((snapshot.providers, snapshot.rates.calls_per_s, snapshot.rates.tokens_per_s), (Vec::new(), 0.0, 0.0));
}

#[tokio::test(start_paused = true)]
async fn a_model_that_takes_twice_as_long_as_before_is_slow_and_says_so() {
    let telemetry = Telemetry::default();
    for seconds in [2, 6] {
        for _ in 0..10 {
            let mut end = ended("glm", "glm-5.3", "ok");
            end.took = Duration::from_secs(seconds);
            telemetry.request(&end);
        }
        assert_eq!(row(&telemetry, "glm-5.3").health, if seconds == 2 { "ok" } else { "slow" });
        advance(Duration::from_mins(6)).await;
    }
    // The slow ones are not new any more: nothing to compare with.
    assert_eq!(row(&telemetry, "glm-5.3").health, "ok");
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_is_shown_even_of_a_model_that_was_not_asked_lately() {
    let breaker =
        |model: &str| BreakerState { provider: "glm".to_owned(), model: model.to_owned(), state: "open".to_owned() };
    let telemetry = Telemetry::default();
    telemetry.request(&ended("glm", "asked", "ok"));
    let facts = HouseFacts { breakers: vec![breaker("asked"), breaker("forgotten")], ..house() };
    let snapshot = telemetry.snapshot(facts);
    let shown: Vec<_> = snapshot.providers.iter().map(|row| (row.model.as_str(), row.health.as_str())).collect();
    assert_eq!(shown, [("asked", "down"), ("forgotten", "down")]);
    assert_eq!((snapshot.verdict.word, snapshot.diagnoses.len()), (Word::Degraded, 2));
}

#[tokio::test(start_paused = true)]
async fn failures_that_are_about_the_request_are_counted_and_do_not_make_a_model_ill() {
    let telemetry = Telemetry::default();
    (0..5).for_each(|_| telemetry.request(&ended("glm", "glm-5.3", "prompt_too_long")));
    let row = row(&telemetry, "glm-5.3");
    assert_eq!((row.errors, row.health.as_str()), (5, "ok"));
}

#[tokio::test(start_paused = true)]
async fn failures_are_told_apart_by_what_an_operator_does_about_them() {
    let telemetry = Telemetry::default();
    let causes =
        ["rate_limited", "overloaded", "plan_limit", "server", "timeout_headers", "timeout_idle", "reset", "auth"];
    causes.iter().chain(&["ok", "cancelled"]).for_each(|cause| telemetry.request(&ended("glm", "glm-5.3", cause)));
    let row = row(&telemetry, "glm-5.3");
    assert_eq!(row.failures, Failures { rate_limited: 3, server: 1, timeout: 2, other: 2 });
    assert_eq!(row.errors, FailureKind::ALL.map(|kind| row.failures.of(kind)).iter().sum::<u64>());
}

#[tokio::test(start_paused = true)]
async fn the_house_counts_requests_that_left_and_those_that_were_spared() {
    let telemetry = Telemetry::default();
    let size = |tokens| Some(RequestSize { bytes: 4_000, tokens, window: 10_000 });
    telemetry.happen(sent(1, size(1_000)));
    telemetry.happen(sent(2, size(2_500)));
    telemetry.happen(spared(true));
    telemetry.happen(spared(false));
    let facts = HouseFacts { kept_bytes: 77, ..house() };
    let snapshot = telemetry.snapshot(facts);
    assert_eq!(snapshot.cache, CacheUse { hits: 1, misses: 1, joins: 1, bytes: 77 });
    let prompts = Prompts { requests: 2, bytes: 8_000, tokens: 3_500, fullest_percent: 25 };
    assert_eq!(snapshot.prompts, prompts);
}

#[tokio::test(start_paused = true)]
async fn rates_and_latency_tell_of_all_calls_of_the_window() {
    let telemetry = Telemetry::default();
    (0..90).for_each(|_| telemetry.happen(accepted()));
    telemetry.finish(&answered("chat"));
    telemetry.finish(&failed("chat"));
    let mut long = answered("chat");
    long.timing.total_ms = 3_600_000;
    telemetry.finish(&long);
    telemetry.request(&ended("glm", "glm-5.3", "ok"));
    advance(Duration::from_mins(10)).await;
    let snapshot = telemetry.picture();
    let rates = snapshot.rates;
    assert_eq!((rates.calls_per_s, rates.errors_per_s, rates.tokens_per_s), (0.15, 1.0 / 600.0, 110.0 / 600.0));
    let filled: Vec<(usize, u64)> =
        snapshot.latency.counts.iter().copied().enumerate().filter(|(_, count)| *count > 0).collect();
    assert_eq!(filled, [(7, 2), (16, 1)], "{:?}", snapshot.latency);
    assert_eq!((snapshot.latency.buckets_ms[7], snapshot.latency.buckets_ms.len()), (1_000, 16));
}

#[tokio::test(start_paused = true)]
async fn the_verdict_leaves_out_calls_that_never_asked_a_model() {
    let telemetry = Telemetry::default();
    for _ in 0..10 {
        let mut refused = failed("chat");
        refused.model.tried.clear();
        telemetry.finish(&refused);
    }
    assert_eq!(telemetry.picture().verdict.word, Word::Ok);
    (0..3).for_each(|_| telemetry.finish(&failed("chat")));
    assert_eq!(telemetry.picture().verdict.word, Word::Down);
}

#[tokio::test(start_paused = true)]
async fn a_session_knows_its_calls_until_it_is_forgotten() {
    let telemetry = Telemetry::default();
    assert_eq!(telemetry.session_figures("s"), SessionFigures::default());
    telemetry.finish(&answered("chat"));
    telemetry.finish(&failed("chat"));
    let figures = SessionFigures { calls: 2, errors: 1, tokens: 220, cost_usd: Some(0.004) };
    assert_eq!(telemetry.session_figures("s"), figures);
    telemetry.forget_session("s");
    assert_eq!(telemetry.session_figures("s"), SessionFigures::default());
}

#[tokio::test(start_paused = true)]
async fn one_request_without_a_price_makes_the_cost_of_its_session_unknown() {
    let telemetry = Telemetry::default();
    let mut unpriced = answered("chat");
    unpriced.cost.usd = None;
    telemetry.finish(&unpriced);
    telemetry.finish(&answered("chat"));
    assert_eq!(telemetry.session_figures("s").cost_usd, None);
    // A call that asked nobody cost nothing.
    unpriced.model.tried.clear();
    telemetry.finish_for("default", "free", &unpriced);
    assert_eq!(telemetry.session_figures("free").cost_usd, Some(0.0));
}

#[tokio::test(start_paused = true)]
async fn running_calls_come_first_then_the_two_hundred_that_ended_last() {
    let telemetry = Telemetry::default();
    let mut last = answered("chat");
    for _ in 0..250 {
        last = answered("chat");
        telemetry.finish(&last);
    }
    let mut ending = running("default", "s");
    ending.call_id = last.call_id.clone();
    let facts = HouseFacts { running: vec![ending, running("default", "s")], ..house() };
    let calls = telemetry.snapshot(facts).calls;
    let states: Vec<CallState> = calls.iter().map(|row| row.state).collect();
    assert_eq!((states.len(), states[0], states[1]), (201, CallState::Running, CallState::Succeeded));
    let row = &calls[1];
    assert_eq!((&row.call_id, row.provider.as_deref(), row.tokens), (&last.call_id, Some("glm"), Some(110)));
}

fn session(owner: &str) -> SessionRow {
    SessionRow {
        session_id: SessionId::new(),
        owner: owner.to_owned(),
        client: String::new(),
        address: String::new(),
        connected: true,
        inflight: 0,
        calls: 0,
        errors: 0,
        last_seen: Timestamp::now(),
        tokens: 0,
        cost_usd: None,
    }
}

#[tokio::test(start_paused = true)]
async fn an_owner_sees_only_own_sessions_and_calls_and_the_totals() {
    let telemetry = Telemetry::default();
    telemetry.finish_for("ann", "a", &answered("chat"));
    telemetry.finish_for("bob", "b", &answered("chat"));
    telemetry.request(&ended("glm", "glm-5.3", "ok"));
    let waiting = |owner: &str| {
        let mut row = running(owner, owner);
        (row.phase, row.elapsed_s) = (Some(crate::protocol::Phase::Evidence), 100.0);
        row
    };
    let facts = |stuck: &[&str]| HouseFacts {
        running: stuck.iter().map(|owner| waiting(owner)).collect(),
        sessions: vec![session("ann"), session("bob")],
        ..house()
    };
    let all = telemetry.snapshot(facts(&["ann", "bob"]));
    let own = for_owner(&all, "ann");
    assert!(own.sessions.iter().all(|row| row.owner == "ann") && own.sessions.len() == 1);
    assert!(own.calls.iter().all(|row| row.owner == "ann") && own.calls.len() == 2);
    assert_eq!((&own.providers, &own.latency, own.rates), (&all.providers, &all.latency, all.rates));
    assert_eq!(own.diagnoses[0].rows, [own.calls[0].call_id.to_string()], "another's call is named");

    let others = telemetry.snapshot(facts(&["bob"]));
    assert!(for_owner(&others, "ann").diagnoses.is_empty(), "a diagnosis is about another's call alone");
    assert_eq!(*for_owner(&all, "default"), all);
}

#[tokio::test(start_paused = true)]
async fn news_are_numbered_in_the_order_in_which_they_are_heard() {
    let telemetry = Telemetry::default();
    telemetry.happen(accepted());
    let mut news = telemetry.listen();
    telemetry.happen(accepted());
    telemetry.session_opened("ann", &SessionId::from("s".to_owned()));
    let (first, second) = (news.recv().await.unwrap(), news.recv().await.unwrap());
    assert_eq!((first.seq, second.seq, telemetry.seq(), telemetry.picture().seq), (2, 3, 3, 3));
    assert_eq!((second.owner.as_str(), second.session_id.as_str()), ("ann", "s"));
    assert!(matches!(second.what, Happening::Session { kind } if kind == "session_opened"));
}
