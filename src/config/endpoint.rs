//! Where a provider is reached: a checked base URL.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use super::secret::MASK;
use super::setting::{Raw, Setting};

/// A base URL: `http` or `https`, without credentials, query and fragment, and without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// The checked form of `text`; the error says what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refused = || <Self as Setting>::KIND.to_owned();
        let url = Url::parse(text).map_err(|_| refused())?;
        let plain = url.username().is_empty() && url.password().is_none();
        let bare = url.query().is_none() && url.fragment().is_none();
        if matches!(url.scheme(), "http" | "https") && url.has_host() && plain && bare {
            Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
        } else {
            Err(refused())
        }
    }

    /// An address that this program brings along; a test reads each of them.
    pub(super) fn known(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of `path` below it.
    pub fn join(&self, path: &str) -> String {
        format!("{}/{}", self.0, path.trim_start_matches('/'))
    }

    /// Whether what is sent there can be read on the way: plain `http` that leaves this machine.
    pub fn is_clear_text(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| url.scheme() == "http" && !is_loopback(&url))
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.ends_with(".localhost") || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Setting for Endpoint {
    const KIND: &'static str = "an http or https URL without credentials, query and fragment";

    fn parse(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Text(text) => Self::parse(text.trim()),
            _ => Err(<Self as Setting>::KIND.to_owned()),
        }
    }

    fn show(&self) -> Option<String> {
        Some(self.0.clone())
    }

    fn literal(&self) -> String {
        self.0.literal()
    }

    // Credentials and queries carry keys, and so does a variable that was mixed up with its neighbour.
    fn quote(raw: &Raw) -> String {
        let text = raw.to_string();
        if text.contains("://") && !text.contains(['@', '?', '#']) { text } else { MASK.to_owned() }
    }
}
