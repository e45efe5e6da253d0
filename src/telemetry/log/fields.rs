//! The fields of a span or of an event, as values of a line.

use std::error::Error;
use std::fmt::{Debug, Write};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};

/// Longer texts are cut: a line is for reading, and what waits for the disk must be bounded.
const LONGEST: usize = 2000;
/// The names that a line has for itself.
const TAKEN: [&str; 4] = ["t", "level", "target", "message"];

/// What was recorded.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    /// The sentence of an event.
    pub(super) message: String,
    named: Vec<(&'static str, Value)>,
}

impl Fields {
    /// None so far, of `count` that may come.
    pub(super) fn with_room(count: usize) -> Self {
        Self { named: Vec::with_capacity(count), ..Self::default() }
    }

    /// Takes over what a span around says.
    pub(super) fn join(&mut self, around: &Self) {
        for (name, value) in &around.named {
            self.set(name, value.clone());
        }
    }

    /// The text called `name`, which is then gone.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.named.iter().position(|(known, value)| *known == name && value.is_string())?;
        match self.named.remove(at).1 {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// All that is left.
    pub(super) fn into_rest(self) -> Map<String, Value> {
        let free = |name: &str| if TAKEN.contains(&name) { format!("{name}_") } else { name.to_owned() };
        self.named.into_iter().map(|(name, value)| (free(name), value)).collect()
    }

    /// The innermost value of a name counts.
    fn set(&mut self, name: &'static str, value: Value) {
        match self.named.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.named.push((name, value)),
        }
    }

    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.set(field.name(), value.into());
    }

    fn text(&mut self, field: &Field, mut text: String) {
        if text.len() > LONGEST {
            text.truncate(text.floor_char_boundary(LONGEST));
            text.push('…');
        }
        if field.name() == "message" { self.message = text } else { self.put(field, text) }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        // Writing into a string can not fail.
        let _ = write!(text, "{value:?}");
        self.text(field, text);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.text(field, value.to_string());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
}
