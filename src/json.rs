//! JSON as text, in one piece. A daemon writes little else, and most of what it writes are single marks and known names.

mod object;
mod quote;

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::Error as _;
use serde_json::{Map, Value};

pub(crate) use object::Object;
pub(crate) use quote::quote;

/// `value` as JSON; `room` bytes are there for it from the start, and more when it needs more.
pub(crate) fn text<T: Serialize + ?Sized>(value: &T, room: usize) -> serde_json::Result<String> {
    let mut page = Vec::with_capacity(room);
    append(&mut page, value)?;
    whole(page)
}

/// The same for a text.
pub(crate) fn quoted(text: &str) -> serde_json::Result<String> {
    let mut page = Vec::with_capacity(text.len() + text.len() / 4 + 2);
    quote(&mut page, text);
    whole(page)
}

/// The same for a document, as it is found in results and in requests.
pub(crate) fn document(document: &Value, room: usize) -> serde_json::Result<String> {
    let mut page = Vec::with_capacity(room);
    append_document(&mut page, document)?;
    whole(page)
}

/// The same for the fields of a document.
pub(crate) fn fields(fields: &Map<String, Value>, room: usize) -> serde_json::Result<String> {
    let mut page = Vec::with_capacity(room);
    append_fields(&mut page, fields)?;
    whole(page)
}

/// It is text: only whole characters are escaped, or left as they are.
fn whole(page: Vec<u8>) -> serde_json::Result<String> {
    String::from_utf8(page).map_err(serde_json::Error::custom)
}

/// Writes `value` behind what is there.
pub(crate) fn append<T: Serialize + ?Sized>(page: &mut Vec<u8>, value: &T) -> serde_json::Result<()> {
    serde_json::to_writer(Page(page), value)
}

/// The same for a document. Most of one is text, for which the library looks at each byte by itself.
fn append_document(page: &mut Vec<u8>, document: &Value) -> serde_json::Result<()> {
    match document {
        Value::String(text) => quote(page, text),
        Value::Object(fields) => append_fields(page, fields)?,
        Value::Array(items) => {
            page.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    page.push(b',');
                }
                append_document(page, item)?;
            }
            page.push(b']');
        }
        scalar => append(page, scalar)?,
    }
    Ok(())
}

fn append_fields(page: &mut Vec<u8>, fields: &Map<String, Value>) -> serde_json::Result<()> {
    page.push(b'{');
    for (at, (name, value)) in fields.iter().enumerate() {
        if at > 0 {
            page.push(b',');
        }
        quote(page, name);
        page.push(b':');
        append_document(page, value)?;
    }
    page.push(b'}');
    Ok(())
}

/// What is written so far.
struct Page<'a>(&'a mut Vec<u8>);

impl Write for Page<'_> {
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
        let value =
            json!({"text": "ein \"Stück\"\n\u{1}", "list": [1, 2.5, null, true, {}, [[], "\\"]], "": {"é": "𝄞"}});
        let wanted = value.to_string();
        for room in [0, 1, 4096] {
            assert_eq!(text(&value, room).unwrap(), wanted);
            assert_eq!(document(&value, room).unwrap(), wanted);
            assert_eq!(fields(value.as_object().unwrap(), room).unwrap(), wanted);
        }
        assert_eq!(quoted(&wanted).unwrap(), Value::from(wanted).to_string());
    }
}
