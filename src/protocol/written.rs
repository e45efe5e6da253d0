//! A result with its JSON, which is made once: the journal and every frame that tells the result are put together of it.

use std::ops::Deref;
use std::sync::LazyLock;

use memchr::memmem::FinderRev;

use super::Envelope;
use crate::json;

/// Where text and document stand in an envelope that has neither. What follows them are figures, and texts whose quotes are
/// escaped: the last place that reads so is this one.
const PLACE: &str = r#""text":"","data":null,"thread_id":"#;
static FINDER: LazyLock<FinderRev<'static>> = LazyLock::new(|| FinderRev::new(PLACE));
/// Bytes of most envelopes without text and document.
const ROOM: usize = 1024;

/// A result that changes no more.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    envelope: Envelope,
    /// The envelope without its text and its document.
    meta: String,
    text: String,
    document: String,
}

impl From<Envelope> for Written {
    fn from(mut envelope: Envelope) -> Self {
        let (text, data) = (std::mem::take(&mut envelope.text), envelope.data.take());
        let meta = written(json::text(&envelope, ROOM));
        let pieces = (written(json::quoted(&text)), written(json::document(&data, ROOM)));
        (envelope.text, envelope.data) = (text, data);
        Self { envelope, meta, text: pieces.0, document: pieces.1 }
    }
}

impl Deref for Written {
    type Target = Envelope;

    fn deref(&self) -> &Envelope {
        &self.envelope
    }
}

impl Written {
    /// The result alone.
    pub fn into_envelope(self) -> Envelope {
        self.envelope
    }

    /// The whole envelope as JSON.
    pub fn json(&self) -> String {
        let Some(at) = FINDER.rfind(&self.meta) else {
            return written(json::text(&self.envelope, ROOM));
        };
        let (before, behind) = (&self.meta[..at], &self.meta[at + PLACE.len()..]);
        [before, r#""text":"#, &self.text, r#","data":"#, &self.document, r#","thread_id":"#, behind].concat()
    }

    /// The envelope as JSON, without its text and its document.
    pub(super) fn meta(&self) -> &str {
        &self.meta
    }

    /// The text as JSON.
    pub(super) fn text_json(&self) -> &str {
        &self.text
    }

    /// The document as JSON.
    pub(super) fn document_json(&self) -> &str {
        &self.document
    }
}

/// Our own types can always be written.
fn written(json: serde_json::Result<String>) -> String {
    json.unwrap_or_else(|_| "null".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::Error;
    use crate::protocol::CallId;

    #[test]
    fn the_pieces_are_the_whole_whatever_they_say() {
        let place = json!({"text": "", "data": null, "thread_id": null});
        let mut answered = Envelope::running(CallId::new(), "chat");
        answered.text = format!("# \"Found\"\n{place}");
        answered.data = json!({"status": "complete", "like": place});
        answered.warnings.push(place.to_string());
        let mut failed = answered.clone();
        failed.fail(&Error::internal(PLACE).details(place));
        for envelope in [answered, failed, Envelope::running(CallId::new(), "chat")] {
            let written = Written::from(envelope.clone());
            assert_eq!(written.json(), serde_json::to_string(&envelope).unwrap());
            assert_eq!(written.into_envelope(), envelope);
        }
    }
}
