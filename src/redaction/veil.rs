//! What all parts of one call share, so that a secret has one placeholder everywhere.

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use super::{Redactor, Vault};

/// The redaction of one call.
#[derive(Debug, Default)]
pub struct Veil(Mutex<Vault>);

impl Veil {
    /// Takes the secrets out of a text.
    pub fn text(&self, text: &mut String) {
        let redacted = match Redactor::shared().redact(&mut self.vault(), text) {
            Cow::Owned(redacted) => redacted,
            Cow::Borrowed(_) => return,
        };
        *text = redacted;
    }

    /// `text` as it is sent, and where each of its lines begins in `text`, counted from 0.
    pub fn lines(&self, text: &str) -> (String, Vec<usize>) {
        Redactor::shared().redact_lines(&mut self.vault(), text)
    }

    /// Takes the secrets out of the strings of a value.
    pub fn value(&self, value: &mut Value) {
        Redactor::shared().redact_json(&mut self.vault(), value);
    }

    /// Takes the secrets out of the strings of an object.
    pub fn fields(&self, fields: &mut Map<String, Value>) {
        let mut value = Value::Object(std::mem::take(fields));
        self.value(&mut value);
        if let Value::Object(redacted) = value {
            *fields = redacted;
        }
    }

    /// What was replaced, in a sentence.
    pub fn warning(&self) -> Option<String> {
        self.vault().warning()
    }

    /// Whether no secret was found so far.
    pub fn is_clear(&self) -> bool {
        self.vault().found().is_empty()
    }

    fn vault(&self) -> MutexGuard<'_, Vault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
