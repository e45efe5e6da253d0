//! Calls and conversations after the fact.

use exai_fake::{Fake, Scenario};
use serde_json::Value;

use crate::support::User;

#[test]
fn every_result_matches_the_schema_that_is_printed_and_the_journal_tells_the_same() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    let schema = user.run(&["schema", "result"]).exits(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for arguments in [
        &["call", "chat", "hello"][..],
        &["call", "debug", "a finding", "--relevant-files", "src"],
        &["call", "debug", "a finding", "--next-step-required"],
        &["call", "chat", "hello", "--model", "mock:500", "--timeout", "1s"],
        &["call", "chat", "hello", "--model", "mock:empty"],
        &["call", "debug", "a finding", "--relevant-files", "gone.rs"],
        &["call", "version"],
    ] {
        let envelope = user.envelope(arguments);
        let faults: Vec<_> = validator.iter_errors(&envelope).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{arguments:?}: {faults:#?}\n{envelope:#}");
        let kept = user.run(&["calls", "show", envelope["call_id"].as_str().unwrap(), "--json"]).json();
        assert_eq!(kept, envelope, "{arguments:?}");
    }
}

#[test]
fn the_journal_lists_calls_newest_first_and_shows_their_steps() {
    let user = User::new();
    user.run(&["call", "chat", "hello", "--model", "mock:echo"]).exits(0);
    user.run(&["call", "chat", "hello", "--model", "mock:401"]).exits(3);
    let calls = user.run(&["calls", "list", "--json"]).exits(0).json();
    let states: Vec<_> = calls.as_array().unwrap().iter().map(|call| call["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["failed", "succeeded"]);
    let failed = user.run(&["calls", "list", "--state", "failed", "--json"]).json();
    assert_eq!(failed.as_array().unwrap().len(), 1);

    let id = calls[1]["call_id"].as_str().unwrap();
    let page = user.run(&["calls", "show", id]).exits(0).stdout;
    for part in ["accepted", "sent to mock:echo", "first token", "finished: succeeded", "mock:echo (mock)  ok", "hello"]
    {
        assert!(page.contains(part), "{part} in:\n{page}");
    }
    let ran = user.run(&["calls", "show", "0"]).exits(2);
    assert!(ran.stderr.contains("is not unique"), "both ids begin with 0: {ran:#?}");
    user.run(&["calls", "show", "zzz"]).exits(2);
}

#[test]
fn conversations_are_listed_and_shown_with_their_turns() {
    let user = User::new();
    let first = user.envelope(&["call", "chat", "what is a mutex?", "--model", "mock:echo"]);
    let thread = first["thread_id"].as_str().unwrap().to_owned();
    user.run(&["call", "chat", "and a semaphore?", "--model", "mock:say?text=A counter.", "--continue", "last"])
        .exits(0);
    let threads = user.run(&["threads", "list", "--json"]).exits(0).json();
    assert_eq!(threads.as_array().unwrap().len(), 1, "{threads:#}");
    assert_eq!((&threads[0]["turns"], &threads[0]["title"]), (&Value::from(4), &Value::from("what is a mutex?")));
    let page = user.run(&["threads", "show", &thread]).exits(0).stdout;
    let order: Vec<_> =
        ["what is a mutex?", "and a semaphore?", "A counter."].iter().map(|part| page.rfind(part)).collect();
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{page}");
}

#[test]
fn the_state_directory_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let user = User::new();
    user.run(&["call", "version"]).exits(0);
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&user.state_dir()), 0o700);
    assert_eq!(mode(&user.state_dir().join("exai.db")), 0o600);
}

#[test]
fn the_monitor_shows_the_house_and_exits_with_its_health() {
    let user = User::new();
    user.run(&["call", "chat", "hello", "--model", "mock:echo"]).exits(0);
    let ran = user.run(&["monitor", "--once"]).exits(1);
    assert!(ran.stdout.contains("DEGRADED: no provider is configured") && ran.stdout.contains("chat"), "{ran:#?}");

    let user = user.set("GLM_API_KEY", "test-key");
    let snapshot = user.run(&["monitor", "--once", "--json"]).exits(0).json();
    assert_eq!(snapshot["verdict"]["word"], "OK");
    assert_eq!(snapshot["permits"]["providers"]["glm"]["limit"], 2);
    assert_eq!(snapshot["calls"][0]["state"], "succeeded");
}

#[test]
fn conversations_are_exported_and_purged() {
    let user = User::new();
    let first = user.envelope(&["call", "chat", "first question", "--model", "mock:echo"]);
    let second = user.envelope(&["call", "chat", "second question", "--model", "mock:echo"]);
    let id = |envelope: &Value| envelope["thread_id"].as_str().unwrap().to_owned();
    let page = user.run(&["threads", "export", &id(&first)]).exits(0).stdout;
    assert!(page.starts_with("# first question\n") && page.contains("## 2. mock:echo (chat)"), "{page}");
    let document = user.run(&["threads", "export", &id(&first), "--output", "json"]).exits(0).json();
    assert_eq!(document["messages"].as_array().unwrap().len(), 2);

    user.run(&["threads", "purge"]).exits(2);
    user.run(&["threads", "purge", &id(&first), "0000"]).exits(2);
    assert_eq!(
        user.run(&["threads", "list", "--json"]).json().as_array().unwrap().len(),
        2,
        "a wrong id deletes nothing"
    );
    assert_eq!(user.run(&["threads", "purge", "--idle", "1d"]).exits(0).stdout, "0 conversations were deleted\n");
    assert_eq!(user.run(&["threads", "purge", &id(&first)]).exits(0).stdout, "1 conversations were deleted\n");
    let left = user.run(&["threads", "list", "--json"]).json();
    assert_eq!(left[0]["thread_id"], second["thread_id"]);
    user.run(&["threads", "purge", "--all"]).exits(0);
    assert_eq!(user.run(&["threads", "list"]).stdout, "No conversations.\n");
}

#[test]
fn usage_is_summed_up_by_model_tool_and_day() {
    let fake = Fake::start(Scenario::parse(
        "[[reply]]\ntext = \"Yes.\"\nusage = {placement = \"glm\", input = 1000, output = 200}\n",
    ));
    let user = User::with(&fake);
    assert_eq!(user.run(&["usage"]).exits(0).stdout, "No requests.\n");
    user.run(&["call", "chat", "one", "--model", "glm-5.3"]).exits(0);
    user.run(&["call", "debug", "two", "--model", "glm-5.3"]).exits(0);
    user.run(&["call", "chat", "three", "--model", "mock:401"]).exits(3);
    let by = |by: &str| user.run(&["usage", "--by", by, "--json"]).exits(0).json();
    let models = by("model");
    assert_eq!(
        (&models[0]["name"], &models[0]["input"], &models[0]["requests"]),
        (&"glm/glm-5.3".into(), &2000.into(), &2.into())
    );
    // 2 × (1000 × 1.40 + 200 × 4.40) dollars a million.
    assert!((models[0]["cost_usd"].as_f64().unwrap() - 0.004_56).abs() < 1e-12, "{models:#}");
    assert_eq!((&models[1]["name"], &models[1]["failed"]), (&"mock/mock:401".into(), &1.into()));
    assert_eq!(by("tool").as_array().unwrap().len(), 2);
    assert_eq!(by("day").as_array().unwrap().len(), 1);
    let page = user.run(&["usage"]).exits(0).stdout;
    assert!(page.lines().last().unwrap().starts_with("total"), "{page}");
}

#[test]
fn a_state_directory_that_others_may_write_is_refused_and_not_changed() {
    use std::os::unix::fs::PermissionsExt;
    let open = tempfile::tempdir().unwrap();
    let dir = open.path().join("state");
    std::fs::create_dir(&dir).unwrap();
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o777)).unwrap();
    let user = User::new().set("EXAI_STATE_DIR", dir.to_str().unwrap());
    let ran = user.run(&["call", "version"]).exits(2);
    assert!(ran.stderr.contains("may be written by others") && ran.stderr.contains("chmod 700"), "{ran:#?}");
    assert_eq!(std::fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o777);
}

#[test]
fn the_size_of_every_request_is_in_its_event_and_in_the_snapshot() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    let envelope = user.envelope(&["call", "chat", "hello", "--files", "src", "--model", "glm-4.5v"]);
    let events = user.run(&["calls", "events", envelope["call_id"].as_str().unwrap(), "--json"]).stdout;
    let sent: Value = events
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .find(|event: &Value| event["kind"] == "sent")
        .unwrap();
    let body = &fake.requests()[0].body_text;
    assert_eq!(sent["size"]["bytes"], body.len(), "{sent:#}");
    assert_eq!(sent["size"]["window"], 64_000);
    let snapshot = user.run(&["monitor", "--once", "--json"]).json();
    let prompts = &snapshot["prompts"];
    assert_eq!((&prompts["requests"], &prompts["bytes"]), (&1.into(), &body.len().into()), "{prompts:#}");
    assert_eq!(prompts["tokens"], sent["size"]["tokens"]);
}
