//! A call belongs to the daemon from the moment that it has read its files: what becomes of its client does not matter.

use exai_fake::{Fake, Outcome, Point, Reply, Scenario};

use crate::support::daemon::Daemon;
use crate::support::{Running, User};

const ANSWER: &str = "The lock is taken twice.";
const QUESTION: [&str; 5] = ["call", "chat", "why does it hang?", "--files", "src/queue.rs"];

fn held(at: Point) -> Fake {
    Fake::start(Scenario::of([Reply::answer(ANSWER).wait("go", at)]))
}

fn running_call(user: &User) -> String {
    let listed = user.run(&["calls", "list", "--state", "running", "--json"]).exits(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed:#}");
    listed[0]["call_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_client_that_is_killed_leaves_its_call_to_the_daemon() {
    for moment in [Point::BeforeHeaders, Point::AfterFrames(2)] {
        let fake = held(moment);
        let user = User::with(&fake).set("EXAI_WS_PORT", "0");
        let daemon = Daemon::start(&user);
        let client = Running::start(user.command(QUESTION));
        fake.wait_until_held("go", 1);
        client.signal("KILL");
        client.finish().exits(-1);

        let id = running_call(&user);
        let waiting = Running::start(user.command(["calls", "wait", &id, "--output", "json"]));
        fake.open("go");
        let told = waiting.finish().exits(0).json();
        assert_eq!((&told["text"], &told["state"]), (&ANSWER.into(), &"succeeded".into()), "{told:#}");
        assert_eq!(told["coverage"]["sent"], serde_json::json!(["src/queue.rs"]));
        let requests = fake.requests();
        assert_eq!((requests.len(), requests[0].outcome), (1, Outcome::Answered), "asked once, and to the end");

        // The result waits for whoever comes later, daemon or not.
        daemon.stop().exits(0);
        assert_eq!(user.run(&["calls", "wait", &id]).exits(0).stdout.trim_end(), ANSWER);
        assert_eq!(fake.requests().len(), 1);
    }
}

#[test]
fn who_waits_for_another_ones_call_and_is_killed_takes_nothing_from_it() {
    let fake = held(Point::BeforeHeaders);
    let user = User::with(&fake).set("EXAI_WS_PORT", "0");
    let _daemon = Daemon::start(&user);
    let caller = Running::start(user.command(QUESTION));
    fake.wait_until_held("go", 1);
    let id = running_call(&user);
    let follower = Running::start(user.command(["calls", "events", &id, "--follow"]));
    crate::support::daemon::until("the follower at the daemon", || {
        let sessions = user.run(&["monitor", "--once", "--json"]).exits(0).json()["sessions"].clone();
        let connected = sessions.as_array()?.iter().filter(|session| session["connected"] == true).count();
        (connected >= 3).then_some(())
    });
    follower.signal("KILL");
    follower.finish().exits(-1);
    fake.open("go");
    assert_eq!(caller.finish().exits(0).stdout.trim_end(), ANSWER);
}

#[test]
fn a_call_that_was_left_to_the_daemon_has_its_result_in_the_journal() {
    let fake = held(Point::BeforeHeaders);
    let user = User::with(&fake).set("EXAI_WS_PORT", "0");
    let daemon = Daemon::start(&user);
    let mut command = user.command(QUESTION);
    command.arg("--detach");
    // It leaves although nothing is answered yet.
    let left = Running::start(command).finish().exits(0);
    let id = left.stdout.trim().to_owned();
    assert_eq!(id, running_call(&user), "{left:#?}");
    fake.wait_until_held("go", 1);
    fake.open("go");
    // A daemon that is told to end lets the call finish, whoever left it there.
    daemon.stop().exits(0);
    let shown = user.run(&["calls", "show", &id, "--json"]).exits(0).json();
    assert_eq!((&shown["text"], &shown["state"]), (&ANSWER.into(), &"succeeded".into()), "{shown:#}");
    assert_eq!(fake.requests().len(), 1);
}
