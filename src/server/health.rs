//! Health, metrics and snapshot over HTTP. A running call is healthy; to live is not to be ready.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::daemon::Daemon;
use super::http::{self, Answer};
use super::token::OPERATOR;

/// The process answers: it lives.
pub(super) fn live() -> Answer {
    http::json(StatusCode::OK, &json!({"status": "alive"}))
}

/// Whether calls would be taken: the daemon does not drain, and the store can be written.
pub(super) async fn ready(daemon: &Daemon) -> Answer {
    let has_store = daemon.store_facts().await.trouble.is_none();
    let is_ready = has_store && !daemon.is_draining();
    // Strangers may ask this: they learn that something is wrong, not what.
    let store = if has_store { "ok" } else { "failing" };
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = if is_ready { "ready" } else { "not_ready" };
    http::json(status, &json!({"status": word, "draining": daemon.is_draining(), "store": store}))
}

/// The whole picture. It is `200` as long as the daemon works, busy or not.
pub(super) async fn whole(daemon: &Arc<Daemon>) -> Answer {
    let picture = picture(daemon, OPERATOR).await;
    let is_down = picture["verdict"]["word"] == "DOWN";
    let status = if is_down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    http::json(status, &picture)
}

/// Who holds how many permits.
pub(super) fn semaphores(daemon: &Daemon) -> Answer {
    http::json(StatusCode::OK, &json!({"semaphores": daemon.permits()}))
}

/// The metrics in Prometheus' text format.
pub(super) async fn metrics(daemon: &Arc<Daemon>) -> Answer {
    let text = daemon.metrics().await;
    http::with_type(StatusCode::OK, text, "text/plain; version=0.0.4; charset=utf-8")
}

/// The snapshot, as dashboards get it.
pub(super) async fn snapshot(daemon: &Arc<Daemon>) -> Answer {
    http::json(StatusCode::OK, &daemon.snapshot(OPERATOR).await)
}

/// Health in the predecessor's words and ours.
pub(super) async fn picture(daemon: &Arc<Daemon>, owner: &'static str) -> Value {
    let snapshot = daemon.snapshot(owner).await;
    let calls = daemon.house.calls();
    json!({
        "status": if daemon.is_draining() { "draining" } else { "running" },
        "t": snapshot.t.as_millis() as f64 / 1e3,
        "uptime_s": snapshot.daemon.uptime_s,
        "uptime_human": human(Duration::from_secs(snapshot.daemon.uptime_s)),
        "version": snapshot.daemon.version,
        "pid": snapshot.daemon.pid,
        "sessions": daemon.sessions.len(),
        "connections": daemon.connections.len(),
        "global_capacity": snapshot.permits.global.limit,
        "global_inflight": snapshot.permits.global.in_use,
        "running_calls": calls.running.len(),
        "tool_count": calls.registry.iter().count(),
        "verdict": snapshot.verdict,
        "diagnoses": snapshot.diagnoses,
        "permits": snapshot.permits,
        "providers": snapshot.providers,
        "stores": snapshot.stores,
    })
}

/// A span as people say it.
fn human(span: Duration) -> String {
    let seconds = span.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, minutes) => format!("{minutes}m {}s", seconds % 60),
        (0, hours, minutes) => format!("{hours}h {minutes}m"),
        (days, hours, _) => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_in_its_two_largest_units() {
        for (seconds, text) in [(5, "5s"), (65, "1m 5s"), (3_661, "1h 1m"), (90_000, "1d 1h")] {
            assert_eq!(human(Duration::from_secs(seconds)), text);
        }
    }
}
