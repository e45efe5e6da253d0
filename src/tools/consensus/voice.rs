//! A model that is consulted, the side it takes, and what it said.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::Result;
use crate::gateway::{Answer, Route};

/// One model and the side it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Voice {
    /// As the caller names it.
    #[schemars(description = "Its name.")]
    pub(super) model: String,
    /// Its side.
    #[serde(default)]
    #[schemars(description = "Its side.")]
    pub(super) stance: Stance,
    /// Instructions in place of those of the stance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(description = "Replaces what the stance tells it.")]
    pub(super) stance_prompt: Option<String>,
}

/// The side that a model takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stance {
    /// Argues for it.
    For,
    /// Argues against it.
    Against,
    /// Takes no side.
    #[default]
    Neutral,
}

impl Stance {
    fn as_str(self) -> &'static str {
        match self {
            Self::For => "for",
            Self::Against => "against",
            Self::Neutral => "neutral",
        }
    }

    /// The prompt that says what the stance asks of a model.
    fn prompt(self) -> &'static str {
        match self {
            Self::For => "consensus_for",
            Self::Against => "consensus_against",
            Self::Neutral => "consensus_neutral",
        }
    }
}

impl Voice {
    /// The prompts that it is told; what the caller wrote for it follows them.
    pub(super) fn prompts(&self) -> Vec<&'static str> {
        let stance = self.stance_prompt.is_none().then(|| self.stance.prompt());
        std::iter::once("consensus").chain(stance).collect()
    }

    /// As documents name it: `glm-5.3:for`.
    pub(super) fn label(&self) -> String {
        format!("{}:{}", self.model, self.stance.as_str())
    }
}

impl fmt::Display for Voice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.model, self.stance.as_str())
    }
}

/// What came of asking one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Response {
    voice: Voice,
    /// Who answered, or would have.
    provider: Option<String>,
    model: Option<String>,
    /// The answer, or why there is none.
    said: std::result::Result<String, String>,
}

impl Response {
    /// What `voice` came to, which was asked along `route`.
    pub(super) fn of(voice: &Voice, route: Option<&Route>, outcome: &Result<Answer>) -> Self {
        let first = route.and_then(|route| route.first().ok());
        let (provider, model) = match outcome {
            Ok(answer) => (Some(answer.provider.clone()), Some(answer.model.clone())),
            Err(_) => (first.map(|model| model.provider.to_string()), first.map(ToString::to_string)),
        };
        let said = outcome.as_ref().map(|answer| answer.text.clone()).map_err(|error| error.message.clone());
        Self { voice: voice.clone(), provider, model, said }
    }

    /// Who was asked.
    pub(super) fn voice(&self) -> &Voice {
        &self.voice
    }

    /// Who answered, or would have.
    pub(super) fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    /// Why there is no answer.
    pub(super) fn failure(&self) -> Option<&str> {
        self.said.as_ref().err().map(String::as_str)
    }

    /// Its entry in the predecessor's documents.
    pub(super) fn entry(&self) -> Value {
        let (status, key, text) = match &self.said {
            Ok(answer) => ("success", "verdict", answer),
            Err(why) => ("error", "error", why),
        };
        json!({
            "model": self.voice.model,
            "stance": self.voice.stance,
            "status": status,
            key: text,
            "metadata": {"provider": self.provider, "model_name": self.model},
        })
    }

    /// What is read under its heading.
    pub(super) fn text(&self) -> String {
        match &self.said {
            Ok(answer) => format!("{}\n\n", answer.trim_end()),
            Err(why) => format!("It gave no answer: {why}\n\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::Prompts;

    #[test]
    fn a_model_is_told_its_part_in_at_most_850_tokens() {
        let (prompts, vocabulary) = (Prompts::default(), tiktoken::get_encoding("o200k_base").unwrap());
        for stance in [Stance::For, Stance::Against, Stance::Neutral] {
            let voice = Voice { model: "glm-5.3".to_owned(), stance, stance_prompt: None };
            let told: Vec<_> = voice.prompts().iter().map(|name| prompts.get(name).unwrap()).collect();
            let tokens = vocabulary.count(&told.join("\n"));
            assert!((200..=850).contains(&tokens), "{voice}: {tokens}");
        }
    }
}
