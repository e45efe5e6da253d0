//! The tools about the house: what works, what happened, and the caller's own calls.

use exai_fake::{Fake, Point, Reply, Scenario};
use serde_json::{Value, json};

use crate::support::daemon::Daemon;
use crate::support::{Running, User};

/// A user with an answered call and one that failed; returns their ids.
fn user_with_a_past(fake: &Fake) -> (User, String, String) {
    let user = User::with(fake);
    let good = user.envelope(&["call", "chat", "why?"]);
    let bad = user.envelope(&["call", "chat", "why not?", "--model", "mock:401"]);
    let id = |envelope: &Value| envelope["call_id"].as_str().unwrap().to_owned();
    (user, id(&good), id(&bad))
}

#[test]
fn a_statement_is_wrapped_word_for_word_and_nobody_is_asked() {
    let fake = Fake::start(Scenario::answer("unused"));
    let user = User::with(&fake);
    let envelope = user.envelope(&["call", "challenge", "Locks are never needed."]);
    assert_eq!(envelope["status"], "challenge_accepted", "{envelope:#}");
    assert_eq!(envelope["data"]["original_statement"], "Locks are never needed.");
    let challenge = envelope["data"]["challenge_prompt"].as_str().unwrap();
    assert!(challenge.contains("\"Locks are never needed.\""), "{challenge}");
    assert!(!envelope["data"]["instructions"].as_str().unwrap().is_empty());
    assert!(fake.requests().is_empty());
    assert!(user.run(&["call", "challenge"]).exits(2).stderr.contains("`prompt` is missing"));
}

#[test]
fn activity_shows_the_steps_of_the_callers_calls_and_filters_them() {
    let fake = Fake::start(Scenario::answer("Because."));
    let (user, good, _) = user_with_a_past(&fake);
    let all = user.run(&["call", "activity"]).exits(0).stdout;
    assert!(all.lines().any(|line| line.contains(&good) && line.contains("sent to glm-5.3-flash")), "{all}");
    let calls = user.run(&["call", "activity", "--source", "server"]).exits(0).stdout;
    assert!(calls.lines().any(|line| line.contains(&good) && line.contains("chat succeeded after")), "{calls}");
    let some = user.run(&["call", "activity", "finished: (failed|lost)"]).exits(0).stdout;
    assert_eq!(some.lines().count(), 1, "{some}");
    let structured = user.run(&["call", "activity", "--structured", "--filter", "sent"]).exits(0).stdout;
    let line: Value = serde_json::from_str(structured.lines().next().unwrap()).unwrap();
    assert_eq!((&line["tool"], &line["kind"]), (&json!("chat"), &json!("sent")), "{structured}");
    assert_eq!(user.run(&["call", "activity", "--until", "1h"]).exits(0).stdout.trim(), "");
    for (arguments, message) in [
        (["call", "activity", "--filter", "("], "argument `filter`"),
        (["call", "activity", "--since", "noon"], "argument `since`"),
    ] {
        assert!(user.run(&arguments).exits(2).stderr.contains(message), "{arguments:?}");
    }
}

#[test]
fn health_shows_the_verdict_of_the_monitor() {
    let fake = Fake::start(Scenario::answer("Because."));
    let (user, good, bad) = user_with_a_past(&fake);
    let health = user.envelope(&["call", "health"]);
    let monitor: Value = user.run(&["monitor", "--once", "--json"]).json();
    // The call for health is one more call by the time the monitor looks.
    assert_eq!(health["data"]["verdict"]["word"], monitor["verdict"]["word"], "{health:#}");
    assert_eq!(health["data"]["prompts"], monitor["prompts"]);
    assert_eq!(health["data"]["permits"], monitor["permits"]);
    assert_eq!(health["data"]["prompts"]["requests"], 2, "{health:#}");
    assert_eq!(health["data"]["providers_configured"], json!(["glm", "kimi"]));
    let models = health["data"]["models_available"].as_array().unwrap();
    assert!(models.contains(&json!("glm-5.3")) && !models.contains(&json!("kimi-k2.5")), "retired: {models:?}");
    let calls: Vec<&Value> =
        health["data"]["toolcalls_tail"].as_array().unwrap().iter().map(|call| &call["call_id"]).collect();
    assert!(calls.contains(&&json!(good)) && calls.contains(&&json!(bad)), "{calls:?}");
}

#[test]
fn health_of_a_daemon_is_the_daemons_own_picture() {
    let fake = Fake::start(Scenario::answer("Because."));
    let user = User::with(&fake).set("EXAI_WS_PORT", "0");
    let daemon = Daemon::start(&user);
    user.envelope(&["call", "chat", "why?"]);
    let health = user.envelope(&["call", "health"]);
    assert_eq!(health["data"]["daemon"]["state"], "running", "{health:#}");
    assert_eq!(health["data"]["stores"], json!({"sqlite": "ok"}));
    let row = &health["data"]["metrics_tail"][0];
    assert_eq!((&row["model"], &row["requests"]), (&json!("glm-5.3-flash"), &json!(1)), "{health:#}");
    daemon.stop().exits(0);
}

#[test]
fn status_names_the_last_errors_and_what_to_do() {
    let fake = Fake::start(Scenario::answer("ok"));
    let (user, _, bad) = user_with_a_past(&fake);
    let status = user.envelope(&["call", "status", "--include-tools"]);
    let errors = status["data"]["last_errors"].as_array().unwrap();
    assert!(errors.len() == 1 && errors[0].as_str().unwrap().contains(&bad), "{status:#}");
    assert!(status["data"]["tools_loaded"].as_array().unwrap().contains(&json!("chat")));
    assert_eq!(status["data"]["doctor"], Value::Null);
    assert_eq!(fake.requests().len(), 1, "nobody was asked for it");

    let doctor = user.envelope(&["call", "status", "--doctor", "--probe"]);
    assert_eq!(doctor["data"]["doctor"]["probes"], json!({"store": "ok", "listmodels": "ok", "chat": "ok"}));
    assert_eq!(fake.requests().len(), 2);

    let nobody = User::new();
    let bare = nobody.envelope(&["call", "status", "--doctor"]);
    assert!(bare["data"]["next_steps"][0].as_str().unwrap().contains("GLM_API_KEY"), "{bare:#}");
    assert_eq!(bare["data"]["doctor"]["advice"].as_array().unwrap().len(), 1);
}

#[test]
fn a_self_check_tells_what_works() {
    let fake = Fake::start(Scenario::answer("Because."));
    let (user, good, _) = user_with_a_past(&fake);
    let text = user.run(&["call", "self-check"]).exits(0).stdout;
    for part in
        [&*format!("# exai {}", env!("CARGO_PKG_VERSION")), "✅ providers: glm, kimi", "✅ store", "chat", &good]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    let short = user.run(&["call", "self-check", "--log-lines", "0"]).exits(0).stdout;
    assert!(!short.contains("Latest steps"), "{short}");
    assert!(User::new().run(&["call", "self-check"]).exits(0).stdout.contains("❌ providers: none"));
}

#[test]
fn capabilities_say_where_and_never_with_which_key() {
    let fake = Fake::start(Scenario::answer("unused"));
    let user = User::with(&fake);
    let envelope = user.envelope(&["call", "provider_capabilities", "--show-advanced"]);
    let env = &envelope["data"]["env"];
    assert_eq!((&env["GLM_API_KEY_present"], &env["GLM_API_URL"]), (&json!(true), &json!(fake.glm_url())));
    assert!(!envelope.to_string().contains("test-key"), "{envelope:#}");
    let models = envelope["data"]["models"].as_array().unwrap();
    let sees = models.iter().find(|model| model["id"] == "glm-4.6v").unwrap();
    assert_eq!((&sees["images"], &sees["thinking"]), (&json!(true), &json!("can be switched off")));
    let brief = user.envelope(&["call", "provider_capabilities", "--include-tools=false"]);
    assert_eq!((&brief["data"]["tools"], &brief["data"]["models"]), (&json!([]), &Value::Null));
}

#[test]
fn a_long_answer_is_fetched_page_by_page() {
    let answer = "one line of a long answer\n".repeat(2_000);
    let fake = Fake::start(Scenario::answer(answer.trim_end()));
    let user = User::with(&fake);
    let id = user.envelope(&["call", "chat", "tell me all"])["call_id"].as_str().unwrap().to_owned();
    let first = user.envelope(&["call", "calls", &id]);
    assert_eq!((&first["status"], &first["data"]["state"]), (&json!("more_pages"), &json!("succeeded")), "{first:#}");
    let mut text = first["data"]["content"].as_str().unwrap().to_owned();
    let mut next = first["data"]["next_page"].as_u64();
    while let Some(number) = next {
        let page = user.envelope(&["call", "calls", &id, "--page", &number.to_string()]);
        text.push_str(page["data"]["content"].as_str().unwrap());
        next = page["data"]["next_page"].as_u64();
    }
    assert_eq!(text, answer.trim_end());
    assert!(user.run(&["call", "calls", &id, "--page", "9"]).exits(2).stderr.contains("the answer has 3"));
    assert!(user.run(&["call", "calls", "--action", "wait"]).exits(2).stderr.contains("`call_id`"));
    assert!(user.run(&["call", "calls", "nothing"]).exits(2).stderr.contains("no call begins with"));
}

#[test]
fn calls_are_listed_waited_for_and_ended() {
    let fake = Fake::start(Scenario::of([Reply::answer("At last.").wait("go", Point::BeforeHeaders)]));
    let user = User::with(&fake);
    let held = Running::start(user.command(["call", "chat", "one", "--output", "json"]));
    fake.wait_until_held("go", 1);
    let running = user.envelope(&["call", "calls", "--state", "running", "--tool", "chat"]);
    let id = running["data"]["calls"][0]["call_id"].as_str().unwrap().to_owned();
    let still = user.envelope(&["call", "calls", &id]);
    assert_eq!((&still["status"], &still["data"]["state"]), (&json!("still_running"), &json!("running")));
    let short = user.envelope(&["call", "calls", &id, "--action", "wait", "--timeout", "1.2s"]);
    assert_eq!(short["status"], "still_running", "{short:#}");
    let waiting = Running::start(user.command(["call", "calls", &id, "--action", "wait", "--output", "json"]));
    fake.open("go");
    assert_eq!(waiting.finish().exits(0).json()["data"]["content"], "At last.");
    held.finish().exits(0);
    let late = user.envelope(&["call", "calls", &id, "--action", "cancel"]);
    assert_eq!(late["status"], "already_ended", "{late:#}");

    let fake = Fake::start(Scenario::of([Reply::answer("Never.").stall(Point::BeforeHeaders)]));
    let user = User::with(&fake);
    let held = Running::start(user.command(["call", "chat", "two", "--output", "json"]));
    fake.wait_for_requests(1);
    let running = user.envelope(&["call", "calls", "--state", "running", "--tool", "chat"]);
    let id = running["data"]["calls"][0]["call_id"].as_str().unwrap();
    assert_eq!(user.envelope(&["call", "calls", id, "--action", "cancel"])["status"], "cancel_requested");
    assert_eq!(held.finish().exits(130).json()["state"], "cancelled");
}
