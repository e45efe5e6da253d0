//! Many connections at once, and connections that take their time or too much room.

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};

use crate::support::User;
use crate::support::daemon::{Daemon, until};
use crate::support::socket::{HANDSHAKE, Socket, TEXT, WHOLE, announce, frame, token_of};

/// The most bytes of a message.
const MOST: usize = 32 * 1024 * 1024;

fn user() -> User {
    User::new().set("EXAI_WS_PORT", "0")
}

fn version(socket: &mut Socket) -> Value {
    socket.ask(&json!({"op": "call_tool", "request_id": "v", "name": "version"}), "call_tool_res")
}

/// As many connections as the daemon takes by default, if the system lets both sides open so many files.
fn crowd() -> usize {
    const WANTED: u64 = 10_000;
    /// What a process needs beside its connections.
    const OTHERS: u64 = 500;
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, most.min(WANTED + OTHERS), most).unwrap();
    usize::try_from(WANTED.min(most - OTHERS)).unwrap()
}

#[test]
fn ten_thousand_that_said_hello_do_not_keep_one_more_from_its_answer() {
    /// So many wait for their answer at once: no more than a listener lets wait.
    const BATCH: usize = 200;
    let user = user().set("EXAI_PING_S", "600");
    let most = crowd();
    let daemon = Daemon::start(&user);
    let token = token_of(&user);
    let mut sockets = Vec::with_capacity(most);
    while sockets.len() < most - 1 {
        let mut batch: Vec<Socket> =
            (0..BATCH.min(most - 1 - sockets.len())).map(|_| Socket::open(daemon.address)).collect();
        for socket in &mut batch {
            socket.greet(&token);
        }
        for socket in &mut batch {
            socket.welcomed();
        }
        sockets.append(&mut batch);
    }
    let mut one = Socket::connect(daemon.address, &user);
    let health = one.ask(&json!({"op": "health", "request_id": "h"}), "health_res")["health"].clone();
    assert_eq!((&health["connections"], &health["sessions"]), (&json!(most), &json!(most)), "{health}");
    assert_eq!(version(&mut one)["ok"], true);
    assert_eq!(version(&mut sockets[most / 2])["ok"], true);
    daemon.stop().exits(0);
    assert_eq!(one.closed(), 1012);
}

#[test]
fn a_message_that_is_too_big_ends_its_connection_and_no_other() {
    let user = user();
    let daemon = Daemon::start(&user);
    let mut other = Socket::connect(daemon.address, &user);
    let mut whole = Socket::connect(daemon.address, &user);
    whole.write(&announce(WHOLE | TEXT, MOST + 1)).unwrap();
    assert_eq!(whole.closed(), 1009);
    let mut pieces = Socket::connect(daemon.address, &user);
    pieces.write(&frame(TEXT, &vec![b' '; MOST])).unwrap();
    pieces.write(&frame(WHOLE, b" ")).unwrap();
    assert_eq!(pieces.closed(), 1009);
    // One byte less is a message; what it asks for is another matter.
    let call = |text: &str| {
        json!({"op": "call_tool", "request_id": "b", "name": "version", "arguments": {"x": text}}).to_string()
    };
    let mut big = Socket::connect(daemon.address, &user);
    let call = call(&"x".repeat(MOST - call("").len()));
    assert_eq!(call.len(), MOST);
    big.write(&frame(WHOLE | TEXT, call.as_bytes())).unwrap();
    let refused = big.next();
    assert_eq!((&refused["request_id"], &refused["error"]["code"]), (&json!("b"), &json!("VALIDATION_ERROR")));
    for socket in [&mut big, &mut other] {
        assert_eq!(version(socket)["ok"], true);
    }
    daemon.stop().exits(0);
}

#[test]
fn who_says_hello_too_slowly_is_not_waited_for() {
    let user = user().set("EXAI_HELLO_TIMEOUT_S", "0.3");
    let daemon = Daemon::start(&user);
    let mut other = Socket::connect(daemon.address, &user);
    let drip = |socket: &mut Socket, bytes: &[u8]| {
        let mut bytes = bytes.iter().cycle();
        until("the end of a connection that takes its time", || {
            let is_gone = socket.write(&[*bytes.next().unwrap()]).is_err() || socket.has_ended();
            is_gone.then_some(())
        });
    };
    let mut head = Socket::open(daemon.address);
    head.write(b"GET / HTTP/1.1\r\n").unwrap();
    drip(&mut head, b"X-Slow: yes\r\n");
    let mut hello = Socket::open(daemon.address);
    hello.write(HANDSHAKE.as_bytes()).unwrap();
    assert!(hello.head().starts_with("HTTP/1.1 101 "));
    hello.write(&announce(WHOLE | TEXT, 60_000)).unwrap();
    drip(&mut hello, b"{");
    assert_eq!(hello.closed(), 4002);
    assert_eq!(version(&mut other)["ok"], true);
    daemon.stop().exits(0);
}

#[test]
fn one_connection_too_many_is_told_when_to_come_back_and_may_then() {
    let user = user().set("EXAI_MAX_CONNECTIONS", "3").set("EXAI_MAX_CONNECTIONS_PER_ADDRESS", "1");
    let daemon = Daemon::start(&user);
    // Of one address: this machine's own are not counted by address.
    let mut sockets: Vec<Socket> = (0..3).map(|_| Socket::connect(daemon.address, &user)).collect();
    let mut late = Socket::open(daemon.address);
    late.write(HANDSHAKE.as_bytes()).unwrap();
    let head = late.head().to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 503 ") && head.contains("\r\nretry-after: "), "{head}");
    drop(sockets.pop());
    drop(late);
    let mut next = until("a place", || {
        let mut next = Socket::open(daemon.address);
        next.greet(&token_of(&user));
        next.head().starts_with("HTTP/1.1 101 ").then_some(next)
    });
    assert_eq!(next.next()["ok"], true);
    for socket in sockets.iter_mut().chain([&mut next]) {
        assert_eq!(version(socket)["ok"], true);
    }
    daemon.stop().exits(0);
}
