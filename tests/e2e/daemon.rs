//! What its user tells a daemon from another terminal.

use exai_fake::{Fake, Scenario};
use serde_json::{Value, json};

use crate::support::User;
use crate::support::daemon::{Daemon, daemon_of};
use crate::support::socket::Socket;

/// The ports that the command line looks at when no daemon says where it is: nobody listens there.
fn user() -> User {
    User::new().set("EXAI_WS_PORT", "0")
}

fn token_of(user: &User) -> String {
    std::fs::read_to_string(user.state_dir().join("token")).unwrap().trim().to_owned()
}

#[test]
fn the_status_tells_who_runs_where_and_how_it_is() {
    let user = user();
    let daemon = Daemon::start(&user);
    let status = user.run(&["daemon", "status", "--json"]).exits(0).json();
    assert_eq!((&status["running"], &status["answers"]), (&Value::Bool(true), &Value::Bool(true)), "{status:#}");
    assert_eq!((&status["pid"], &status["version"]), (&daemon.pid.into(), &env!("CARGO_PKG_VERSION").into()));
    assert_eq!(status["address"], daemon.address.to_string());
    assert_eq!((&status["state"], &status["permits"]["global"]["limit"]), (&"running".into(), &5.into()), "{status:#}");
    assert!(status["verdict"]["word"].is_string() && status["uptime_s"].is_u64(), "{status:#}");
    let page = user.run(&["daemon", "status"]).exits(0).stdout;
    for line in [format!("pid       {}", daemon.pid), format!("address   {}", daemon.url()), "all 0/5".to_owned()] {
        assert!(page.contains(&line), "{line} is missing in {page}");
    }
    daemon.stop().exits(0);
}

#[test]
fn a_daemon_that_does_not_run_or_does_not_answer_is_told_apart() {
    let user = user();
    let status = user.run(&["daemon", "status", "--json"]).exits(7).json();
    assert_eq!((&status["running"], &status["pid"]), (&Value::Bool(false), &Value::Null), "{status:#}");
    let ran = user.run(&["daemon", "status"]).exits(7);
    assert_eq!((ran.stdout.trim(), ran.stderr.trim()), ("No daemon runs.", "hint: start one with `exai daemon`"));
    assert!(!user.state_dir().exists(), "who only asks makes nothing");

    let daemon = Daemon::start(&user);
    let stranger = user.set("EXAI_WS_TOKEN", "not-the-token-of-it");
    let ran = stranger.run(&["daemon", "status", "--json"]).exits(7);
    let status = ran.json();
    assert_eq!((&status["running"], &status["answers"]), (&Value::Bool(true), &Value::Bool(false)), "{status:#}");
    assert_eq!(status["pid"], daemon.pid);
    assert!(ran.stderr.contains("refused the token"), "{ran:#?}");
}

#[test]
fn to_stop_is_to_wait_for_the_end() {
    let user = user();
    let daemon = Daemon::start(&user);
    let said = user.run(&["daemon", "stop"]).exits(0).stdout;
    assert!(said.contains(&format!("(pid {}) has ended", daemon.pid)), "{said}");
    assert_eq!(daemon_of(&user), None);
    daemon.finish().exits(0);
    let again = user.run(&["daemon", "stop"]).exits(0);
    assert_eq!((again.stdout.as_str(), again.stderr.as_str()), ("No daemon runs.\n", ""));
}

#[test]
fn to_stop_is_to_wait_for_the_calls() {
    let fake = Fake::start(Scenario::load("slow_gate"));
    let user = User::with(&fake).set("EXAI_WS_PORT", "0");
    let daemon = Daemon::start(&user);
    let call = daemon.ask(&user, "hello");
    fake.wait_until_held("go", 1);
    let stopping = crate::support::Running::start(user.command(["daemon", "stop"]));
    crate::support::daemon::until("the lock", || daemon_of(&user).is_none().then_some(()));
    fake.open("go");
    assert_eq!(call.join().unwrap().state.as_str(), "succeeded");
    stopping.finish().exits(0);
    let said = daemon.finish().exits(0).stderr;
    assert!(said.contains("stopping: 1 call may finish within 30 s; one more signal ends it now"), "{said}");
}

#[test]
fn a_daemon_that_refuses_the_token_is_stopped_by_a_signal() {
    let user = user();
    let daemon = Daemon::start(&user);
    let stranger = user.set("EXAI_WS_TOKEN", "not-the-token-of-it");
    let ran = stranger.run(&["daemon", "stop"]).exits(0);
    assert!(ran.stderr.contains(&format!("sending SIGTERM to pid {}", daemon.pid)), "{ran:#?}");
    daemon.finish().exits(0);
}

#[test]
fn a_reload_tells_what_needs_a_restart() {
    let user = user();
    let refused = user.run(&["daemon", "reload"]).exits(7);
    assert!(refused.stdout.is_empty(), "{refused:#?}");
    let daemon = Daemon::start(&user);
    std::fs::create_dir_all(user.config_dir()).unwrap();
    let settings = user.config_dir().join("config.toml");
    std::fs::write(&settings, "limits.global = 4\nlog.files = 3\n").unwrap();
    let said = user.run(&["daemon", "reload"]).exits(0).stdout;
    assert!(said.contains("log.files is used after a restart"), "{said}");
    let status = user.run(&["daemon", "status", "--json"]).json();
    assert_eq!(status["permits"]["global"]["limit"], 4, "{status:#}");
    daemon.stop().exits(0);
}

#[test]
fn a_new_token_is_the_only_one_that_is_good() {
    let user = user();
    let daemon = Daemon::start(&user);
    let old = token_of(&user);
    let ran = user.run(&["daemon", "rotate-token"]).exits(0);
    let new = token_of(&user);
    assert_ne!(old, new);
    assert!(!format!("{ran:?}").contains(&new), "it is not shown: {ran:#?}");
    user.run(&["daemon", "status"]).exits(0);
    let shown = user.run(&["daemon", "rotate-token", "--show"]).exits(0).stdout;
    assert_eq!(shown.trim(), token_of(&user));
    daemon.stop().exits(0);
    user.set("EXAI_WS_TOKEN", &old).run(&["daemon", "status"]).exits(7);
}

#[test]
fn without_a_daemon_the_next_one_has_the_new_token() {
    let user = user();
    user.run(&["daemon", "rotate-token"]).exits(0);
    let first = token_of(&user);
    user.run(&["daemon", "rotate-token"]).exits(0);
    assert_ne!(first, token_of(&user));
    let daemon = Daemon::start(&user);
    user.run(&["daemon", "status"]).exits(0);
    daemon.stop().exits(0);
}

#[test]
fn a_token_that_is_set_must_be_changed_where_it_is_set() {
    let user = user().set("EXAI_WS_TOKEN", "the-first-token-of-it");
    let daemon = Daemon::start(&user);
    let refused = user.run(&["daemon", "rotate-token"]).exits(2);
    assert!(refused.stderr.contains("EXAI_WS_TOKEN") && refused.stderr.contains("--show"), "{refused:#?}");
    let ran = user.run(&["daemon", "rotate-token", "--show"]).exits(0);
    assert!(ran.stderr.contains("EXAI_WS_TOKEN"), "{ran:#?}");
    user.run(&["daemon", "status"]).exits(7);
    let user = user.set("EXAI_WS_TOKEN", ran.stdout.trim());
    user.run(&["daemon", "status"]).exits(0);
    daemon.stop().exits(0);
    user.run(&["daemon", "rotate-token", "--show"]).exits(7);
    assert!(!user.state_dir().join("token").exists(), "a token that is set is not written down");
}

#[test]
fn who_listens_to_the_log_hears_its_lines_as_they_are_written() {
    let user = user();
    let daemon = Daemon::start(&user);
    let mut board = Socket::connect(daemon.address, &user);
    board.ask(&json!({"op": "subscribe", "request_id": "s", "topics": ["log"]}), "subscribe_res");
    let mut other = Socket::connect(daemon.address, &user);
    let line = board.next();
    assert_eq!((&line["op"], &line["level"], &line["message"]), (&"log".into(), &"info".into(), &"connected".into()));
    let picture = other.ask(&json!({"op": "snapshot", "request_id": "p"}), "snapshot_res");
    let sessions = picture["snapshot"]["sessions"].as_array().unwrap();
    assert!(sessions.iter().any(|session| session["session_id"] == line["session_id"]), "{line} {picture}");
    daemon.stop().exits(0);
}
