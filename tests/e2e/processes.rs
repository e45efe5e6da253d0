//! Several processes, signals, pipes.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use exai_fake::{Fake, Point, Provider, Reply, Scenario};

use crate::support::{Running, User, finish};

#[test]
fn many_processes_together_keep_the_limits() {
    let fake = Fake::start(Scenario::of([Reply::answer("Yes.").wait("go", Point::BeforeHeaders)]));
    let user = User::with(&fake);
    let call = |number: usize| {
        let question = format!("question {number}");
        Running::start(user.command(["call", "chat", &question, "--model", "glm-5.3-flash", "--quiet"]))
    };
    let running: Vec<_> = (0..8).map(call).collect();
    fake.wait_until_held("go", 2);
    fake.open("go");
    for process in running {
        assert_eq!(process.finish().exits(0).stdout, "Yes.\n");
    }
    assert_eq!(fake.requests().len(), 8);
    assert_eq!(fake.max_in_flight(Provider::Glm), 2, "the limit for GLM holds across processes");
}

#[test]
fn ctrl_c_cancels_the_call_upstream_and_prints_its_id() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let fake = Fake::start(Scenario::load("silence"));
        let user = User::with(&fake);
        let running = Running::start(user.command(["call", "chat", "hello"]));
        fake.wait_for_requests(1);
        running.signal(signal);
        let ran = running.finish().exits(code);
        fake.wait_until_closed(0);
        let calls = user.run(&["calls", "list", "--json"]).json();
        assert_eq!(calls[0]["state"], "cancelled");
        assert!(ran.stderr.contains(calls[0]["call_id"].as_str().unwrap()), "{ran:#?}");
        assert!(ran.stdout.is_empty(), "{ran:#?}");
    }
}

#[test]
fn a_pipe_that_nobody_asked_about_is_not_read() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    let mut command = user.command(["call", "chat", "hello"]);
    // The writing end stays open and silent: whoever reads it waits for ever.
    command.stdin(Stdio::piped());
    let mut running = Running::start(command);
    let held = running.child.stdin.take();
    assert_eq!(running.finish().exits(0).stdout, "Yes.\n");
    drop(held);
}

#[test]
fn a_reader_that_leaves_ends_the_call_quietly() {
    for format in ["text", "jsonl"] {
        let lines = Reply::answer("one\n two\n three\n four").wait("go", Point::AfterFrames(3));
        let fake = Fake::start(Scenario::of([lines]));
        let user = User::with(&fake);
        // The gate stays shut: only a call that notices that nobody reads comes to an end.
        let mut command = user.command(["call", "chat", "hello", "--output", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let stderr = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{format}: {stderr:#?}");
        assert!(!stderr.iter().any(|line| line.contains("error") || line.contains("panic")), "{format}: {stderr:#?}");
    }
}

#[test]
fn text_is_printed_while_it_arrives() {
    let lines = Reply::answer("one\n two\n three\n four").wait("go", Point::AfterFrames(3));
    let fake = Fake::start(Scenario::of([lines]));
    let user = User::with(&fake);
    let mut child = user.command(["call", "chat", "hello", "--quiet"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut first = [0; 1];
    std::io::Read::read_exact(&mut stdout, &mut first).unwrap();
    // The rest waits for the gate: what was read came before the answer was complete.
    fake.open("go");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut stdout, &mut rest).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(!rest.is_empty() && rest.ends_with('\n'), "{rest:?}");
}

#[test]
fn colours_appear_only_where_they_are_wanted() {
    let user = User::new();
    let has_colour = |user: &User, arguments: &[&str]| finish(user.command(arguments)).stderr.contains('\u{1b}');
    let failing = ["call", "chat", "hello"];
    assert!(!has_colour(&user, &failing), "a pipe is no terminal");
    assert!(has_colour(&user, &["--color", "always", "call", "chat", "hello"]));
    let forced = User::new().set("CLICOLOR_FORCE", "1");
    assert!(has_colour(&forced, &failing));
    let both = User::new().set("CLICOLOR_FORCE", "1").set("NO_COLOR", "1");
    assert!(!has_colour(&both, &failing), "NO_COLOR wins");
    let empty = User::new().set("CLICOLOR_FORCE", "1").set("NO_COLOR", "");
    assert!(has_colour(&empty, &failing), "an empty NO_COLOR is none");
}

#[test]
fn a_killed_call_is_interrupted_and_its_request_is_not_forgotten() {
    let fake = Fake::start(Scenario::load("silence"));
    let user = User::with(&fake);
    let mut running = Running::start(user.command(["call", "chat", "hello"]));
    fake.wait_for_requests(1);
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let calls = user.run(&["calls", "list", "--json"]).json();
    assert_eq!((&calls[0]["state"], &calls[0]["attempts"]), (&"interrupted".into(), &1.into()), "{calls:#}");
    let id = calls[0]["call_id"].as_str().unwrap();
    let envelope = user.run(&["calls", "show", id, "--json"]).json();
    assert_eq!(envelope["model"]["tried"][0]["outcome"], "unknown", "{envelope:#}");
    assert_eq!(envelope["cost"]["usd"], serde_json::Value::Null, "what was not counted is not free: {envelope:#}");
    let page = user.run(&["calls", "show", id]).stdout;
    assert!(page.contains("unknown: its process ended first"), "{page}");
}

#[test]
fn a_call_is_waited_for_followed_and_cancelled_from_other_processes() {
    let fake = Fake::start(Scenario::load("silence"));
    let user = User::with(&fake);
    let caller = Running::start(user.command(["call", "chat", "hello"]));
    fake.wait_for_requests(1);
    let calls = user.run(&["calls", "list", "--json"]).json();
    let id = calls[0]["call_id"].as_str().unwrap().to_owned();
    assert_eq!(calls[0]["state"], "running");
    let follower = Running::start(user.command(["calls", "events", &id, "--follow", "--json"]));
    let waiter = Running::start(user.command(["calls", "wait", &id, "--output", "json"]));
    let impatient = user.run(&["calls", "wait", &id, "--timeout", "0.3s"]).exits(4);
    assert!(impatient.stderr.contains("was still running"), "{impatient:#?}");

    let cancelled = user.run(&["calls", "cancel", &id]).exits(0);
    assert!(cancelled.stdout.contains("was asked to end"), "{cancelled:#?}");
    caller.finish().exits(130);
    fake.wait_until_closed(0);
    assert_eq!(waiter.finish().exits(130).json()["state"], "cancelled");
    let events = follower.finish().exits(0).stdout;
    let kinds: Vec<_> = events
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((kinds[0].as_str(), kinds.last().unwrap().as_str()), ("accepted", "finished"), "{events}");
    let again = user.run(&["calls", "cancel", &id]).exits(0);
    assert!(again.stdout.contains("was over already: cancelled"), "{again:#?}");
}

#[test]
fn who_waits_for_a_call_gets_its_answer_and_its_exit_code() {
    let fake = Fake::start(Scenario::load("slow_gate"));
    let user = User::with(&fake);
    let caller = Running::start(user.command(["call", "chat", "hello", "--quiet"]));
    fake.wait_until_held("go", 1);
    let id = user.run(&["calls", "list", "--json"]).json()[0]["call_id"].as_str().unwrap().to_owned();
    let waiter = Running::start(user.command(["calls", "wait", &id, "--output", "text"]));
    fake.open("go");
    let answer = caller.finish().exits(0).stdout;
    assert_eq!(waiter.finish().exits(0).stdout, answer);
    // A call that is over is not waited for.
    assert_eq!(user.run(&["calls", "wait", &id]).exits(0).stdout, answer);
}
