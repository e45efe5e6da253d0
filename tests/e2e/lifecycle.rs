//! How a daemon comes and goes: its place, its ports, its token, signals, and the service manager.

mod autostart;
mod drain;
mod ports;
mod service;
mod skew;
mod units;

use std::os::unix::fs::PermissionsExt;

use crate::support::daemon::{Daemon, Manager, accepts, daemon_of};
use crate::support::{User, finish};

#[test]
fn a_state_directory_has_one_daemon_and_the_second_learns_who_is_first() {
    let user = User::new();
    let daemon = Daemon::start(&user);
    let second = finish(Daemon::command(&user)).exits(7);
    assert!(second.stderr.contains(&format!("(pid {})", daemon.pid)), "{second:#?}");
    assert!(second.stderr.contains("hint: ") && second.stdout.is_empty(), "{second:#?}");
    assert!(accepts(daemon.address), "the first one was not disturbed");
    daemon.stop().exits(0);
}

#[test]
fn a_daemon_that_is_killed_leaves_nothing_that_stops_the_next() {
    let user = User::new();
    let first = Daemon::start(&user);
    // The next one takes the very port, although connections to the first one are not forgotten yet.
    let open = std::net::TcpStream::connect(first.address).unwrap();
    let port = first.address.port().to_string();
    first.kill();
    assert_eq!(daemon_of(&user), None);
    let user = user.set("EXAI_WS_PORT", &port);
    let second = Daemon::start(&user);
    drop(open);
    assert_eq!(second.address.port().to_string(), port);
    second.stop().exits(0);
}

#[test]
fn a_signal_ends_a_daemon_in_order() {
    for signal in ["TERM", "INT"] {
        let user = User::new();
        let daemon = Daemon::start(&user);
        let address = daemon.address;
        daemon.signal(signal);
        let ran = daemon.finish().exits(0);
        assert!(ran.stdout.is_empty(), "{ran:#?}");
        assert_eq!((daemon_of(&user), accepts(address)), (None, false));
        let left: Vec<_> = std::fs::read_dir(user.state_dir().join("instances")).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
        // What it kept can be opened at once.
        user.run(&["calls", "list"]).exits(0);
    }
}

#[test]
fn the_token_is_made_once_and_only_its_user_reads_it() {
    let user = User::new();
    let file = user.state_dir().join("token");
    let daemon = Daemon::start(&user);
    let token = std::fs::read_to_string(&file).unwrap();
    assert!(token.trim().len() >= 32);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let ran = daemon.stop().exits(0);
    assert!(!ran.stderr.contains(token.trim()), "{ran:#?}");
    Daemon::start(&user).stop().exits(0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), token);
}

#[test]
fn a_token_that_is_set_is_not_written_down() {
    let user = User::new().set("EXAI_WS_TOKEN", "a-token-of-this-test");
    Daemon::start(&user).stop().exits(0);
    assert!(!user.state_dir().join("token").exists());
}

#[test]
fn a_hangup_reads_the_configuration_again() {
    let user = User::new();
    let settings = user.config_dir().join("config.toml");
    std::fs::create_dir_all(user.config_dir()).unwrap();
    let manager = Manager::new(&user);
    let mut command = Daemon::command(&user);
    command.env("NOTIFY_SOCKET", manager.address());
    let daemon = Daemon::start_as(command, &user);
    manager.hear("READY=1");
    for text in ["limits.glm = 1\nlog.files = 3\n", "limits.glm = 0\n"] {
        std::fs::write(&settings, text).unwrap();
        daemon.signal("HUP");
        let message = manager.hear("RELOADING=1");
        assert!(message.contains("\nMONOTONIC_USEC="), "{message}");
        manager.hear("READY=1");
    }
    let ran = daemon.stop().exits(0);
    for line in [
        "the configuration was read again",
        "warning: log.files is used only after a restart",
        "error: the configuration stays as it was: limits.glm",
    ] {
        assert!(ran.stderr.contains(line), "{line} is missing in {ran:#?}");
    }
    let database = rusqlite::Connection::open(user.state_dir().join("exai.db")).unwrap();
    let mut statement = database.prepare("SELECT action, owner, details, ok FROM audit_logs ORDER BY at").unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let rows: Vec<(String, String, String, bool)> = statement.query_map([], row).unwrap().map(Result::unwrap).collect();
    let reload = |ok| ("reload".to_owned(), "default".to_owned(), r#"{"by":"SIGHUP"}"#.to_owned(), ok);
    assert_eq!(rows, [reload(true), reload(false)], "the audit log has both");
}
