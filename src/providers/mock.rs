//! Answers without a network or a key, to try the tool and the wiring of a CI: `mock:echo`, `mock:429`, and so on.

mod script;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

pub(crate) use script::{Act, Script};

use super::{
    CUSTOM, Cause, ChatRequest, Chunk, Finish, Limits, Model, Piece, Provider, ProviderError, ProviderName, Reply,
    ReplyBuilder, ReplyStream,
};

/// The provider that needs no network.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mock;

#[async_trait]
impl Provider for Mock {
    fn name(&self) -> ProviderName {
        ProviderName::Mock
    }

    fn account(&self) -> &'static str {
        ""
    }

    fn body(&self, model: &Model, request: &ChatRequest) -> Map<String, Value> {
        CUSTOM.body(model, request)
    }

    async fn open(
        &self,
        model: &Model,
        body: &Map<String, Value>,
        limits: &Limits,
    ) -> Result<Box<dyn ReplyStream>, ProviderError> {
        let script =
            Script::parse(&model.id).map_err(|error| ProviderError::new(Cause::ModelNotFound, error.message))?;
        // Also the shortest sleep takes a millisecond.
        let waits = !script.first_wait.is_zero();
        if waits && timeout(limits.headers, sleep(script.first_wait)).await.is_err() {
            let message = format!("no answer began within {} s", limits.headers.as_secs_f64());
            return Err(ProviderError::new(Cause::TimeoutHeaders, message));
        }
        if let Act::Refuse(status) = script.act {
            return Err(refusal(status));
        }
        Ok(Box::new(MockStream::new(&script, last_user_message(body), limits.idle)))
    }
}

fn refusal(status: u16) -> ProviderError {
    let cause = Cause::of_status(status);
    let mut error = ProviderError::new(cause, format!("the mock always answers {status}"));
    error.status = Some(status);
    error.retry_after = (status == 429).then_some(Duration::from_secs(1));
    error
}

fn last_user_message(body: &Map<String, Value>) -> &str {
    let messages = body.get("messages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let user = messages.iter().rev().find(|message| message["role"] == "user");
    let content = user.map_or(&Value::Null, |message| &message["content"]);
    let mut parts = content.as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
    content.as_str().or_else(|| parts.next_back()).unwrap_or_default()
}

/// An answer that plays a script.
struct MockStream {
    words: VecDeque<String>,
    pace: Duration,
    idle: Duration,
    end: Option<Act>,
    builder: ReplyBuilder,
}

impl MockStream {
    fn new(script: &Script, asked: &str, idle: Duration) -> Self {
        let said = script.text.as_deref().unwrap_or(asked);
        let said = match script.act {
            Act::Empty => "",
            Act::DropAt(percent) => head(said, percent),
            _ => said,
        };
        let words = said.split_inclusive(char::is_whitespace).map(str::to_owned).collect();
        let end = Some(script.act.clone());
        Self { words, pace: script.pace, idle, end, builder: ReplyBuilder::default() }
    }

    fn end(&mut self) -> Result<(), ProviderError> {
        let finish = match self.end.take() {
            None | Some(Act::Cut) => return Ok(()),
            Some(Act::DropAt(_)) => {
                let error = ProviderError::new(Cause::Reset, "the mock dropped the connection");
                return Err(std::mem::take(&mut self.builder).spoil(error));
            }
            Some(Act::Length) => Finish::Length,
            Some(Act::Filter) => Finish::ContentFilter,
            Some(Act::Say | Act::Empty | Act::Refuse(_)) => Finish::Stop,
        };
        self.builder.accept(Chunk { finish: Some(finish), model: Some("mock".into()), ..Chunk::default() });
        self.builder.done();
        Ok(())
    }
}

/// The first `percent` of a text.
fn head(text: &str, percent: u8) -> &str {
    let end = text.len() * usize::from(percent) / 100;
    let end = (0..=end).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

#[async_trait]
impl ReplyStream for MockStream {
    async fn next(&mut self) -> Result<Option<Piece>, ProviderError> {
        if self.words.is_empty() {
            return self.end().map(|()| None);
        }
        // A long answer would take the shortest sleep for each of its words.
        let pause = async { if self.pace.is_zero() { yield_now().await } else { sleep(self.pace).await } };
        if timeout(self.idle, pause).await.is_err() {
            let message = format!("nothing came for {} s", self.idle.as_secs_f64());
            self.words.clear();
            self.end = None;
            return Err(std::mem::take(&mut self.builder).spoil(ProviderError::new(Cause::TimeoutIdle, message)));
        }
        let text = self.words.pop_front().unwrap_or_default();
        Ok(self.builder.accept(Chunk { text, ..Chunk::default() }).pop())
    }

    fn finish(self: Box<Self>) -> Result<Reply, ProviderError> {
        self.builder.finish()
    }
}
