//! A reply as steps: what is written, and where it waits, breaks off or ends. Pure; `server.rs` plays the steps.

use std::time::Duration;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crate::dialect::{self, Asked};
use crate::refusal::Refusal;
use crate::scenario::{Ending, Frame, Framing, Point, Provider, Reply};
use crate::wire;

/// One thing to do on the connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Write these bytes.
    Write(Vec<u8>),
    /// Write the bytes that complete the reply.
    Last(Vec<u8>),
    /// Wait until the test opens this gate.
    Gate(String),
    /// Say nothing until the client closes.
    Stall,
    /// Say nothing for so long.
    Pause(Duration),
    /// Close the connection.
    Close,
    /// Reset the connection.
    Reset,
}

/// How much of a body waits for its last write.
const LAST_WRITE: usize = 1024;

/// The steps that answer `asked` with `reply`.
pub(crate) fn steps(reply: &Reply, asked: &Asked) -> Vec<Step> {
    let refusal = match (&reply.glm_error, &reply.kimi_error) {
        (Some(code), _) => Some(Refusal::glm(code, reply.error_message.as_deref())),
        (_, Some(kind)) => Some(Refusal::kimi(kind, reply.error_message.as_deref())),
        _ => None,
    };
    if let Some(Refusal { status, body }) = refusal {
        return plain(reply, asked.provider, status, &body);
    }
    let streams = reply.text.is_some() || reply.reasoning.is_some() || reply.frames.is_some();
    let failed = reply.status.is_some_and(|status| status != 200);
    match &reply.body {
        Some(body) => plain(reply, asked.provider, 200, body),
        None if failed && !streams => plain(reply, asked.provider, 200, ""),
        None if asked.streamed || reply.frames.is_some() => stream(reply, asked),
        None => plain(reply, asked.provider, 200, &dialect::message(reply, asked)),
    }
}

/// The steps of a body that no scenario scripts.
pub(crate) fn body(provider: Provider, body: &str) -> Vec<Step> {
    plain(&Reply::default(), provider, 200, body)
}

/// The steps of an error that no scenario scripts.
pub(crate) fn refused(provider: Provider, refusal: &Refusal) -> Vec<Step> {
    plain(&Reply::default(), provider, refusal.status, &refusal.body)
}

fn plain(reply: &Reply, provider: Provider, status: u16, body: &str) -> Vec<Step> {
    let content_type = if body.trim_start().starts_with('<') { "text/html; charset=utf-8" } else { "application/json" };
    let length = body.len().to_string();
    let headers = headers(reply, provider, &[("content-type", content_type), ("content-length", &length)]);
    let mut play = Play::new(reply, 1, wire::head(reply.status.unwrap_or(status), &headers));
    let body = body.as_bytes();
    match reply.ending {
        Ending::Done | Ending::Eof => {
            let (most, last) = body.split_at(body.len().saturating_sub(LAST_WRITE));
            play.write(most.to_vec());
            play.arrive(Point::AfterFrames(1));
            play.last(last.to_vec());
        }
        Ending::Reset | Ending::FinMidChunk => {
            play.write(body[..body.len() / 2].to_vec());
            play.arrive(Point::AfterFrames(1));
            play.broken();
        }
    }
    play.into_steps()
}

fn stream(reply: &Reply, asked: &Asked) -> Vec<Step> {
    let content_type = match asked.provider {
        Provider::Glm => "text/event-stream;charset=UTF-8",
        Provider::Kimi | Provider::Custom => "text/event-stream; charset=utf-8",
    };
    let usual = [("content-type", content_type), ("cache-control", "no-cache"), ("transfer-encoding", "chunked")];
    let headers = headers(reply, asked.provider, &usual);
    let frames = frames(reply, asked);
    let mut play = Play::new(reply, frames.len(), wire::head(reply.status.unwrap_or(200), &headers));
    for (at, frame) in frames.iter().enumerate() {
        for piece in pieces(frame, reply.split_bytes) {
            play.write(wire::chunk(piece));
        }
        play.arrive(Point::AfterFrames(at + 1));
    }
    match reply.ending {
        Ending::Done => {
            let tail = tail(reply);
            let mut chunks: Vec<Vec<u8>> = pieces(&tail, reply.split_bytes).map(wire::chunk).collect();
            let mut last = chunks.pop().unwrap_or_default();
            for chunk in chunks {
                play.write(chunk);
            }
            last.extend_from_slice(wire::LAST_CHUNK);
            play.last(last);
        }
        Ending::Eof => play.last(wire::LAST_CHUNK.to_vec()),
        Ending::Reset => play.broken(),
        Ending::FinMidChunk => {
            play.write(b"400\r\ndata: {\"id\":\"2026".to_vec());
            play.broken();
        }
    }
    play.into_steps()
}

fn headers(reply: &Reply, provider: Provider, usual: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> =
        usual.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    if provider == Provider::Kimi {
        headers.insert("msh-request-id".to_owned(), "fake".to_owned());
    }
    headers.extend(reply.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())));
    headers
}

/// The frames of a stream as bytes, `[DONE]` apart.
fn frames(reply: &Reply, asked: &Asked) -> Vec<Vec<u8>> {
    let mut frames =
        reply.frames.clone().unwrap_or_else(|| dialect::payloads(reply, asked).into_iter().map(Frame::Data).collect());
    if has(reply, Framing::Glued) {
        glue(&mut frames);
    }
    let mut bytes: Vec<Vec<u8>> = frames.iter().enumerate().map(|(at, frame)| encode(reply, at, frame)).collect();
    if has(reply, Framing::Bom)
        && let Some(first) = bytes.first_mut()
    {
        first.splice(0..0, *b"\xef\xbb\xbf");
    }
    if has(reply, Framing::OneWrite) { vec![bytes.concat()] } else { bytes }
}

/// `{"id":"2026data: {…}`: the first payload is cut in its id, and the second follows in the same line.
fn glue(frames: &mut Vec<Frame>) {
    if let [Frame::Data(first), Frame::Data(second), ..] = frames.as_slice() {
        let cut: String = first.chars().take(11).collect();
        let glued = Frame::Data(format!("{cut}data: {second}"));
        frames.splice(0..2, [glued]);
    }
}

fn encode(reply: &Reply, at: usize, frame: &Frame) -> Vec<u8> {
    let eol = eol(reply);
    match frame {
        Frame::Data(payload) => {
            let comment = if has(reply, Framing::Comments) { format!(": keep-alive{eol}{eol}") } else { String::new() };
            let named = has(reply, Framing::EventLines);
            let named = if named { format!("event: message{eol}id: {at}{eol}") } else { String::new() };
            let space = if has(reply, Framing::NoSpace) { "" } else { " " };
            format!("{comment}{named}data:{space}{payload}{eol}{eol}").into_bytes()
        }
        Frame::Raw { raw } => raw.clone().into_bytes(),
        Frame::Hex { hex } => bytes_of(hex),
    }
}

/// `[DONE]`, as far as the reply has one.
fn tail(reply: &Reply) -> Vec<u8> {
    let eol = eol(reply);
    let mut tail = String::new();
    if !has(reply, Framing::NoDone) {
        let space = if has(reply, Framing::NoSpace) { "" } else { " " };
        let blank = if has(reply, Framing::NoBlankAfterDone) { "" } else { eol };
        tail = format!("data:{space}[DONE]{eol}{blank}");
    }
    if has(reply, Framing::JunkAfterDone) {
        tail.extend(["data: {\"late\":true}", eol, eol]);
    }
    tail.into_bytes()
}

fn has(reply: &Reply, framing: Framing) -> bool {
    reply.framing.contains(&framing)
}

fn eol(reply: &Reply) -> &'static str {
    if has(reply, Framing::Crlf) { "\r\n" } else { "\n" }
}

fn pieces(bytes: &[u8], size: Option<NonZeroUsize>) -> std::slice::Chunks<'_, u8> {
    bytes.chunks(size.map_or(usize::MAX, NonZeroUsize::get))
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.chars().filter_map(|c| c.to_digit(16)).filter_map(|d| u8::try_from(d).ok()).collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit)).collect()
}

/// Steps in the making: puts the gate and the silence where they belong.
struct Play<'a> {
    reply: &'a Reply,
    /// How many frames there are: a later place is after the last one.
    frames: usize,
    steps: Vec<Step>,
}

impl<'a> Play<'a> {
    fn new(reply: &'a Reply, frames: usize, head: Vec<u8>) -> Self {
        let mut play = Self { reply, frames, steps: Vec::new() };
        play.arrive(Point::BeforeHeaders);
        play.write(head);
        play.arrive(Point::AfterHeaders);
        play
    }

    fn arrive(&mut self, here: Point) {
        let reply = self.reply;
        if let Some(gate) = &reply.wait_for
            && self.place(reply.wait_at) == here
        {
            self.steps.push(Step::Gate(gate.clone()));
        }
        if reply.stall.is_some_and(|point| self.place(point) == here) {
            self.steps.push(Step::Stall);
        }
    }

    fn place(&self, point: Point) -> Point {
        match point {
            Point::AfterFrames(frames) => match frames.min(self.frames) {
                0 => Point::AfterHeaders,
                frames => Point::AfterFrames(frames),
            },
            point => point,
        }
    }

    fn write(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.steps.push(Step::Write(bytes));
        }
    }

    /// Writes what completes the reply. Nothing left to write: the write before it was the last one.
    fn last(&mut self, bytes: Vec<u8>) {
        let bytes = match self.steps.pop() {
            Some(Step::Write(before)) if bytes.is_empty() => before,
            before => {
                self.steps.extend(before);
                bytes
            }
        };
        self.steps.push(Step::Last(bytes));
    }

    fn broken(&mut self) {
        self.steps.push(if self.reply.ending == Ending::Reset { Step::Reset } else { Step::Close });
    }

    fn into_steps(self) -> Vec<Step> {
        let pause = Duration::from_millis(self.reply.pause_ms);
        let steps: Vec<Step> =
            if self.reply.drip { self.steps.into_iter().flat_map(drip).collect() } else { self.steps };
        let is_write = |step: &Step| matches!(step, Step::Write(_) | Step::Last(_));
        let slow = |step: Step| [is_write(&step).then_some(Step::Pause(pause)), Some(step)].into_iter().flatten();
        if pause.is_zero() { steps } else { steps.into_iter().flat_map(slow).collect() }
    }
}

fn drip(step: Step) -> Vec<Step> {
    match step {
        Step::Write(bytes) => bytes.into_iter().map(|byte| Step::Write(vec![byte])).collect(),
        Step::Last(mut bytes) => {
            let last = bytes.pop().into_iter().collect();
            bytes.into_iter().map(|byte| Step::Write(vec![byte])).chain([Step::Last(last)]).collect()
        }
        other => vec![other],
    }
}

#[cfg(test)]
mod tests;
