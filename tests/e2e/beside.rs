//! Calls in process beside a daemon, in one state directory: the same limits, the same journal.

use exai_fake::{Fake, Point, Provider, Reply, Scenario};
use serde_json::Value;

use crate::support::daemon::{Daemon, until};
use crate::support::{Ran, Running, User};

fn user(fake: &Fake) -> User {
    User::with(fake).set("EXAI_WS_PORT", "0")
}

fn held() -> Fake {
    Fake::start(Scenario::of([Reply::answer("Yes.").wait("go", Point::BeforeHeaders)]))
}

fn running(user: &User) -> Vec<Value> {
    let listed = user.run(&["calls", "list", "--state", "running", "--json", "--no-daemon"]).exits(0).json();
    listed.as_array().unwrap().clone()
}

/// A call that goes to the daemon, or to nobody else, as `more` says.
fn ask(user: &User, question: &str, more: &[&str]) -> Running {
    let arguments = ["call", "chat", question, "--model", "glm-5.3-flash", "--quiet"];
    Running::start(user.command(arguments.iter().chain(more)))
}

#[test]
fn the_daemon_and_calls_in_process_share_the_limits() {
    let fake = held();
    let user = user(&fake);
    let _daemon = Daemon::start(&user);
    // One of each kind has a permit; then all others wait, whoever carries them out.
    let mut asked = vec![ask(&user, "first", &[])];
    fake.wait_until_held("go", 1);
    asked.push(ask(&user, "second", &["--no-daemon"]));
    fake.wait_until_held("go", 2);
    for number in 0..3 {
        asked.push(ask(&user, &format!("there {number}"), &[]));
        asked.push(ask(&user, &format!("here {number}"), &["--no-daemon"]));
    }
    until("calls that wait", || (running(&user).len() == 8).then_some(()));
    assert_eq!(fake.requests().len(), 2);
    fake.open("go");
    for call in asked {
        assert_eq!(call.finish().exits(0).stdout, "Yes.\n");
    }
    assert_eq!((fake.requests().len(), fake.max_in_flight(Provider::Glm)), (8, 2));
}

#[test]
fn each_sees_the_calls_of_the_other_and_ends_them() {
    let fake = Fake::start(Scenario::load("silence"));
    let user = user(&fake);
    let daemon = Daemon::start(&user);
    for (request, (caller, other)) in [(&[][..], &["--no-daemon"][..]), (&["--no-daemon"], &[])].into_iter().enumerate()
    {
        let caller = ask(&user, &format!("question {request}"), caller);
        fake.wait_for_requests(request + 1);
        let list =
            |more: &[&str]| user.run(&[&["calls", "list", "--state", "running", "--json"], more].concat()).json();
        let listed = list(other);
        let id = listed[0]["call_id"].as_str().unwrap_or_else(|| panic!("{listed:#}")).to_owned();
        let ran = user.run(&[&["calls", "cancel", &id], other].concat()).exits(0);
        assert!(ran.stdout.contains(&id), "{ran:#?}");
        let ran = caller.finish().exits(130);
        assert!(ran.stderr.contains("was cancelled"), "{ran:#?}");
        fake.wait_until_closed(request);
        assert_eq!(list(other), serde_json::json!([]));
    }
    daemon.stop().exits(0);
}

#[test]
fn a_call_goes_to_the_daemon_by_itself_and_the_daemon_knows_whose_it_is() {
    let fake = held();
    let user = user(&fake);
    let daemon = Daemon::start(&user);
    let caller = ask(&user, "who am I?", &[]);
    fake.wait_until_held("go", 1);
    let picture = user.run(&["monitor", "--once", "--json"]).exits(0).json();
    let call = &picture["calls"][0];
    assert_eq!(
        (&picture["daemon"]["pid"], &call["tool"], &call["state"]),
        (&daemon.pid.into(), &"chat".into(), &"running".into())
    );
    let sessions = picture["sessions"].as_array().unwrap();
    let session = sessions.iter().find(|session| session["session_id"] == call["session_id"]);
    let session = session.unwrap_or_else(|| panic!("the call's session is missing: {picture:#}"));
    assert_eq!(session["client"], format!("exai {}", env!("CARGO_PKG_VERSION")));
    assert_eq!((&session["connected"], &session["inflight"]), (&true.into(), &1.into()));
    fake.open("go");
    caller.finish().exits(0);
}

#[test]
fn ctrl_c_ends_a_call_at_the_daemon_upstream_too() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let fake = Fake::start(Scenario::load("silence"));
        let user = user(&fake);
        let daemon = Daemon::start(&user);
        let caller = ask(&user, "is it there?", &[]);
        fake.wait_for_requests(1);
        caller.signal(signal);
        let ran = caller.finish().exits(code);
        fake.wait_until_closed(0);
        let calls = user.run(&["calls", "list", "--json"]).exits(0).json();
        assert_eq!(calls[0]["state"], "cancelled");
        assert!(ran.stderr.contains(calls[0]["call_id"].as_str().unwrap()) && ran.stdout.is_empty(), "{ran:#?}");
        daemon.stop().exits(0);
    }
}

/// Without what differs from call to call: ids and times.
fn comparable(ran: &Ran) -> String {
    let is_figure = |line: &str| line.contains("_ms\"") || line.contains("uptime") || line.contains(" s · ");
    let lines: Vec<_> = ran.stdout.lines().filter(|line| !is_figure(line)).map(without_ids).collect();
    lines.join("\n")
}

fn without_ids(line: &str) -> String {
    let is_part = |c: char| c.is_ascii_hexdigit() || c == '-';
    let words = line.split_inclusive(|c| !is_part(c));
    words.map(|word| if word.trim_end_matches(|c| !is_part(c)).len() == 36 { "ID" } else { word }).collect()
}

#[test]
fn every_tool_says_the_same_through_a_daemon_and_without() {
    let debug = Scenario::load("debug_json").replies.remove(0).contains("drain() runs twice").times(100);
    let refused = Reply::glm_error("1210").contains("may I?").times(100);
    let fake = Fake::start(Scenario::of([debug, refused, Reply::answer("One.\n\nTwo.")]));
    let user = user(&fake).set("EXAI_DISCOVERY_URLS", "");
    user.write("src/lock.rs", "fn lock() {}\n");
    let daemon = Daemon::start(&user);
    let questions = [
        &["chat", "what is this?", "--files", "src"][..],
        &["debug", "drain() runs twice", "--relevant-files", "src", "--confidence", "high"],
        &["debug", "drain() runs twice", "--relevant-files", "src", "--dry-run"],
        &["debug", "step one", "--total-steps", "2", "--next-step-required"],
        &["chat", "may I?", "--model", "glm-5.3"],
        &["chat", "hello", "--model", "no-such-model"],
        &["chat", "hello", "--model", "mock:echo"],
        &["chat", "hello", "--model", "mock:empty"],
        &["chat", "hello", "--files", "/etc/hostname-of-nobody"],
        &["listmodels"],
        &["version"],
    ];
    for question in questions {
        for format in ["text", "markdown", "json"] {
            let arguments = [&["call"], question, &["--fresh", "--output", format]].concat();
            let (there, here) = (user.run(&arguments), user.run(&[&arguments[..], &["--no-daemon"]].concat()));
            assert_eq!(there.code, here.code, "{arguments:?}: {there:#?}\n{here:#?}");
            assert_eq!(comparable(&there), comparable(&here), "{arguments:?}");
        }
    }
    let listed = user.run(&["monitor", "--once", "--json"]).json();
    assert_eq!(listed["daemon"]["pid"], daemon.pid);
    daemon.stop().exits(0);
}
