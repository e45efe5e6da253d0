//! The providers that there are.

use std::sync::Arc;

use super::http::{Clients, HttpProvider};
use super::mock::Mock;
use super::{CUSTOM, Dialect, Endpoint, GLM, GLM_MAINLAND, KIMI, Provider, ProviderName};
use crate::error::Result;

/// Which providers are configured, and where.
#[derive(Debug, Clone, Default)]
pub struct ProviderSettings {
    /// GLM.
    pub glm: Option<Endpoint>,
    /// Kimi.
    pub kimi: Option<Endpoint>,
    /// Any other endpoint of the `OpenAI` shape.
    pub custom: Option<Endpoint>,
    /// An endpoint for embeddings alone.
    pub embeddings: Option<Endpoint>,
}

/// The providers that there are; the mock is always one.
#[derive(Clone)]
pub struct Providers {
    set: Vec<Arc<dyn Provider>>,
    embedder: Option<Arc<dyn Provider>>,
}

impl Providers {
    /// Builds what is configured; a URL or key that can not be one is refused here. Nothing is connected yet.
    pub fn new(settings: ProviderSettings) -> Result<Self> {
        let clients = Arc::new(Clients::default());
        let mut set: Vec<Arc<dyn Provider>> = Vec::new();
        let configured: [(Dialect, Option<Endpoint>); 3] =
            [(GLM, settings.glm), (KIMI, settings.kimi), (CUSTOM, settings.custom)];
        for (dialect, endpoint) in configured {
            if let Some(endpoint) = endpoint {
                let dialect =
                    if dialect.name == ProviderName::Glm && endpoint.is_mainland() { GLM_MAINLAND } else { dialect };
                set.push(Arc::new(HttpProvider::new(dialect, endpoint, Arc::clone(&clients))?));
            }
        }
        set.push(Arc::new(Mock));
        let embedder = match settings.embeddings {
            Some(endpoint) => Some(Arc::new(HttpProvider::new(CUSTOM, endpoint, clients)?) as Arc<dyn Provider>),
            None => None,
        };
        Ok(Self { set, embedder })
    }

    /// These providers and no others.
    pub fn of(set: Vec<Arc<dyn Provider>>) -> Self {
        Self { set, embedder: None }
    }

    /// Those with settings, in the order of preference; the mock is not one of them.
    pub fn configured(&self) -> Vec<ProviderName> {
        self.set.iter().map(|provider| provider.name()).filter(|name| *name != ProviderName::Mock).collect()
    }

    /// The one that makes embeddings for `name`: an endpoint of their own, where one is configured.
    pub fn embedder(&self, name: ProviderName) -> Option<Arc<dyn Provider>> {
        self.embedder.clone().filter(|_| name == ProviderName::Custom).or_else(|| self.get(name))
    }

    /// Whether embeddings have an endpoint of their own.
    pub fn has_embedder(&self) -> bool {
        self.embedder.is_some()
    }

    /// The provider of that name, if it is configured.
    pub fn get(&self, name: ProviderName) -> Option<Arc<dyn Provider>> {
        self.set.iter().find(|provider| provider.name() == name).map(Arc::clone)
    }
}

impl std::fmt::Debug for Providers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.set.iter().map(|provider| provider.name())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_configured_is_there_and_the_mock() {
        let none = Providers::new(ProviderSettings::default()).unwrap();
        assert!(none.configured().is_empty());
        assert!(none.get(ProviderName::Glm).is_none() && none.get(ProviderName::Mock).is_some());
        let settings = ProviderSettings {
            kimi: Some(Endpoint::new("http://h/v1", "test-key")),
            custom: Some(Endpoint::open("http://h/v1")),
            ..ProviderSettings::default()
        };
        assert!(!format!("{settings:?}").contains("test-key"));
        let two = Providers::new(settings).unwrap();
        assert_eq!(two.configured(), [ProviderName::Kimi, ProviderName::Custom]);
        assert_eq!(format!("{two:?}"), "[Kimi, Custom, Mock]");
        assert_eq!(two.get(ProviderName::Kimi).unwrap().name(), ProviderName::Kimi);
    }

    #[test]
    fn a_key_that_can_not_be_one_is_refused_at_once() {
        let settings = ProviderSettings { glm: Some(Endpoint::new("http://h", "")), ..ProviderSettings::default() };
        assert_eq!(Providers::new(settings).unwrap_err().message, "the glm key is empty");
    }
}
