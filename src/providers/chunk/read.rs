//! Reads the object of an event member by member: what nobody asks for is passed over, and what is kept is not copied. What has
//! another type than it should is as good as absent.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{Chunk, Finish, ToolCallPiece};

/// One JSON object of an answer.
#[expect(clippy::struct_excessive_bools, reason = "each is a member that it has or has not")]
#[derive(Debug, Default)]
pub(in crate::providers) struct Event {
    /// What it says.
    pub(in crate::providers) chunk: Chunk,
    has_id: bool,
    has_choices: bool,
    has_code: bool,
    has_error: bool,
}

impl Event {
    /// Reads it; `None` when it is no JSON object.
    pub(in crate::providers) fn read(text: &str) -> Option<Self> {
        let mut event = Self::default();
        let mut input = serde_json::Deserializer::from_str(text);
        let is_object = Members(&mut event).deserialize(&mut input).ok()?;
        (is_object && input.end().is_ok()).then_some(event)
    }

    /// Whether the provider failed. Gateways in front of the models say so by
    /// `{"code":500,"msg":"404 NOT_FOUND","success":false}`.
    pub(in crate::providers) fn is_refusal(&self) -> bool {
        self.has_error || !self.has_choices && self.has_code && !self.has_id
    }
}

/// What takes the members of an object.
trait Part {
    /// Takes the value of `name`.
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, object: &mut A) -> Result<(), A::Error>;
}

impl Part for Event {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, object: &mut A) -> Result<(), A::Error> {
        let chunk = &mut self.chunk;
        match name {
            "id" => (self.has_id, chunk.id) = (true, text(object.next_value()?)),
            "model" => chunk.model = text(object.next_value()?),
            "choices" => {
                self.has_choices = true;
                let mut choice = Choice::default();
                object.next_value_seed(First(&mut choice))?;
                choice.tell(chunk);
            }
            // It counts more than that of the choice, wherever it stands.
            "usage" => chunk.count(&object.next_value()?),
            "error" => self.has_error = !object.next_value::<Value>()?.is_null(),
            "object" | "created" => pass_over(object)?,
            _ => {
                self.has_code |= name == "code";
                chunk.keep("", name, object.next_value()?);
            }
        }
        Ok(())
    }
}

/// The first of an event's choices.
#[derive(Default)]
struct Choice {
    finish: Option<Finish>,
    usage: Value,
    /// A piece of the message, or the whole of it.
    delta: Option<Message>,
    message: Option<Message>,
    rest: Vec<(String, Value)>,
}

impl Choice {
    fn tell(self, chunk: &mut Chunk) {
        chunk.finish = self.finish;
        if chunk.usage.is_none() {
            chunk.count(&self.usage);
        }
        for (name, value) in self.rest {
            chunk.keep("choice.", &name, value);
        }
        let Some(said) = self.delta.or(self.message) else { return };
        (chunk.text, chunk.tool_calls) = (said.content, said.tool_calls);
        chunk.reasoning = said.reasoning_content.or(said.reasoning).unwrap_or_default();
        for (name, value) in said.rest {
            chunk.keep("delta.", &name, value);
        }
    }
}

impl Part for Choice {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, object: &mut A) -> Result<(), A::Error> {
        match name {
            "finish_reason" => self.finish = text(object.next_value()?).map(|word| Finish::parse(&word)),
            "usage" => self.usage = object.next_value()?,
            "delta" => self.delta = Message::read(object)?,
            "message" => self.message = Message::read(object)?,
            "index" => pass_over(object)?,
            _ => self.rest.push((name.to_owned(), object.next_value()?)),
        }
        Ok(())
    }
}

/// What a choice says.
#[derive(Default)]
struct Message {
    content: String,
    reasoning_content: Option<String>,
    reasoning: Option<String>,
    tool_calls: Vec<ToolCallPiece>,
    rest: Vec<(String, Value)>,
}

impl Message {
    fn read<'de, A: MapAccess<'de>>(choice: &mut A) -> Result<Option<Self>, A::Error> {
        let mut message = Self::default();
        Ok(choice.next_value_seed(Members(&mut message))?.then_some(message))
    }
}

impl Part for Message {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, object: &mut A) -> Result<(), A::Error> {
        match name {
            "content" => self.content = plain(object.next_value()?).unwrap_or_default(),
            "reasoning_content" => self.reasoning_content = plain(object.next_value()?),
            "reasoning" => self.reasoning = plain(object.next_value()?),
            "tool_calls" => {
                let calls: Value = object.next_value()?;
                let calls = calls.as_array().into_iter().flatten().enumerate();
                self.tool_calls = calls.map(|(at, call)| ToolCallPiece::read(at, call)).collect();
            }
            "role" => pass_over(object)?,
            _ => self.rest.push((name.to_owned(), object.next_value()?)),
        }
        Ok(())
    }
}

fn pass_over<'de, A: MapAccess<'de>>(object: &mut A) -> Result<(), A::Error> {
    object.next_value::<IgnoredAny>().map(drop)
}

/// A text that is not empty.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// Content as plain text: a string, or a list of parts with `text` members. Nothing but `null` is none.
fn plain(content: Value) -> Option<String> {
    match content {
        Value::Null => None,
        Value::String(text) => Some(text),
        Value::Array(parts) => Some(parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)).collect()),
        _ => Some(String::new()),
    }
}

/// Reads the members of an object; says whether it was one.
struct Members<'a, P>(&'a mut P);

/// Reads the members of the first object of a list.
struct First<'a, P>(&'a mut P);

/// The name of a member.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// Passes over what is neither a list nor an object.
macro_rules! scalars {
    ($result:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("JSON")
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($result)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($result)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($result)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($result)
        }

        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($result)
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($result)
        }
    };
}

impl<'de, P: Part> Visitor<'de> for Members<'_, P> {
    type Value = bool;

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<bool, A::Error> {
        while let Some(Name(name)) = object.next_key()? {
            self.0.member(&name, &mut object)?;
        }
        Ok(true)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    scalars!(false);
}

impl<'de, P: Part> DeserializeSeed<'de> for Members<'_, P> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<bool, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de, P: Part> Visitor<'de> for First<'_, P> {
    type Value = ();

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        list.next_element_seed(Members(self.0))?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<(), A::Error> {
        IgnoredAny.visit_map(object).map(drop)
    }

    scalars!(());
}

impl<'de, P: Part> DeserializeSeed<'de> for First<'_, P> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}
