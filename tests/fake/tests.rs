//! The fake over its sockets: the bytes on the wire, what is recorded, gates, limits and the end.
//! The client is as raw as the server, so that nothing between them repairs what is meant to be broken.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::{DEADLINE, Ending, Fake, Outcome, Point, Provider, Reply, Scenario, waited};

const GLM: &str = "/api/paas/v4/chat/completions";
const KIMI: &str = "/v1/chat/completions";
const CUSTOM: &str = "/custom/v1/chat/completions";

struct Client {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Client {
    fn connect(fake: &Fake) -> Self {
        let stream = TcpStream::connect(fake.address()).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Self { stream, received: Vec::new() }
    }

    /// Sends a chat request with a key.
    fn ask(fake: &Fake, path: &str, body: &Value) -> Self {
        let mut client = Self::connect(fake);
        client.send(&post(path, "Authorization: Bearer k\r\n", &body.to_string()));
        client
    }

    fn send(&mut self, request: &str) {
        self.stream.write_all(request.as_bytes()).unwrap();
    }

    /// Reads until `end` has come, and takes all up to it.
    fn read_until(&mut self, end: &str) -> String {
        loop {
            let found = self.received.windows(end.len()).position(|window| window == end.as_bytes());
            if let Some(at) = found {
                let taken: Vec<u8> = self.received.drain(..at + end.len()).collect();
                return String::from_utf8(taken).unwrap();
            }
            let mut bytes = [0; 4096];
            let n = self.stream.read(&mut bytes).unwrap();
            assert!(n > 0, "closed before {end:?}: {}", String::from_utf8_lossy(&self.received));
            self.received.extend_from_slice(&bytes[..n]);
        }
    }

    /// Reads until the server closes; how it closed.
    fn read_to_end(mut self) -> (String, Option<ErrorKind>) {
        let end = self.stream.read_to_end(&mut self.received).err().map(|error| error.kind());
        (String::from_utf8(self.received).unwrap(), end)
    }
}

fn post(path: &str, headers: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: fake\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn chat(model: &str) -> Value {
    json!({"model": model, "stream": true, "messages": [{"role": "user", "content": "hello"}]})
}

fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

/// Head and body of the answer to one request on a connection of its own, the chunks joined.
fn answer(fake: &Fake, path: &str, body: &Value) -> (String, String) {
    let mut client = Client::connect(fake);
    client.send(&post(path, "Authorization: Bearer k\r\nConnection: close\r\n", &body.to_string()));
    let (response, end) = client.read_to_end();
    assert_eq!(end, None);
    parted(&response)
}

fn parted(response: &str) -> (String, String) {
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let body = if head.contains("transfer-encoding: chunked") { joined(body) } else { body.to_owned() };
    (head.to_owned(), body)
}

fn joined(mut chunks: &str) -> String {
    let mut body = String::new();
    while let Some((size, rest)) = chunks.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        body.push_str(&rest[..size]);
        chunks = &rest[size + 2..];
    }
    body
}

/// The payloads of a stream, `[DONE]` as a string.
fn payloads(body: &str) -> Vec<Value> {
    let payload = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| json!(line));
    body.lines().filter_map(|line| line.strip_prefix("data: ")).map(payload).collect()
}

#[test]
fn glm_thinks_answers_and_tells_figures_with_its_last_word() {
    let toml = "[[reply]]\nreasoning='let me'\ntext='it works'\nusage={ input=7, cached=3 }";
    let fake = Fake::start(Scenario::parse(toml));
    let (head, body) = answer(&fake, GLM, &with(chat("glm-4.6"), "request_id", json!("r-1")));
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("content-type: text/event-stream;charset=UTF-8"), "{head}");
    let envelope = r#""id":"20261122113000fake0000","request_id":"r-1","created":1795000000,"model":"glm-4.6""#;
    let chunk = |delta: &str, end: &str| {
        format!(r#"data: {{{envelope},"choices":[{{"index":0,"delta":{{"role":"assistant",{delta}}}{end}}}]"#)
    };
    let usage = r#""usage":{"prompt_tokens":7,"completion_tokens":4,"total_tokens":11,"completion_tokens_details":{"reasoning_tokens":2},"prompt_tokens_details":{"cached_tokens":3}}"#;
    let expected = [
        chunk(r#""reasoning_content":"let ""#, "") + "}",
        chunk(r#""reasoning_content":"me""#, "") + "}",
        chunk(r#""content":"it ""#, "") + "}",
        chunk(r#""content":"works""#, "") + "}",
        chunk(r#""content":"""#, r#","finish_reason":"stop""#) + "," + usage + "}",
        "data: [DONE]".to_owned(),
    ];
    assert_eq!(body, expected.join("\n\n") + "\n\n");
}

#[test]
fn kimi_begins_with_the_role_and_tells_figures_in_a_chunk_of_their_own_when_asked() {
    let fake = Fake::start(Scenario::answer("it works"));
    let asked = with(chat("kimi-k3"), "stream_options", json!({"include_usage": true}));
    let (_, body) = answer(&fake, KIMI, &asked);
    let chunks = payloads(&body);
    assert_eq!(chunks[0]["choices"][0]["delta"], json!({"role": "assistant", "content": ""}));
    assert_eq!(chunks[0]["usage"], Value::Null);
    assert_eq!(chunks[0]["id"], "chatcmpl-fake0000");
    assert_eq!(chunks[0]["object"], "chat.completion.chunk");
    assert_eq!(chunks[2]["choices"][0]["delta"]["content"], "works");
    assert_eq!(chunks[3]["choices"][0]["finish_reason"], "stop");
    assert_eq!(chunks[4]["choices"], json!([]));
    assert_eq!(chunks[4]["usage"]["total_tokens"], 4);
    assert_eq!(chunks[5..], ["[DONE]"]);
}

#[test]
fn kimi_tells_figures_in_the_choice_when_not_asked_for_more() {
    let fake = Fake::start(Scenario::answer("it works"));
    let chunks = payloads(&answer(&fake, KIMI, &chat("kimi-k3")).1);
    assert_eq!(chunks[3]["choices"][0]["usage"]["completion_tokens"], 2);
    assert_eq!(chunks[3]["choices"][0]["usage"]["cached_tokens"], 0);
    assert_eq!(chunks[4..], ["[DONE]"]);
}

#[test]
fn who_asks_for_no_stream_gets_the_answer_in_one_piece() {
    let fake = Fake::start(Scenario::answer("it works"));
    let (head, body) = answer(&fake, CUSTOM, &with(chat("any"), "stream", json!(false)));
    assert!(head.contains("content-type: application/json"), "{head}");
    let message: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(message["choices"][0]["message"]["content"], "it works");
    assert_eq!(message["choices"][0]["finish_reason"], "stop");
}

#[test]
fn a_request_without_a_key_is_refused_except_by_the_custom_server() {
    let fake = Fake::start(Scenario::answer("hello"));
    for (path, expected) in [(GLM, "401"), (KIMI, "401"), (CUSTOM, "200"), ("/v1/models", "404")] {
        let mut client = Client::connect(&fake);
        client.send(&post(path, "Connection: close\r\n", &chat("m").to_string()));
        let (response, _) = client.read_to_end();
        assert!(response.starts_with(&format!("HTTP/1.1 {expected} ")), "{path}: {response}");
    }
    assert!(fake.requests().iter().all(|request| request.headers["authorization"] == "absent"));
}

#[test]
fn models_and_balance_need_no_scenario() {
    let fake = Fake::start(Scenario::default());
    for (path, words) in [
        ("/v1/models", r#""id":"kimi-k3""#),
        ("/api/paas/v4/models", "glm-4.6"),
        ("/v1/users/me/balance", "available_balance"),
    ] {
        let mut client = Client::connect(&fake);
        client.send(&format!("GET {path} HTTP/1.1\r\nAuthorization: Bearer k\r\nConnection: close\r\n\r\n"));
        let (response, _) = client.read_to_end();
        assert!(response.starts_with("HTTP/1.1 200 OK") && response.contains(words), "{path}: {response}");
    }
}

#[test]
fn a_request_that_the_scenario_does_not_know_fails_loudly() {
    let fake = Fake::start(Scenario::of([Reply::answer("x").times(0)]));
    let (head, body) = answer(&fake, CUSTOM, &chat("m"));
    assert!(head.starts_with("HTTP/1.1 501 "), "{head}");
    assert!(body.contains("the scenario has no reply for this request"), "{body}");
}

#[test]
fn a_repeated_request_id_is_refused_by_glm() {
    let asked = with(chat("glm-4.6"), "request_id", json!("same"));
    let fake = Fake::start(Scenario::answer("hello"));
    assert!(answer(&fake, GLM, &asked).1.contains("hello"));
    assert!(answer(&fake, GLM, &asked).1.contains(r#""code":"1231""#));
    let fake = Fake::start(Scenario::answer("hello").unvalidated());
    assert!(answer(&fake, GLM, &asked).1.contains("hello"));
    assert!(answer(&fake, GLM, &asked).1.contains("hello"), "not when validation is off");
}

#[test]
fn requests_are_recorded_in_order_and_without_their_key() {
    let fake = Fake::start(Scenario::answer("hello"));
    let messages = json!([
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": [{"type": "text", "text": "one"}]},
        {"role": "user", "content": "two"},
    ]);
    answer(&fake, GLM, &with(chat("glm-4.6"), "messages", messages));
    answer(&fake, CUSTOM, &chat("other"));
    let requests = fake.requests();
    let seen: Vec<_> = requests.iter().map(|request| (request.provider, request.model(), request.outcome)).collect();
    let answered = Outcome::Answered;
    assert_eq!(seen, [(Some(Provider::Glm), "glm-4.6", answered), (Some(Provider::Custom), "other", answered)]);
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("POST", GLM));
    assert_eq!((requests[0].user_text().as_str(), requests[0].system_text().as_str()), ("one\ntwo", "be brief"));
    assert_eq!(requests[0].messages().len(), 3);
    assert!(requests[0].body_text.starts_with(r#"{"model":"glm-4.6","#));
    assert_eq!(requests[0].headers["authorization"], "present");
    assert!(!format!("{requests:?}").contains("Bearer"), "the key was recorded");
}

#[test]
fn a_reply_waits_at_its_gate_and_goes_on_when_it_opens() {
    let fake = Fake::start(Scenario::load("slow_gate"));
    let mut client = Client::ask(&fake, GLM, &chat("glm-4.6"));
    client.read_until(r#""content":"The ""#);
    client.read_until("\"content\":\"cache \"}}]}\n\n\r\n");
    fake.wait_until_held("go", 1);
    assert!(client.received.is_empty(), "more than two frames came");
    client.stream.set_nonblocking(true).unwrap();
    assert_eq!(client.stream.peek(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    client.stream.set_nonblocking(false).unwrap();
    assert_eq!(fake.requests()[0].outcome, Outcome::Pending);
    fake.open("go");
    assert!(client.read_until("data: [DONE]").contains("filled."));
    assert_eq!(fake.requests()[0].outcome, Outcome::Answered);
}

#[test]
fn a_gate_that_is_open_already_holds_nobody() {
    let fake = Fake::start(Scenario::of([Reply::answer("hello").wait("go", Point::BeforeHeaders)]));
    fake.open("go");
    assert!(answer(&fake, GLM, &chat("glm-4.6")).1.contains("hello"));
}

#[test]
fn a_stalled_reply_ends_when_the_client_closes() {
    let ends =
        [(Point::BeforeHeaders, None), (Point::AfterHeaders, Some("\r\n\r\n")), (Point::AfterFrames(2), Some("two "))];
    for (point, last) in ends {
        let fake = Fake::start(Scenario::of([Reply::answer("one two three").stall(point)]));
        let mut client = Client::ask(&fake, GLM, &chat("glm-4.6"));
        fake.wait_for_requests(1);
        if let Some(last) = last {
            client.read_until(last);
        }
        assert_eq!(fake.requests()[0].outcome, Outcome::Pending, "{point:?}");
        drop(client);
        fake.wait_until_closed(0);
    }
}

#[test]
#[should_panic(expected = "request 0 was not closed by the client")]
fn an_answered_request_was_not_closed_by_its_client() {
    let fake = Fake::start(Scenario::answer("hello"));
    answer(&fake, GLM, &chat("glm-4.6"));
    fake.wait_until_closed(0);
}

#[test]
fn every_ending_is_on_the_wire() {
    let cases = [
        (Ending::Done, "data: [DONE]\n\n\r\n0\r\n\r\n", None),
        (Ending::Eof, "\"content\":\"world\"}}]}\n\n\r\n0\r\n\r\n", None),
        (Ending::FinMidChunk, "\"content\":\"world\"}}]}\n\n\r\n400\r\ndata: {\"id\":\"2026", None),
        (Ending::Reset, "\"content\":\"world\"}}]}\n\n\r\n", Some(ErrorKind::ConnectionReset)),
    ];
    for (ending, tail, kind) in cases {
        let reply = Reply::answer("hello world").wait("go", Point::AfterFrames(2)).ending(ending);
        let fake = Fake::start(Scenario::of([reply]));
        let mut client = Client::connect(&fake);
        let headers = "Authorization: Bearer k\r\nConnection: close\r\n";
        client.send(&post(GLM, headers, &chat("glm-4.6").to_string()));
        // Read before the reset: a reset may throw away what was not read yet.
        let before = client.read_until("\"content\":\"world\"}}]}\n\n\r\n");
        fake.open("go");
        let (after, end) = client.read_to_end();
        assert!((before + &after).ends_with(tail), "{ending:?}: {after}");
        assert_eq!(end, kind, "{ending:?}");
        assert_eq!(fake.wait_until_settled(0), Outcome::Answered, "{ending:?}");
    }
}

#[test]
fn a_body_can_break_off_too() {
    let reply = Reply::body(502, "<html>0123456789</html>").ending(Ending::FinMidChunk);
    let fake = Fake::start(Scenario::of([reply]));
    let (head, body) = answer(&fake, KIMI, &chat("kimi-k3"));
    assert!(head.starts_with("HTTP/1.1 502 Bad Gateway"), "{head}");
    assert!(head.contains("content-length: 23") && head.contains("content-type: text/html"), "{head}");
    assert_eq!(body, "<html>01234");
}

#[test]
fn a_dripping_reply_is_whole_in_the_end() {
    let whole = Fake::start(Scenario::answer("hello"));
    let drips = Fake::start(Scenario::of([Reply { drip: true, ..Reply::answer("hello") }]));
    assert_eq!(answer(&drips, GLM, &chat("glm-4.6")), answer(&whole, GLM, &chat("glm-4.6")));
}

#[test]
fn headers_of_the_scenario_are_sent() {
    let toml = "[[reply]]\nglm_error='1302'\nheaders={ Retry-After='7', Content-Type='text/plain' }";
    let fake = Fake::start(Scenario::parse(toml));
    let (head, body) = answer(&fake, GLM, &chat("glm-4.6"));
    assert!(head.starts_with("HTTP/1.1 429 Too Many Requests"), "{head}");
    assert!(head.contains("retry-after: 7") && head.contains("content-type: text/plain"), "{head}");
    assert!(body.starts_with(r#"{"error":{"code":"1302","#), "{body}");
}

#[test]
fn a_connection_serves_several_requests() {
    let fake = Fake::start(Scenario::answer("hello"));
    let mut client = Client::ask(&fake, GLM, &chat("glm-4.6"));
    client.read_until("0\r\n\r\n");
    client.send(&post(CUSTOM, "", &chat("other").to_string()));
    client.read_until("0\r\n\r\n");
    drop(client);
    assert_eq!((fake.connections(), fake.requests().len()), (1, 2));
    assert_eq!(fake.requests()[1].outcome, Outcome::Answered, "closing later does not matter");
}

#[test]
fn open_requests_are_counted_and_limited() {
    let reply = Reply::answer("hello").wait("go", Point::BeforeHeaders);
    let fake = Fake::start(Scenario::of([reply]).limit_in_flight(Some(1), Some(2)));
    let open = [(GLM, "glm-4.6"), (GLM, "glm-4.7"), (KIMI, "kimi-k3"), (KIMI, "kimi-k2.6")];
    let mut clients = open.map(|(path, model)| Client::ask(&fake, path, &chat(model)));
    fake.wait_until_held("go", 4);
    let (head, body) = answer(&fake, GLM, &chat("glm-4.6"));
    assert!(head.starts_with("HTTP/1.1 429 ") && body.contains(r#""code":"1302""#), "{head} {body}");
    let (_, body) = answer(&fake, KIMI, &chat("kimi-k3.1-pro"));
    assert!(body.contains("organization max concurrency: 2") && body.contains("rate_limit_reached_error"), "{body}");
    assert_eq!((fake.max_in_flight(Provider::Glm), fake.max_in_flight(Provider::Kimi)), (3, 3));
    fake.open("go");
    for client in &mut clients {
        client.read_until("[DONE]");
    }
    assert!(answer(&fake, GLM, &chat("glm-4.6")).1.contains("hello"), "a place is free again");
    assert_eq!(fake.max_in_flight(Provider::Glm), 3, "the highest number stays");
    assert_eq!(fake.max_in_flight(Provider::Custom), 0);
}

#[test]
fn every_scenario_file_does_what_it_says() {
    let cases = [
        ("answer", GLM, "200", r#""reasoning_tokens":180}"#),
        ("debug_json", KIMI, "200", r#"\"analysis_complete\""#),
        ("debug_fenced_json", GLM, "200", "```json"),
        ("files_required", GLM, "200", "files_required_to_continue"),
        ("unauthorized", GLM, "401", r#""code":"1002""#),
        ("unauthorized", KIMI, "401", "incorrect_api_key_error"),
        ("unauthorized", CUSTOM, "401", "invalid key"),
        ("no_balance", GLM, "429", r#""code":"1113""#),
        ("no_balance", KIMI, "429", "exceeded_current_quota_error"),
        ("rate_limited_then_answer", GLM, "429", r#""code":"1302""#),
        ("rate_limited_then_answer", KIMI, "429", "rate_limit_reached_error"),
        ("overloaded", KIMI, "200", "model "),
        ("server_error", GLM, "500", r#""code":"500""#),
        ("server_error", KIMI, "500", "server_error"),
        ("server_error", CUSTOM, "500", ""),
        ("empty", GLM, "200", r#""content":""},"finish_reason":"stop""#),
        ("thinking_only", KIMI, "200", r#""reasoning_content":"while.""#),
        ("cut", GLM, "200", r#""content":"it"}}]}"#),
        ("truncated", GLM, "200", r#""finish_reason":"length""#),
        ("refused", GLM, "200", r#""finish_reason":"sensitive""#),
        ("refused", KIMI, "200", r#""finish_reason":"content_filter""#),
        ("html_as_200", GLM, "200", "<!DOCTYPE html>"),
    ];
    for (name, path, status, words) in cases {
        let fake = Fake::start(Scenario::load(name));
        let (head, body) = answer(&fake, path, &chat("m"));
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{name}: {head}");
        assert!(body.contains(words), "{name}: {body}");
    }
}

#[test]
fn the_scenario_of_a_rate_limit_answers_the_second_try() {
    let fake = Fake::start(Scenario::load("rate_limited_then_answer"));
    for (path, tries) in [(GLM, ["429", "200"]), (KIMI, ["429", "200"])] {
        for status in tries {
            assert!(answer(&fake, path, &chat("m")).0.starts_with(&format!("HTTP/1.1 {status} ")), "{path}");
        }
    }
}

#[test]
fn the_scenarios_of_silence_stop_where_they_say() {
    let fake = Fake::start(Scenario::load("stall_mid_stream"));
    let mut client = Client::ask(&fake, GLM, &chat("m"));
    client.read_until(r#""content":"is "}}]}"#);
    let fake = Fake::start(Scenario::load("reset"));
    let (_, end) = Client::ask(&fake, GLM, &chat("m")).read_to_end();
    assert_eq!(end, Some(ErrorKind::ConnectionReset));
}

#[test]
fn a_dropped_fake_stops_and_closes_its_connections() {
    let fake = Fake::start(Scenario::load("silence"));
    let client = Client::ask(&fake, GLM, &chat("glm-4.6"));
    fake.wait_for_requests(1);
    drop(fake);
    assert_eq!(client.read_to_end(), (String::new(), None));
}

#[test]
#[should_panic(expected = "in vain for 3 requests; requests so far:\n  POST /custom/v1/chat/completions: Answered")]
fn who_waits_in_vain_is_told_what_came_instead() {
    let fake = Fake::start(Scenario::answer("hello"));
    answer(&fake, CUSTOM, &chat("m"));
    waited::<()>(None, &fake.ledger, "3 requests");
}

#[tokio::test(start_paused = true)]
async fn an_asynchronous_test_waits_without_blocking_its_own_tasks() {
    use tokio::io::AsyncWriteExt as _;
    let fake = Fake::start(Scenario::load("silence"));
    let mut client = tokio::net::TcpStream::connect(fake.address()).await.unwrap();
    let request = post(CUSTOM, "", &chat("m").to_string());
    let (requests, sent) = tokio::join!(fake.requests_reach(1), client.write_all(request.as_bytes()));
    sent.unwrap();
    assert_eq!(requests[0].outcome, Outcome::Pending);
    drop(client);
    assert_eq!(fake.settles(0).await, Outcome::ClientClosed);
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_stands_while_an_asynchronous_test_waits() {
    let fake = Fake::start(Scenario::load("silence"));
    let silent = Client::ask(&fake, GLM, &chat("glm-4.6"));
    let mut busy = Client::connect(&fake);
    let closing = std::thread::spawn(move || {
        // Long enough that a clock which runs ahead has done so, whatever the machine.
        for _ in 0..100 {
            busy.send("GET /custom/v1/models HTTP/1.1\r\n\r\n");
            busy.read_until("custom-model");
            busy.read_until("}]}");
        }
        drop(silent);
    });
    let outcome = tokio::time::timeout(DEADLINE, fake.settles(0)).await;
    closing.join().unwrap();
    assert_eq!(outcome, Ok(Outcome::ClientClosed));
}

#[tokio::test]
async fn an_asynchronous_test_sees_a_reply_at_its_gate() {
    use tokio::io::AsyncWriteExt as _;
    let fake = Fake::start(Scenario::load("slow_gate"));
    let mut client = tokio::net::TcpStream::connect(fake.address()).await.unwrap();
    let request = post(CUSTOM, "", &chat("m").to_string());
    let ((), sent) = tokio::join!(fake.held_reach("go", 1), client.write_all(request.as_bytes()));
    sent.unwrap();
    assert_eq!(fake.requests()[0].outcome, Outcome::Pending);
}
