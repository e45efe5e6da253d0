//! How each provider words an answer: the chunks of a stream, and the whole message when no stream was asked for.
//!
//! GLM thinks first, and its last chunk has the finish word and the figures. Kimi begins with a chunk that has
//! only the role, and tells the figures in an extra chunk when asked to, else inside the finish chunk's choice.

use serde_json::{Map, Value, json};

use crate::recorded::{Recorded, text_of_message};
use crate::scenario::{Ending, Placement, Provider, Reply};

/// The moment at which every answer was made, in seconds since 1970.
const CREATED: u64 = 1_795_000_000;

/// What a reply needs to know of its request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Which request it is, from 0.
    pub(crate) number: usize,
    pub(crate) provider: Provider,
    pub(crate) model: String,
    /// Whether a stream was asked for.
    pub(crate) streamed: bool,
    include_usage: bool,
    request_id: Value,
    prompt_bytes: usize,
}

impl Asked {
    /// What the request `number` asks of `provider`.
    pub(crate) fn new(number: usize, provider: Provider, request: &Recorded) -> Self {
        Self {
            number,
            provider,
            model: request.model().to_owned(),
            streamed: request.body["stream"] == true,
            include_usage: request.body["stream_options"]["include_usage"] == true,
            request_id: request.body["request_id"].clone(),
            prompt_bytes: request.messages().iter().map(|message| text_of_message(message).len()).sum(),
        }
    }
}

/// The payloads of the stream that tells `reply`; without finish word and figures when the reply breaks off.
pub(crate) fn payloads(reply: &Reply, asked: &Asked) -> Vec<String> {
    let answer = Answer { reply, asked };
    let mut chunks = Vec::new();
    if asked.provider != Provider::Glm {
        chunks.push(answer.chunk(json!({"role": "assistant", "content": ""}), &Value::Null));
    }
    for (key, text) in [("reasoning_content", &reply.reasoning), ("content", &reply.text)] {
        for word in words(text.as_deref()) {
            chunks.push(answer.chunk(answer.delta(key, word), &Value::Null));
        }
    }
    if reply.ending == Ending::Done {
        chunks.extend(answer.end());
    }
    chunks.iter().map(Value::to_string).collect()
}

/// The answer in one piece.
pub(crate) fn message(reply: &Reply, asked: &Asked) -> String {
    let answer = Answer { reply, asked };
    let mut message = json!({"role": "assistant", "content": reply.text.as_deref().unwrap_or_default()});
    if let Some(reasoning) = &reply.reasoning {
        message["reasoning_content"] = json!(reasoning);
    }
    let mut whole = answer.envelope("chat.completion");
    whole.insert("choices".to_owned(), json!([{"index": 0, "message": message, "finish_reason": answer.finish()}]));
    if reply.usage.placement != Some(Placement::None) {
        whole.insert("usage".to_owned(), answer.usage());
    }
    Value::Object(whole).to_string()
}

/// The words of a text, each with the white space after it, so that they join to the text again.
fn words(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split_inclusive(char::is_whitespace)
}

struct Answer<'a> {
    reply: &'a Reply,
    asked: &'a Asked,
}

impl Answer<'_> {
    fn is_glm(&self) -> bool {
        self.asked.provider == Provider::Glm
    }

    fn placement(&self) -> Placement {
        let usual = match self.asked.provider {
            Provider::Glm => Placement::Glm,
            _ if self.asked.include_usage => Placement::KimiExtra,
            Provider::Kimi => Placement::KimiChoice,
            Provider::Custom => Placement::None,
        };
        self.reply.usage.placement.unwrap_or(usual)
    }

    /// What stands around the choices.
    fn envelope(&self, object: &str) -> Map<String, Value> {
        let number = self.asked.number;
        let mut envelope = Map::new();
        if self.is_glm() {
            envelope.insert("id".to_owned(), json!(format!("20261122113000fake{number:04}")));
            if self.asked.request_id.is_string() {
                envelope.insert("request_id".to_owned(), self.asked.request_id.clone());
            }
        } else {
            envelope.insert("id".to_owned(), json!(format!("chatcmpl-fake{number:04}")));
            envelope.insert("object".to_owned(), json!(object));
        }
        envelope.insert("created".to_owned(), json!(CREATED));
        envelope.insert("model".to_owned(), json!(self.reply.answers_as.as_ref().unwrap_or(&self.asked.model)));
        envelope
    }

    fn delta(&self, key: &str, text: &str) -> Value {
        let mut delta = Map::new();
        if self.is_glm() {
            delta.insert("role".to_owned(), json!("assistant"));
        }
        delta.insert(key.to_owned(), json!(text));
        Value::Object(delta)
    }

    /// A chunk with one choice; only Kimi tells a finish word of null and a usage of null.
    fn chunk(&self, delta: Value, finish: &Value) -> Value {
        let mut choice = Map::new();
        choice.insert("index".to_owned(), json!(0));
        choice.insert("delta".to_owned(), delta);
        if !(self.is_glm() && finish.is_null()) {
            choice.insert("finish_reason".to_owned(), finish.clone());
        }
        let mut chunk = self.envelope("chat.completion.chunk");
        chunk.insert("choices".to_owned(), json!([choice]));
        if self.placement() == Placement::KimiExtra {
            chunk.insert("usage".to_owned(), Value::Null);
        }
        Value::Object(chunk)
    }

    /// The finish chunk, and the figures.
    fn end(&self) -> Vec<Value> {
        let delta = if self.is_glm() { self.delta("content", "") } else { json!({}) };
        let mut finish = self.chunk(delta, &self.finish());
        match self.placement() {
            Placement::None => vec![finish],
            Placement::Glm => {
                finish["usage"] = self.usage();
                vec![finish]
            }
            Placement::KimiChoice => {
                finish["choices"][0]["usage"] = self.usage();
                vec![finish]
            }
            Placement::KimiExtra => {
                let mut extra = self.envelope("chat.completion.chunk");
                extra.insert("choices".to_owned(), json!([]));
                extra.insert("usage".to_owned(), self.usage());
                vec![finish, Value::Object(extra)]
            }
        }
    }

    fn finish(&self) -> Value {
        match self.reply.finish.as_deref() {
            Some("null") => Value::Null,
            word => json!(word.unwrap_or("stop")),
        }
    }

    fn usage(&self) -> Value {
        let given = &self.reply.usage;
        let count = |text: &Option<String>| words(text.as_deref()).count() as u64;
        let reasoning = given.reasoning.unwrap_or_else(|| count(&self.reply.reasoning));
        let input = given.input.unwrap_or(self.asked.prompt_bytes.div_ceil(4) as u64);
        let output = given.output.unwrap_or_else(|| reasoning + count(&self.reply.text));
        let cached = given.cached.unwrap_or(0);
        let mut usage = json!({
            "prompt_tokens": input,
            "completion_tokens": output,
            "total_tokens": input + output,
            "completion_tokens_details": {"reasoning_tokens": reasoning},
        });
        match self.asked.provider {
            Provider::Kimi => usage["cached_tokens"] = json!(cached),
            Provider::Glm | Provider::Custom => usage["prompt_tokens_details"] = json!({"cached_tokens": cached}),
        }
        usage
    }
}
