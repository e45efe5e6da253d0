//! Secrets out of everything that is sent to a model or kept, typed placeholders in: `<SECRET aws-key #1>`.
//!
//! ```text
//! text ─▶ automaton: words that give a secret away ─▶ look around each ─▶ spans ─▶ vault: placeholder of each secret
//! ```
//!
//! A secret has the same placeholder wherever it stands in one call, so that a model can still tell two apart.
//! What counts as one is data: `table` for secrets with a telling beginning, `name` for names that say so.
//! Nothing here does I/O, and nothing keeps a secret.

mod assignment;
mod authorization;
mod chance;
mod glue;
mod name;
mod pem;
mod scan;
mod table;
#[cfg(test)]
mod tests;
mod token;
mod url;
mod value;
mod vault;
mod veil;

use std::borrow::Cow;
use std::sync::LazyLock;

use serde_json::Value;

use scan::Scanner;
pub use vault::{Found, Vault};
pub use veil::Veil;

/// Takes secrets out of texts.
#[derive(Debug)]
pub struct Redactor {
    scanner: Option<Scanner>,
}

/// What one pass takes away may uncover more, as where two secrets touched; deeper nests are not made by accident.
const PASSES: usize = 8;
/// Stands in place of every text should the automaton not be built; the table is constant, so a test rules that out.
const WITHHELD: &str = "<TEXT WITHHELD: secrets can not be recognized>";

impl Redactor {
    /// The one of this process; made when it is first needed.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Redactor> = LazyLock::new(|| Redactor { scanner: Scanner::new().ok() });
        &SHARED
    }

    /// `text` with a placeholder in place of each secret.
    pub fn redact<'a>(&self, vault: &mut Vault, text: &'a str) -> Cow<'a, str> {
        let Some(scanner) = &self.scanner else { return Cow::Borrowed(WITHHELD) };
        if vault.is_clean(text) {
            return Cow::Borrowed(text);
        }
        let mut text = Cow::Borrowed(text);
        for _ in 0..PASSES {
            let Some(redacted) = pass(scanner, vault, &text) else {
                vault.note_clean(&text);
                break;
            };
            text = Cow::Owned(redacted);
        }
        text
    }

    /// Takes the secrets out of all strings of `value`; keys are not secrets, but tell which values are.
    pub fn redact_json(&self, vault: &mut Vault, value: &mut Value) {
        self.redact_value(vault, None, value);
    }

    fn redact_value(&self, vault: &mut Vault, name: Option<&str>, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(kind) = name.and_then(|name| assignment::named(name, text)) {
                    *text = vault.replace(kind, text).to_string();
                } else if let Cow::Owned(redacted) = self.redact(vault, text) {
                    *text = redacted;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.redact_value(vault, name, item)),
            Value::Object(fields) => {
                for (name, field) in fields.iter_mut() {
                    self.redact_value(vault, Some(name), field);
                }
            }
            _ => {}
        }
    }
}

/// One pass; `None` when there was nothing to take out.
fn pass(scanner: &Scanner, vault: &mut Vault, text: &str) -> Option<String> {
    let spans = scanner.spans(text, vault);
    if spans.is_empty() {
        return None;
    }
    let mut redacted = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        redacted.push_str(&text[at..span.start]);
        redacted.push_str(&vault.replace(span.kind, &text[span.start..span.end]).to_string());
        at = span.end;
    }
    redacted.push_str(&text[at..]);
    Some(redacted)
}
