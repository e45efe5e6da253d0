//! The whole answer, put together from its chunks, and whether it is one.
//!
//! An answer that is empty, cut, refused or too long is an error with a cause, never a success.

#[cfg(test)]
mod tests;

use super::{Cause, Chunk, Finish, Piece, ProviderError, ToolCall};
use crate::protocol::{Extra, Usage};

/// One answer of a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply {
    /// The answer's id at the provider.
    pub id: Option<String>,
    /// The model that answered; not always the one that was asked.
    pub model: Option<String>,
    /// The text.
    pub text: String,
    /// The reasoning before it.
    pub reasoning: String,
    /// The functions that the model asked for.
    pub tool_calls: Vec<ToolCall>,
    /// Why it ended, if it said so.
    pub finish: Option<Finish>,
    /// Tokens, as the provider counted them.
    pub usage: Usage,
    /// Members that have no place of their own; the last value of each.
    pub extra: Extra,
}

/// Puts chunks together.
#[derive(Debug, Default)]
pub struct ReplyBuilder {
    reply: Reply,
    done: bool,
}

impl ReplyBuilder {
    /// Takes a chunk and gives what is to be handed on, reasoning first.
    pub fn accept(&mut self, chunk: Chunk) -> Vec<Piece> {
        let reply = &mut self.reply;
        reply.id = reply.id.take().or(chunk.id);
        reply.model = reply.model.take().or(chunk.model);
        reply.usage = chunk.usage.unwrap_or(reply.usage);
        reply.finish = chunk.finish.or_else(|| reply.finish.take());
        reply.extra.extend(chunk.extra);
        reply.reasoning.push_str(&chunk.reasoning);
        reply.text.push_str(&chunk.text);
        chunk.tool_calls.into_iter().for_each(|piece| piece.join(&mut reply.tool_calls));
        let mut pieces = Vec::new();
        if !chunk.reasoning.is_empty() {
            pieces.push(Piece::Reasoning(chunk.reasoning));
        }
        if !chunk.text.is_empty() {
            pieces.push(Piece::Text(chunk.text));
        }
        pieces
    }

    /// Notes that the provider said it was the end.
    pub fn done(&mut self) {
        self.done = true;
    }

    /// Whether the provider said that it was the end.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Whether the answer said why it ended: what breaks afterwards takes nothing from it.
    pub fn is_complete(&self) -> bool {
        self.done || self.reply.finish.is_some()
    }

    /// Adds to an error what had arrived.
    pub fn spoil(self, mut error: ProviderError) -> ProviderError {
        error.after_content = !self.reply.text.is_empty();
        if self.reply != Reply::default() {
            error.partial = Some(Box::new(self.reply));
        }
        error
    }

    /// The answer, if it is one.
    pub fn finish(self) -> Result<Reply, ProviderError> {
        match self.fault() {
            Some((cause, message)) => Err(self.spoil(ProviderError::new(cause, message))),
            None => Ok(self.reply),
        }
    }

    fn fault(&self) -> Option<(Cause, String)> {
        let reply = &self.reply;
        // Whether anybody offered the functions that it asks for is for the gateway to say.
        let has_text = !reply.text.trim().is_empty() || reply.tool_calls.iter().any(|call| !call.name.is_empty());
        match reply.finish.as_ref() {
            Some(Finish::ContentFilter) => {
                return Some((Cause::ContentRefused, "the provider's content filter cut the answer".into()));
            }
            Some(Finish::NetworkError) => {
                return Some((Cause::Server, "the provider lost the answer on its way".into()));
            }
            Some(Finish::Length | Finish::ContextExceeded) => return Some((Cause::Truncated, self.too_long(has_text))),
            None if !self.done => return Some((Cause::Cut, self.cut(has_text))),
            Some(Finish::Stop | Finish::ToolCalls | Finish::Unknown(_)) | None => {}
        }
        if has_text {
            return None;
        }
        let message = match (&reply.finish, reply.reasoning.len()) {
            (Some(Finish::ToolCalls), _) => "the model asked for a tool in place of an answer".into(),
            (_, 0) => "the answer is empty".into(),
            (_, bytes) => format!("only reasoning came ({bytes} bytes), no answer"),
        };
        Some((Cause::Empty, message))
    }

    fn too_long(&self, has_text: bool) -> String {
        let limit = match self.reply.finish {
            Some(Finish::ContextExceeded) => "the model's window",
            _ => "the limit of output",
        };
        if has_text {
            format!("the answer was cut off after {} bytes: it reached {limit}", self.reply.text.len())
        } else {
            format!("reasoning alone ({} bytes) reached {limit}, no answer came", self.reply.reasoning.len())
        }
    }

    fn cut(&self, has_text: bool) -> String {
        if has_text {
            format!("the answer stopped after {} bytes without an end", self.reply.text.len())
        } else if self.reply.reasoning.is_empty() {
            "the connection ended before anything came".into()
        } else {
            format!("the answer stopped after {} bytes of reasoning", self.reply.reasoning.len())
        }
    }
}
