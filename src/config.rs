//! The one typed configuration, the table of its keys, and the one place that reads the environment.
//!
//! ```text
//!   flags ──────────────┐
//!   environment ────────┤
//!   --env-file FILE ────┤   layers, the       ┌ Config: typed fields
//!   user's .env ────────┼─▶ uppermost wins ──▶┤ origins: who set each
//!   user's config.toml ─┤                     └ warnings, notes
//!   defaults ───────────┘
//! ```
//!
//! Each key is written once, in `settings.rs`; parsing, `config show`, the sample file and the manual come from there.
//! Nothing in the working directory takes part: a repository has [`Project`], which can set very little.
//! Not here: what the values mean.

mod check;
mod document;
mod dotenv;
mod endpoint;
mod environment;
mod file;
mod key;
mod listening;
mod nearest;
mod origin;
mod oversize;
mod per_tool;
mod place;
mod profile;
mod project;
mod reader;
mod retired;
mod secret;
mod setting;
mod settings;
mod sources;
mod table;
#[cfg(test)]
mod tests;
mod toml_file;
mod variable;
mod watch;

use std::collections::BTreeMap;

use serde::Serialize;

pub use document::{markdown_table, sample};
pub use endpoint::Endpoint;
pub use environment::Environment;
pub use key::{Key, Range};
pub use listening::{Level, LogFormat, Port, Rate};
pub use origin::Origin;
pub use oversize::Oversize;
pub use per_tool::PerTool;
pub use place::Place;
pub use profile::Profile;
pub use project::Project;
pub use secret::Secret;
pub use settings::{
    Config, Custom, DaemonKeys, Glm, KEYS, Kimi, Limits, LogKeys, Models, Rates, Reuse, Threads, Timeouts, Tools,
};
pub use sources::{Override, Sources};
pub use watch::Watch;

use crate::error::Result;
use reader::Reader;

impl Config {
    /// Reads every source, gives each key its type and checks the whole.
    pub fn load(sources: &Sources) -> Result<Loaded> {
        let (layers, remarks) = sources.layers()?;
        let mut reader = Reader::new(&layers, &sources.environment);
        let config = Self::read(&mut reader)?;
        let origins = reader.origins;
        check::check(&config, &origins)?;
        let mut warnings = remarks.warnings;
        warnings.extend(check::idle(&config, &origins));
        Ok(Loaded { config, warnings, notes: remarks.notes, origins })
    }
}

impl Config {
    /// The keys among `names` (a name, or the beginning of one that ends in a dot) that `other` sets differently.
    pub fn differ_in(&self, other: &Self, names: &[&str]) -> Vec<&'static str> {
        let is_named =
            |key: &Key| names.iter().any(|name| key.name == *name || name.ends_with('.') && key.name.starts_with(name));
        let pairs = self.shown().into_iter().zip(other.shown());
        KEYS.iter().zip(pairs).filter(|(key, (a, b))| is_named(key) && a != b).map(|(key, _)| key.name).collect()
    }
}

/// The configuration with what was learnt while reading it.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    /// What its author should know, one sentence each.
    pub warnings: Vec<String>,
    /// What only `exai config check` tells: names that set nothing and may belong to another program.
    pub notes: Vec<String>,
    origins: BTreeMap<&'static str, Origin>,
}

impl Loaded {
    /// Where the value of the key called `name` came from.
    pub fn origin(&self, name: &str) -> &Origin {
        self.origins.get(name).unwrap_or(&Origin::Default)
    }

    /// Every key with its value, for `exai config show`.
    pub fn rows(&self) -> Vec<Row> {
        let row = |(key, value): (&Key, Option<String>)| Row {
            key: key.name,
            unit: key.unit.filter(|_| value.is_some()),
            value,
            origin: self.origin(key.name).to_string(),
            doc: key.doc,
        };
        KEYS.iter().zip(self.config.shown()).map(row).collect()
    }
}

/// One line of `exai config show`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The key.
    pub key: &'static str,
    /// Its value, `***` for a secret; `None` when it is unset.
    pub value: Option<String>,
    /// What a number counts.
    pub unit: Option<&'static str>,
    /// Where the value came from.
    pub origin: String,
    /// What the key decides.
    pub doc: &'static str,
}
