//! How large a request is, and whether that is close to what its model takes.

use std::io::{self, Write};

use serde_json::{Map, Value};

use crate::protocol::RequestSize;
use crate::providers::Model;

/// From this share of the window on, in percent, the caller is told: the answer needs room, and estimates err.
const CLOSE: u64 = 80;

/// Measures a body whose messages have about `tokens`.
pub(super) fn of(body: &Map<String, Value>, tokens: u64, model: &Model) -> RequestSize {
    let mut bytes = Counter(0);
    // Counting can not fail, and neither can the serialization of JSON.
    let _ = serde_json::to_writer(&mut bytes, body);
    RequestSize { bytes: bytes.0, tokens, window: model.context }
}

/// What to tell of a request that nearly fills the window.
pub(super) fn warning(size: RequestSize, model: &Model) -> Option<String> {
    let percent = size.tokens.saturating_mul(100) / size.window.max(1);
    (percent >= CLOSE).then(|| {
        format!(
            "the request is about {} tokens, {percent} % of what {model} takes: the answer may be cut short",
            size.tokens
        )
    })
}

struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::Catalogue;

    #[test]
    fn a_request_that_fills_four_fifths_of_the_window_is_told() {
        let model = Catalogue::embedded().unwrap().resolve("glm-4.5v").unwrap();
        let size = |tokens| of(&Map::new(), tokens, &model);
        assert_eq!(warning(size(model.context * 79 / 100), &model), None);
        let told = warning(size(model.context * 85 / 100), &model).unwrap();
        assert!(told.contains("85 % of what glm-4.5v takes"), "{told}");
        assert_eq!(size(1).bytes, "{}".len());
    }
}
