//! The limits, and how one of them is set by its name.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::providers::ProviderName;

/// The names that can be set, with what the configuration allows too.
const NAMES: [&str; 6] = ["session", "global", "glm", "kimi", "custom", "queue"];
const MOST_PERMITS: usize = 10_000;
const MOST_WAITERS: usize = 1_000_000;

/// The limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Per session.
    pub session: usize,
    /// Of all providers together.
    pub global: usize,
    /// Per provider; one that is not named has no limit.
    pub providers: BTreeMap<ProviderName, usize>,
    /// Waiters for one provider, of all sessions.
    pub queue: usize,
}

impl Limits {
    /// Sets the limit of that name.
    pub(super) fn set(&mut self, name: &str, limit: usize) -> Result<()> {
        if !NAMES.contains(&name) {
            let message = format!("there is no limit named {name}");
            return Err(Error::validation("name", name, NAMES.as_slice(), message)
                .hint(format!("name one of {}", NAMES.join(", "))));
        }
        let (least, most) = if name == "queue" { (0, MOST_WAITERS) } else { (1, MOST_PERMITS) };
        if !(least..=most).contains(&limit) {
            let allowed = format!("{least} to {most}");
            let message = format!("limits.{name} is {limit}, and must be {allowed}");
            return Err(Error::validation(&format!("limits.{name}"), limit, allowed, message));
        }
        match (name, ProviderName::parse(name)) {
            (_, Some(provider)) => drop(self.providers.insert(provider, limit)),
            ("session", None) => self.session = limit,
            ("global", None) => self.global = limit,
            _ => self.queue = limit,
        }
        Ok(())
    }
}
