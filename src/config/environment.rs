//! The environment of the process as data. Nothing else in the house reads the real one.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use super::Key;

/// The variables that say where the files of the configuration are.
const PLACES: [&str; 2] = ["XDG_CONFIG_HOME", "XDG_STATE_HOME"];

/// Environment variables and the home directory, taken once at the start.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, OsString>,
    home: Option<PathBuf>,
}

impl Environment {
    /// What the process was started with.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn of_process() -> Self {
        let named = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        // The user database knows the home directory of a service that was started without HOME.
        Self { variables: named.collect(), home: std::env::home_dir().filter(|home| home.is_absolute()) }
    }

    /// An environment of these variables alone; `HOME` among them is the home directory.
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<OsString>,
    {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        let mut environment = Self { variables: pairs.collect(), home: None };
        environment.home = environment.directory("HOME");
        environment
    }

    /// The value of `name`; `None` when it is unset, empty, or not UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name)?.to_str().filter(|value| !value.is_empty())
    }

    /// The names of all variables, for whoever starts a child with fewer of them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// The names of the variables that are set and say something about the configuration, or where its files are.
    pub fn settings(&self) -> impl Iterator<Item = &str> {
        let is_setting = |name: &&str| PLACES.contains(name) || Key::of_variable(name).is_some();
        self.names().filter(is_setting).filter(|name| self.get(name).is_some())
    }

    /// The home directory of the user.
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// Whether colours are unwanted: `NO_COLOR` is set and not empty.
    pub fn no_color(&self) -> bool {
        self.get("NO_COLOR").is_some()
    }

    /// Whether colours are wanted even without a terminal: `CLICOLOR_FORCE` is set and not `0`.
    pub fn clicolor_force(&self) -> bool {
        self.get("CLICOLOR_FORCE").is_some_and(|value| value != "0")
    }

    /// The commits before and after a push, as pre-commit tells its hooks; `None` when it looks at no range.
    pub fn pushed(&self) -> Option<(&str, &str)> {
        Some((self.get("PRE_COMMIT_FROM_REF")?, self.get("PRE_COMMIT_TO_REF")?))
    }

    /// The index that git has its hooks look at in place of the repository's own: `git commit -a` and `git commit FILE`
    /// commit another one.
    pub fn git_index(&self) -> Option<&Path> {
        self.variables.get("GIT_INDEX_FILE").filter(|path| !path.is_empty()).map(Path::new)
    }

    /// The directory that `name` holds. The XDG specification has relative ones ignored.
    pub(super) fn directory(&self, name: &str) -> Option<PathBuf> {
        self.variables.get(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &OsStr)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_os_str()))
    }
}

/// Names only: values may be keys.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("names", &self.variables.keys()).field("home", &self.home).finish()
    }
}
