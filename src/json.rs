//! JSON as text, in one piece. A daemon writes little else, and most of what it writes are single marks.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::Error as _;

/// `value` as JSON; `room` bytes are there for it from the start, and more when it needs more.
pub(crate) fn text<T: Serialize + ?Sized>(value: &T, room: usize) -> serde_json::Result<String> {
    let mut page = Page(Vec::with_capacity(room));
    serde_json::to_writer(&mut page, value)?;
    // It is: only whole characters are escaped, or left as they are.
    String::from_utf8(page.0).map_err(serde_json::Error::custom)
}

/// What is written so far.
struct Page(Vec<u8>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    #[expect(
        clippy::inline_always,
        reason = "a quote, a colon, a comma: the length is known where it is called, and no call is worth it"
    )]
    #[inline(always)]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match bytes {
            [mark] => self.0.push(*mark),
            _ => self.0.extend_from_slice(bytes),
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_what_the_library_writes_whatever_room_there_was() {
        let value = json!({"text": "ein \"Stück\"\n\u{1}", "list": [1, 2.5, null, true, {}], "": {"é": "𝄞"}});
        for room in [0, 1, 4096] {
            assert_eq!(text(&value, room).unwrap(), value.to_string());
        }
    }
}
