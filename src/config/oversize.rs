//! What becomes of a call that names a file that is too large to be uploaded.

use super::setting::{Raw, Setting};

/// What becomes of a call that names a file that is too large.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Oversize {
    /// The file is left out, and the result says so.
    #[default]
    Skip,
    /// Nothing is uploaded.
    Fail,
}

impl Setting for Oversize {
    const KIND: &'static str = "skip or fail";

    fn parse(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Text(text) if text.trim().eq_ignore_ascii_case("skip") => Ok(Self::Skip),
            Raw::Text(text) if text.trim().eq_ignore_ascii_case("fail") => Ok(Self::Fail),
            _ => Err(Self::KIND.to_owned()),
        }
    }

    fn show(&self) -> Option<String> {
        Some(if *self == Self::Fail { "fail" } else { "skip" }.to_owned())
    }

    fn literal(&self) -> String {
        self.show().unwrap_or_default().literal()
    }
}
