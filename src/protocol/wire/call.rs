//! The frames of one call: asked for, acknowledged, told of, answered.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::WireError;
use crate::clock::Timestamp;
use crate::json::{self, Object};
use crate::protocol::{CallEvent, CallId, CallOptions, Envelope, EventKind, Live, Phase, Told, Written};

/// `call_tool`. The arguments stay as they were written until the tool wants them.
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the frame")]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CallTool<'a> {
    /// The operation.
    #[serde(borrow)]
    pub op: Cow<'a, str>,
    /// The client's name for the call; the predecessor's clients may leave it out.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Cow<'a, str>>,
    /// The tool.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// Its arguments.
    #[serde(borrow, default)]
    pub arguments: Option<&'a RawValue>,
    /// Seconds for the whole call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_s: Option<f64>,
    /// Neither join nor reuse.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
    /// Do everything but send.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Tell the answer as it arrives.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stream: bool,
    /// Acknowledge, and say no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub detach: bool,
}

impl CallTool<'_> {
    /// How the call is carried out; the error is the time that makes no sense.
    pub fn options(&self) -> Result<CallOptions, f64> {
        let timeout = self.timeout_s.map(|seconds| Duration::try_from_secs_f64(seconds).map_err(|_| seconds));
        Ok(CallOptions { timeout: timeout.transpose()?, fresh: self.fresh, dry_run: self.dry_run })
    }
}

/// Bytes of most frames.
const ROOM: usize = 512;

/// `call_tool_ack`: the call exists.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CallAck {
    /// Always true; a call that is not accepted is answered by `call_tool_res`.
    pub accepted: bool,
    /// Seconds that the whole call is allowed.
    pub timeout: f64,
    /// The tool.
    pub name: String,
    /// The call.
    pub call_id: CallId,
}

impl CallAck {
    /// The frame that accepts a call of `tool`, which its client calls `request_id`, and which is `allowed` this time.
    pub fn frame(
        request_id: Option<&str>,
        call_id: &CallId,
        tool: &str,
        allowed: Duration,
    ) -> serde_json::Result<String> {
        let mut frame = Object::new(ROOM);
        frame.text("op", "call_tool_ack").optional_text("request_id", request_id);
        frame.field("accepted", &true).field("timeout", &allowed.as_secs_f64());
        frame.text("name", tool).text("call_id", call_id.as_str()).end()
    }
}

/// `progress`: what happens to the call.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Progress {
    /// The tool.
    pub name: String,
    /// When, in seconds since 1970.
    pub t: f64,
    /// The call.
    pub call_id: CallId,
    /// What happened.
    #[serde(flatten)]
    pub step: Step,
}

/// What happened: a numbered event, or live news.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Step {
    /// Numbered and kept.
    Event {
        /// Counts from 1 within the call.
        n: u32,
        /// When it happened.
        at: Timestamp,
        /// What happened.
        #[serde(flatten)]
        kind: EventKind,
    },
    /// Told once.
    Live(Outlet),
}

/// Live news as they cross the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outlet {
    /// A piece of the answer.
    Delta {
        /// The text.
        text: String,
    },
    /// What the call is doing now.
    Heartbeat {
        /// The phase.
        phase: Phase,
        /// Seconds since the call was accepted.
        elapsed_s: f64,
        /// Tokens of reasoning and answer so far, estimated.
        tokens: u64,
        /// Bytes of reasoning and answer so far.
        received: usize,
    },
}

impl Progress {
    /// Live news; `elapsed` is the time since the call was accepted.
    pub fn live(call_id: &CallId, tool: &str, news: &Live, elapsed: Duration) -> Self {
        /// Bytes of text that make a token, about.
        const BYTES_PER_TOKEN: u64 = 4;
        let outlet = match news {
            Live::Delta { text } => Outlet::Delta { text: text.clone() },
            Live::Heartbeat { phase, received } => Outlet::Heartbeat {
                phase: *phase,
                elapsed_s: elapsed.as_secs_f64(),
                tokens: *received as u64 / BYTES_PER_TOKEN,
                received: *received,
            },
        };
        let (name, call_id) = (tool.to_owned(), call_id.clone());
        Self { name, t: seconds(Timestamp::now()), call_id, step: Step::Live(outlet) }
    }

    /// The frame of what happens to a call that its client calls `request_id`.
    pub fn frame(&self, request_id: Option<&str>) -> serde_json::Result<String> {
        let Self { name, t, call_id, step } = self;
        let mut frame = begun(request_id, name, *t, call_id);
        match step {
            Step::Event { n, at, kind } => happened(&mut frame, *n, *at, kind),
            Step::Live(outlet) => {
                if let Outlet::Heartbeat { phase, .. } = outlet {
                    frame.text("message", phase.as_str());
                }
                frame.fields_of(outlet)
            }
        };
        frame.end()
    }

    /// The frame of a step of a call of `tool`.
    pub fn frame_of(event: &CallEvent, tool: &str, request_id: Option<&str>) -> serde_json::Result<String> {
        let CallEvent { call_id, n, at, kind } = event;
        let mut frame = begun(request_id, tool, seconds(*at), call_id);
        happened(&mut frame, *n, *at, kind).end()
    }

    /// The same as it is told in process.
    pub fn told(self) -> Told {
        match self.step {
            Step::Event { n, at, kind } => Told::Event(CallEvent { call_id: self.call_id, n, at, kind }.into()),
            Step::Live(Outlet::Delta { text }) => Told::Live(Live::Delta { text }),
            Step::Live(Outlet::Heartbeat { phase, received, .. }) => Told::Live(Live::Heartbeat { phase, received }),
        }
    }
}

/// What every frame of a call that goes on begins with.
fn begun(request_id: Option<&str>, tool: &str, t: f64, call_id: &CallId) -> Object {
    let mut frame = Object::new(ROOM);
    frame.text("op", "progress").optional_text("request_id", request_id);
    frame.text("name", tool).field("t", &t).text("call_id", call_id.as_str());
    frame
}

/// Adds a step, also in words, for a client that shows nothing else. A note has its own `message`.
fn happened<'a>(frame: &'a mut Object, n: u32, at: Timestamp, kind: &EventKind) -> &'a mut Object {
    if !matches!(kind, EventKind::Note { .. }) {
        frame.shown("message", kind);
    }
    frame.field("n", &n).field("at", &at).fields_of(kind)
}

/// A time as the predecessor's clients read it: seconds since 1970.
fn seconds(at: Timestamp) -> f64 {
    at.as_millis() as f64 / 1e3
}

/// `call_tool_res`: how the call ended, as it is read; [`Self::frame`] writes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CallResult {
    /// The call; absent when none was accepted.
    #[serde(default)]
    pub call_id: Option<CallId>,
    /// The tool's document as JSON text; never empty on success.
    #[serde(default)]
    pub outputs: Vec<Text>,
    /// The answer for people, as Markdown.
    #[serde(default)]
    pub text: String,
    /// The document of a tool that does not converse.
    #[serde(default)]
    pub structured: Option<Value>,
    /// The envelope, without its text and its document.
    #[serde(default)]
    pub meta: Option<Envelope>,
}

/// One part of a result.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Text {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
}

impl Text {
    /// One text as `outputs`; it is JSON already.
    fn array(text: &str) -> String {
        [r#"[{"type":"text","text":"#, text, "}]"].concat()
    }
}

impl CallResult {
    /// The frame that tells how a call ended, which its client calls `request_id`.
    pub fn frame(request_id: Option<&str>, result: &Written) -> serde_json::Result<String> {
        let (meta, text, document) = (result.meta(), result.text_json(), result.document_json());
        let error = result.error.as_ref().map(|body| WireError {
            body: body.clone(),
            retry_after: result.retry_after_s,
            kind: Some(result.exit.kind),
        });
        let is_alone = error.is_some() || result.thread_id.is_none();
        // Quotes are escaped in the document that is text.
        let mut frame = Object::new(ROOM + meta.len() + text.len() + 2 * document.len() + document.len() / 4);
        frame.text("op", "call_tool_res").optional_text("request_id", request_id).field("ok", &error.is_none());
        frame.text("call_id", result.call_id.as_str());
        match (&error, &result.data) {
            (Some(_), _) => frame.raw("outputs", "[]"),
            (None, Value::Null) => frame.raw("outputs", &Text::array(text)),
            (None, _) => frame.raw("outputs", &Text::array(&json::quoted(document)?)),
        };
        if !result.text.is_empty() {
            frame.raw("text", text);
        }
        if is_alone && !result.data.is_null() {
            frame.raw("structured", document);
        }
        frame.raw("meta", meta).optional("error", error).end()
    }

    /// The envelope that [`Self::frame`] was given; `None` when the call was never accepted.
    pub fn envelope(self) -> Option<Envelope> {
        let mut envelope = self.meta?;
        let document = self.outputs.into_iter().next().map(|Text::Text { text }| text);
        let parsed = || document.and_then(|document| serde_json::from_str::<Value>(&document).ok());
        envelope.data = self.structured.or_else(|| parsed().filter(Value::is_object)).unwrap_or_default();
        envelope.text = self.text;
        Some(envelope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::protocol::wire::{Head, Reply};
    use crate::protocol::{CallState, ThreadId, WaitingFor};

    #[test]
    fn what_is_told_of_a_call_survives_the_wire() {
        let call_id = CallId::new();
        let kinds = [
            EventKind::Accepted { tool: "chat".to_owned(), timeout_s: 300.0, thread_id: Some(ThreadId::new()) },
            EventKind::Queued { position: 2, waiting_for: WaitingFor::Global },
            EventKind::FirstToken,
            EventKind::Note { message: "worth telling".to_owned() },
            EventKind::Finished { state: CallState::Succeeded },
        ];
        let event =
            |(n, kind)| Told::Event(CallEvent { call_id: call_id.clone(), n, at: Timestamp::now(), kind }.into());
        let live =
            [Live::Delta { text: "a \"piece\"\n".to_owned() }, Live::Heartbeat { phase: Phase::Thinking, received: 7 }];
        for told in (1..).zip(kinds).map(event).chain(live.map(Told::Live)) {
            let text = match &told {
                Told::Event(event) => Progress::frame_of(event, "chat", Some("r")),
                Told::Live(news) => Progress::live(&call_id, "chat", news, Duration::from_secs(1)).frame(Some("r")),
            };
            let text = text.unwrap();
            for name in ["\"call_id\"", "\"message\"", "\"kind\""] {
                assert!(text.matches(name).count() <= 1, "{name} twice in {text}");
            }
            let head: Head<'_> = serde_json::from_str(&text).unwrap();
            assert_eq!((&*head.op, head.request_id.as_deref()), ("progress", Some("r")));
            let received: Progress = serde_json::from_str(&text).unwrap();
            let again = received.frame(Some("r")).unwrap();
            assert_eq!(again, text, "who passes it on says the same");
            assert_eq!(received.told(), told, "{text}");
        }
    }

    #[test]
    fn an_envelope_survives_the_wire() {
        let mut answered = Envelope::running(CallId::new(), "debug");
        answered.text = "# Found\n".to_owned();
        answered.data = serde_json::json!({"status": "complete", "n": 1});
        let mut conversing = answered.clone();
        conversing.thread_id = Some(ThreadId::new());
        let mut bare = answered.clone();
        bare.data = Value::Null;
        let mut failed = answered.clone();
        failed.fail(&Error::internal("disk full"));
        for envelope in [answered, conversing, bare, failed] {
            let text = CallResult::frame(Some("a \"name\""), &Written::from(envelope.clone())).unwrap();
            let frame: Reply<Value> = serde_json::from_str(&text).unwrap();
            let told = (frame.op.as_str(), frame.request_id.as_deref(), frame.ok);
            assert_eq!(told, ("call_tool_res", Some("a \"name\""), envelope.error.is_none()), "{text}");
            let wanted = envelope.error.clone().map(|body| (body, Some(envelope.exit.kind)));
            assert_eq!(frame.error.map(|error| (error.body, error.kind)), wanted);
            let received: CallResult = serde_json::from_str(&text).unwrap();
            assert_eq!(envelope.error.is_none(), !received.outputs.is_empty(), "outputs are there on success");
            for name in ["\"op\"", "\"outputs\"", "\"structured\"", "\"meta\""] {
                assert!(text.matches(name).count() <= 1, "{name} twice in {text}");
            }
            assert_eq!(received.envelope(), Some(envelope));
        }
    }
}
