//! One reply of a scenario.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use serde::Deserialize;

use super::{Ending, Frame, Framing, Point, Provider, Route, Times, Usage};
use crate::refusal;

/// One reply: whom it answers, what it says, and how it misbehaves.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reply {
    /// Answers requests of this route; chat when not given.
    pub route: Route,
    /// Answers only this provider's requests.
    pub provider: Option<Provider>,
    /// Answers only requests for this model.
    pub model: Option<String>,
    /// Answers only requests whose messages (or body, when it has none) contain this.
    pub contains: Option<String>,
    /// Answers only the n-th request, from 1, among those that match the other criteria.
    pub nth: Option<usize>,
    /// How often; when not given once, or for ever if no later reply could answer the same request.
    pub times: Option<Times>,

    /// HTTP status; 200 when not given, or the status of the error.
    pub status: Option<u16>,
    /// Response headers, over the usual ones.
    pub headers: BTreeMap<String, String>,
    /// The whole body, instead of a stream.
    pub body: Option<String>,
    /// GLM's error of this code, with its status and body.
    pub glm_error: Option<String>,
    /// Kimi's error of this type, with its status and body.
    pub kimi_error: Option<String>,
    /// The error's message, instead of the usual one.
    pub error_message: Option<String>,

    /// What the model answers, streamed word by word.
    pub text: Option<String>,
    /// Puts the last word of the request that begins with this behind `text`: an answer that can be told from others.
    pub echo: Option<String>,
    /// What the model thinks before it answers.
    pub reasoning: Option<String>,
    /// The figures, and where they stand.
    pub usage: Usage,
    /// The finish word, `stop` when not given; `null` never tells one.
    pub finish: Option<String>,
    /// The model that the answer names, when it is not the one that was asked.
    pub answers_as: Option<String>,
    /// The frames of the stream, instead of those made from `text`.
    pub frames: Option<Vec<Frame>>,

    /// Peculiarities of the stream.
    pub framing: Vec<Framing>,
    /// Cuts the stream into writes (and chunks) of so many bytes.
    pub split_bytes: Option<NonZeroUsize>,
    /// Writes every byte, headers too, by itself.
    pub drip: bool,
    /// Milliseconds of silence before every write: a server that is slow for ever.
    #[serde(default)]
    pub pause_ms: u64,
    /// Waits for this gate, which the test opens.
    pub wait_for: Option<String>,
    /// Where it waits for the gate.
    pub wait_at: Point,
    /// Where it falls silent until the client closes.
    pub stall: Option<Point>,
    /// How it ends.
    pub ending: Ending,
}

impl Reply {
    /// Answers `text`.
    pub fn answer(text: &str) -> Self {
        Self { text: Some(text.to_owned()), ..Self::default() }
    }

    /// Fails with an error of GLM.
    pub fn glm_error(code: &str) -> Self {
        Self { glm_error: Some(code.to_owned()), ..Self::default() }
    }

    /// Fails with an error of Kimi.
    pub fn kimi_error(kind: &str) -> Self {
        Self { kimi_error: Some(kind.to_owned()), ..Self::default() }
    }

    /// Sends this body, without a stream.
    pub fn body(status: u16, body: &str) -> Self {
        Self { status: Some(status), body: Some(body.to_owned()), ..Self::default() }
    }

    /// Streams these payloads.
    pub fn frames<'a>(frames: impl IntoIterator<Item = &'a str>) -> Self {
        let frames = frames.into_iter().map(|frame| Frame::Data(frame.to_owned())).collect();
        Self { frames: Some(frames), ..Self::default() }
    }

    /// Answers so many requests.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = Some(Times::Count(times));
        self
    }

    /// Answers only this provider's requests.
    #[must_use]
    pub fn provider(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Answers only requests for this model.
    #[must_use]
    pub fn model(mut self, model: &str) -> Self {
        self.model = Some(model.to_owned());
        self
    }

    /// Answers only requests that contain this.
    #[must_use]
    pub fn contains(mut self, text: &str) -> Self {
        self.contains = Some(text.to_owned());
        self
    }

    /// Waits for a gate at this point.
    #[must_use]
    pub fn wait(mut self, gate: &str, at: Point) -> Self {
        (self.wait_for, self.wait_at) = (Some(gate.to_owned()), at);
        self
    }

    /// Falls silent at this point.
    #[must_use]
    pub fn stall(mut self, at: Point) -> Self {
        self.stall = Some(at);
        self
    }

    /// Ends this way.
    #[must_use]
    pub fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    /// Repeats the last word of the request that begins with `prefix` behind its text.
    #[must_use]
    pub fn echo(mut self, prefix: &str) -> Self {
        self.echo = Some(prefix.to_owned());
        self
    }

    /// The reply to a request that says this.
    pub(crate) fn to(&self, request: &str) -> Self {
        let mut reply = self.clone();
        if let Some(prefix) = &self.echo {
            let word = request.split_whitespace().rfind(|word| word.starts_with(prefix)).unwrap_or_default();
            reply.text = Some(format!("{}{word}", self.text.as_deref().unwrap_or_default()));
        }
        reply
    }

    /// What is wrong with it, if anything.
    pub(super) fn fault(&self) -> Option<String> {
        let contents = [
            ("body", self.body.is_some()),
            ("glm_error", self.glm_error.is_some()),
            ("kimi_error", self.kimi_error.is_some()),
            ("text", self.text.is_some() || self.reasoning.is_some()),
            ("frames", self.frames.is_some()),
        ];
        let given: Vec<&str> = contents.into_iter().filter_map(|(name, given)| given.then_some(name)).collect();
        if given.len() > 1 {
            return Some(format!("has both {}", given.join(" and ")));
        }
        if let Some(code) = self.glm_error.as_deref().filter(|code| !refusal::is_glm_code(code)) {
            return Some(format!("names {code:?}, which is no error code of GLM"));
        }
        if let Some(kind) = self.kimi_error.as_deref().filter(|kind| !refusal::is_kimi_type(kind)) {
            return Some(format!("names {kind:?}, which is no error type of Kimi"));
        }
        None
    }
}
