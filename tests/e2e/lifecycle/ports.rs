//! Where a daemon listens, and where it does not.

use std::net::TcpListener;

use crate::support::daemon::{Daemon, accepts, daemon_of};
use crate::support::{User, finish};

/// A port that another program has.
fn busy() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    (listener, port)
}

#[test]
fn every_port_is_told_with_what_it_serves() {
    let user = User::new().set("HEALTH_CHECK_PORT", "off").set("EXAI_WS_HOST", "localhost");
    let daemon = Daemon::start(&user);
    let main = format!("main: {}\n", daemon.url());
    let ran = daemon.stop().exits(0);
    let told: Vec<_> = ran.stderr.lines().filter_map(|line| line.split_once(": ")).collect();
    let names: Vec<_> = told.iter().map(|(name, _)| *name).collect();
    assert!(ran.stderr.starts_with(&main), "{ran:#?}");
    assert_eq!(names[..3], ["main", "page", "metrics"], "{ran:#?}");
    assert!(!ran.stderr.contains("health"), "{ran:#?}");
    assert!(told[2].1.starts_with("http://127.0.0.1:") && told[2].1.ends_with("/metrics"), "{ran:#?}");
}

#[test]
fn a_main_port_that_is_busy_ends_the_daemon() {
    let (_held, port) = busy();
    let user = User::new().set("EXAI_WS_PORT", &port);
    let ran = finish(Daemon::command(&user)).exits(7);
    assert!(ran.stderr.contains(&format!("127.0.0.1:{port} is in use")), "{ran:#?}");
    assert!(ran.stderr.contains("EXAI_WS_PORT"), "{ran:#?}");
    assert_eq!(daemon_of(&user), None);
}

#[test]
fn a_daemon_without_a_main_port_does_not_start() {
    let user = User::new().set("EXAI_WS_PORT", "off");
    let ran = finish(Daemon::command(&user)).exits(2);
    assert!(ran.stderr.contains("daemon.port is off"), "{ran:#?}");
}

#[test]
fn another_port_that_is_busy_is_a_warning() {
    let ports = [
        ("MONITORING_PORT", "page", "daemon.page_port"),
        ("HEALTH_CHECK_PORT", "health", "daemon.health_port"),
        ("METRICS_PORT", "metrics", "daemon.metrics_port"),
    ];
    for (variable, name, key) in ports {
        let (_held, port) = busy();
        let user = User::new().set(variable, &port);
        let daemon = Daemon::start(&user);
        assert!(accepts(daemon.address));
        let ran = daemon.stop().exits(0);
        let warning = format!("warning: {key}: 127.0.0.1:{port} is in use");
        assert!(ran.stderr.contains(&warning) && !ran.stderr.contains(&format!("\n{name}: ")), "{ran:#?}");
        assert_eq!(ran.stderr.lines().filter(|line| line.contains(": http://")).count(), 2, "{ran:#?}");
    }
}

#[test]
fn beyond_loopback_nothing_listens_without_a_token_that_is_a_secret() {
    for token in ["", "fifteen-letters"] {
        let user = User::new().set("EXAI_WS_HOST", "0.0.0.0");
        // An empty variable is none.
        let user = user.set("EXAI_WS_TOKEN", token);
        let ran = finish(Daemon::command(&user)).exits(2);
        assert!(ran.stderr.contains("will not listen on 0.0.0.0"), "{ran:#?}");
        assert!(ran.stderr.contains("hint: set EXAI_WS_TOKEN to 16 characters"), "{ran:#?}");
        assert!(!ran.stderr.contains("main: ") && !ran.stderr.contains("fifteen"), "nothing listened: {ran:#?}");
    }
    let user = User::new().set("EXAI_WS_HOST", "0.0.0.0").set("EXAI_WS_TOKEN", "sixteen--letters");
    let daemon = Daemon::start(&user);
    assert!(daemon.address.ip().is_loopback(), "its user's processes reach it through loopback: {}", daemon.address);
    assert!(accepts(daemon.address));
    let ran = daemon.stop().exits(0);
    assert!(ran.stderr.contains("main: ws://0.0.0.0:"), "{ran:#?}");
}

#[test]
fn a_daemon_that_a_client_started_opens_the_main_port_alone() {
    let user = User::new();
    let mut command = Daemon::command(&user);
    command.arg("--autostarted");
    let ran = Daemon::start_as(command, &user).stop().exits(0);
    assert!(ran.stderr.contains("main: ") && !ran.stderr.contains("http://"), "{ran:#?}");
}
