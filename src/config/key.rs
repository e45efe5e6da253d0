//! One key of the configuration as data: what it is called everywhere and what it may be set to.

use std::fmt;

use super::setting::Setting;
use super::settings::KEYS;

/// One key: the same row serves parsing, `config show`, the documentation and the sample file.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name in `config.toml`, such as `glm.api_key`.
    pub name: &'static str,
    /// Its names in the environment and in env files; the first one that is set wins.
    pub environment: &'static [&'static str],
    /// One sentence: what it decides.
    pub doc: &'static str,
    /// What a value has to look like.
    pub kind: &'static str,
    /// Whether its value is never shown.
    pub secret: bool,
    /// What a number of it counts.
    pub unit: Option<&'static str>,
    /// The numbers that are allowed.
    pub range: Option<Range>,
    pub(super) default: fn() -> Shown,
}

impl Key {
    /// The key called `name`, such as `glm.api_key`.
    pub fn named(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// The key that the environment variable `name` sets.
    pub fn of_variable(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.environment.contains(&name))
    }

    /// Its default as `config show` prints it; `None` when it is unset.
    pub fn default_shown(&self) -> Option<String> {
        (self.default)().text
    }

    /// What a value of it may be, in words.
    pub fn allowed(&self) -> String {
        match self.range {
            Some(range) => format!("{}, {range}", self.kind),
            None => self.kind.to_owned(),
        }
    }
}

/// The smallest and the largest number that a key allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The smallest.
    pub low: f64,
    /// The largest.
    pub high: f64,
}

impl Range {
    pub(super) fn contains(self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.low, self.high)
    }
}

/// A value in the two forms in which it is written.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// For people, with secrets masked; `None` when it is unset.
    pub(super) text: Option<String>,
    /// For a TOML file.
    pub(super) literal: String,
}

impl Shown {
    pub(super) fn of<T: Setting>(value: &T) -> Self {
        Self { text: value.show(), literal: value.literal() }
    }
}

/// The first of `items`, for the parts of a key that may be left out.
pub(super) const fn first<T: Copy>(items: &[T]) -> Option<T> {
    match items {
        [item, ..] => Some(*item),
        [] => None,
    }
}
