//! The daemon under a service manager: what it tells it, and the sockets it gets from it.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

use crate::support::daemon::{Daemon, Manager, accepts};
use crate::support::{Running, User};

#[test]
fn the_service_manager_hears_when_it_serves_that_it_lives_and_when_it_ends() {
    let user = User::new();
    let manager = Manager::new(&user);
    let mut command = Daemon::command(&user);
    command.env("NOTIFY_SOCKET", manager.address()).env("WATCHDOG_USEC", "200000");
    let daemon = Daemon::start_as(command, &user);
    let ready = manager.hear("READY=1");
    assert!(ready.contains(&format!("\nSTATUS=listens on {}", daemon.address)), "{ready}");
    manager.hear("WATCHDOG=1");
    manager.hear("WATCHDOG=1");
    daemon.signal("TERM");
    manager.hear("STOPPING=1");
    daemon.finish().exits(0);
}

/// Starts the daemon with `sockets` as a service manager hands them over: from descriptor 3 on, with these names.
fn activated(user: &User, sockets: &[&TcpListener], names: &str) -> Daemon {
    let daemon = Daemon::command(user);
    let mut shell = Command::new("sh");
    // A test can hand over two, in the places of the standard streams that the daemon does not use.
    let script = "exec 3<&0 4<&1 0</dev/null 1>/dev/null; LISTEN_PID=$$ exec \"$0\" daemon";
    shell.args(["-c", script]).arg(daemon.get_program()).current_dir(user.project());
    user.dress(&mut shell);
    shell.envs(daemon.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.env("LISTEN_FDS", sockets.len().to_string()).env("LISTEN_FDNAMES", names);
    let hand = |socket: Option<&&TcpListener>| {
        socket.map_or_else(Stdio::null, |socket| Stdio::from(OwnedFd::from(socket.try_clone().unwrap())))
    };
    shell.stdin(hand(sockets.first())).stdout(hand(sockets.get(1)));
    Daemon::announced(Running::start_as_it_is(shell), user)
}

#[test]
fn a_socket_that_was_handed_over_is_the_main_port() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    // Another daemon's port does not matter: it is not opened.
    let user = User::new().set("EXAI_WS_PORT", "off");
    let daemon = activated(&user, &[&socket], "exai.socket");
    assert_eq!(daemon.address, socket.local_addr().unwrap());
    assert!(accepts(daemon.address));
    daemon.stop().exits(0);
}

#[test]
fn sockets_with_names_are_the_ports_that_they_name() {
    let (health, main) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let user = User::new();
    let daemon = activated(&user, &[&health, &main], "health:main");
    assert_eq!(daemon.address, main.local_addr().unwrap());
    let ran = daemon.stop().exits(0);
    assert!(ran.stderr.contains(&format!("health: http://{}/health\n", health.local_addr().unwrap())), "{ran:#?}");
}

#[test]
fn a_socket_beyond_loopback_that_was_handed_over_needs_a_token_too() {
    let socket = TcpListener::bind("0.0.0.0:0").unwrap();
    let user = User::new();
    let outcome = std::panic::catch_unwind(|| activated(&user, &[&socket], "main"));
    let said = outcome.err().and_then(|panic| panic.downcast::<String>().ok()).unwrap();
    assert!(said.contains("will not listen on 0.0.0.0"), "{said}");
}
