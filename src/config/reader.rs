//! Finds the uppermost value of a key in the layers, gives it its type and checks its range.

use std::collections::BTreeMap;

use super::Environment;
use super::key::Key;
use super::origin::{Layer, Origin};
use super::setting::Setting;
use crate::error::{Error, Result};

/// Reads typed values out of layers and remembers where each came from.
pub(super) struct Reader<'a> {
    layers: &'a [Layer],
    environment: &'a Environment,
    pub(super) origins: BTreeMap<&'static str, Origin>,
}

impl<'a> Reader<'a> {
    /// A reader of `layers`, the uppermost first.
    pub(super) fn new(layers: &'a [Layer], environment: &'a Environment) -> Self {
        Self { layers, environment, origins: BTreeMap::new() }
    }

    /// The value of the key called `name`, `default` when no layer has one.
    pub(super) fn get<T: Setting>(&mut self, name: &'static str, default: T) -> Result<T> {
        let mut entries = self.layers.iter().flatten().filter(|entry| entry.key.name == name);
        let Some(entry) = entries.find(|entry| !entry.raw.is_empty()) else {
            let quoted = default.show().unwrap_or_default();
            let value = default.settle(self.environment);
            return value.map_err(|allowed| refused(name, &quoted, &Origin::Default, allowed));
        };
        let quoted = || T::quote(&entry.raw);
        let value = T::parse(&entry.raw)
            .map_err(|_| entry.key.allowed())
            .and_then(|value| in_range(entry.key, value))
            .and_then(|value| value.settle(self.environment));
        let value = value.map_err(|allowed| refused(name, &quoted(), &entry.origin, allowed))?;
        self.origins.insert(name, entry.origin.clone());
        Ok(value)
    }
}

fn in_range<T: Setting>(key: &Key, value: T) -> Result<T, String> {
    match (key.range, value.number()) {
        (Some(range), Some(number)) if !range.contains(number) => Err(key.allowed()),
        _ => Ok(value),
    }
}

/// The error for a value that `name` can not have.
pub(super) fn refused(name: &str, quoted: &str, origin: &Origin, allowed: String) -> Error {
    let message = format!("{name} can not be `{quoted}` ({origin}): allowed is {allowed}");
    Error::validation(name, quoted, allowed, message)
}
