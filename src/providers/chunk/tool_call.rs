//! A piece of a function that a model asks for: some providers send its arguments in many, others as one object.

use serde_json::Value;

use crate::providers::ToolCall;

/// A piece of a call of a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolCallPiece {
    /// Which of the calls it belongs to.
    pub index: usize,
    /// What of it came: the id, the kind and the name whole, of the arguments the next piece.
    pub call: ToolCall,
}

/// More calls than this in one answer are none.
const MOST: usize = 128;

impl ToolCallPiece {
    /// Reads a member of `tool_calls`, which is the `at`-th of its event.
    pub(super) fn read(at: usize, value: &Value) -> Self {
        let index = value["index"].as_u64().and_then(|index| usize::try_from(index).ok()).unwrap_or(at);
        Self { index, call: ToolCall::read(value) }
    }

    /// Adds the piece to the calls that have come so far.
    pub(in crate::providers) fn join(self, calls: &mut Vec<ToolCall>) {
        if self.index >= MOST {
            return;
        }
        while calls.len() <= self.index {
            calls.push(ToolCall { kind: "function".to_owned(), ..ToolCall::default() });
        }
        if let Some(call) = calls.get_mut(self.index) {
            let fields =
                [(&mut call.id, self.call.id), (&mut call.kind, self.call.kind), (&mut call.name, self.call.name)];
            for (field, piece) in fields {
                if !piece.is_empty() {
                    *field = piece;
                }
            }
            call.arguments.push_str(&self.call.arguments);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn calls_are_put_together_from_interleaved_pieces_and_whole_objects() {
        let mut calls = Vec::new();
        for piece in [
            json!({"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": {"x": 1}}}),
            json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}),
            json!({"index": 0, "function": {"arguments": "{\"y\":"}}),
            json!({"index": 0, "function": {"arguments": "2}"}}),
            json!({"index": 1_000_000_000_u64, "function": {"name": "h"}}),
            json!("nonsense"),
        ] {
            ToolCallPiece::read(0, &piece).join(&mut calls);
        }
        let told: Vec<_> = calls.iter().map(|call| (&*call.id, &*call.kind, &*call.name, &*call.arguments)).collect();
        assert_eq!(told, [("a", "function", "f", r#"{"y":2}"#), ("b", "function", "g", r#"{"x":1}"#)]);
    }
}
