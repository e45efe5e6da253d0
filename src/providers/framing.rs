//! From the bytes of an answer to its chunks: a stream of events, one JSON document, or something else.
//!
//! What it is shows in the first byte: servers send wrong content types, but no event stream starts with `<` or `{`.

#[cfg(test)]
mod tests;

use super::chunk::Event;
use super::{Cause, Chunk, Decoder, ProviderError, SseEvent};

/// The largest answer: everything that is read of one response.
pub(crate) const MAX_BODY: usize = 64 << 20;
const BOM: &[u8] = b"\xEF\xBB\xBF";
/// Ends a stream.
const DONE: &str = "[DONE]";

/// One thing that an answer says.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// A piece of the answer.
    Chunk(Box<Chunk>),
    /// The provider failed; the body is what it said, for its dialect to sort.
    Refused(String),
    /// The end, said in so many words.
    Done,
}

/// Reads an answer's bytes.
#[derive(Debug, Default)]
pub struct Framing {
    state: State,
    received: usize,
}

#[derive(Debug)]
enum State {
    /// Nothing but white space, byte-order marks and the beginning of one so far.
    Start(Vec<u8>),
    Events(Decoder),
    Document(Vec<u8>),
}

impl Default for State {
    fn default() -> Self {
        Self::Start(Vec::new())
    }
}

impl Framing {
    /// Takes the next bytes and adds the frames they complete to `frames`, those before an error too.
    pub fn push(&mut self, bytes: &[u8], frames: &mut Vec<Frame>) -> Result<(), ProviderError> {
        self.received += bytes.len();
        if self.received > MAX_BODY {
            return Err(ProviderError::new(
                Cause::TooLarge,
                format!("the answer is larger than {} MiB", MAX_BODY >> 20),
            ));
        }
        match &mut self.state {
            State::Start(begun) => {
                begun.extend_from_slice(bytes);
                let begun = std::mem::take(begun);
                self.begin(&begun, frames)
            }
            State::Events(decoder) => push_events(decoder, bytes, frames),
            State::Document(body) => {
                body.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Says that nothing more comes, and adds what was not ended.
    pub fn finish(&mut self, frames: &mut Vec<Frame>) -> Result<(), ProviderError> {
        match std::mem::take(&mut self.state) {
            State::Start(_) => Ok(()),
            State::Events(mut decoder) => read_events(decoder.finish()?, frames),
            State::Document(body) => document(&body, frames),
        }
    }

    /// Decides by the first byte that is neither white space nor part of a byte-order mark.
    fn begin(&mut self, begun: &[u8], frames: &mut Vec<Frame>) -> Result<(), ProviderError> {
        let text = without_marks(begun);
        let Some(first) = text.first().filter(|_| !BOM.starts_with(text)) else {
            self.state = State::Start(text.to_vec());
            return Ok(());
        };
        match first {
            b'<' => Err(not_a_stream()),
            b'{' | b'[' => {
                self.state = State::Document(text.to_vec());
                Ok(())
            }
            _ => {
                let mut decoder = Decoder::default();
                let outcome = push_events(&mut decoder, text, frames);
                self.state = State::Events(decoder);
                outcome
            }
        }
    }
}

/// A web page where the answer should be.
pub(crate) fn not_a_stream() -> ProviderError {
    ProviderError::new(Cause::NotAStream, "it sent a web page in place of an answer")
}

/// Without white space and byte-order marks at its start, in whatever order: so it does not matter where a read ends.
fn without_marks(mut bytes: &[u8]) -> &[u8] {
    loop {
        bytes = bytes.trim_ascii_start();
        match bytes.strip_prefix(BOM) {
            Some(rest) => bytes = rest,
            None => return bytes,
        }
    }
}

fn push_events(decoder: &mut Decoder, bytes: &[u8], frames: &mut Vec<Frame>) -> Result<(), ProviderError> {
    let mut events = Vec::new();
    let outcome = decoder.push(bytes, &mut events);
    read_events(events, frames)?;
    Ok(outcome?)
}

fn read_events(events: impl IntoIterator<Item = SseEvent>, frames: &mut Vec<Frame>) -> Result<(), ProviderError> {
    for event in events {
        let data = event.data.trim();
        if event.event == "error" && !data.is_empty() {
            frames.push(Frame::Refused(data.to_owned()));
        } else if !data.is_empty() {
            read_data(data, frames)?;
        }
    }
    Ok(())
}

/// Reads one event's data: one JSON object, or several that lost the empty lines between them.
fn read_data(data: &str, frames: &mut Vec<Frame>) -> Result<(), ProviderError> {
    if let Some(frame) = frame(data) {
        frames.push(frame);
        return Ok(());
    }
    for line in data.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let read = frame(line).or_else(|| glued(line));
        frames.push(read.ok_or_else(|| malformed(line))?);
    }
    Ok(())
}

fn frame(text: &str) -> Option<Frame> {
    if text == DONE {
        return Some(Frame::Done);
    }
    let event = Event::read(text)?;
    Some(if event.is_refusal() { Frame::Refused(text.to_owned()) } else { Frame::Chunk(Box::new(event.chunk)) })
}

/// Two frames glued together, the first one cut: `{"id":"2026data: {…}`. The last complete one counts.
fn glued(line: &str) -> Option<Frame> {
    line.rmatch_indices("data:").find_map(|(at, mark)| frame(line[at + mark.len()..].trim()))
}

fn document(body: &[u8], frames: &mut Vec<Frame>) -> Result<(), ProviderError> {
    let text = String::from_utf8_lossy(body);
    let frame = frame(text.trim()).ok_or_else(|| malformed(text.trim()))?;
    let is_whole = matches!(frame, Frame::Chunk(_));
    frames.push(frame);
    frames.extend(is_whole.then_some(Frame::Done));
    Ok(())
}

fn malformed(text: &str) -> ProviderError {
    ProviderError::new(Cause::Malformed, format!("it sent {} bytes that are no JSON object", text.len()))
}

impl From<super::Overflow> for ProviderError {
    fn from(overflow: super::Overflow) -> Self {
        Self::new(Cause::TooLarge, overflow.to_string())
    }
}
