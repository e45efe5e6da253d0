//! A daemon of another version: what a client and the doctor do about it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc;

use exai_core::coordination::{DaemonInfo, DaemonLock, prepare_state_dir, read_or_make_token};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;

use crate::support::agent::Agent;
use crate::support::daemon::daemon_of;
use crate::support::{DEADLINE, User};

/// The earliest version.
const OLD: &str = "0.0.1";

/// Plays an old daemon of `user`: it says hello, and ends when it is told to. Hears each operation that it was asked for.
fn old_daemon(user: &User, autostarted: bool) -> mpsc::Receiver<String> {
    prepare_state_dir(&user.state_dir()).unwrap();
    read_or_make_token(&user.state_dir()).unwrap();
    let (ready, is_ready) = mpsc::channel();
    let (heard, operations) = mpsc::channel();
    let state_dir = user.state_dir();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    std::thread::spawn(move || runtime.block_on(serve(state_dir, autostarted, ready, heard)));
    is_ready.recv_timeout(DEADLINE).unwrap();
    operations
}

async fn serve(state_dir: PathBuf, autostarted: bool, ready: mpsc::Sender<()>, heard: mpsc::Sender<String>) {
    let mut lock = DaemonLock::take(&state_dir).unwrap();
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = Some(listener.local_addr().unwrap());
    lock.announce(&DaemonInfo { pid: std::process::id(), address, version: OLD.to_owned() }).unwrap();
    ready.send(()).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        if talk(stream, autostarted, &heard).await {
            return;
        }
    }
}

/// Whether the client wants the daemon to end.
async fn talk(stream: TcpStream, autostarted: bool, heard: &mpsc::Sender<String>) -> bool {
    let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return false };
    let mut is_over = false;
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let frame: Value = serde_json::from_str(&text).unwrap();
        let op = frame["op"].as_str().unwrap().to_owned();
        let answer = match op.as_str() {
            "hello" => json!({
                "op": "hello_ack", "ok": true, "session_id": "s", "protocol": 1, "resumed": false, "catalog": "c",
                "server": {"name": "exai", "version": OLD, "autostarted": autostarted},
                "limits": {"max_bytes": 1_000_000, "session_inflight": 2, "call_timeout_s": 300},
            }),
            _ => json!({"op": format!("{op}_res"), "request_id": frame["request_id"], "ok": true}),
        };
        is_over |= frame["action"] == "drain";
        let _ = heard.send(op);
        if socket.send(Message::Text(answer.to_string().into())).await.is_err() {
            break;
        }
    }
    is_over
}

#[test]
fn an_older_daemon_that_a_client_started_makes_room_for_a_newer_one() {
    let user = User::new().set("EXAI_WS_PORT", "0");
    let operations = old_daemon(&user, true);
    let answer = Agent::start(&user).ask("tools/call", &json!({"name": "version", "arguments": {}}));
    assert!(answer["result"].is_object() && answer["result"]["isError"] != true, "{answer:#}");
    assert_eq!(daemon_of(&user).unwrap().version, env!("CARGO_PKG_VERSION"));
    assert!(operations.try_iter().any(|op| op == "admin"), "it was asked to end");
    user.run(&["daemon", "stop"]).exits(0);
}

#[test]
fn an_older_daemon_that_a_person_started_is_left_alone_and_told() {
    let user = User::new().set("EXAI_WS_PORT", "0").set("PATH", "/nowhere");
    let operations = old_daemon(&user, false);
    let found = user.run(&["doctor", "--json"]).exits(0).json();
    let daemon = found["checks"].as_array().unwrap().iter().find(|check| check["name"] == "daemon").unwrap();
    assert_eq!(daemon["state"], "warn", "{found:#}");
    assert!(daemon["found"].as_str().unwrap().contains("0.0.1, older than"), "{found:#}");
    assert_eq!(daemon_of(&user).unwrap().version, OLD);
    assert!(operations.try_iter().all(|op| op != "admin"));
}
