//! The configuration as its users meet it: sources in, values and sentences out.

mod document;
mod name;
mod secret;
mod source;
mod value;

use std::path::PathBuf;

use super::*;
use crate::error::Error;

/// A home directory with files of the user in it.
struct Home {
    directory: tempfile::TempDir,
    sources: Sources,
}

impl Home {
    fn new() -> Self {
        let home = Self { directory: tempfile::tempdir().unwrap(), sources: Sources::default() };
        home.environment(&[])
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn environment(mut self, pairs: &[(&str, &str)]) -> Self {
        let home = self.directory.path().to_str().unwrap().to_owned();
        let pairs = pairs.iter().map(|(name, value)| (*name, (*value).to_owned()));
        self.sources.environment = Environment::from_pairs(pairs.chain([("HOME", home)]));
        self
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn toml(self, text: &str) -> Self {
        self.file(".config/exai/config.toml", text)
    }

    fn user_env(self, text: &str) -> Self {
        self.file(".config/exai/.env", text)
    }

    fn env_file(self, text: &str) -> Self {
        let mut home = self.file("named.env", text);
        home.sources.env_file = Some(home.path("named.env"));
        home
    }

    fn flag(mut self, key: &str, value: &str) -> Self {
        self.sources.overrides.push(Override { key: key.into(), value: value.into(), origin: "--flag".into() });
        self
    }

    fn load(&self) -> Loaded {
        Config::load(&self.sources).unwrap()
    }

    fn error(&self) -> Error {
        Config::load(&self.sources).unwrap_err()
    }

    /// The message of the error, with the home directory as `~`.
    fn complaint(&self) -> String {
        let error = self.error();
        assert_eq!(error.kind().exit_code(), 2, "{error}");
        self.shorten(&error.message)
    }

    fn shorten(&self, text: &str) -> String {
        text.replace(self.directory.path().to_str().unwrap(), "~")
    }
}

fn environment(pairs: &[(&str, &str)]) -> Home {
    Home::new().environment(pairs)
}
