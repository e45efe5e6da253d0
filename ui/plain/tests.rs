use exai_core::protocol::Snapshot;

use super::picture;

fn snapshot(json: &str) -> Snapshot {
    serde_json::from_str(json).unwrap()
}

#[test]
fn an_empty_house_says_that_nothing_runs() {
    let empty = snapshot(
        r#"{"t": "2026-11-22T12:00:00.000Z", "daemon": {"version": "0.1.0", "pid": null, "state": "none"},
            "verdict": {"word": "DEGRADED", "cause": "no provider is configured"},
            "permits": {"global": {"in_use": 0, "limit": 5, "waiting": 0}, "providers": {}},
            "calls": [], "rates": {"calls_per_s": 0, "errors_per_s": 0, "tokens_per_s": 0},
            "prompts": {"requests": 0, "bytes": 0, "tokens": 0, "fullest_percent": 0}}"#,
    );
    insta::assert_snapshot!(picture(&empty), @r"
    exai 0.1.0 · no daemon, read from the journal · 2026-11-22T12:00:00.000Z
    DEGRADED: no provider is configured

    Permits
      global   0/5  [.....]

    Requests of the last 15 min: none

    Running: none

    Finished: none
    ");
}

#[test]
fn a_busy_house_shows_permits_running_and_finished_calls() {
    let busy = snapshot(
        r#"{"t": "2026-11-22T12:00:00.000Z", "daemon": {"version": "0.1.0", "pid": 7, "state": "running"},
            "verdict": {"word": "OK", "cause": "2 calls in the last 15 min, 0 failed"},
            "permits": {"global": {"in_use": 2, "limit": 5, "waiting": 1},
                        "providers": {"glm": {"in_use": 2, "limit": 2, "waiting": 1}, "kimi": {"in_use": 0, "limit": 3, "waiting": 0}}},
            "calls": [
              {"call_id": "0199-a", "tool": "debug", "state": "running", "phase": null, "provider": "glm", "model": "glm-5.3",
               "elapsed_s": 12.34, "attempts": 1, "tokens": null},
              {"call_id": "0199-b", "tool": "chat", "state": "succeeded", "phase": null, "provider": "kimi", "model": "kimi-k3.1-pro",
               "elapsed_s": 3.0, "attempts": 2, "tokens": 1234}],
            "rates": {"calls_per_s": 0.1, "errors_per_s": 0, "tokens_per_s": 5},
            "prompts": {"requests": 3, "bytes": 45678, "tokens": 12345, "fullest_percent": 7}}"#,
    );
    insta::assert_snapshot!(picture(&busy), @r"
    exai 0.1.0 · daemon 7, running · 2026-11-22T12:00:00.000Z
    OK: 2 calls in the last 15 min, 0 failed

    Permits
      global   2/5  [##...]  1 waiting
      glm      2/2  [##]  1 waiting
      kimi     0/3  [...]

    Requests of the last 15 min: 3, 45678 bytes, about 12345 tokens, the fullest took 7 % of its model's window

    Running
      0199-a  debug        running      glm-5.3                12.3 s  1 try    - tokens

    Finished
      0199-b  chat         succeeded    kimi-k3.1-pro           3.0 s  2 tries  1234 tokens
    ");
}
