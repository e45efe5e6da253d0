use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::super::testing::{Peer, Port, in_time, welcome};
use super::super::{Address, NotConnected, Remote, RemoteSettings};
use crate::config::Secret;
use crate::coordination::{DaemonInfo, DaemonLock};
use crate::error::{Error, ErrorCode};
use crate::protocol::wire::Client;

#[tokio::test(start_paused = true)]
async fn a_client_says_who_it_is_and_learns_whom_it_met() {
    let port = Port::new();
    let (remote, (_peer, hello)) = tokio::join!(Remote::over(port.caller()), port.welcome(false));
    assert_eq!(hello.token.as_deref(), Some("a-token-of-the-test"));
    assert_eq!((hello.protocol, hello.session_id, hello.workspace), (Some(1), None, true));
    assert_eq!((hello.client.unwrap().name.as_str(), hello.roots), ("test", vec!["/project".to_owned()]));
    let remote = remote.unwrap();
    assert_eq!((remote.welcome().server.version.as_str(), &remote.welcome().config_id["glm"][..]), ("9.9.9", "abc"));
    assert!(!format!("{remote:?}").contains("a-token"));
}

#[tokio::test(start_paused = true)]
async fn each_refusal_says_what_to_do() {
    for (word, code, exit, hint) in [
        ("unauthorized", ErrorCode::Unauthorized, 7, "EXAI_WS_TOKEN"),
        ("unsupported_protocol", ErrorCode::UnsupportedProtocol, 7, "restart"),
        ("over_capacity", ErrorCode::OverCapacity, 4, ""),
        ("draining", ErrorCode::ServiceUnavailable, 4, ""),
        ("missing_hello", ErrorCode::UnsupportedProtocol, 7, ""),
        ("something_new", ErrorCode::UnsupportedProtocol, 7, ""),
    ] {
        let reply = json!({"op": "hello_ack", "ok": false, "error": word, "protocol": 2, "retry_after": 7.0});
        let refusal = Port::new().refuse(reply).await;
        assert!(matches!(refusal, NotConnected::Refused(_)), "{refusal:?}");
        let error = Error::from(refusal);
        assert_eq!((error.code, error.kind().exit_code()), (code, exit), "{word}");
        assert!(error.hints.concat().contains(hint) && !error.message.contains("a-token"), "{error:?}");
        assert_eq!(error.retry_after.is_some(), exit == 4);
    }
    let refusal = Port::new().refuse(json!({"op": "hello_ack", "ok": true, "session_id": 7})).await;
    assert_eq!(Error::from(refusal).code, ErrorCode::UnsupportedProtocol);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_exchanged_is_looked_up_once() {
    let port = Port::new();
    let refusal = json!({"op": "hello_ack", "ok": false, "error": "unauthorized"});
    let refuse = async || {
        let (mut peer, hello) = port.peer().await;
        peer.says(refusal.clone()).await;
        (peer, hello.token.unwrap())
    };
    port.exchange("the-next-token-of-the-test");
    let greet = async { (refuse().await, port.welcome(false).await) };
    let (remote, ((_, old), (_peer, hello))) = tokio::join!(Remote::over(port.caller()), greet);
    remote.unwrap();
    assert_eq!((old.as_str(), hello.token.as_deref()), ("a-token-of-the-test", Some("the-next-token-of-the-test")));

    let refuse_twice = async { [refuse().await, refuse().await].map(|(_, token)| token) };
    let (remote, tokens) = tokio::join!(Remote::over(port.caller()), refuse_twice);
    assert_eq!(tokens, ["a-token-of-the-test", "the-next-token-of-the-test"]);
    assert_eq!(Error::from(remote.unwrap_err()).code, ErrorCode::Unauthorized);
    port.exchange("a-token-of-the-test");
    let (remote, _) = tokio::join!(Remote::over(port.caller()), refuse());
    assert_eq!(Error::from(remote.unwrap_err()).code, ErrorCode::Unauthorized, "the same one is not tried again");
}

#[tokio::test(start_paused = true)]
async fn other_frames_before_the_welcome_are_passed_over() {
    let port = Port::new();
    let greet = async {
        let (mut peer, _) = port.peer().await;
        peer.says(json!({"op": "news", "ok": false})).await;
        peer.says(welcome(false, 1_000_000)).await;
        peer
    };
    let (remote, _peer) = tokio::join!(Remote::over(port.caller()), greet);
    assert!(!remote.unwrap().welcome().resumed);
}

#[tokio::test(start_paused = true)]
async fn whoever_speaks_another_language_is_no_daemon() {
    for reply in ["HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "SSH-2.0-OpenSSH_9.9\r\n\r\n", ""] {
        let port = Port::new();
        let answer = async {
            let mut stream = port.arrival().await;
            let mut request = [0; 16];
            stream.read_exact(&mut request).await.unwrap();
            stream.write_all(reply.as_bytes()).await.unwrap();
        };
        let (remote, ()) = tokio::join!(Remote::over(port.caller()), answer);
        let refusal = remote.unwrap_err();
        assert!(matches!(refusal, NotConnected::Stranger(_)), "{refusal:?}");
        assert_eq!(Error::from(refusal).kind().exit_code(), 7);
    }
}

#[tokio::test(start_paused = true)]
async fn a_daemon_with_too_many_connections_says_when_to_come_back() {
    let port = Port::new();
    let answer = async {
        let mut stream = port.arrival().await;
        let reply = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 9\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(reply).await.unwrap();
        stream
    };
    let (remote, _stream) = tokio::join!(Remote::over(port.caller()), answer);
    let error = Error::from(remote.unwrap_err());
    assert_eq!((error.code, error.retry_after.unwrap().as_secs()), (ErrorCode::OverCapacity, 9));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_says_nothing_is_left_in_time() {
    let port = Port::new();
    let began = tokio::time::Instant::now();
    let (remote, stream) = tokio::join!(Remote::over(port.caller()), port.arrival());
    let refusal = remote.unwrap_err();
    assert!(matches!(refusal, NotConnected::Unreachable(_)), "{refusal:?}");
    assert_eq!(began.elapsed().as_secs(), 5);
    drop(stream);
}

fn settings(address: Address) -> RemoteSettings {
    RemoteSettings {
        address,
        token: Some(Secret::new("a-token-of-the-test")),
        client: Client::default(),
        roots: Vec::new(),
        profile: None,
        patience: Duration::from_mins(1),
        state_dir: None,
    }
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_told_from_a_daemon() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let refusal = Remote::connect(settings(address.into())).await.unwrap_err();
    assert!(matches!(refusal, NotConnected::Unreachable(_)), "{refusal:?}");
    let error = Error::from(refusal);
    assert_eq!((error.code, error.kind().exit_code()), (ErrorCode::NoDaemon, 7));
    assert!(error.message.contains(&address.to_string()) && !error.hints.is_empty(), "{error:?}");
}

#[tokio::test]
async fn the_daemon_of_a_state_directory_is_found_where_it_is_now() {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut lock = DaemonLock::take(dir.path()).unwrap();
    let address = Some(listener.local_addr().unwrap());
    lock.announce(&DaemonInfo { pid: 1, address, version: "1".to_owned() }).unwrap();
    // Where the last one was.
    let state_dir = Some(dir.path().to_owned());
    let settings = RemoteSettings { state_dir, ..settings(Address::parse("127.0.0.1:1").unwrap()) };
    let accept = async {
        let (stream, _) = listener.accept().await.unwrap();
        assert!(stream.peer_addr().unwrap().ip().is_loopback());
        let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
        let hello = futures_util::StreamExt::next(&mut socket).await.unwrap().unwrap();
        assert!(hello.to_text().unwrap().contains("\"op\":\"hello\""));
        let ack = tokio_tungstenite::tungstenite::Message::text(welcome(false, 1_000_000).to_string());
        futures_util::SinkExt::send(&mut socket, ack).await.unwrap();
        socket
    };
    let (remote, _socket) = in_time(async { tokio::join!(Remote::connect(settings), accept) }).await;
    in_time(remote.unwrap().close()).await;
}

#[tokio::test(start_paused = true)]
async fn after_the_end_nothing_is_waited_for() {
    let port = Port::new();
    let (remote, mut peer): (Remote, Peer) = port.connect().await;
    let clone = remote.clone();
    in_time(remote.close()).await;
    assert_eq!(peer.next().await, None);
    assert_eq!(in_time(clone.health()).await.unwrap_err().code, ErrorCode::ServiceUnavailable);
    in_time(clone.close()).await;
}
