//! JSON as text, in one piece. A daemon writes little else, and most of what it writes are single marks and known names.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::Error as _;

/// `value` as JSON; `room` bytes are there for it from the start, and more when it needs more.
pub(crate) fn text<T: Serialize + ?Sized>(value: &T, room: usize) -> serde_json::Result<String> {
    let mut page = Vec::with_capacity(room);
    append(&mut page, value)?;
    // It is: only whole characters are escaped, or left as they are.
    String::from_utf8(page).map_err(serde_json::Error::custom)
}

/// Writes `value` behind what is there.
pub(crate) fn append<T: Serialize + ?Sized>(page: &mut Vec<u8>, value: &T) -> serde_json::Result<()> {
    serde_json::to_writer(Page(page), value)
}

/// An object that is written field by field. The names are known, and need no escape; pieces that are JSON already are taken as
/// they are.
pub(crate) struct Object {
    page: Vec<u8>,
    /// Why a field could not be written.
    failed: Option<serde_json::Error>,
}

impl Object {
    /// One without fields; `room` bytes are there for it from the start.
    pub(crate) fn new(room: usize) -> Self {
        let mut page = Vec::with_capacity(room);
        page.push(b'{');
        Self { page, failed: None }
    }

    /// One more field.
    pub(crate) fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> &mut Self {
        self.name(name);
        self.write(value);
        self
    }

    /// One more field, if it has a value.
    pub(crate) fn optional<T: Serialize>(&mut self, name: &'static str, value: Option<T>) -> &mut Self {
        if let Some(value) = value {
            self.field(name, &value);
        }
        self
    }

    /// One more field, whose value is JSON.
    pub(crate) fn raw(&mut self, name: &'static str, json: &str) -> &mut Self {
        self.name(name);
        self.page.extend_from_slice(json.as_bytes());
        self
    }

    /// All fields of what is an object itself.
    pub(crate) fn fields_of<T: Serialize>(&mut self, object: &T) -> &mut Self {
        let begin = self.page.len();
        self.write(object);
        // Its braces go, and a comma comes in place of the first one.
        if self.page.len() > begin + 2 {
            self.page.pop();
            self.page[begin] = b',';
        } else {
            self.page.truncate(begin);
        }
        if begin == 1 && self.page.len() > 1 {
            self.page.remove(1);
        }
        self
    }

    /// The object as text.
    pub(crate) fn end(&mut self) -> serde_json::Result<String> {
        self.page.push(b'}');
        match self.failed.take() {
            Some(error) => Err(error),
            None => String::from_utf8(std::mem::take(&mut self.page)).map_err(serde_json::Error::custom),
        }
    }

    fn name(&mut self, name: &str) {
        self.page.extend_from_slice(if self.page.len() > 1 { b",\"" } else { b"\"" });
        self.page.extend_from_slice(name.as_bytes());
        self.page.extend_from_slice(b"\":");
    }

    fn write<T: Serialize + ?Sized>(&mut self, value: &T) {
        if let Err(error) = append(&mut self.page, value) {
            self.failed.get_or_insert(error);
        }
    }
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
        let value = json!({"text": "ein \"Stück\"\n\u{1}", "list": [1, 2.5, null, true, {}], "": {"é": "𝄞"}});
        for room in [0, 1, 4096] {
            assert_eq!(text(&value, room).unwrap(), value.to_string());
        }
    }

    #[test]
    fn an_object_is_what_its_fields_are() {
        let (none, some) = (json!({}), json!({"b": [1], "c": "\""}));
        for (object, wanted) in [
            (Object::new(0).end(), "{}"),
            (Object::new(0).fields_of(&none).end(), "{}"),
            (
                Object::new(0).fields_of(&some).fields_of(&none).field("d", "é\n").end(),
                r#"{"b":[1],"c":"\"","d":"é\n"}"#,
            ),
            (Object::new(9).field("a", &1).fields_of(&some).end(), r#"{"a":1,"b":[1],"c":"\""}"#),
            (
                Object::new(9).optional("a", None::<u8>).raw("b", "[{}]").optional("c", Some(2)).end(),
                r#"{"b":[{}],"c":2}"#,
            ),
        ] {
            assert_eq!(object.unwrap(), wanted);
        }
        let failed = Object::new(0).field("a", &std::collections::BTreeMap::from([((), 1)])).field("b", &1).end();
        assert!(failed.is_err(), "a map whose names are no texts");
    }
}
