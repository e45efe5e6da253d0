//! The files and directories that belong to the configuration of a user.

use std::path::PathBuf;

use serde::Serialize;

use super::Environment;

/// A file or directory, for `exai config path`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// What it is: `config.toml`, `.env`, `env file` or `state directory`.
    pub what: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// Whether it is there.
    pub exists: bool,
}

impl Place {
    pub(super) fn of(what: &'static str, path: PathBuf) -> Self {
        let exists = path.exists();
        Self { what, path, exists }
    }
}

/// The file `name` of the user's configuration; `None` when there is no home directory.
pub(super) fn config_file(environment: &Environment, name: &str) -> Option<PathBuf> {
    let base = environment.directory("XDG_CONFIG_HOME").or_else(|| Some(environment.home()?.join(".config")))?;
    Some(base.join("exai").join(name))
}
