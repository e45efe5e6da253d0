//! A value for each of several tools: a table in TOML, `NAME=VALUE` with commas between them elsewhere.

use std::collections::BTreeMap;

use super::setting::{Raw, Setting};

/// Values by the name of the tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PerTool(BTreeMap<String, String>);

impl PerTool {
    /// Tool and value, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(tool, value)| (tool.as_str(), value.as_str()))
    }
}

impl Setting for PerTool {
    const KIND: &'static str = "a table, or NAME=VALUE with commas between them outside of TOML";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let split = |item: &String| item.split_once('=').map(|(tool, value)| (tool.to_owned(), value.to_owned()));
        let pairs = match raw {
            Raw::Table(pairs) => Some(pairs.clone()),
            text => Vec::<String>::parse(text).ok().and_then(|items| items.iter().map(split).collect()),
        };
        let pairs: BTreeMap<_, _> = pairs
            .ok_or_else(|| Self::KIND.to_owned())?
            .into_iter()
            .map(|(tool, value)| (tool.trim().to_owned(), value.trim().to_owned()))
            .collect();
        let is_whole = pairs.iter().all(|(tool, value)| !tool.is_empty() && !value.is_empty());
        is_whole.then_some(Self(pairs)).ok_or_else(|| Self::KIND.to_owned())
    }

    fn show(&self) -> Option<String> {
        let pairs: Vec<_> = self.iter().map(|(tool, value)| format!("{tool}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join(", "))
    }

    fn literal(&self) -> String {
        let pairs: Vec<_> =
            self.iter().map(|(tool, value)| format!("{tool} = {}", value.to_owned().literal())).collect();
        if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
    }
}
