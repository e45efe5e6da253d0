//! A model that says nothing for ten minutes, as agents on HTTP see it. Time stands still but for what is waited for.

use std::convert::Infallible;
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use rmcp::transport::StreamableHttpService;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::*;
use crate::mcp::Handler;
use crate::mcp::testing::{Puppet, Stage, meta};

const SILENCE: Duration = Duration::from_mins(10);

/// An agent of either generation.
struct Agent {
    stage: Stage,
    service: StreamableHttpService<Handler<Stage>, LocalSessionManager>,
    client: &'static str,
    /// Of the older generation, once it has shaken hands.
    session: Option<String>,
    _dir: tempfile::TempDir,
}

/// An answer that comes in pieces.
struct Stream {
    body: BoxBody<Bytes, Infallible>,
    /// What came so far.
    text: String,
}

impl Stream {
    /// The next piece; `false` at the end.
    async fn hears(&mut self) -> bool {
        let Some(frame) = self.body.frame().await else { return false };
        let data = frame.unwrap().into_data().unwrap();
        self.text.push_str(std::str::from_utf8(&data).unwrap());
        true
    }

    /// Listens for so long; it does not end before.
    async fn lives(&mut self, how_long: Duration) {
        let listening = async { while self.hears().await {} };
        let ended = timeout(how_long, listening).await;
        assert!(ended.is_err(), "it ended: {}", self.text);
    }

    /// The answer, at the end.
    async fn answer(mut self) -> Value {
        while self.hears().await {}
        let messages = self.text.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data:")?).ok());
        let answer = messages.into_iter().find(|message: &Value| message.get("id").is_some());
        answer.unwrap_or_else(|| panic!("no answer in {}", self.text))
    }
}

impl Agent {
    fn modern(client: &'static str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let stage = Stage::new(dir.path());
        let host = stage.clone();
        // The library's own signs of life go by another clock, which does not stand still.
        let config = StreamableHttpServerConfig::default().with_sse_keep_alive(None);
        let service = streams(move || Handler::new(host.clone()), sessions(), config);
        Self { stage, service, client, session: None, _dir: dir }
    }

    async fn legacy(client: &'static str) -> Self {
        let mut agent = Self::modern(client);
        let params = json!({
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": client, "version": "1"},
        });
        let (head, body) = agent.sends(&message("initialize", &params), "", "").await;
        assert_eq!(body.answer().await["result"]["protocolVersion"], "2025-11-25");
        agent.session = Some(head["mcp-session-id"].to_str().unwrap().to_owned());
        agent.sends(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}), "", "").await;
        agent
    }

    async fn both(client: &'static str) -> [Self; 2] {
        [Self::legacy(client).await, Self::modern(client)]
    }

    async fn sends(&self, message: &Value, method: &str, name: &str) -> (hyper::HeaderMap, Stream) {
        let mut request = Request::post("/mcp")
            .header("host", "localhost")
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json");
        if let Some(session) = &self.session {
            request = request.header("mcp-session-id", session).header("mcp-protocol-version", "2025-11-25");
        } else if !method.is_empty() {
            request = request.header("mcp-protocol-version", "2026-07-28").header("mcp-method", method);
            request = request.header("mcp-name", name);
        }
        let request = request.body(Full::new(Bytes::from(message.to_string()))).unwrap();
        let (head, body) = self.service.handle(request).await.into_parts();
        assert!(head.status.is_success(), "{head:?}");
        (head.headers, Stream { body, text: String::new() })
    }

    /// Asks for something that has a name.
    async fn asks(&self, method: &str, name: &str, mut params: Value) -> Stream {
        if self.session.is_none() {
            params["_meta"] = meta(&params["_meta"]);
            params["_meta"]["io.modelcontextprotocol/clientInfo"]["name"] = json!(self.client);
        }
        self.sends(&message(method, &params), method, name).await.1
    }

    /// Begins a call, and listens until it runs: nothing goes on before the first sign of life is read.
    async fn thinks_deep(&self, meta: Value) -> (Arc<Puppet>, Stream) {
        let params = json!({"name": "thinkdeep", "arguments": {}, "_meta": meta});
        let mut stream = self.asks("tools/call", "thinkdeep", params).await;
        loop {
            tokio::select! {
                // An answer that is there as a whole has ended already.
                biased;
                call = self.stage.puppets.call(0) => return (call, stream),
                is_heard = stream.hears() => assert!(is_heard, "it ended: {}", stream.text),
            }
        }
    }

    /// What is kept of a call.
    async fn reads(&self, call_id: &str) -> String {
        let uri = format!("exai://call/{call_id}");
        let read = self.asks("resources/read", &uri, json!({"uri": uri})).await.answer().await;
        read["result"]["contents"][0]["text"].as_str().unwrap_or_else(|| panic!("no text in {read}")).to_owned()
    }
}

fn message(method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
}

#[tokio::test(start_paused = true)]
async fn a_silent_call_of_ten_minutes_is_told_of_and_answered() {
    for agent in Agent::both("claude-code").await {
        let (call, mut stream) = agent.thinks_deep(json!({"progressToken": "p"})).await;
        stream.lives(SILENCE).await;
        let told = stream.text.matches("notifications/progress").count();
        assert!((60..63).contains(&told), "about one in ten seconds, not {told} in ten minutes");
        call.ends(|envelope| "done".clone_into(&mut envelope.text));
        assert_eq!(stream.answer().await["result"]["content"][0]["text"], "done");
    }
}

#[tokio::test(start_paused = true)]
async fn who_wants_to_hear_of_no_progress_is_told_where_the_answer_will_be() {
    for agent in Agent::both("something-new").await {
        let began = Instant::now();
        let (call, stream) = agent.thinks_deep(json!({})).await;
        let answer = stream.answer().await;
        let said = answer["result"]["content"][0]["text"].as_str().unwrap();
        assert!(said.contains("still_running") && said.contains(call.id.as_str()), "{answer}");
        assert_eq!(began.elapsed().as_secs(), 280, "what an unknown client waits");
        tokio::time::advance(SILENCE).await;
        assert!(!call.cancel.is_cancelled(), "it goes on");
        call.ends(|envelope| "found".clone_into(&mut envelope.text));
        assert!(agent.reads(call.id.as_str()).await.contains("found"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_who_hangs_up_in_the_silence_is_kept() {
    for agent in Agent::both("claude-code").await {
        let (call, mut stream) = agent.thinks_deep(json!({"progressToken": "p"})).await;
        stream.lives(SILENCE / 2).await;
        drop(stream);
        // What notices that it is gone has the time to do something about it.
        tokio::time::sleep(SILENCE / 2).await;
        assert!(!call.cancel.is_cancelled(), "an agent that is gone ends nothing");
        call.ends(|envelope| "found".clone_into(&mut envelope.text));
        assert!(agent.reads(call.id.as_str()).await.contains("found"));
    }
}

/// Sessions of which one more than `most` is too many.
fn recent(most: usize) -> Arc<Recent> {
    Arc::new(Recent { sessions: sessions(), uses: Mutex::default(), most })
}

async fn begun(recent: &Recent) -> SessionId {
    let (id, _transport) = recent.sessions.create_session().await.unwrap();
    recent.begin(Arc::clone(&id)).await;
    tokio::time::advance(Duration::from_secs(1)).await;
    id
}

async fn is_there(recent: &Recent, id: &SessionId) -> bool {
    recent.sessions.sessions.read().await.contains_key(id)
}

#[tokio::test(start_paused = true)]
async fn who_only_listens_is_there_and_who_does_nothing_makes_room() {
    let recent = recent(2);
    let (listener, idle) = (begun(&recent).await, begun(&recent).await);
    let stream = recent.open(&listener);
    let third = begun(&recent).await;
    assert_eq!((is_there(&recent, &listener).await, is_there(&recent, &idle).await), (true, false));
    drop(stream);
    tokio::time::advance(Duration::from_secs(1)).await;
    let fourth = begun(&recent).await;
    assert_eq!(
        (is_there(&recent, &listener).await, is_there(&recent, &third).await),
        (true, false),
        "it listened later"
    );
    // When all listen, the oldest of them makes room, not who has just come.
    let _streams = [recent.open(&listener), recent.open(&fourth)];
    let fifth = begun(&recent).await;
    assert_eq!((is_there(&recent, &listener).await, is_there(&recent, &fifth).await), (false, true));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_begins_while_others_are_counted_is_counted_too() {
    let recent = recent(1);
    let early = begun(&recent).await;
    let (looked, open) = (Instant::now(), HashSet::from([Arc::clone(&early)]));
    // Between the look and the count another one begins.
    recent.uses().insert("late".into(), Use { last: Instant::now(), open: 0 });
    assert_eq!(recent.surplus(&"late".into(), &open, looked), Some(early));
    assert!(recent.uses().contains_key("late"), "it can be found when room is needed");
}
