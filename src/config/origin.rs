//! Where a value came from, and the layers of values in their order.

use std::fmt;
use std::path::PathBuf;

use super::Key;
use super::setting::Raw;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line, by its name.
    Flag(String),
    /// A variable of the environment, by its name.
    Environment(String),
    /// A variable of an env file.
    EnvFile {
        /// The variable.
        name: String,
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// A key of `config.toml`.
    ConfigFile {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::Environment(name) => write!(f, "{name} in the environment"),
            Self::EnvFile { name, path, line } => write!(f, "{name} in {}:{line}", path.display()),
            Self::ConfigFile { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One value as a source wrote it.
pub(super) struct Entry {
    pub(super) key: &'static Key,
    pub(super) raw: Raw,
    pub(super) origin: Origin,
}

/// The values of one source; of two layers the upper one wins.
pub(super) type Layer = Vec<Entry>;

/// What the sources had in them that is worth saying but no reason to stop.
#[derive(Default)]
pub(super) struct Remarks {
    /// For everybody.
    pub(super) warnings: Vec<String>,
    /// For whoever asks (`exai config check`).
    pub(super) notes: Vec<String>,
}
