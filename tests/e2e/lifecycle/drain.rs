//! A daemon that ends while calls run.

use std::thread::JoinHandle;

use exai_core::protocol::Envelope;
use exai_fake::{Fake, Scenario};

use crate::support::User;
use crate::support::daemon::{Daemon, Manager, accepts, daemon_of};

/// A daemon whose end is heard, with a call that waits at its model.
fn asked(fake: &Fake, user: &User) -> (Daemon, Manager, JoinHandle<Envelope>) {
    let manager = Manager::new(user);
    let mut command = Daemon::command(user);
    command.env("NOTIFY_SOCKET", manager.address());
    let daemon = Daemon::start_as(command, user);
    let call = daemon.ask(user, "is it still there?");
    fake.wait_for_requests(1);
    (daemon, manager, call)
}

#[test]
fn calls_that_run_finish_before_the_daemon_ends_and_the_next_one_need_not_wait() {
    let fake = Fake::start(Scenario::load("slow_gate"));
    let user = User::with(&fake);
    let (daemon, manager, call) = asked(&fake, &user);
    daemon.signal("TERM");
    manager.hear("STOPPING=1");
    crate::support::daemon::until("the lock", || daemon_of(&user).is_none().then_some(()));
    assert!(!accepts(daemon.address), "nothing is accepted any more");
    let next = Daemon::start(&user);
    fake.open("go");
    let result = call.join().unwrap();
    assert_eq!(result.state.as_str(), "succeeded", "{:?}", result.error);
    daemon.finish().exits(0);
    next.stop().exits(0);
}

#[test]
fn a_second_signal_ends_the_calls_and_says_so_in_the_journal() {
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let fake = Fake::start(Scenario::load("silence"));
        let user = User::with(&fake);
        let (daemon, manager, call) = asked(&fake, &user);
        daemon.signal(signal);
        manager.hear("STOPPING=1");
        daemon.signal(signal);
        daemon.finish().exits(code);
        assert_eq!(call.join().unwrap().state.as_str(), "interrupted");
        let calls = user.run(&["calls", "list", "--json"]).json();
        assert_eq!(calls[0]["state"], "interrupted", "{calls:#}");
    }
}

#[test]
fn calls_that_do_not_finish_in_time_are_interrupted() {
    let fake = Fake::start(Scenario::load("silence"));
    let user = User::with(&fake).set("EXAI_DRAIN_TIMEOUT_S", "0.2");
    let (daemon, _manager, call) = asked(&fake, &user);
    daemon.signal("TERM");
    daemon.finish().exits(0);
    assert_eq!(call.join().unwrap().state.as_str(), "interrupted");
    let calls = user.run(&["calls", "list", "--json"]).json();
    assert_eq!(calls[0]["state"], "interrupted", "{calls:#}");
}
