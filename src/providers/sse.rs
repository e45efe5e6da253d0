//! Server-sent events from bytes, however they are cut.
//!
//! Lines end with LF, CR or CRLF, also when a read ends between the two; a byte-order mark at the start is skipped;
//! text that is not UTF-8 is replaced line by line; the last line counts even if nothing ends it.
//! Lines and events have a greatest length, so that a broken peer can not fill the memory.

use std::borrow::Cow;

use thiserror::Error;

/// The longest line: far above any delta, also a tool call that comes as one lump.
pub const MAX_LINE: usize = 4 << 20;
/// The longest event: its data lines together.
pub const MAX_EVENT: usize = 8 << 20;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SseEvent {
    /// Its name; empty when it has none.
    pub event: String,
    /// Its data lines, joined by line feeds.
    pub data: String,
}

/// A line or an event was longer than any that makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{what} of the stream is longer than {limit} bytes")]
pub struct Overflow {
    /// `a line` or `an event`.
    pub what: &'static str,
    /// The limit.
    pub limit: usize,
}

/// Turns bytes into events.
#[derive(Debug, Default)]
pub struct Decoder {
    line: Vec<u8>,
    event: SseEvent,
    has_data: bool,
    begun: bool,
    after_cr: bool,
}

impl Decoder {
    /// Takes the next bytes and adds the events they complete to `events`, those before an error too.
    pub fn push(&mut self, bytes: &[u8], events: &mut Vec<SseEvent>) -> Result<(), Overflow> {
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            if std::mem::take(&mut self.after_cr) && first == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let Some(end) = memchr::memchr2(b'\n', b'\r', rest) else {
                self.extend(rest)?;
                break;
            };
            self.extend(&rest[..end])?;
            self.after_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            events.extend(self.end_line()?);
        }
        Ok(())
    }

    /// Says that nothing more comes: gives the event that was not ended, if it has data.
    pub fn finish(&mut self) -> Result<Option<SseEvent>, Overflow> {
        let last = if self.line.is_empty() { None } else { self.end_line()? };
        Ok(last.or_else(|| self.dispatch()))
    }

    fn extend(&mut self, bytes: &[u8]) -> Result<(), Overflow> {
        if self.line.len() + bytes.len() > MAX_LINE {
            return Err(Overflow { what: "a line", limit: MAX_LINE });
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self) -> Result<Option<SseEvent>, Overflow> {
        let mut line = std::mem::take(&mut self.line);
        if !std::mem::replace(&mut self.begun, true) && line.starts_with(BOM) {
            line.drain(..BOM.len());
        }
        if line.is_empty() {
            return Ok(self.dispatch());
        }
        let text = match std::str::from_utf8(&line) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(&line),
        };
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => self.add_data(value)?,
            "event" => value.clone_into(&mut self.event.event),
            // A comment (its field is empty), `id`, `retry`, or a word of the future.
            _ => {}
        }
        Ok(None)
    }

    fn add_data(&mut self, value: &str) -> Result<(), Overflow> {
        if self.event.data.len() + value.len() >= MAX_EVENT {
            return Err(Overflow { what: "an event", limit: MAX_EVENT });
        }
        if std::mem::replace(&mut self.has_data, true) {
            self.event.data.push('\n');
        }
        self.event.data.push_str(value);
        Ok(())
    }

    fn dispatch(&mut self) -> Option<SseEvent> {
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<String> {
        read([bytes])
    }

    fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
        let (mut decoder, mut events) = (Decoder::default(), Vec::new());
        for piece in pieces {
            decoder.push(piece, &mut events).unwrap();
        }
        events.extend(decoder.finish().unwrap());
        events.into_iter().map(|event| format!("{}|{}", event.event, event.data)).collect()
    }

    #[test]
    fn events_are_read_as_the_standard_says_and_a_little_better() {
        let cases: [(&[u8], &[&str]); 18] = [
            (b"data: a\n\ndata: b\n\n", &["|a", "|b"]),
            (b"data: a\r\n\r\ndata: b\r\n\r\n", &["|a", "|b"]),
            (b"data: a\r\rdata: b\r\r", &["|a", "|b"]),
            (b"data: a\r\ndata: b\r\n\r\n", &["|a\nb"]),
            (b"data: a\r\n\ndata: b\n\r\n", &["|a", "|b"]),
            (b"data:a\n\n", &["|a"]),
            (b"data:  a\n\n", &["| a"]),
            (b"data: a\ndata: b\n\n", &["|a\nb"]),
            (b"data\n\n", &["|"]),
            (b"\xEF\xBB\xBFdata: a\n\n", &["|a"]),
            (b": keep-alive\n\n:\n\ndata: a\n\n", &["|a"]),
            (b"event: error\nid: 1\nretry: 5\ndata: a\n\n", &["error|a"]),
            (b"event: ping\n\ndata: a\n\n", &["|a"]),
            (b"data: [DONE]", &["|[DONE]"]),
            (b"data: \xFF\xFEa\n\n", &["|\u{FFFD}\u{FFFD}a"]),
            (b"data: \xE4\xBD", &["|\u{FFFD}"]),
            ("data: 你好\n\n".as_bytes(), &["|你好"]),
            (b"<html>\n<p>data\n", &[]),
        ];
        for (bytes, events) in cases {
            let shown = String::from_utf8_lossy(bytes).into_owned();
            assert_eq!(all(bytes), events, "{shown:?}");
            for cut in 0..=bytes.len() {
                let (head, tail) = bytes.split_at(cut);
                assert_eq!(read([head, tail]), events, "{shown:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn a_line_that_never_ends_is_an_error() {
        let mut decoder = Decoder::default();
        let block = vec![b'x'; 1 << 20];
        let outcome = (0..5).try_for_each(|_| decoder.push(&block, &mut Vec::new()));
        assert_eq!(outcome.unwrap_err().what, "a line");
    }

    #[test]
    fn an_event_that_never_ends_is_an_error() {
        let mut decoder = Decoder::default();
        let line = format!("data: {}\n", "x".repeat(1 << 20));
        let outcome = (0..9).try_for_each(|_| decoder.push(line.as_bytes(), &mut Vec::new()));
        assert_eq!(outcome.unwrap_err().what, "an event");
    }

    #[test]
    fn events_before_an_endless_line_are_read_also_when_they_come_with_it() {
        let bytes = [b"data: a\n\n".to_vec(), vec![b'x'; MAX_LINE + 1]].concat();
        let mut events = Vec::new();
        Decoder::default().push(&bytes, &mut events).unwrap_err();
        assert_eq!(events.len(), 1);
    }
}
