//! Lines of at most so many bytes. What a longer one holds is not kept, but the id in it is looked for, so that it can be answered.

use std::io;

use rmcp::model::RequestId;
use tokio_util::bytes::{Buf, BytesMut};
use tokio_util::codec::Decoder;

/// The most bytes of an id or of a name that are kept.
const LONGEST: usize = 256;

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// What it holds.
    Text(String),
    /// It is not UTF-8.
    Garbled,
    /// It is longer than a line may be; the id is that of a request.
    TooLong(Option<RequestId>),
}

/// Cuts a stream into lines.
#[derive(Debug)]
pub(super) struct Lines {
    most: usize,
    /// Bytes of the line at hand that were looked through for its end.
    looked: usize,
    /// What is known of a line that is too long, until it ends.
    scan: Option<Scan>,
}

impl Lines {
    /// Lines of at most `most` bytes.
    pub(super) fn new(most: usize) -> Self {
        Self { most, looked: 0, scan: None }
    }

    /// What is left of a line that is too long; the line once it has ended.
    fn pass_over(&mut self, mut scan: Scan, source: &mut BytesMut) -> Option<Line> {
        let end = memchr::memchr(b'\n', source);
        scan.read(&source[..end.unwrap_or(source.len())]);
        source.advance(end.map_or(source.len(), |end| end + 1));
        if end.is_none() {
            self.scan = Some(scan);
            return None;
        }
        Some(Line::TooLong(scan.id()))
    }
}

impl Decoder for Lines {
    type Item = Line;
    type Error = io::Error;

    fn decode(&mut self, source: &mut BytesMut) -> io::Result<Option<Line>> {
        if let Some(scan) = self.scan.take() {
            return Ok(self.pass_over(scan, source));
        }
        let end = memchr::memchr(b'\n', &source[self.looked..]).map(|end| self.looked + end);
        if end.unwrap_or(source.len()) > self.most {
            self.looked = 0;
            return Ok(self.pass_over(Scan::default(), source));
        }
        let Some(end) = end else {
            self.looked = source.len();
            return Ok(None);
        };
        self.looked = 0;
        let line = source.split_to(end);
        source.advance(1);
        Ok(Some(text(&line)))
    }

    fn decode_eof(&mut self, source: &mut BytesMut) -> io::Result<Option<Line>> {
        if let Some(line) = self.decode(source)? {
            return Ok(Some(line));
        }
        self.looked = 0;
        if let Some(scan) = self.scan.take() {
            return Ok(Some(Line::TooLong(scan.id())));
        }
        let rest = source.split();
        Ok((!rest.is_empty()).then(|| text(&rest)))
    }
}

fn text(line: &[u8]) -> Line {
    std::str::from_utf8(line).map_or(Line::Garbled, |text| Line::Text(text.to_owned()))
}

/// Reads a message that is not kept, piece by piece, for the value of its own `id`. What is not JSON has none, or one that nobody
/// gave; either is only told to who sent it.
#[derive(Debug, Default)]
struct Scan {
    /// Objects and lists around the byte at hand.
    depth: u32,
    /// Inside of a text; the next byte of it stands for itself.
    text: Option<bool>,
    /// The name before the value at hand; none before its colon.
    name: Option<Vec<u8>>,
    /// The name or the value at hand, as it is written, as far as it is kept.
    token: Vec<u8>,
    id: Option<RequestId>,
    /// It asks for something.
    asks: bool,
}

impl Scan {
    fn read(&mut self, piece: &[u8]) {
        for byte in piece {
            self.take(*byte);
        }
    }

    fn take(&mut self, byte: u8) {
        if let Some(is_escaped) = self.text {
            self.keep(byte);
            self.text = match byte {
                _ if is_escaped => Some(false),
                b'\\' => Some(true),
                b'"' => None,
                _ => Some(false),
            };
            return;
        }
        match byte {
            b'"' => {
                self.text = Some(false);
                self.keep(byte);
            }
            b'{' | b'[' => {
                self.depth = self.depth.saturating_add(1);
                self.token.clear();
            }
            b'}' | b']' => {
                self.end_value();
                self.depth = self.depth.saturating_sub(1);
            }
            b',' => self.end_value(),
            b':' if self.depth == 1 => self.name = Some(std::mem::take(&mut self.token)),
            _ if byte.is_ascii_whitespace() => {}
            _ => self.keep(byte),
        }
    }

    /// Only what stands in the message itself counts, not what its parameters hold.
    fn keep(&mut self, byte: u8) {
        if self.depth == 1 && self.token.len() < LONGEST {
            self.token.push(byte);
        }
    }

    fn end_value(&mut self) {
        if self.depth != 1 {
            return;
        }
        match self.name.take().as_deref() {
            Some(br#""id""#) => self.id = serde_json::from_slice(&self.token).ok(),
            Some(br#""method""#) => self.asks = true,
            _ => {}
        }
        self.token.clear();
    }

    /// The id of the request; an answer has none that is asked under.
    fn id(self) -> Option<RequestId> {
        self.id.filter(|_| self.asks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of `text`, which comes in pieces of `size` bytes.
    fn lines(text: &str, most: usize, size: usize) -> Vec<Line> {
        let (mut lines, mut source, mut found) = (Lines::new(most), BytesMut::new(), Vec::new());
        for piece in text.as_bytes().chunks(size) {
            source.extend_from_slice(piece);
            found.extend(std::iter::from_fn(|| lines.decode(&mut source).unwrap()));
        }
        found.extend(std::iter::from_fn(|| lines.decode_eof(&mut source).unwrap()));
        found
    }

    #[test]
    fn a_line_that_is_too_long_has_its_id_wherever_that_stands() {
        let long = "x".repeat(100);
        let params = format!(r#"{{"id": 9, "text": "{long}\", \"id\": 8, {{", "list": [{{"id": 7}}, 1]}}"#);
        for (message, id) in [
            (format!(r#"{{"jsonrpc":"2.0","id":3,"method":"a","params":{params}}}"#), Some(RequestId::Number(3))),
            (
                format!(r#"{{ "method": "a", "params": {params}, "id" : "q\"1" }}"#),
                Some(RequestId::String("q\"1".into())),
            ),
            (format!(r#"{{"method":"a","params":{params}}}"#), None),
            (format!(r#"{{"id":3,"result":{params}}}"#), None),
            (format!(r#"{{"id":{{"id":3}},"method":"a","params":{params}}}"#), None),
            (format!(r#"{{"id":"{}","method":"a"}}"#, "1".repeat(LONGEST)), None),
            (format!("{long}]]]}}}}{long}"), None),
        ] {
            for size in [1, 7, 64, 10_000] {
                for end in ["", "\n"] {
                    let found = lines(&format!("before\n{message}{end}"), 40, size);
                    assert_eq!(found, [Line::Text("before".to_owned()), Line::TooLong(id.clone())], "{message}");
                }
            }
            let after = lines(&format!("{message}\n{{}}\n"), 40, 5);
            assert_eq!(after, [Line::TooLong(id), Line::Text("{}".to_owned())], "what follows is a line again");
        }
    }

    #[test]
    fn a_line_may_have_just_so_many_bytes() {
        for size in [1, 3, 100] {
            assert_eq!(lines("12345\n", 5, size), [Line::Text("12345".to_owned())]);
            assert_eq!(lines("123456\n", 5, size), [Line::TooLong(None)]);
            assert_eq!(lines("12345", 5, size), [Line::Text("12345".to_owned())], "the last one needs no end");
            assert_eq!(lines("\n", 5, size), [Line::Text(String::new())]);
            assert_eq!(lines("", 5, size), []);
        }
        let mut garbled = BytesMut::from(&b"\xff\n"[..]);
        assert_eq!(Lines::new(5).decode(&mut garbled).unwrap(), Some(Line::Garbled));
    }
}
