//! The figures of a daemon, as its operator's tools read them: `/metrics`, `/health` and the dashboard agree.

use exai_fake::{Fake, Point, Reply, Scenario};
use serde_json::Value;

use crate::support::daemon::{Daemon, until};
use crate::support::http::{Metrics, get};
use crate::support::{Running, User};

/// A house in which some questions fail, are asked twice, or wait for a gate.
struct House {
    fake: Fake,
    user: User,
    daemon: Daemon,
}

impl House {
    fn new() -> Self {
        let fake = Fake::start(Scenario::of([
            Reply::glm_error("1302").contains("come back").times(1),
            Reply::glm_error("1210").contains("wrong").times(100),
            Reply::answer("At last.").contains("hold on").wait("go", Point::BeforeHeaders).times(100),
            Reply::answer("Yes."),
        ]));
        let user = User::with(&fake).set("EXAI_WS_PORT", "0").set("EXAI_GLM_MAX_INFLIGHT", "1");
        let daemon = Daemon::start(&user);
        Self { fake, user, daemon }
    }

    fn ask(&self, question: &str) -> Running {
        Running::start(self.user.command(["call", "chat", question, "--model", "glm-5.3-flash", "--quiet"]))
    }

    fn metrics(&self) -> Metrics {
        Metrics::of(self.daemon.address)
    }

    /// Does something, and says by how much each series went up.
    fn growth<const N: usize>(&self, series: [&str; N], does: impl FnOnce()) -> [u64; N] {
        let before = self.metrics();
        does();
        let after = self.metrics();
        series.map(|series| after.count(series) - before.count(series))
    }
}

#[test]
fn a_call_that_succeeds_fails_or_asks_twice_moves_its_series() {
    let house = House::new();
    let ended = |outcome| format!(r#"mcp_requests_total{{outcome="{outcome}",tool="chat"}}"#);
    let labels = r#"model="glm-5.3-flash",provider="glm""#;
    let asked = |status| format!(r#"mcp_api_calls_total{{{labels},status="{status}"}}"#);
    let tokens = |kind| format!(r#"mcp_tokens_total{{{labels},type="{kind}"}}"#);
    let (succeeded, failed) = (ended("succeeded"), ended("failed"));
    let (ok, busy, wrong) = (asked("ok"), asked("rate_limited"), asked("bad_request"));
    let (took, first) = (
        format!("mcp_api_call_duration_seconds_count{{{labels}}}"),
        format!("mcp_time_to_first_token_seconds_count{{{labels}}}"),
    );
    let retried = r#"exai_retries_total{cause="rate_limited"}"#;
    let calls = r#"mcp_request_duration_seconds_count{tool="chat"}"#;
    let series = [&succeeded, &failed, &ok, &busy, &wrong, &took, &first, retried, calls];
    let code = |question: &str| house.ask(question).finish().code;
    let growth = |question: &str, expected| house.growth(series, || assert_eq!(code(question), expected));
    assert_eq!(growth("is it so?", 0), [1, 0, 1, 0, 0, 1, 1, 0, 1]);
    assert_eq!(growth("is it wrong?", 3), [0, 1, 0, 0, 1, 1, 0, 0, 1]);
    assert_eq!(growth("will you come back?", 0), [1, 0, 1, 1, 0, 2, 1, 1, 1]);
    let metrics = house.metrics();
    assert!(metrics.has(&tokens("input")) && metrics.has(&tokens("output")), "{metrics:#?}");
    assert!(metrics.has(&format!("mcp_cost_usd_total{{{labels}}}")), "{metrics:#?}");
    assert!(metrics.has(r#"exai_prompt_bytes_total{provider="glm"}"#), "{metrics:#?}");
    assert_eq!(metrics.count("exai_queue_wait_seconds_count"), 3);
    assert_eq!(metrics.count("exai_store_up"), 1);
    house.daemon.stop().exits(0);
}

#[test]
fn an_equal_question_is_counted_as_reused_or_joined_and_not_as_asked() {
    let house = House::new();
    let (joined, reused) =
        (r#"exai_requests_joined_total{provider="glm"}"#, r#"exai_requests_reused_total{provider="glm"}"#);
    let asked = r#"mcp_api_calls_total{model="glm-5.3-flash",provider="glm",status="ok"}"#;
    let ended = r#"mcp_requests_total{outcome="succeeded",tool="chat"}"#;
    let series = [joined, reused, asked, ended];
    let twice = || {
        for _ in 0..2 {
            house.ask("is it so?").finish().exits(0);
        }
    };
    assert_eq!(house.growth(series, twice), [0, 1, 1, 2]);
    let together = || {
        let both = [house.ask("hold on"), house.ask("hold on")];
        until("the second one in the flight of the first", || (house.metrics().count(joined) >= 1).then_some(()));
        house.fake.open("go");
        for call in both {
            call.finish().exits(0);
        }
    };
    assert_eq!(house.growth(series, together), [1, 0, 1, 2]);
    assert_eq!(house.fake.requests().len(), 2);
    house.daemon.stop().exits(0);
}

#[test]
fn the_dashboard_health_and_metrics_say_the_same_of_permits_sessions_and_calls() {
    let house = House::new();
    // One has the only permit, one waits for it.
    let first = house.ask("hold on, first");
    house.fake.wait_until_held("go", 1);
    let second = house.ask("hold on, second");
    let semaphore =
        |metrics: &Metrics, what: &str, name: &str| metrics.count(&format!(r#"mcp_semaphore_{what}{{name="{name}"}}"#));
    until("one that waits", || (semaphore(&house.metrics(), "waiting", "glm") > 0).then_some(()));

    let picture = house.user.run(&["monitor", "--once", "--json"]).exits(0).json();
    let (health, metrics) = (get(house.daemon.address, "/health", None).ok().json(), house.metrics());
    assert_eq!(picture["permits"], health["permits"]);
    assert_eq!(picture["permits"]["providers"]["glm"], serde_json::json!({"in_use": 1, "limit": 1, "waiting": 1}));
    let providers = picture["permits"]["providers"].as_object().unwrap();
    let gauges =
        providers.iter().map(|(name, gauge)| (name.as_str(), gauge)).chain([("global", &picture["permits"]["global"])]);
    for (name, gauge) in gauges {
        for what in ["in_use", "limit", "waiting"] {
            let expected = gauge[what].as_u64().unwrap();
            assert_eq!(semaphore(&metrics, what, name), expected, "{what} of {name}");
        }
    }
    // Two callers, and who looks, whose session ends when it leaves.
    let sessions = count(&picture["sessions"]);
    assert_eq!(sessions, 3, "{picture:#}");
    until("the end of the session of who looked", || {
        let health = get(house.daemon.address, "/health", None).ok().json();
        let both = (health["sessions"].as_u64(), house.metrics().count("exai_sessions"));
        (both == (Some(sessions - 1), sessions - 1)).then_some(())
    });
    let calls = count(&picture["calls"]);
    assert_eq!((calls, &health["running_calls"]), (2, &calls.into()), "{picture:#}");
    assert_eq!(metrics.count("exai_calls_running"), calls);
    assert_eq!(metrics.count(r#"exai_api_calls_in_flight{model="glm-5.3-flash",provider="glm"}"#), 1);
    assert_eq!((&health["verdict"], &health["stores"]), (&picture["verdict"], &picture["stores"]));

    house.fake.open("go");
    for call in [first, second] {
        call.finish().exits(0);
    }
    let after = house.metrics();
    assert_eq!((after.count("exai_calls_running"), semaphore(&after, "in_use", "global")), (0, 0));
    house.daemon.stop().exits(0);
}

fn count(rows: &Value) -> u64 {
    rows.as_array().map_or(0, |rows| rows.len() as u64)
}
