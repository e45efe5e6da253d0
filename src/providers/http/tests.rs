//! The client against a socket that behaves as real endpoints do when they misbehave.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::*;
use crate::providers::{Advice, CUSTOM, Catalogue, ChatMessage, GLM, KIMI, Piece, Reply, Role};

/// How the server ends a connection.
#[derive(Clone, Copy)]
enum End {
    /// Closes it.
    Close,
    /// Breaks it.
    Reset,
    /// Keeps it open until the client lets go.
    Hold,
}

/// What came of one exchange.
struct Exchange {
    request: String,
    pieces: Vec<Piece>,
    outcome: std::result::Result<Reply, ProviderError>,
}

const QUICK: Duration = Duration::from_millis(150);
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
const HI: &str = "data: {\"id\":\"1\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
const STOP: &str = "data: {\"id\":\"1\",\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

/// Reads a request with its body, as far as its own words say.
async fn read_request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() >= length.parse().unwrap() {
                return text;
            }
        }
        let mut buffer = [0; 4096];
        let count = socket.read(&mut buffer).await.unwrap();
        assert!(count > 0, "the client hung up in the middle of its request");
        bytes.extend_from_slice(&buffer[..count]);
    }
}

/// Takes one request; a break waits until the client `has_text`, because it takes what was not read with it.
async fn serve(listener: TcpListener, answer: Vec<u8>, end: End, has_text: &Notify) -> String {
    let (mut socket, _) = listener.accept().await.unwrap();
    let request = read_request(&mut socket).await;
    // A client that had enough hangs up early, which is no fault.
    socket.write_all(&answer).await.ok();
    match end {
        End::Close => socket.shutdown().await.unwrap_or_default(),
        End::Reset => {
            if !answer.is_empty() {
                has_text.notified().await;
            }
            socket.set_zero_linger().unwrap();
        }
        End::Hold => {
            let gone = timeout(Duration::from_secs(5), socket.read(&mut [0; 1])).await;
            assert!(matches!(gone, Ok(Ok(0) | Err(_))), "the client kept the connection");
        }
    }
    request
}

async fn ask(
    provider: HttpProvider,
    limits: Limits,
    has_text: &Notify,
) -> (Vec<Piece>, std::result::Result<Reply, ProviderError>) {
    let name = match provider.name() {
        ProviderName::Glm => "glm-4.6",
        ProviderName::Kimi => "kimi-k3",
        _ => "custom/llama",
    };
    let model = Catalogue::embedded().unwrap().resolve(name).unwrap();
    let request = ChatRequest { messages: vec![ChatMessage::new(Role::User, "hello")], ..ChatRequest::default() };
    let body = provider.body(&model, &request);
    let mut pieces = Vec::new();
    let mut stream = match provider.open(&model, &body, &limits).await {
        Ok(stream) => stream,
        Err(error) => return (pieces, Err(error)),
    };
    loop {
        match stream.next().await {
            Ok(Some(piece)) => {
                pieces.push(piece);
                has_text.notify_one();
            }
            Ok(None) => return (pieces, stream.finish()),
            Err(error) => return (pieces, Err(error)),
        }
    }
}

async fn exchange(dialect: Dialect, answer: impl Into<Vec<u8>>, end: End, limits: Limits) -> Exchange {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v4", listener.local_addr().unwrap());
    let endpoint = Endpoint::new(url, "test-key");
    let provider = HttpProvider::new(dialect, endpoint, Arc::default()).unwrap();
    let has_text = Notify::new();
    let both = async { tokio::join!(serve(listener, answer.into(), end, &has_text), ask(provider, limits, &has_text)) };
    let (request, (pieces, outcome)) = timeout(Duration::from_secs(10), both).await.unwrap();
    if let Err(error) = &outcome {
        assert!(!format!("{error:?}").contains("test-key"), "{error:?}");
    }
    Exchange { request, pieces, outcome }
}

fn status(line: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {line}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn an_answer_is_streamed_and_put_together() {
    let answer = format!("{OK}: hello\n\n{HI}{HI}{STOP}data: [DONE]\n\n");
    let exchange = exchange(GLM, answer, End::Hold, Limits::PROMPT).await;
    assert_eq!(exchange.pieces, [Piece::Text("hi".into()), Piece::Text("hi".into())]);
    assert_eq!(exchange.outcome.unwrap().text, "hihi");
    let (head, body) = exchange.request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v4/chat/completions HTTP/1.1\r\n"), "{head}");
    for header in ["authorization: Bearer test-key", "accept-language: en-US,en", "content-type: application/json"] {
        assert!(head.lines().any(|line| line == header), "{header} is missing in {head}");
    }
    assert_eq!(
        body,
        r#"{"model":"glm-4.6","messages":[{"role":"user","content":"hello"}],"stream":true,"thinking":{"type":"enabled"}}"#
    );
}

#[tokio::test]
async fn endings_are_told_apart() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let short = format!("{chunked}{:x}\r\n{HI}\r\n40\r\nhalf a chunk", HI.len());
    for (name, answer, end, outcome) in [
        ("without [DONE]", format!("{OK}{HI}{STOP}"), End::Close, "ok"),
        ("reset after the end", format!("{OK}{HI}{STOP}"), End::Reset, "ok"),
        ("silence after the end", format!("{OK}{HI}{STOP}"), End::Hold, "ok"),
        ("closed in the middle", format!("{OK}{HI}"), End::Close, "cut"),
        ("closed in a chunk", short, End::Close, "cut"),
        ("reset in the middle", format!("{OK}{HI}"), End::Reset, "reset"),
        ("silence in the middle", format!("{OK}{HI}"), End::Hold, "timeout_idle"),
        ("nothing", OK.into(), End::Close, "cut"),
        ("reset before the answer", String::new(), End::Reset, "reset"),
        ("closed before the answer", String::new(), End::Close, "reset"),
        ("no answer", String::new(), End::Hold, "timeout_headers"),
        ("half a head", "HTTP/1.1 200 OK\r\nconte".into(), End::Hold, "timeout_headers"),
    ] {
        let had_text = answer.contains("hi");
        // Short waits only where the wait is the matter: a busy machine is no fault.
        let mut limits = Limits::PROMPT;
        match outcome {
            "timeout_headers" => limits.headers = QUICK,
            _ if matches!(end, End::Hold) => limits.idle = QUICK,
            _ => {}
        }
        let exchange = exchange(KIMI, answer, end, limits).await;
        let got = exchange.outcome.as_ref().map_or_else(|error| error.cause.as_str(), |_| "ok");
        assert_eq!(got, outcome, "{name}: {:?}", exchange.outcome);
        if let Err(error) = exchange.outcome {
            assert_eq!(error.after_content, had_text, "{name}");
            assert_eq!(error.partial.is_some(), had_text, "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_no_answer_is_told_by_its_cause() {
    let page = "<!DOCTYPE html><html>Welcome</html>";
    let quoting = r#"{"error":{"code":"1002","message":"bad token test-key"}}"#;
    for (dialect, answer, cause) in [
        (GLM, status("401 Unauthorized", "", quoting), "auth"),
        (GLM, status("429 Too Many", "", r#"{"error":{"code":"1113","message":"x"}}"#), "no_balance"),
        (KIMI, status("502 Bad Gateway", "content-type: text/html\r\n", page), "server"),
        (KIMI, status("500 Oops", "", ""), "server"),
        (GLM, status("200 OK", "content-type: text/html; charset=utf-8\r\n", page), "not_a_stream"),
        (GLM, status("200 OK", "content-type: text/plain\r\n", page), "not_a_stream"),
        (GLM, status("200 OK", "content-type: application/json\r\n", r#"{"error":{"code":"1305"}}"#), "overloaded"),
        (GLM, status("200 OK", "content-type: text/event-stream\r\n", quoting), "auth"),
        (GLM, status("200 OK", "content-type: text/html\r\n", "Welcome"), "not_a_stream"),
        (KIMI, "not HTTP at all\r\n\r\n".into(), "reset"),
    ] {
        let shown = answer.clone();
        let error = exchange(dialect, answer, End::Close, Limits::PROMPT).await.outcome.unwrap_err();
        assert_eq!(error.cause.as_str(), cause, "{shown}");
    }
}

#[tokio::test]
async fn a_whole_document_is_an_answer_too() {
    let body = r#"{"id":"1","choices":[{"message":{"content":"hello"},"finish_reason":"stop"}]}"#;
    let answer = status("200 OK", "content-type: application/json\r\n", body);
    let exchange = exchange(CUSTOM, answer, End::Close, Limits::PROMPT).await;
    assert_eq!(exchange.outcome.unwrap().text, "hello");
    assert_eq!(exchange.pieces, [Piece::Text("hello".into())]);
}

#[tokio::test]
async fn a_large_or_unfinished_refusal_is_still_a_refusal() {
    let large = "x".repeat(1 << 20);
    let endless = "HTTP/1.1 503 Busy\r\ncontent-length: 1000\r\n\r\nwait".to_owned();
    for (answer, end) in [(status("503 Busy", "", &large), End::Close), (endless, End::Hold)] {
        let error = exchange(KIMI, answer, end, Limits { idle: QUICK, ..Limits::PROMPT }).await.outcome.unwrap_err();
        assert_eq!((error.cause.as_str(), error.status), ("server", Some(503)));
        assert!(error.message.len() < 400, "{}", error.message);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_but_blamed_on_the_url() {
    let answer = status("302 Found", "location: http://127.0.0.1:1/\r\n", "");
    let error = exchange(CUSTOM, answer, End::Close, Limits::PROMPT).await.outcome.unwrap_err();
    assert_eq!(error.cause, Cause::BadRequest { parameter: Some("url".into()) });
}

#[tokio::test]
async fn the_wait_in_the_header_is_obeyed() {
    let answer = status("429 Too Many", "retry-after: 7\r\n", r#"{"error":{"code":"1302"}}"#);
    let error = exchange(GLM, answer, End::Close, Limits::PROMPT).await.outcome.unwrap_err();
    assert_eq!(error.advice(), Advice::Retry { after_hint: Some(Duration::from_secs(7)), tries: 3 });
}

#[tokio::test]
async fn dropping_the_stream_closes_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::open(format!("http://{}", listener.local_addr().unwrap()));
    let provider = HttpProvider::new(CUSTOM, endpoint, Arc::default()).unwrap();
    let client = async {
        let model = Catalogue::embedded().unwrap().resolve("custom/llama").unwrap();
        let mut stream = provider.open(&model, &Map::new(), &Limits::PROMPT).await.unwrap();
        assert_eq!(stream.next().await.unwrap(), Some(Piece::Text("hi".into())));
        drop(stream);
    };
    let has_text = Notify::new();
    let both = async { tokio::join!(serve(listener, format!("{OK}{HI}").into(), End::Hold, &has_text), client) };
    let (request, ()) = timeout(Duration::from_secs(5), both).await.unwrap();
    assert!(!request.contains("authorization"));
}

#[tokio::test]
async fn nobody_there_is_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::new(format!("http://{}", listener.local_addr().unwrap()), "test-key");
    drop(listener);
    let provider = HttpProvider::new(KIMI, endpoint, Arc::default()).unwrap();
    let error = ask(provider, Limits::PROMPT, &Notify::new()).await.1.unwrap_err();
    assert_eq!(error.cause, Cause::Connect);
    assert!(!error.message.contains("http"), "{}", error.message);
}

#[test]
fn waits_are_believed_when_they_make_sense() {
    let now: jiff::Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    let now = Timestamp::from_millis(now.as_millisecond());
    for (text, seconds) in [
        ("7", Some(7.0)),
        (" 0.5 ", Some(0.5)),
        ("Sun, 22 Nov 2026 10:01:00 GMT", Some(60.0)),
        ("Sun, 22 Nov 2026 09:00:00 GMT", None),
        ("86400", Some(86_400.0)),
        ("9999999", None),
        ("0", None),
        ("-5", None),
        ("NaN", None),
        ("inf", None),
        ("soon", None),
        ("", None),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(text).unwrap());
        assert_eq!(retry_after(&headers, now), seconds.map(Duration::from_secs_f64), "{text}");
    }
    assert_eq!(retry_after(&HeaderMap::new(), now), None);
}

/// What gzip makes of bytes that it does not compress.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let crc = bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    });
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend(bytes);
    packed.extend((!crc).to_le_bytes());
    packed.extend(u32::from(length).to_le_bytes());
    packed
}

#[tokio::test]
async fn a_packed_answer_is_unpacked() {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n";
    let answer = [head.as_bytes(), &gzip(format!("{HI}{STOP}data: [DONE]\n\n").as_bytes())].concat();
    let exchange = exchange(GLM, answer, End::Close, Limits::PROMPT).await;
    assert!(exchange.request.to_ascii_lowercase().contains("accept-encoding: gzip"), "{}", exchange.request);
    assert_eq!(exchange.outcome.unwrap().text, "hi");
}
