//! Many sessions that call, cancel, break off and come back at random, while the providers fail at random: every call
//! ends once and with its own answer, and nothing is left behind.
//!
//! `EXAI_TEST_SEED` repeats a run; which of two things that happen at once comes first is not up to the seed.

mod client;
mod plan;

use std::collections::BTreeSet;
use std::sync::Arc;

use exai_fake::Provider;
use serde_json::json;
use tokio::task::JoinSet;

use self::client::Client;
use crate::backend::House;
use crate::gateway::testing::in_time;
use crate::protocol::{CallFilter, CallState, EventKind, PermitGauge};
use crate::server::testing::TestDaemon;

const SESSIONS: usize = 64;
const CALLS: usize = 50;
const KIMI_LIMIT: usize = 8;
const GLM_LIMIT: usize = 6;

const SETTINGS: &[(&str, &str)] = &[
    ("EXAI_RATE_SESSION", "off"),
    ("EXAI_RATE_ALL", "off"),
    ("EXAI_SESSION_MAX_INFLIGHT", "4"),
    ("EXAI_GLM_MAX_INFLIGHT", "6"),
    ("EXAI_KIMI_MAX_INFLIGHT", "8"),
    ("EXAI_GLOBAL_MAX_INFLIGHT", "12"),
    ("EXAI_QUEUE_LIMIT", "10000"),
];

/// Says how to repeat the run when it fails.
struct Seed(u64);

impl Seed {
    #[expect(clippy::disallowed_methods, reason = "the variable is the test's own")]
    fn choose() -> Self {
        let given = std::env::var("EXAI_TEST_SEED").ok().map(|seed| seed.parse().unwrap());
        Self(given.unwrap_or_else(|| fastrand::u64(..)))
    }
}

impl Drop for Seed {
    #[expect(clippy::print_stderr, reason = "a failed test tells how to repeat it")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("EXAI_TEST_SEED={}", self.0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_comes_every_call_ends_once_and_with_its_own_answer() {
    let seed = Seed::choose();
    let daemon = TestDaemon::with(plan::scenario(), SETTINGS).await;
    let mut clients = JoinSet::new();
    for number in 0..SESSIONS {
        let dice = fastrand::Rng::with_seed(seed.0.wrapping_add(number as u64));
        let client = Client::connect(daemon.ports[0], number, dice).await;
        clients.spawn(client.play(CALLS));
    }
    let mut known = BTreeSet::new();
    let mut answered = 0;
    while let Some(played) = clients.join_next().await {
        let (calls, answers) = played.unwrap();
        known.extend(calls);
        answered += answers;
    }
    assert!(answered > SESSIONS * CALLS / 2, "only {answered} good answers");
    let house = Arc::clone(&daemon.house);
    in_time(house.calls().running.all_ended()).await;
    nothing_is_held(&daemon).await;
    assert!(daemon.fake.max_answered_in_flight(Provider::Kimi) <= KIMI_LIMIT);
    assert!(daemon.fake.max_answered_in_flight(Provider::Glm) <= GLM_LIMIT);
    // No call is cut off: the daemon ends when its last task has.
    daemon.shutdown.drain.cancel();
    let (house, _dir) = daemon.ended().await;
    let kept = the_journal_is_whole(&house).await;
    assert!(known.is_subset(&kept), "calls that were acknowledged are not in the journal");
    assert!(kept.len() <= SESSIONS * CALLS);
}

/// Every permit is back, nobody waits, no request is in flight.
async fn nothing_is_held(daemon: &TestDaemon) {
    let mut peer = daemon.peer().await;
    let gateway = Arc::clone(&daemon.house.calls().gateway);
    let is_free = |gauge: &PermitGauge| gauge.in_use == 0 && gauge.waiting == 0;
    // A request that nobody waits for any more gives its permit back a moment after its call has ended.
    in_time(async {
        loop {
            let (global, providers) = gateway.admission.gauges();
            if is_free(&global) && providers.values().all(is_free) && gateway.flights.is_empty() {
                return;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    // The connections of the clients are given up a moment after they closed them.
    in_time(async {
        loop {
            let health = peer.ask(json!({"op": "health", "request_id": "h"})).await["health"].clone();
            assert_eq!(health["running_calls"], 0, "{health}");
            assert_eq!(health["sessions"], SESSIONS + 1, "a client that comes back has the session it had");
            if health["connections"] == 1 {
                return;
            }
        }
    })
    .await;
}

/// Looks at every call that was kept; returns their ids.
async fn the_journal_is_whole(house: &House) -> BTreeSet<String> {
    let store = &house.calls().store;
    let all = CallFilter { limit: u32::MAX, ..CallFilter::default() };
    let mut kept = BTreeSet::new();
    for call in store.list_calls("default".to_owned(), all).await.unwrap() {
        let id = call.call_id.to_string();
        let record = store.get_call("default".to_owned(), id.clone()).await.unwrap();
        assert_ne!(record.result.state, CallState::Running, "{record:#?}");
        let finished = |kind: &EventKind| matches!(kind, EventKind::Finished { .. });
        assert_eq!(record.events.iter().filter(|event| finished(&event.kind)).count(), 1, "{record:#?}");
        assert!(finished(&record.events.last().unwrap().kind), "{record:#?}");
        assert!(record.events.iter().zip(1..).all(|(event, n)| event.n == n), "{record:#?}");
        let is_settled =
            |attempt: &crate::protocol::AttemptRecord| attempt.finished_at.is_some() && attempt.outcome.is_some();
        assert!(record.attempts.iter().all(is_settled), "{record:#?}");
        kept.insert(id);
    }
    kept
}

#[tokio::test]
async fn a_session_remembers_its_latest_requests_and_no_more() {
    let daemon = TestDaemon::with(exai_fake::Scenario::default(), SETTINGS).await;
    let mut peer = daemon.peer().await;
    let mut calls = Vec::new();
    for number in 0..1100 {
        let answer = peer.call(&number.to_string(), "version", json!({})).await;
        calls.push(answer["call_id"].clone());
    }
    let again = |number: usize| number.to_string();
    assert_eq!(peer.call(&again(1000), "version", json!({})).await["call_id"], calls[1000]);
    assert_ne!(peer.call(&again(0), "version", json!({})).await["call_id"], calls[0], "it was forgotten");
    daemon.stop().await;
}
