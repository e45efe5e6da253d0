//! What a scrape finds.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, ErrorCode};
use crate::protocol::{EventKind, PermitGauge, RequestSize, SessionId};
use crate::telemetry::bounded::MOST;
use crate::telemetry::testing::{answered, ended, failed, gauges};
use crate::telemetry::{BreakerState, Gauges, Telemetry};

/// Series without labels. One that nothing feeds has no samples, and so is not found in a text.
const FAMILIES: usize = 28;

/// Every sample of a text by its series, labels included.
fn samples(text: &str) -> BTreeMap<&str, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit_once(' ').map(|(series, value)| (series, value.parse().unwrap())).unwrap()).collect()
}

/// The names of all families of a text.
fn families(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect()
}

fn sent(joined: bool, reused: bool) -> EventKind {
    let (provider, model) = ("glm".to_owned(), "glm-5.3".to_owned());
    let size = (!joined && !reused).then_some(RequestSize { bytes: 4_000, tokens: 1_000, window: 10_000 });
    EventKind::Sent { attempt: 1, provider, model, joined, reused, size }
}

/// Everything that can happen to a house, once.
fn live_through_all(telemetry: &Telemetry) {
    for (joined, reused) in [(false, false), (true, false), (false, true)] {
        telemetry.happen(sent(joined, reused));
    }
    telemetry.happen(EventKind::Retrying { after_s: 1.0, cause: "server".to_owned() });
    telemetry.request(&ended("glm", "glm-5.3", "ok"));
    telemetry.attempt_begun("glm", "glm-5.3");
    telemetry.finish(&answered("chat"));
    telemetry.session_opened("default", &SessionId::new());
    telemetry.session_closed("default", &SessionId::new());
    telemetry.news_dropped(3);
}

/// A present in which nothing is zero.
fn busy() -> Gauges {
    let mut gauges = gauges();
    gauges.permits.global = PermitGauge { in_use: 3, limit: 9, waiting: 2 };
    let breaker =
        |model: &str, state: &str| BreakerState { provider: "glm".into(), model: model.into(), state: state.into() };
    gauges.breakers = vec![breaker("a", "open"), breaker("b", "half_open"), breaker("c", "closed")];
    Gauges { sessions: 7, connections: 6, running: 4, ..gauges }
}

/// The text of a house to which everything happened.
fn full() -> String {
    let telemetry = Telemetry::default();
    live_through_all(&telemetry);
    telemetry.prometheus(&busy())
}

#[tokio::test(start_paused = true)]
async fn every_series_follows_something_that_happens() {
    let telemetry = Telemetry::default();
    live_through_all(&telemetry);
    let before = telemetry.prometheus(&gauges());
    live_through_all(&telemetry);
    tokio::time::advance(std::time::Duration::from_secs(5)).await;
    let after = telemetry.prometheus(&Gauges { store_ok: false, ..busy() });
    let (before, after) = (samples(&before), samples(&after));
    let full = full();
    assert_eq!(families(&full).len(), FAMILIES, "a series is missing, or new and not counted here");
    for family in families(&full) {
        let of = |series: &&str| {
            let name = series.split('{').next().unwrap_or_default();
            [family.to_owned(), format!("{family}_sum"), format!("{family}_count")].contains(&name.to_owned())
        };
        let changed = after.keys().filter(|series| of(series)).any(|series| before.get(series) != after.get(series));
        let is_constant = ["exai_build_info", "process_start_time_seconds"].contains(&family);
        assert!(changed || is_constant, "{family} stays as it is, whatever happens");
    }
}

#[tokio::test(start_paused = true)]
async fn a_scrape_tells_what_happened_in_numbers() {
    let text = full();
    let samples = samples(&text);
    let model = r#"model="glm-5.3",provider="glm""#;
    for (series, expected) in [
        (r#"mcp_requests_total{outcome="succeeded",tool="chat"}"#.to_owned(), 1.0),
        (r#"mcp_requests_total{outcome="failed",tool="chat"}"#.to_owned(), 0.0),
        (r#"mcp_request_duration_seconds_bucket{tool="chat",le="1"}"#.to_owned(), 1.0),
        (r#"mcp_request_duration_seconds_bucket{tool="chat",le="0.5"}"#.to_owned(), 0.0),
        (format!(r#"mcp_api_calls_total{{{model},status="ok"}}"#), 1.0),
        (format!("mcp_api_call_duration_seconds_sum{{{model}}}"), 1.0),
        (format!("mcp_time_to_first_token_seconds_sum{{{model}}}"), 0.5),
        (format!("exai_api_calls_in_flight{{{model}}}"), 1.0),
        (format!(r#"mcp_tokens_total{{{model},type="input"}}"#), 100.0),
        (format!(r#"mcp_tokens_total{{{model},type="output"}}"#), 10.0),
        (format!(r#"mcp_tokens_total{{{model},type="reasoning"}}"#), 5.0),
        (format!(r#"mcp_tokens_total{{{model},type="cached"}}"#), 50.0),
        (format!("mcp_cost_usd_total{{{model}}}"), 0.002),
        (r#"mcp_semaphore_in_use{name="global"}"#.to_owned(), 3.0),
        (r#"mcp_semaphore_limit{name="glm"}"#.to_owned(), 2.0),
        (r#"mcp_semaphore_waiting{name="global"}"#.to_owned(), 2.0),
        (r#"circuit_breaker_state{model="a",provider="glm"}"#.to_owned(), 2.0),
        (r#"circuit_breaker_state{model="b",provider="glm"}"#.to_owned(), 1.0),
        (r#"circuit_breaker_state{model="c",provider="glm"}"#.to_owned(), 0.0),
        (format!("circuit_breaker_state{{{model}}}"), 0.0),
        (r#"exai_requests_joined_total{provider="glm"}"#.to_owned(), 1.0),
        (r#"exai_requests_reused_total{provider="glm"}"#.to_owned(), 1.0),
        (r#"exai_retries_total{cause="server"}"#.to_owned(), 1.0),
        (r#"exai_prompt_bytes_total{provider="glm"}"#.to_owned(), 4_000.0),
        (r#"exai_prompt_tokens_total{provider="glm"}"#.to_owned(), 1_000.0),
        ("exai_queue_wait_seconds_count".to_owned(), 1.0),
        ("exai_news_dropped_total".to_owned(), 3.0),
        ("exai_sessions".to_owned(), 7.0),
        ("exai_connections".to_owned(), 6.0),
        ("exai_calls_running".to_owned(), 4.0),
        ("exai_store_up".to_owned(), 1.0),
        (format!(r#"exai_build_info{{version="{}"}}"#, env!("CARGO_PKG_VERSION")), 1.0),
    ] {
        assert_eq!(samples.get(series.as_str()), Some(&expected), "{series} in\n{text}");
    }
    assert!(samples["process_start_time_seconds"] > 1e9);
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_does_not_exist_is_not_a_label() {
    let telemetry = Telemetry::default();
    let mut envelope = failed("whatever-a-caller-invents");
    envelope.fail(&Error::new(ErrorCode::ToolNotFound, "no such tool"));
    telemetry.finish(&envelope);
    let text = telemetry.prometheus(&gauges());
    assert!(!text.contains("invents"), "{text}");
    assert_eq!(samples(&text).get(r#"mcp_requests_total{outcome="failed",tool="unknown"}"#), Some(&1.0));
}

#[tokio::test(start_paused = true)]
async fn models_beyond_the_limit_share_their_series() {
    let telemetry = Telemetry::default();
    for number in 0..MOST + 50 {
        telemetry.request(&ended("custom", &format!("model-{number}"), "ok"));
    }
    let text = telemetry.prometheus(&gauges());
    let samples = samples(&text);
    let others = samples.get(r#"mcp_api_calls_total{model="other",provider="other",status="ok"}"#);
    assert_eq!(others, Some(&50.0));
    assert_eq!(samples.keys().filter(|series| series.starts_with("mcp_api_calls_total")).count(), MOST + 1);
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_is_forgotten_leaves_no_series_behind() {
    let telemetry = Telemetry::default();
    assert!(telemetry.prometheus(&busy()).contains("circuit_breaker_state{"));
    assert!(!telemetry.prometheus(&gauges()).contains("circuit_breaker_state{"));
}

#[tokio::test(start_paused = true)]
async fn help_says_what_the_numbers_of_a_breaker_mean() {
    let text = full();
    let help = text.lines().find(|line| line.starts_with("# HELP circuit_breaker_state")).unwrap();
    for word in ["0 closed", "1 half-open", "2 open"] {
        assert!(help.contains(word), "{help}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_board_shows_only_series_that_are_exported() {
    let board = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../dist/grafana.json")).unwrap();
    let board: serde_json::Value = serde_json::from_str(&board).unwrap();
    let text = full();
    let exported = families(&text);
    let mut shown = BTreeSet::new();
    for panel in board["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            shown.extend(series_of(target["expr"].as_str().unwrap()));
        }
    }
    for annotation in board["annotations"]["list"].as_array().unwrap() {
        shown.extend(series_of(annotation["expr"].as_str().unwrap()));
    }
    for variable in board["templating"]["list"].as_array().unwrap() {
        shown.extend(series_of(variable["query"].as_str().unwrap_or_default()));
    }
    assert!(shown.len() > 10, "only {shown:?} were found");
    for series in &shown {
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| series.strip_suffix(end));
        let is_exported = exported.contains(series.as_str()) || family.is_some_and(|name| exported.contains(name));
        assert!(is_exported, "the board shows {series}, which is not exported");
    }
}

/// The names of series in an expression: ours all have a known beginning.
fn series_of(expression: &str) -> Vec<String> {
    let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let is_series = |word: &&str| {
        ["mcp_", "exai_", "circuit_breaker_", "process_"].iter().any(|beginning| word.starts_with(beginning))
    };
    words.filter(is_series).map(str::to_owned).collect()
}
