//! Where a provider is and with which key; the key shows nowhere.

use std::fmt;

use data_encoding::HEXLOWER;
use reqwest::Url;
use reqwest::header::HeaderValue;
use sha2::{Digest, Sha256};

use super::ProviderName;
use crate::error::{Error, Result};

/// The route of chats, which a URL may name, too.
const CHAT: &str = "chat/completions";

/// Where a provider is and with which key.
#[derive(Clone)]
pub struct Endpoint {
    url: String,
    key: Option<String>,
}

impl Endpoint {
    /// An endpoint that wants a key.
    pub fn new(url: impl Into<String>, key: impl Into<String>) -> Self {
        Self { url: url.into(), key: Some(key.into()) }
    }

    /// An endpoint that wants none.
    pub fn open(url: impl Into<String>) -> Self {
        Self { url: url.into(), key: None }
    }

    /// Where chat requests go.
    pub(crate) fn chat_url(&self, provider: ProviderName) -> Result<Url> {
        self.url_of(provider, CHAT)
    }

    /// Where requests for `path` go.
    pub(crate) fn url_of(&self, provider: ProviderName, path: &str) -> Result<Url> {
        let base = self.url.trim().trim_end_matches('/');
        let base = base.strip_suffix(CHAT).map_or(base, |base| base.trim_end_matches('/'));
        let whole = format!("{base}/{path}");
        let wrong = |why: &str| Error::invalid(format!("the {provider} URL `{}` {why}", shown(base)));
        let url = Url::parse(&whole).map_err(|error| wrong(&format!("is not one: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("is neither http nor https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("holds a password; keys have settings of their own"));
        }
        Ok(url)
    }

    /// Whether it is GLM's mainland site, which differs from the one abroad.
    pub(crate) fn is_mainland(&self) -> bool {
        self.chat_url(ProviderName::Glm).is_ok_and(|url| super::glm::is_mainland(&url))
    }

    /// The header that carries the key.
    pub(crate) fn authorization(&self, provider: ProviderName) -> Result<Option<HeaderValue>> {
        let Some(key) = &self.key else { return Ok(None) };
        let key = key.trim();
        if key.is_empty() {
            return Err(Error::invalid(format!("the {provider} key is empty")));
        }
        let mut value = HeaderValue::from_str(&format!("Bearer {key}"))
            .map_err(|_| Error::invalid(format!("the {provider} key has characters that no key has")))?;
        value.set_sensitive(true);
        Ok(Some(value))
    }

    /// A fingerprint of both, to tell accounts apart.
    pub(crate) fn fingerprint(&self) -> String {
        let key = self.key.as_deref().unwrap_or_default();
        let hash = Sha256::digest(format!("{}\n{key}", self.url));
        HEXLOWER.encode(&hash[..8])
    }

    /// `text` without the key, should somebody have quoted it.
    pub(crate) fn without_key(&self, text: String) -> String {
        match self.key.as_deref().map(str::trim) {
            Some(key) if !key.is_empty() && text.contains(key) => text.replace(key, "…"),
            _ => text,
        }
    }
}

/// A URL for messages: what stands before an `@` may be a password.
fn shown(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 <= at => format!("{}://…{}", &url[..scheme], &url[at..]),
        _ => url.into(),
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.as_ref().map(|_| "***");
        f.debug_struct("Endpoint").field("url", &shown(&self.url)).field("key", &key).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lead_to_the_chat_route() {
        for (url, expected) in [
            ("https://api.z.ai/api/paas/v4", Ok("https://api.z.ai/api/paas/v4/chat/completions")),
            (" http://localhost:11434/v1/ ", Ok("http://localhost:11434/v1/chat/completions")),
            ("http://h/v1/chat/completions", Ok("http://h/v1/chat/completions")),
            ("api.z.ai", Err("the glm URL `api.z.ai` is not one")),
            ("ftp://h", Err("neither http nor https")),
            ("http://me:test-key@h/v1", Err("the glm URL `http://…@h/v1` holds a password")),
        ] {
            match (Endpoint::open(url).chat_url(ProviderName::Glm), expected) {
                (Ok(url), Ok(expected)) => assert_eq!(url.as_str(), expected),
                (Err(error), Err(part)) => assert!(error.message.contains(part), "{}", error.message),
                (got, expected) => panic!("{url}: {got:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn the_key_shows_nowhere() {
        let endpoint = Endpoint::new("http://me:pass@h", "test-key");
        let header = endpoint.authorization(ProviderName::Kimi).unwrap().unwrap();
        assert_eq!(header.to_str().unwrap(), "Bearer test-key");
        for shown in [format!("{endpoint:?}"), format!("{header:?}"), endpoint.without_key("bad test-key!".into())] {
            assert!(!shown.contains("test-key") && !shown.contains("pass"), "{shown}");
        }
        for key in ["", "  ", "test\nkey"] {
            let error = Endpoint::new("http://h", key).authorization(ProviderName::Kimi).unwrap_err();
            assert!(!error.message.contains("test"), "{}", error.message);
        }
    }
}
