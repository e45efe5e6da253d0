//! `/mcp` on the daemon's port, as bytes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use exai_fake::{Fake, Point, Reply, Scenario};
use serde_json::{Value, json};

use crate::support::agent::document;
use crate::support::daemon::{Daemon, until};
use crate::support::{DEADLINE, User};

const ANSWER: &str = "The lock is taken twice.";

/// One agent on HTTP.
struct Caller {
    address: SocketAddr,
    token: String,
    /// The session of the older generation.
    session: Option<String>,
}

/// An answer as it came.
#[derive(Debug)]
struct Heard {
    status: u16,
    head: String,
    body: String,
}

impl Heard {
    /// The messages in it: one of JSON, or those of a stream.
    fn messages(&self) -> Vec<Value> {
        if self.head.contains("application/json") {
            return vec![serde_json::from_str(&self.body).unwrap()];
        }
        let data = self.body.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim);
        data.filter(|data| !data.is_empty()).map(|data| serde_json::from_str(data).unwrap()).collect()
    }

    /// The answer among them.
    #[track_caller]
    fn answer(&self) -> Value {
        let answer = self.messages().into_iter().find(|message| message.get("method").is_none());
        answer.unwrap_or_else(|| panic!("no answer in {self:#?}"))
    }
}

/// What the newest generation puts into each request.
fn modern(mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "http-agent", "version": "1"},
        "progressToken": "p",
    });
    params
}

impl Caller {
    fn new(daemon: &Daemon, user: &User) -> Self {
        let token = exai_core::coordination::read_token(&user.state_dir()).unwrap().unwrap();
        Self { address: daemon.address, token, session: None }
    }

    /// Sends a message; the connection is the caller's.
    fn send(&self, message: &Value, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect_timeout(&self.address, DEADLINE).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let body = message.to_string();
        let session = self.session.as_ref().map(|id| format!("Mcp-Session-Id: {id}\r\n")).unwrap_or_default();
        let request = format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nConnection: close\r\nContent-Length: {}\r\n{session}{headers}\r\n{body}",
            self.address,
            self.token,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    fn post(&self, message: &Value, headers: &str) -> Heard {
        read(self.send(message, headers))
    }

    /// Begins a session of the older generation.
    fn shakes_hands(&mut self) {
        let params =
            json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "old", "version": "1"}});
        let hello = self.post(&request("initialize", &params), "");
        assert_eq!(hello.answer()["result"]["protocolVersion"], "2025-06-18", "{hello:#?}");
        let session = hello.head.lines().find_map(|line| line.strip_prefix("mcp-session-id: ")).unwrap().to_owned();
        self.session = Some(session);
        let told = self.post(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}), "");
        assert_eq!(told.status, 202, "{told:#?}");
    }

    /// A request of the newest generation.
    fn ask(&self, method: &str, name: Option<&str>, params: Value) -> Heard {
        self.post(&request(method, &modern(params)), &modern_headers(method, name))
    }
}

fn request(method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
}

fn modern_headers(method: &str, name: Option<&str>) -> String {
    let name = name.map(|name| format!("Mcp-Name: {name}\r\n")).unwrap_or_default();
    format!("MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {method}\r\n{name}")
}

/// Reads an answer to its end, chunks joined.
fn read(mut stream: TcpStream) -> Heard {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let head = head.to_ascii_lowercase();
    let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
    let body = if head.contains("transfer-encoding: chunked") { joined(body) } else { body.to_owned() };
    Heard { status, head, body }
}

fn joined(mut chunks: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = chunks.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        whole.push_str(&rest[..size]);
        chunks = rest[size..].trim_start_matches("\r\n");
        if size == 0 {
            break;
        }
    }
    whole
}

fn started(fake: &Fake) -> (User, Daemon, Caller) {
    let user = User::with(fake).set("EXAI_WS_PORT", "0");
    let user = {
        let root = user.project().display().to_string();
        user.set("EXAI_ROOTS", &root)
    };
    let daemon = Daemon::start(&user);
    let caller = Caller::new(&daemon, &user);
    (user, daemon, caller)
}

fn chat() -> Value {
    json!({"name": "chat", "arguments": {"prompt": "why does it hang?", "files": ["src/queue.rs"]}})
}

#[test]
fn agents_of_both_generations_get_answers_over_http() {
    let fake = Fake::start(Scenario::answer(ANSWER));
    let (_user, _daemon, mut caller) = started(&fake);
    let answer = caller.ask("tools/call", Some("chat"), chat());
    assert!(document(&answer.answer())["content"].as_str().unwrap().contains(ANSWER), "{answer:#?}");
    assert_eq!(answer.messages()[0]["method"], "notifications/progress", "first a sign of life");
    assert!(fake.requests()[0].user_text().contains("   2│     drain();"), "a file under the daemon's roots");

    caller.shakes_hands();
    let answer = caller.post(&request("tools/call", &json!({"name": "version", "arguments": {}})), "");
    assert_eq!(document(&answer.answer())["status"], "success", "{answer:#?}");
}

#[test]
fn strangers_and_foreign_pages_are_turned_away() {
    let (_user, _daemon, caller) = started(&Fake::start(Scenario::default()));
    let list = request("tools/list", &modern(json!({})));
    let headers = modern_headers("tools/list", None);
    let stranger = Caller { token: "not-the-token-of-this-daemon".to_owned(), ..started_again(&caller) };
    let refused = stranger.post(&list, &headers);
    assert_eq!(refused.status, 401, "{refused:#?}");
    assert!(refused.head.contains("www-authenticate: bearer"), "{refused:#?}");
    let page = caller.post(&list, &format!("{headers}Origin: http://evil.example\r\n"));
    assert_eq!(page.status, 403, "{page:#?}");
    let near = caller.post(&list, &format!("{headers}Origin: http://localhost:{}\r\n", caller.address.port()));
    assert_eq!(near.status, 200, "{near:#?}");
}

fn started_again(caller: &Caller) -> Caller {
    Caller { address: caller.address, token: caller.token.clone(), session: None }
}

#[test]
fn a_message_that_is_too_large_is_refused_with_a_reason() {
    let fake = Fake::start(Scenario::default());
    let user = User::with(&fake).set("EXAI_WS_PORT", "0").set("EXAI_WS_MAX_BYTES", "100000");
    let daemon = Daemon::start(&user);
    let caller = Caller::new(&daemon, &user);
    let params = json!({"name": "chat", "arguments": {"prompt": "x".repeat(200_000)}});
    let refused = caller.ask("tools/call", Some("chat"), params);
    assert_eq!(refused.status, 413, "{refused:#?}");
    assert!(!refused.body.is_empty(), "{refused:#?}");
}

#[test]
fn an_agent_that_hangs_up_leaves_its_call_and_may_ask_again() {
    let legacy = (request("tools/call", &chat()), String::new());
    let newest = (request("tools/call", &modern(chat())), modern_headers("tools/call", Some("chat")));
    for (message, headers) in [legacy, newest] {
        let fake = Fake::start(Scenario::of([Reply::answer(ANSWER).wait("go", Point::BeforeHeaders)]));
        let (user, _daemon, mut caller) = started(&fake);
        if headers.is_empty() {
            caller.shakes_hands();
        }
        let stream = caller.send(&message, &headers);
        fake.wait_until_held("go", 1);
        drop(stream);
        fake.open("go");
        until("the result", || {
            let calls = user.run(&["calls", "list", "--json"]).exits(0).json();
            (calls[0]["state"] == "succeeded").then_some(())
        });
        let again = caller.post(&message, &headers);
        assert!(document(&again.answer())["content"].as_str().unwrap().contains(ANSWER), "{again:#?}");
        assert_eq!(fake.requests().len(), 1, "asked and paid once");
    }
}

#[test]
fn a_call_that_takes_longer_than_a_plain_connection_may_is_answered() {
    let fake = Fake::start(Scenario::of([Reply::answer(ANSWER).wait("go", Point::BeforeHeaders)]));
    let user = User::with(&fake).set("EXAI_WS_PORT", "0").set("EXAI_STALLED_S", "0.2");
    let daemon = Daemon::start(&user);
    let caller = Caller::new(&daemon, &user);
    let params = json!({"name": "chat", "arguments": {"prompt": "why does it hang?"}});
    let message = request("tools/call", &modern(params));
    let stream = caller.send(&message, &modern_headers("tools/call", Some("chat")));
    fake.wait_until_held("go", 1);
    // A plain connection that came later is over by now.
    let mut plain = TcpStream::connect_timeout(&daemon.address, DEADLINE).unwrap();
    plain.set_read_timeout(Some(DEADLINE)).unwrap();
    plain.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    plain.read_to_end(&mut Vec::new()).unwrap();
    fake.open("go");
    let answer = read(stream);
    assert!(document(&answer.answer())["content"].as_str().unwrap().contains(ANSWER), "{answer:#?}");
}

#[test]
fn a_daemon_that_ends_answers_first() {
    let fake = Fake::start(Scenario::of([Reply::answer(ANSWER).wait("go", Point::BeforeHeaders)]));
    let (user, daemon, caller) = started(&fake);
    let message = request("tools/call", &modern(chat()));
    let stream = caller.send(&message, &modern_headers("tools/call", Some("chat")));
    fake.wait_until_held("go", 1);
    daemon.signal("TERM");
    until("a daemon that accepts no more", || crate::support::daemon::daemon_of(&user).is_none().then_some(()));
    fake.open("go");
    let answer = read(stream);
    assert!(document(&answer.answer())["content"].as_str().unwrap().contains(ANSWER), "{answer:#?}");
    daemon.finish().exits(0);
}

#[test]
fn what_is_no_message_of_the_protocol_is_told_so() {
    let (user, _daemon, caller) = started(&Fake::start(Scenario::default()));
    let unknown = caller.ask("tools/call", Some("debgu"), json!({"name": "debgu", "arguments": {}}));
    let answer = unknown.answer();
    assert_eq!(answer["error"]["code"], -32602, "{unknown:#?}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("did you mean `debug`?"), "{answer:#}");
    let models = caller.ask("resources/read", Some("exai://models"), json!({"uri": "exai://models"})).answer();
    assert!(models.to_string().contains("glm-5.3"), "{models:#}");
    assert_eq!(user.run(&["calls", "list", "--json"]).exits(0).json(), json!([]), "none of it was a call");
}

#[test]
fn a_message_whose_rest_does_not_come_gives_its_place_back() {
    let user = User::with(&Fake::start(Scenario::default())).set("EXAI_WS_PORT", "0").set("EXAI_STALLED_S", "0.2");
    let daemon = Daemon::start(&user);
    let caller = Caller::new(&daemon, &user);
    let mut stream = TcpStream::connect_timeout(&daemon.address, DEADLINE).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nContent-Length: 100\r\n\r\n{{",
        caller.token
    );
    stream.write_all(head.as_bytes()).unwrap();
    let refused = read(stream);
    assert_eq!(refused.status, 408, "{refused:#?}");
}

#[test]
fn agents_that_never_say_good_bye_make_room_for_others() {
    let user = User::with(&Fake::start(Scenario::default())).set("EXAI_WS_PORT", "0").set("EXAI_MAX_SESSIONS", "2");
    let daemon = Daemon::start(&user);
    let caller = Caller::new(&daemon, &user);
    let params =
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "old", "version": "1"}});
    let sessions: Vec<_> = (0..3)
        .map(|_| {
            let hello = caller.post(&request("initialize", &params), "");
            let session = hello.head.lines().find_map(|line| line.strip_prefix("mcp-session-id: ")).unwrap().to_owned();
            let caller = Caller { session: Some(session), ..started_again(&caller) };
            caller.post(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}), "");
            caller
        })
        .collect();
    let statuses: Vec<_> =
        sessions.iter().map(|session| session.post(&request("tools/list", &json!({})), "").status).collect();
    assert_eq!(statuses, [404, 200, 200]);
}
