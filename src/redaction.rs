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
mod clean;
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

use clean::{Clean, Place};
use scan::{Scanner, Span};
pub use vault::{Found, Vault};
pub use veil::Veil;

/// Takes secrets out of texts.
#[derive(Debug)]
pub struct Redactor {
    scanner: Option<Scanner>,
    clean: Clean,
}

/// What one pass takes away may uncover more, as where two secrets touched; deeper nests are not made by accident.
const PASSES: usize = 8;
/// Stands in place of every text should the automaton not be built; the table is constant, so a test rules that out.
const WITHHELD: &str = "<TEXT WITHHELD: secrets can not be recognized>";

impl Redactor {
    /// The one of this process; made when it is first needed.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Redactor> =
            LazyLock::new(|| Redactor { scanner: Scanner::new().ok(), clean: Clean::default() });
        &SHARED
    }

    /// `text` with a placeholder in place of each secret.
    pub fn redact<'a>(&self, vault: &mut Vault, text: &'a str) -> Cow<'a, str> {
        let Some(scanner) = &self.scanner else { return Cow::Borrowed(WITHHELD) };
        let place = self.clean.place(text);
        // The secrets that the call has shown may stand in a text that was clean before.
        if vault.is_empty() && place.as_ref().is_some_and(Place::is_taken) {
            return Cow::Borrowed(text);
        }
        let Some(mut redacted) = pass(scanner, vault, text) else {
            place.into_iter().for_each(Place::take);
            return Cow::Borrowed(text);
        };
        for _ in 1..PASSES {
            let Some(again) = pass(scanner, vault, &redacted) else { break };
            redacted = again;
        }
        Cow::Owned(redacted)
    }

    /// As [`Self::redact`], with the place of each line: counted from 0, where it begins in `text`. They differ behind a
    /// secret of several lines, such as a key, which becomes a placeholder on one.
    pub fn redact_lines(&self, vault: &mut Vault, text: &str) -> (String, Vec<usize>) {
        let mut lines: Vec<usize> = (0..=memchr::memchr_iter(b'\n', text.as_bytes()).count()).collect();
        let Some(scanner) = &self.scanner else { return (WITHHELD.to_owned(), vec![0]) };
        let mut text = text.to_owned();
        for _ in 0..PASSES {
            let spans = scanner.spans(&text, vault);
            if spans.is_empty() {
                break;
            }
            lines = kept_lines(&text, &spans, &lines);
            text = replaced(vault, &text, spans);
        }
        (text, lines)
    }

    /// Takes the secrets out of all strings of `value`; keys are not secrets, but tell which values are.
    pub fn redact_json(&self, vault: &mut Vault, value: &mut Value) {
        self.redact_value(vault, None, value);
    }

    fn redact_value(&self, vault: &mut Vault, name: Option<&str>, value: &mut Value) {
        match value {
            Value::String(text) => {
                let telling = name.filter(|name| self.scanner.as_ref().is_some_and(|scanner| scanner.is_telling(name)));
                if let Some(kind) = telling.and_then(|name| assignment::named(name, text)) {
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
    Some(replaced(vault, text, spans))
}

/// `text` with a placeholder in place of each span.
fn replaced(vault: &mut Vault, text: &str, spans: Vec<Span>) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        redacted.push_str(&text[at..span.start]);
        redacted.push_str(&vault.replace(span.kind, &text[span.start..span.end]).to_string());
        at = span.end;
    }
    redacted.push_str(&text[at..]);
    redacted
}

/// Of the places of lines, those that are left when each span has become one word.
fn kept_lines(text: &str, spans: &[Span], lines: &[usize]) -> Vec<usize> {
    let mut kept = vec![lines.first().copied().unwrap_or(0)];
    let mut spans = spans.iter().peekable();
    for (index, end) in memchr::memchr_iter(b'\n', text.as_bytes()).enumerate() {
        while spans.next_if(|span| span.end <= end).is_some() {}
        let is_inside = spans.peek().is_some_and(|span| span.start <= end);
        if !is_inside {
            kept.extend(lines.get(index + 1));
        }
    }
    kept
}
