//! The names of the providers.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose model it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum ProviderName {
    /// Zhipu, Z.ai abroad.
    Glm,
    /// Moonshot.
    Kimi,
    /// Any endpoint of the `OpenAI` shape that the user configured.
    Custom,
    /// Answers without a network, to try things out.
    Mock,
}

impl ProviderName {
    /// Every provider.
    pub const ALL: [Self; 4] = [Self::Glm, Self::Kimi, Self::Custom, Self::Mock];

    /// The name in settings, in the store and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Glm => "glm",
            Self::Kimi => "kimi",
            Self::Custom => "custom",
            Self::Mock => "mock",
        }
    }

    /// The provider of that name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str().eq_ignore_ascii_case(name.trim()))
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
