//! Bytes on a socket, written by hand: however a message is cut it is the message, and what is none ends its connection
//! with the code that says why (RFC 6455, section 7.4.1).

use exai_fake::Scenario;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::gateway::testing::in_time;
use crate::server::testing::{Peer, TestDaemon};

const WHOLE: u8 = 0x80;
const MORE: u8 = 0;
const TEXT: u8 = 1;
const PING: u8 = 9;

/// One frame, masked with zeros.
fn frame(head: u8, payload: &[u8]) -> Vec<u8> {
    const MASKED: u8 = 0x80;
    const TWO_BYTES: u8 = 0x7e;
    let mut bytes = vec![head];
    if let Some(length) = u8::try_from(payload.len()).ok().filter(|length| *length < TWO_BYTES) {
        bytes.push(MASKED | length);
    } else {
        bytes.push(MASKED | TWO_BYTES);
        bytes.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

fn version(request_id: &str) -> Vec<u8> {
    json!({"op": "call_tool", "request_id": request_id, "name": "version"}).to_string().into_bytes()
}

async fn write(peer: &mut Peer, bytes: &[u8]) {
    peer.socket.get_mut().write_all(bytes).await.unwrap();
}

#[tokio::test]
async fn two_frames_that_arrive_together_are_two_requests() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut peer = daemon.peer().await;
    let both = [frame(WHOLE | TEXT, &version("1")), frame(WHOLE | TEXT, &version("2"))].concat();
    write(&mut peer, &both).await;
    let mut answered: Vec<Value> = Vec::new();
    while answered.len() < 2 {
        answered.push(peer.until("call_tool_res").await["request_id"].clone());
    }
    answered.sort_by_key(Value::to_string);
    assert_eq!(answered, ["1", "2"]);
    daemon.stop().await;
}

#[tokio::test]
async fn a_hello_that_comes_with_the_handshake_and_requests_behind_it_is_heard() {
    use tokio::io::AsyncReadExt;
    let daemon = TestDaemon::start(Scenario::default()).await;
    let hello = json!({"op": "hello", "token": crate::server::testing::TOKEN}).to_string();
    let head = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let bytes = [head.into(), frame(WHOLE | TEXT, hello.as_bytes()), frame(WHOLE | TEXT, &version("1"))].concat();
    let mut stream = tokio::net::TcpStream::connect(daemon.ports[0]).await.unwrap();
    stream.write_all(&bytes).await.unwrap();
    let mut heard = Vec::new();
    let is_answered = |heard: &[u8]| String::from_utf8_lossy(heard).contains("\"op\":\"call_tool_res\"");
    in_time(async {
        while !is_answered(&heard) {
            assert_ne!(stream.read_buf(&mut heard).await.unwrap(), 0, "{}", String::from_utf8_lossy(&heard));
        }
    })
    .await;
    daemon.stop().await;
}

#[tokio::test]
async fn a_message_in_pieces_is_one_request_and_a_ping_between_them_is_answered() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut peer = daemon.peer().await;
    let arguments = json!({"prompt": "grüße", "model": "mock:echo"});
    let call = json!({"op": "call_tool", "request_id": "1", "name": "chat", "arguments": arguments}).to_string();
    // The cut is inside a character: only the whole message is text.
    let cut = call.find('ü').unwrap() + 1;
    let (begin, end) = call.as_bytes().split_at(cut);
    write(&mut peer, &frame(MORE | TEXT, begin)).await;
    write(&mut peer, &frame(WHOLE | PING, b"there?")).await;
    let pong = in_time(peer.socket.next()).await.unwrap().unwrap();
    assert_eq!(pong, Message::Pong("there?".into()));
    write(&mut peer, &frame(MORE, b"")).await;
    write(&mut peer, &frame(WHOLE, end)).await;
    let answer = peer.until("call_tool_res").await;
    assert!(answer["text"].as_str().unwrap_or_default().contains("grüße"), "{answer}");
    daemon.stop().await;
}

#[tokio::test]
async fn what_is_no_message_closes_its_connection_with_the_reason_and_no_other() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut other = daemon.peer().await;
    let unmasked = [&[WHOLE | TEXT, 2][..], b"{}"].concat();
    for (what, bytes, code) in [
        ("text that is no UTF-8", frame(WHOLE | TEXT, b"{\"op\":\"\xff\"}"), 1007),
        ("half a character", frame(WHOLE | TEXT, "ü".as_bytes().split_at(1).0), 1007),
        ("no UTF-8 in pieces", [frame(MORE | TEXT, b"\xc3"), frame(WHOLE, b"\x28")].concat(), 1007),
        ("a piece of nothing", frame(WHOLE, b"{}"), 1002),
        ("a message inside a message", [frame(MORE | TEXT, b"{"), frame(WHOLE | TEXT, b"{}")].concat(), 1002),
        ("a frame without a mask", unmasked, 1002),
        ("bits that mean nothing", frame(0xf0 | TEXT, b"{}"), 1002),
        ("an operation that is none", frame(WHOLE | 3, b"{}"), 1002),
        ("a ping that is too long", frame(WHOLE | PING, &[b'x'; 126]), 1002),
    ] {
        for says_hello in [false, true] {
            let mut peer = if says_hello { daemon.peer().await } else { daemon.stranger().await };
            write(&mut peer, &bytes).await;
            assert_eq!(peer.closed().await.0, code, "{what}, hello: {says_hello}");
        }
    }
    assert_eq!(other.call("1", "version", json!({})).await["ok"], true);
    daemon.stop().await;
}

#[tokio::test]
async fn a_close_is_answered_by_a_close() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    for says_hello in [false, true] {
        let mut peer = if says_hello { daemon.peer().await } else { daemon.stranger().await };
        let close = CloseFrame { code: 1000.into(), reason: "that is all".into() };
        peer.socket.send(Message::Close(Some(close))).await.unwrap();
        assert_eq!(peer.closed().await, (1000, "that is all".to_owned()), "hello: {says_hello}");
        assert!(in_time(peer.socket.next()).await.is_none());
    }
    daemon.stop().await;
}

#[tokio::test]
async fn a_second_hello_is_an_error_and_the_connection_stays() {
    let daemon = TestDaemon::start(Scenario::default()).await;
    let mut peer = daemon.peer().await;
    peer.send(&json!({"op": "hello", "token": crate::server::testing::TOKEN, "request_id": "h"})).await;
    let refused = peer.next().await;
    assert_eq!((&refused["ok"], &refused["request_id"]), (&json!(false), &json!("h")), "{refused}");
    assert_eq!(refused["error"]["code"], "INVALID_REQUEST", "{refused}");
    assert!(refused["error"]["message"].as_str().unwrap().contains("said hello"), "{refused}");
    assert_eq!(peer.call("1", "version", json!({})).await["ok"], true);
    daemon.stop().await;
}
