//! A WebSocket client made of bytes, for tests that come in crowds or misbehave.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use exai_core::coordination::read_token;
use serde_json::{Value, json};

use super::{DEADLINE, User};

/// The operations of frames.
pub(crate) const TEXT: u8 = 1;
pub(crate) const CLOSE: u8 = 8;
/// The last piece of a message.
pub(crate) const WHOLE: u8 = 0x80;

/// Asks for a socket.
pub(crate) const HANDSHAKE: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// One connection.
pub(crate) struct Socket {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Socket {
    /// A connection on which nothing was said.
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect_timeout(&address, DEADLINE).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        Self { stream, heard: Vec::new() }
    }

    /// A client that has said hello as `user`.
    pub(crate) fn connect(address: SocketAddr, user: &User) -> Self {
        let mut socket = Self::open(address);
        socket.greet(&token_of(user));
        socket.welcomed();
        socket
    }

    /// Asks for a socket and says hello, without waiting for answers.
    pub(crate) fn greet(&mut self, token: &str) {
        let hello = frame(WHOLE | TEXT, json!({"op": "hello", "token": token}).to_string().as_bytes());
        self.write(&[HANDSHAKE.as_bytes(), &hello].concat()).unwrap();
    }

    /// Waits for the answers to both.
    pub(crate) fn welcomed(&mut self) {
        let head = self.head();
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        let ack = self.next();
        assert_eq!((&ack["op"], &ack["ok"]), (&json!("hello_ack"), &json!(true)), "{ack}");
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Asks and waits for the answer.
    pub(crate) fn ask(&mut self, request: &Value, answer: &str) -> Value {
        self.write(&frame(WHOLE | TEXT, request.to_string().as_bytes())).unwrap();
        loop {
            let next = self.next();
            if next["op"] == answer {
                return next;
            }
        }
    }

    /// The head of an HTTP answer.
    pub(crate) fn head(&mut self) -> String {
        let end = loop {
            if let Some(at) = self.heard.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            self.hear();
        };
        String::from_utf8(self.heard.drain(..end).collect()).unwrap()
    }

    /// The next frame of text.
    pub(crate) fn next(&mut self) -> Value {
        let (operation, payload) = self.frame();
        assert_eq!(operation, TEXT, "{}", String::from_utf8_lossy(&payload));
        serde_json::from_slice(&payload).unwrap()
    }

    /// The code with which the connection is closed.
    pub(crate) fn closed(&mut self) -> u16 {
        let (operation, payload) = self.frame();
        assert_eq!(operation, CLOSE, "{}", String::from_utf8_lossy(&payload));
        u16::from_be_bytes([payload[0], payload[1]])
    }

    /// Whether it has ended; looks for a moment only. What comes meanwhile is kept.
    pub(crate) fn has_ended(&mut self) -> bool {
        const MOMENT: Duration = Duration::from_millis(10);
        let mut bytes = [0; 1024];
        self.stream.set_read_timeout(Some(MOMENT)).unwrap();
        let read = self.stream.read(&mut bytes);
        self.stream.set_read_timeout(Some(DEADLINE)).unwrap();
        match read {
            Ok(length) => {
                self.heard.extend(&bytes[..length]);
                length == 0
            }
            Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }

    fn frame(&mut self) -> (u8, Vec<u8>) {
        self.hear_at_least(2);
        let (operation, short) = (self.heard[0] & 0x0f, self.heard[1] & 0x7f);
        let head = match short {
            0x7e => 4,
            0x7f => 10,
            _ => 2,
        };
        self.hear_at_least(head);
        let length = match head {
            2 => usize::from(short),
            _ => self.heard[2..head].iter().fold(0, |length, byte| length << 8 | usize::from(*byte)),
        };
        self.hear_at_least(head + length);
        let whole: Vec<u8> = self.heard.drain(..head + length).collect();
        (operation, whole[head..].to_vec())
    }

    fn hear_at_least(&mut self, length: usize) {
        while self.heard.len() < length {
            self.hear();
        }
    }

    fn hear(&mut self) {
        let mut bytes = [0; 4096];
        let length = self.stream.read(&mut bytes).unwrap();
        assert_ne!(length, 0, "the connection ended after {:?}", String::from_utf8_lossy(&self.heard));
        self.heard.extend(&bytes[..length]);
    }
}

/// A frame, masked with zeros.
pub(crate) fn frame(head: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = announce(head, payload.len());
    bytes.extend(payload);
    bytes
}

/// The beginning of a frame with so many bytes.
pub(crate) fn announce(head: u8, length: usize) -> Vec<u8> {
    const MASKED: u8 = 0x80;
    const EIGHT_BYTES: u8 = 0x7f;
    let mut bytes = vec![head, MASKED | EIGHT_BYTES];
    bytes.extend((length as u64).to_be_bytes());
    bytes.extend([0; 4]);
    bytes
}

/// The token of a user's daemon.
pub(crate) fn token_of(user: &User) -> String {
    read_token(&user.state_dir()).unwrap().unwrap()
}
