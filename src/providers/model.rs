//! One model: what it takes, how much, and what it costs.

use std::fmt;

use serde::Deserialize;

use super::{Price, ProviderName, ThinkingMode};
use crate::protocol::{Nanodollars, Usage};

/// One model.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The id that is sent.
    pub id: String,
    /// Whose it is.
    pub provider: ProviderName,
    /// Whether the catalogue knows it; an unlisted one gets conservative limits and no fields of its family.
    pub listed: bool,
    /// Other names for it.
    pub aliases: Vec<String>,
    /// Tokens of prompt and answer together.
    pub context: u64,
    /// The most tokens of reasoning and answer.
    pub max_output: u64,
    /// What it costs, if anybody said.
    pub price: Option<Price>,
    /// The day of the price.
    pub priced_on: Option<String>,
    /// Whether it thinks.
    pub thinking: Thinking,
    /// The words that its `reasoning_effort` takes, weakest first.
    pub effort: Vec<String>,
    /// Whether it sees images.
    pub vision: bool,
    /// Whether it calls tools.
    pub tools: bool,
    /// Which temperatures it takes.
    pub temperature: Temperature,
    /// When it came out.
    pub released: Option<String>,
    /// Why it should not be chosen any more.
    pub deprecated: Option<String>,
    /// The day it stopped answering.
    pub retired_on: Option<String>,
    /// What to take instead.
    pub replaced_by: Option<String>,
}

/// The name by which it is asked for.
impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.provider == ProviderName::Custom {
            write!(f, "{}/", self.provider)?;
        }
        f.write_str(&self.id)
    }
}

/// Whether a model thinks before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Thinking {
    /// Never, or nobody knows: nothing about it is sent.
    No,
    /// Unless it is switched off.
    Toggle,
    /// Always.
    Always,
}

/// Which temperatures a model takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Temperature {
    /// Any within these bounds.
    Range {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// Refuses the field.
    Fixed,
}

impl Model {
    /// A model that the catalogue does not know: conservative, and nothing special is sent to it.
    pub(crate) fn unlisted(provider: ProviderName, id: impl Into<String>, context: u64, max_output: u64) -> Self {
        Self {
            id: id.into(),
            provider,
            listed: false,
            aliases: Vec::new(),
            context,
            max_output,
            price: None,
            priced_on: None,
            thinking: Thinking::No,
            effort: Vec::new(),
            vision: false,
            tools: false,
            temperature: Temperature::Fixed,
            released: None,
            deprecated: None,
            retired_on: None,
            replaced_by: None,
        }
    }

    /// Stands for a service in the journal and in the books, where otherwise a model does.
    pub(crate) fn of_service(provider: ProviderName, name: &str) -> Self {
        Self::unlisted(provider, name, 0, 0)
    }

    /// Whether images can be shown to it; what stands behind an endpoint of the user's own only the user knows.
    pub fn sees_images(&self) -> bool {
        self.vision || matches!(self.provider, ProviderName::Custom | ProviderName::Mock)
    }

    /// Whether it can search the web by its provider's means. Kimi's search wants no thinking.
    pub fn searches(&self) -> bool {
        match self.provider {
            ProviderName::Glm => true,
            ProviderName::Kimi => self.thinking != Thinking::Always,
            ProviderName::Custom | ProviderName::Mock => false,
        }
    }

    /// What `usage` costs; `None` when that is not known.
    pub fn cost(&self, usage: &Usage) -> Option<Nanodollars> {
        self.price.and_then(|price| price.cost(usage))
    }

    /// Whether it stopped answering.
    pub fn is_retired(&self) -> bool {
        self.retired_on.is_some()
    }

    /// Whether it will think when asked to in this way: decides which waits are patient.
    pub fn thinks(&self, mode: Option<ThinkingMode>) -> bool {
        match self.thinking {
            Thinking::No => !self.listed && self.provider != ProviderName::Mock,
            Thinking::Toggle => mode != Some(ThinkingMode::Minimal),
            Thinking::Always => true,
        }
    }

    /// The temperature to send, moved into what the model takes; `None` when it takes none.
    pub(crate) fn temperature(&self, wanted: Option<f64>) -> Option<f64> {
        match self.temperature {
            Temperature::Range { min, max } => {
                wanted.filter(|value| value.is_finite()).map(|value| value.clamp(min, max))
            }
            Temperature::Fixed => None,
        }
    }

    /// The limit to send.
    pub(crate) fn output_limit(&self, wanted: Option<u64>) -> Option<u64> {
        wanted.map(|tokens| tokens.clamp(1, self.max_output.max(1)))
    }

    /// The word for `reasoning_effort`; `None` leaves the model its default.
    pub(crate) fn effort_word(&self, mode: Option<ThinkingMode>) -> Option<&str> {
        let weakest = self.effort.first().map(String::as_str);
        let word = |word: &str| self.effort.iter().find(|known| *known == word).map(String::as_str);
        match mode? {
            ThinkingMode::Minimal => weakest,
            ThinkingMode::Low => word("low").or(weakest),
            ThinkingMode::Medium => None,
            ThinkingMode::High => word("high"),
            ThinkingMode::Max => word("max").or_else(|| self.effort.last().map(String::as_str)),
        }
    }
}
