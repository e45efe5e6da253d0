//! The sources of the configuration and their order.

use std::fmt;
use std::path::{Path, PathBuf};

use super::nearest::unknown;
use super::origin::{Entry, Layer, Origin, Remarks};
use super::place::config_file;
use super::setting::Raw;
use super::settings::KEYS;
use super::{Config, Environment, Key, Place, dotenv, file, toml_file, variable};
use crate::error::{Error, Result};

/// Where the configuration is read from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The environment; it also says where the user's files are.
    pub environment: Environment,
    /// An env file that was named on the command line: it must exist.
    pub env_file: Option<PathBuf>,
    /// Flags; of two for one key the last one wins.
    pub overrides: Vec<Override>,
}

/// A value that the command line sets.
#[derive(Clone)]
pub struct Override {
    /// The key, such as `timeouts.call`.
    pub key: String,
    /// The value, as in the environment.
    pub value: String,
    /// The flag as it was typed, such as `--timeout`.
    pub origin: String,
}

/// Without the value: it may be a key.
impl fmt::Debug for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Override").field("key", &self.key).field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Sources {
    /// The environment of the process, and the user's files.
    pub fn of_process() -> Self {
        Self { environment: Environment::of_process(), ..Self::default() }
    }

    /// The files and directories that count here, whether or not they exist; the state directory only when
    /// nothing is wrong with the values, because they say where it is.
    pub fn paths(&self) -> Vec<Place> {
        let environment = &self.environment;
        let state_dir = Config::load(self).map(|loaded| loaded.config.state_dir).ok();
        let places = [
            ("config.toml", config_file(environment, "config.toml")),
            (".env", config_file(environment, ".env")),
            ("env file", self.env_file.clone()),
            ("state directory", state_dir),
        ];
        places.into_iter().filter_map(|(what, path)| Some(Place::of(what, path?))).collect()
    }

    /// The values of every source, the uppermost first.
    pub(super) fn layers(&self) -> Result<(Vec<Layer>, Remarks)> {
        let mut remarks = Remarks::default();
        let environment = &self.environment;
        let mut layers = vec![self.flags()?, variable::of_environment(environment, &mut remarks)?];
        if let Some(path) = &self.env_file {
            let missing = || Error::not_found(format!("env file {} does not exist", path.display()));
            let text = file::read(path)?.ok_or_else(missing)?;
            layers.push(env_file(&text, path, &mut remarks)?);
        }
        if let Some((path, text)) = user_file(environment, ".env")? {
            layers.push(env_file(&text, &path, &mut remarks)?);
        }
        if let Some((path, text)) = user_file(environment, "config.toml")? {
            layers.push(toml_file::layer(&text, &path)?);
        }
        layers.push(variable::of_standard_directories(environment)?);
        Ok((layers, remarks))
    }

    fn flags(&self) -> Result<Layer> {
        let entry = |flag: &Override| {
            let names = KEYS.iter().map(|key| key.name);
            let key = Key::named(&flag.key).ok_or_else(|| unknown("key", &flag.key, &flag.origin, names))?;
            Ok(Entry { key, raw: Raw::Text(flag.value.clone()), origin: Origin::Flag(flag.origin.clone()) })
        };
        self.overrides.iter().rev().map(entry).collect()
    }
}

fn env_file(text: &str, path: &Path, remarks: &mut Remarks) -> Result<Layer> {
    variable::of_file(&dotenv::parse(text, path)?, path, remarks)
}

fn user_file(environment: &Environment, name: &str) -> Result<Option<(PathBuf, String)>> {
    let Some(path) = config_file(environment, name) else { return Ok(None) };
    Ok(file::read(&path)?.map(|text| (path, text)))
}
