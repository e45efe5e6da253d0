//! The same verbs through a daemon: same output, same exit codes, the caller's own files.

use std::io::{Read, Write};
use std::net::TcpListener;

use exai_fake::{Fake, Scenario};
use serde_json::Value;

use crate::support::daemon::{Daemon, until};
use crate::support::{Ran, Running, User, finish};

const QUESTION: [&str; 6] = ["call", "chat", "what is this?", "--files", "src/queue.rs", "--fresh"];

fn user(fake: &Fake) -> User {
    User::with(fake).set("EXAI_WS_PORT", "0")
}

/// Without what differs from call to call.
fn comparable(ran: &Ran) -> Value {
    let mut envelope = ran.json();
    let ids = [envelope["call_id"].clone(), envelope["thread_id"].clone()];
    envelope["timing"].take();
    let mut text = envelope.to_string();
    for id in ids.iter().filter_map(Value::as_str) {
        text = text.replace(id, "ID");
    }
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_call_looks_the_same_through_a_daemon_and_without() {
    let fake = Fake::start(Scenario::answer("A queue that drains twice."));
    let user = user(&fake);
    let daemon = Daemon::start(&user);
    let with = |more: &[&str]| finish(user.command(QUESTION.iter().chain(more)));
    for arguments in [&["-o", "json"][..], &["-o", "json", "--dry-run"], &["-o", "json", "--files", "not-there.rs"]] {
        let there = with(arguments);
        let here = with(&[arguments, &["--no-daemon"]].concat());
        assert_eq!(there.code, here.code, "{there:#?}\n{here:#?}");
        assert_eq!(comparable(&there), comparable(&here));
    }
    let (there, here) = (with(&[]).exits(0), with(&["--no-daemon"]).exits(0));
    assert_eq!(there.stdout, "A queue that drains twice.\n");
    assert_eq!(there.stdout, here.stdout);
    let lines = |ran: &Ran| ran.stderr.lines().filter(|line| line.starts_with("exai: ")).map(str::to_owned).collect();
    let (there, here): (Vec<String>, Vec<String>) = (lines(&there), lines(&here));
    assert_eq!(there, here);
    // The files are the caller's: the daemon has none of its own.
    for request in fake.requests() {
        assert!(request.user_text().contains("   2│     drain();"), "{}", request.user_text());
    }
    assert_eq!(daemon.stop().exits(0).code, 0);
}

#[test]
fn it_is_the_daemon_that_asks_unless_the_caller_has_other_settings_or_wants_none() {
    let (of_daemon, of_caller) = (Fake::start(Scenario::answer("Theirs.")), Fake::start(Scenario::answer("Mine.")));
    let user = user(&of_daemon);
    let daemon = Daemon::start(&user);
    let ask = |more: &[(&str, &str)], arguments: &[&str]| {
        let mut command = user.command(QUESTION.iter().chain(arguments));
        command.envs(more.iter().copied());
        finish(command).exits(0)
    };
    assert_eq!(ask(&[], &[]).stdout, "Theirs.\n");
    let (glm, kimi) = (of_caller.glm_url(), of_caller.kimi_url());
    let mine = [("GLM_API_URL", glm.as_str()), ("KIMI_API_URL", kimi.as_str())];
    let passed_by = ask(&mine, &[]);
    assert_eq!(passed_by.stdout, "Mine.\n");
    assert!(passed_by.stderr.contains("the daemon has other settings for glm than you"), "{passed_by:#?}");
    assert_eq!(ask(&mine, &["--daemon", &daemon.url()]).stdout, "Theirs.\n");
    assert_eq!(ask(&mine, &["--no-daemon"]).stdout, "Mine.\n");

    // Who has set up nothing uses what the daemon has.
    let mut bare = user.command(QUESTION);
    for name in ["GLM_API_KEY", "GLM_API_URL", "KIMI_API_KEY", "KIMI_API_URL"] {
        bare.env_remove(name);
    }
    let bare = finish(bare).exits(0);
    assert_eq!((bare.stdout.as_str(), bare.stderr.contains("other settings")), ("Theirs.\n", false));
}

#[test]
fn a_daemon_that_refuses_the_token_ends_the_verb() {
    let fake = Fake::start(Scenario::answer("Because."));
    let user = user(&fake);
    let _daemon = Daemon::start(&user);
    let stranger = user.set("EXAI_WS_TOKEN", "not-the-token-of-it");
    for arguments in [&QUESTION[..], &["calls", "list"], &["threads", "list"], &["usage"], &["monitor", "--once"]] {
        let ran = stranger.run(arguments).exits(7);
        assert!(ran.stdout.is_empty() && ran.stderr.contains("refused the token"), "{ran:#?}");
        assert!(ran.stderr.contains("EXAI_WS_TOKEN"), "{ran:#?}");
    }
    stranger.run(&["calls", "list", "--no-daemon"]).exits(0);
    assert!(fake.requests().is_empty());
}

#[test]
fn a_daemon_that_is_asked_for_and_is_not_there_is_told() {
    let user = User::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let ran = user.run(&["call", "chat", "hello", "--model", "mock:echo", "--daemon", &free]).exits(7);
    assert!(ran.stderr.contains(&free) && ran.stderr.contains("hint: "), "{ran:#?}");
    let envelope = user.run(&["call", "chat", "hello", "--daemon", &free, "-o", "json"]).exits(7).json();
    assert_eq!(envelope["error"]["code"], "NO_DAEMON");
    let ran = user.run(&["call", "chat", "hello", "--model", "mock:echo", "--detach"]).exits(7);
    assert!(ran.stderr.contains("--detach") && ran.stdout.is_empty(), "{ran:#?}");
    let ran = user.run(&["calls", "list", "--daemon", "https://127.0.0.1:1"]).exits(2);
    assert!(ran.stderr.contains("ws://host:port"), "{ran:#?}");
    user.run(&["calls", "list", "--daemon", &free, "--no-daemon"]).exits(2);
}

#[test]
fn what_listens_and_is_no_daemon_is_passed_by_with_a_warning() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let read = stream.read(&mut request).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    let user = User::new().set("EXAI_WS_PORT", &port).set("EXAI_WS_TOKEN", "a-token-of-the-test");
    let ran = user.run(&["call", "chat", "hello", "--model", "mock:echo"]).exits(0);
    assert_eq!(ran.stdout, "hello\n");
    assert!(ran.stderr.contains("not as a daemon of exai") && ran.stderr.contains("done in this process"), "{ran:#?}");
    assert!(!server.join().unwrap().contains("a-token"), "a stranger is told nothing");
    // Nobody listens there any more, and nobody is missed.
    let ran = user.run(&["call", "chat", "hello", "--model", "mock:echo"]).exits(0);
    assert!(!ran.stderr.contains("warning"), "{ran:#?}");
}

#[test]
fn a_detached_call_goes_on_without_its_caller() {
    let fake = Fake::start(Scenario::load("slow_gate"));
    let user = user(&fake);
    let _daemon = Daemon::start(&user);
    let ran = finish(user.command(QUESTION.iter().chain(&["--detach"]))).exits(0);
    let id = ran.stdout.trim();
    let listed = user.run(&["calls", "list", "--state", "running", "--json"]).exits(0).json();
    assert_eq!(listed[0]["call_id"], id, "{listed:#}");
    fake.wait_until_held("go", 1);
    let waiting = Running::start(user.command(["calls", "wait", id]));
    let following = Running::start(user.command(["calls", "events", id, "--follow"]));
    fake.open("go");
    assert!(!waiting.finish().exits(0).stdout.is_empty());
    let events = following.finish().exits(0).stdout;
    assert_eq!(events.lines().count(), 4, "{events}");
    assert_eq!(fake.requests().len(), 1);

    // A call that ends before it asks anybody says how.
    let ran = user.run(&["call", "chat", "why?", "--files", "not-there.rs", "--detach"]).exits(2);
    assert!(!ran.stdout.trim().is_empty() && ran.stderr.contains("not-there.rs"), "{ran:#?}");
}

#[test]
fn a_call_at_the_daemon_is_cancelled_by_a_signal_and_by_its_id() {
    let fake = Fake::start(Scenario::load("slow_gate"));
    let user = user(&fake);
    let _daemon = Daemon::start(&user);
    for held in 1..=2 {
        let running = Running::start(user.command(QUESTION));
        fake.wait_until_held("go", held);
        if held == 1 {
            running.signal("INT");
        } else {
            let listed = user.run(&["calls", "list", "--state", "running", "--json"]).exits(0).json();
            user.run(&["calls", "cancel", listed[0]["call_id"].as_str().unwrap()]).exits(0);
        }
        let ran = running.finish().exits(130);
        assert!(ran.stderr.contains("was cancelled"), "{ran:#?}");
        fake.wait_until_closed(held - 1);
    }
    let listed = user.run(&["calls", "list", "--state", "cancelled", "--json"]).exits(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 2);
}

#[test]
fn the_death_of_the_daemon_is_told_to_whoever_waits() {
    let fake = Fake::start(Scenario::load("slow_gate"));
    let user = user(&fake);
    let daemon = Daemon::start(&user);
    let running = Running::start(user.command(QUESTION));
    fake.wait_until_held("go", 1);
    daemon.kill();
    let ran = running.finish().exits(130);
    assert!(ran.stderr.contains("is gone") && ran.stderr.contains("exai calls show"), "{ran:#?}");
    assert!(!ran.stderr.contains("0.0 s"), "it was waited for: {ran:#?}");
    let listed = user.run(&["calls", "list", "--state", "interrupted", "--json"]).exits(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(fake.requests().len(), 1, "nothing is run again by itself");
}

#[test]
fn the_monitor_shows_the_daemon() {
    let fake = Fake::start(Scenario::answer("Because."));
    let user = user(&fake);
    let daemon = Daemon::start(&user);
    user.run(&QUESTION).exits(0);
    let shown = |ran: Ran| ran.json()["daemon"]["pid"].clone();
    assert_eq!(shown(user.run(&["monitor", "--once", "--json"])), daemon.pid);
    assert_eq!(shown(user.run(&["monitor", "--once", "--json", "--no-daemon"])), Value::Null);
    let pid = daemon.pid;
    until("the call in the picture", || {
        let picture = user.run(&["monitor", "--once"]).stdout;
        (picture.contains("chat") && picture.contains(&pid.to_string())).then_some(())
    });
}
