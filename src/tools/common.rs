//! Arguments that all tools with a model share.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::providers::ThinkingMode;

/// How a model is asked, and in which conversation.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
pub(super) struct Common {
    /// Model to ask, such as glm-5.3 or kimi-k3.1-pro; auto or nothing leaves the choice to exai.
    #[schemars(length(min = 1, max = 100))]
    pub(super) model: Option<String>,
    /// Sampling temperature, 0 to 1; sent only where the model takes it.
    #[schemars(range(min = 0, max = 1))]
    pub(super) temperature: Option<f64>,
    /// How much the model shall think.
    pub(super) thinking_mode: Option<ThinkingMode>,
    /// Let the model search the web: costs extra, and sends queries out.
    #[serde(default)]
    pub(super) use_websearch: bool,
    /// Conversation to continue, as a former result named it.
    #[schemars(length(max = 200))]
    pub(super) continuation_id: Option<String>,
    /// Go on when a named file does not exist.
    #[serde(default)]
    pub(super) allow_missing: bool,
}

impl Common {
    /// Puts down how a model is asked, as far as the caller said it.
    pub(super) fn put(&self, kept: &mut Map<String, Value>) {
        let said = [
            ("model", self.model.as_ref().map(|model| json!(model))),
            ("temperature", self.temperature.map(|temperature| json!(temperature))),
            ("thinking_mode", self.thinking_mode.map(|mode| json!(mode))),
        ];
        kept.extend(said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }

    /// With what was said of it `earlier`, where nothing is said now.
    #[must_use]
    pub(super) fn or(self, earlier: Self) -> Self {
        Self {
            model: self.model.or(earlier.model),
            temperature: self.temperature.or(earlier.temperature),
            thinking_mode: self.thinking_mode.or(earlier.thinking_mode),
            ..self
        }
    }
}

/// Reads checked arguments into a tool's type.
pub(super) fn read<T: serde::de::DeserializeOwned>(arguments: Map<String, Value>) -> Result<T> {
    serde_json::from_value(Value::Object(arguments)).map_err(|error| Error::invalid(format!("arguments: {error}")))
}
