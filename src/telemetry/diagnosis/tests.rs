//! Each rule, with what it tells and with what it leaves alone.

use std::collections::BTreeMap;

use super::super::testing::{answered, ended, failed, house, running};
use super::super::{BreakerState, HouseFacts, Telemetry};
use crate::protocol::{CallRow, Diagnosis, PermitGauge, Phase, Snapshot, Verdict, Word};

fn verdict(snapshot: &Snapshot) -> (Word, &str, Vec<&str>) {
    let Verdict { word, cause } = &snapshot.verdict;
    (*word, cause, snapshot.diagnoses.iter().map(|diagnosis| diagnosis.rule.as_str()).collect())
}

fn house_with(running: Vec<CallRow>) -> Snapshot {
    Telemetry::default().snapshot(HouseFacts { running, ..house() })
}

fn in_phase(phase: Phase, elapsed_s: f64, queued_s: f64, attempts: u32) -> CallRow {
    CallRow { phase: Some(phase), elapsed_s, queued_s, attempts, ..running("default", "s") }
}

#[tokio::test(start_paused = true)]
async fn an_idle_house_is_well() {
    let expected = (Word::Ok, "0 calls in the last 15 min, 0 failed", Vec::new());
    assert_eq!(verdict(&Telemetry::default().picture()), expected);
}

#[tokio::test(start_paused = true)]
async fn a_main_store_that_does_not_write_means_down_and_another_one_degraded() {
    let with = |name: &str| {
        let stores = BTreeMap::from([(name.to_owned(), "disk full".to_owned())]);
        Telemetry::default().snapshot(HouseFacts { stores, ..house() })
    };
    assert_eq!(verdict(&with("sqlite")), (Word::Down, "the store sqlite does not work: disk full", vec!["store"]));
    assert_eq!(verdict(&with("redis")).0, Word::Degraded);
}

#[tokio::test(start_paused = true)]
async fn a_house_without_a_provider_is_degraded() {
    let snapshot = Telemetry::default().snapshot(HouseFacts { providers: 0, ..house() });
    assert_eq!(verdict(&snapshot), (Word::Degraded, "no provider is configured", vec!["no_provider"]));
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_only_fails_is_named_with_its_cause() {
    let telemetry = Telemetry::default();
    for _ in 0..2 {
        telemetry.request(&ended("glm", "glm-5.3", "auth"));
        telemetry.request(&ended("glm", "glm-5.3-flash", "auth"));
        telemetry.request(&ended("kimi", "k3", "ok"));
    }
    telemetry.request(&ended("glm", "glm-5.3", "connect"));
    let snapshot = telemetry.picture();
    let text = "all 5 requests to glm of the last 15 min failed, most with auth";
    assert_eq!(verdict(&snapshot), (Word::Degraded, text, vec!["provider_failing"]));
    assert_eq!(snapshot.diagnoses[0].rows, ["glm-5.3", "glm-5.3-flash"]);
}

#[tokio::test(start_paused = true)]
async fn when_every_call_fails_the_house_is_down_because_of_the_provider() {
    let telemetry = Telemetry::default();
    for _ in 0..3 {
        telemetry.request(&ended("glm", "glm-5.3", "auth"));
        telemetry.finish(&failed("chat"));
    }
    let text = "all 3 requests to glm of the last 15 min failed, most with auth";
    assert_eq!(verdict(&telemetry.picture()), (Word::Down, text, vec!["provider_failing", "calls_failing"]));
}

#[tokio::test(start_paused = true)]
async fn a_high_share_of_failed_calls_is_told() {
    let telemetry = Telemetry::default();
    (0..7).for_each(|_| telemetry.finish(&answered("chat")));
    (0..3).for_each(|_| telemetry.finish(&failed("chat")));
    let text = "3 of 10 calls of the last 15 min failed";
    assert_eq!(verdict(&telemetry.picture()), (Word::Degraded, text, vec!["calls_failing"]));
}

#[tokio::test(start_paused = true)]
async fn a_model_that_often_fails_beside_one_that_answers_is_told_alone() {
    let telemetry = Telemetry::default();
    (0..5).for_each(|_| telemetry.request(&ended("glm", "glm-5.3", "server")));
    (0..20).for_each(|_| telemetry.request(&ended("glm", "glm-5.3-flash", "ok")));
    let text = "5 of 5 requests to glm-5.3 (glm) of the last 15 min failed, most with server";
    assert_eq!(verdict(&telemetry.picture()), (Word::Degraded, text, vec!["model_failing"]));
}

#[tokio::test(start_paused = true)]
async fn only_an_open_breaker_is_told() {
    let with = |state: &str| {
        let breaker = BreakerState { provider: "glm".to_owned(), model: "glm-5.3".to_owned(), state: state.to_owned() };
        Telemetry::default().snapshot(HouseFacts { breakers: vec![breaker], ..house() })
    };
    let text = "glm-5.3 (glm) failed several times in a row and is left alone for a moment";
    assert_eq!(verdict(&with("open")), (Word::Degraded, text, vec!["breaker_open"]));
    assert_eq!(verdict(&with("half_open")).0, Word::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_became_slow_is_told_with_both_paces() {
    let telemetry = Telemetry::default();
    for seconds in [2, 6] {
        for _ in 0..10 {
            let mut end = ended("glm", "glm-5.3", "ok");
            end.took = std::time::Duration::from_secs(seconds);
            telemetry.request(&end);
        }
        if seconds == 2 {
            tokio::time::advance(std::time::Duration::from_mins(6)).await;
        }
    }
    let text = "glm-5.3 (glm) became slow: 95 of 100 requests took up to 6.0 s in the last 5 min, 2.0 s before";
    assert_eq!(verdict(&telemetry.picture()), (Word::Slow, text, vec!["slow"]));
}

#[tokio::test(start_paused = true)]
async fn a_queue_is_long_when_twice_as_many_wait_as_may_run() {
    let with = |waiting| {
        let mut facts = house();
        facts.permits.providers.insert("glm".to_owned(), PermitGauge { in_use: 2, limit: 2, waiting });
        Telemetry::default().snapshot(facts)
    };
    assert_eq!(verdict(&with(3)).0, Word::Ok);
    assert_eq!(verdict(&with(4)), (Word::Slow, "4 calls wait for glm, which takes 2 at once", vec!["queue_long"]));
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_longer_than_a_minute_are_named() {
    let (short, long) = (in_phase(Phase::Queued, 60.0, 60.0, 0), in_phase(Phase::Queued, 75.0, 75.0, 0));
    let snapshot = house_with(vec![short, long.clone()]);
    let text = "calls that wait for a permit: 1, the longest for 75 s";
    assert_eq!(verdict(&snapshot), (Word::Slow, text, vec!["queue_slow"]));
    assert_eq!(snapshot.diagnoses[0].rows, [long.call_id.to_string()]);
}

#[tokio::test(start_paused = true)]
async fn a_running_call_is_healthy_until_it_is_out_of_all_proportion() {
    use Phase as P;
    for (phase, elapsed_s, queued_s, attempts, is_stuck) in [
        (P::Evidence, 59.0, 0.0, 0, false),
        (P::Evidence, 61.0, 0.0, 0, true),
        (P::Waiting, 400.0, 100.0, 1, false),
        (P::Waiting, 400.0, 0.0, 1, true),
        (P::Waiting, 400.0, 0.0, 2, false),
        (P::Thinking, 3_600.0, 0.0, 1, false),
        (P::Answering, 3_700.0, 0.0, 1, true),
        (P::Queued, 3_700.0, 3_700.0, 0, true),
    ] {
        let row = in_phase(phase, elapsed_s, queued_s, attempts);
        let found = house_with(vec![row.clone()]).diagnoses;
        let stuck: Vec<&Diagnosis> = found.iter().filter(|diagnosis| diagnosis.rule == "stuck").collect();
        assert_eq!(stuck.len(), usize::from(is_stuck), "{row:?}");
        assert!(stuck.iter().all(|diagnosis| diagnosis.rows == [row.call_id.to_string()]));
    }
}

#[tokio::test(start_paused = true)]
async fn the_worst_comes_first() {
    let mut facts = HouseFacts { providers: 0, ..house() };
    facts.permits.providers.insert("glm".to_owned(), PermitGauge { in_use: 2, limit: 2, waiting: 9 });
    facts.stores.insert("sqlite".to_owned(), "disk full".to_owned());
    let snapshot = Telemetry::default().snapshot(facts);
    assert_eq!(verdict(&snapshot).2, ["store", "no_provider", "queue_long"]);
}
