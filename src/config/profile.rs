//! The lists of tools that an agent can be shown.

use super::setting::{Raw, Setting};

/// A list of tools: the longer it is, the more of an agent's window it takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// Every tool that is not switched off.
    #[default]
    Full,
    /// The few that most work needs.
    Core,
    /// Two tools, through which all others are described and called.
    Router,
}

impl Profile {
    /// All of them, the longest first.
    pub const ALL: [Self; 3] = [Self::Full, Self::Core, Self::Router];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Core => "core",
            Self::Router => "router",
        }
    }

    /// The profile of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.as_str().eq_ignore_ascii_case(name.trim()))
    }
}

impl Setting for Profile {
    const KIND: &'static str = "full, core or router";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let Raw::Text(name) = raw else { return Err(Self::KIND.to_owned()) };
        Self::named(name).ok_or_else(|| Self::KIND.to_owned())
    }

    fn show(&self) -> Option<String> {
        Some(self.as_str().to_owned())
    }

    fn literal(&self) -> String {
        self.as_str().to_owned().literal()
    }
}
