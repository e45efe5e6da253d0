//! A key that never shows: whoever needs it says so with [`Secret::expose`].

use std::fmt;

use serde::{Serialize, Serializer};

use super::setting::{Raw, Setting};

pub(super) const MASK: &str = "***";

/// A key of a provider. Printed, logged and serialised it is `***`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A secret that is `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the request that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

impl Setting for Secret {
    const KIND: &'static str = "a key of visible ASCII characters without spaces";
    const SECRET: bool = true;

    // It travels in an HTTP header, which takes nothing else.
    fn parse(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Text(text) if text.trim().bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Self::new(text.trim())),
            _ => Err(Self::KIND.to_owned()),
        }
    }

    fn show(&self) -> Option<String> {
        Some(MASK.to_owned())
    }

    fn literal(&self) -> String {
        MASK.to_owned().literal()
    }

    fn quote(_: &Raw) -> String {
        MASK.to_owned()
    }
}
