//! What the verbs work with: the configuration, and the house that is opened when a verb needs it.

use std::path::{Path, PathBuf};

use exai_core::config::{Config, Loaded, Override, Sources};
use exai_core::error::{Error, Result};
use exai_core::tools::Registry;

use crate::cli::{Cli, Verb};
use crate::door::{Choice, Door};
use crate::output::{Output, Style};

/// Where the program runs and what it was told.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    sources: Result<Sources>,
    loaded: Result<Loaded>,
}

impl Setup {
    /// Loads the configuration and tells its warnings. A configuration that can not be used stops only the verbs
    /// that need it: `exai config` must be able to show what is wrong.
    pub(crate) fn new(cli: &Cli, output: &mut Output) -> Self {
        let sources = overrides(&cli.settings).map(|overrides| Sources {
            env_file: cli.env_file.clone(),
            overrides,
            ..Sources::of_process()
        });
        let loaded = sources.as_ref().map_err(Clone::clone).and_then(Config::load);
        // The doctor tells them among all else that it finds.
        if let Ok(loaded) = &loaded
            && !matches!(cli.verb, Verb::Doctor(_))
        {
            for warning in loaded.warnings.iter().chain(&Registry::misnamed(&loaded.config)) {
                output.note(Style::Warn, "warning: ", warning);
            }
        }
        Self { sources, loaded }
    }

    /// Where settings come from.
    pub(crate) fn sources(&self) -> Result<&Sources> {
        self.sources.as_ref().map_err(Clone::clone)
    }

    /// The configuration with the origin of each value.
    pub(crate) fn loaded(&self) -> Result<&Loaded> {
        self.loaded.as_ref().map_err(Clone::clone)
    }

    /// The configuration.
    pub(crate) fn config(&self) -> Result<&Config> {
        self.loaded().map(|loaded| &loaded.config)
    }

    /// Opens the house that `choice` means; `roots` are the caller's directories.
    pub(crate) async fn open(&self, choice: &Choice, roots: &[String], output: &mut Output) -> Result<Door> {
        Door::open(self.loaded()?, choice, roots, output).await
    }

    /// The home directory of the user.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.sources.as_ref().ok().and_then(|sources| sources.environment.home().map(Path::to_owned))
    }
}

fn overrides(settings: &[String]) -> Result<Vec<Override>> {
    let split = |setting: &String| {
        let (key, value) = setting.split_once('=').ok_or_else(|| {
            Error::invalid(format!("--set {setting}: no `=`"))
                .hint("write --set KEY=VALUE, for example --set limits.glm=1")
        })?;
        Ok(Override { key: key.trim().to_owned(), value: value.to_owned(), origin: "--set".to_owned() })
    };
    settings.iter().map(split).collect()
}

/// The directory of the project around `start`: the nearest one above it that holds `.git`, else `start` itself.
pub(crate) fn project_root(start: &Path) -> PathBuf {
    start.ancestors().find(|dir| dir.join(".git").exists()).unwrap_or(start).to_owned()
}
