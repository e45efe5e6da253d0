//! Objects that are written field by field.

use std::fmt::Display;

use serde::{Serialize, Serializer};

use super::{append, quote, whole};

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

    /// One more field, whose value is text.
    pub(crate) fn text(&mut self, name: &'static str, text: &str) -> &mut Self {
        self.name(name);
        quote(&mut self.page, text);
        self
    }

    /// The same, if there is one.
    pub(crate) fn optional_text(&mut self, name: &'static str, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    /// One more field, whose value is text that is made as it is written.
    pub(crate) fn shown<T: Display>(&mut self, name: &'static str, value: &T) -> &mut Self {
        self.field(name, &Shown(value))
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
            None => whole(std::mem::take(&mut self.page)),
        }
    }

    fn name(&mut self, name: &str) {
        if self.page.len() > 1 {
            self.page.push(b',');
        }
        self.page.push(b'"');
        self.page.extend_from_slice(name.as_bytes());
        self.page.push(b'"');
        self.page.push(b':');
    }

    fn write<T: Serialize + ?Sized>(&mut self, value: &T) {
        if let Err(error) = append(&mut self.page, value) {
            self.failed.get_or_insert(error);
        }
    }
}

/// What shows itself, as text.
struct Shown<'a, T>(&'a T);

impl<T: Display> Serialize for Shown<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
            (Object::new(9).shown("a", &format_args!("{}\n{:?}", 1, "b")).end(), r#"{"a":"1\n\"b\""}"#),
        ] {
            assert_eq!(object.unwrap(), wanted);
        }
        let failed = Object::new(0).field("a", &std::collections::BTreeMap::from([((), 1)])).field("b", &1).end();
        assert!(failed.is_err(), "a map whose names are no texts");
    }
}
