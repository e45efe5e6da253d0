//! Builds the parts of the house from its configuration.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::coordination::{Instance, Slots};
use crate::error::{Error, Result};
use crate::gateway::{Admission, Breakers, Flights, Gateway, Limits, Memory, Patience, RoutingSettings};
use crate::providers::{self, Catalogue, Discovered, Endpoint, ProviderName, ProviderSettings, Providers};
use crate::store::{Opening, Retention, Store};

/// The catalogue of models, with the user's corrections.
pub fn catalogue(config: &Config) -> Result<Catalogue> {
    let catalogue = Catalogue::embedded()?.with_custom_context(u64::from(config.custom.context_tokens));
    let Some(path) = &config.models.file else { return Ok(catalogue) };
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::invalid(format!("models.file {}: {error}", path.display())))?;
    catalogue.with_overrides(&text, &path.display().to_string())
}

/// The endpoints that are configured.
pub fn providers(config: &Config) -> Result<Providers> {
    let with_key = |url: &crate::config::Endpoint, key: &Option<crate::config::Secret>| {
        key.as_ref().map(|key| Endpoint::new(url.as_str(), key.expose()))
    };
    let custom = config.custom.url.as_ref();
    Providers::new(ProviderSettings {
        glm: with_key(&config.glm.url, &config.glm.api_key),
        kimi: with_key(&config.kimi.url, &config.kimi.api_key),
        custom: custom.map(|url| with_key(url, &config.custom.api_key).unwrap_or_else(|| Endpoint::open(url.as_str()))),
    })
}

/// A server on this machine that could be used, when no provider is configured.
pub async fn discover(config: &Config) -> Option<Discovered> {
    let is_bare = providers(config).is_ok_and(|providers| providers.configured().is_empty());
    if is_bare { providers::discover(&config.discovery.urls).await } else { None }
}

/// How the store is opened.
pub(super) fn opening(config: &Config) -> Opening {
    Opening::new(config.timeouts.drain, config.timeouts.store, Instance::others)
}

/// How long things are kept.
pub(super) fn retention(config: &Config) -> Retention {
    Retention {
        results: config.retention.results,
        calls: config.retention.calls,
        threads: config.retention.threads,
        answers: u64::from(config.reuse.max_mb) * 1_000_000,
    }
}

/// The one door to models.
pub(super) fn gateway(config: &Config, state_dir: &Path, store: &Store, tasks: &TaskTracker) -> Result<Arc<Gateway>> {
    let limits = Limits {
        session: size(config.limits.session),
        global: size(config.limits.global),
        providers: BTreeMap::from([
            (ProviderName::Glm, size(config.limits.glm)),
            (ProviderName::Kimi, size(config.limits.kimi)),
            (ProviderName::Custom, size(config.limits.custom)),
        ]),
        queue: size(config.limits.queue),
    };
    let routing = RoutingSettings {
        default_model: config.default_model.clone(),
        fast: config.models.fast.clone(),
        quality: config.models.quality.clone(),
        long: config.models.long.clone(),
        custom_model: config.custom.model.clone(),
    };
    let patience = Patience {
        connect: config.timeouts.connect,
        headers: config.timeouts.headers,
        headers_thinking: config.timeouts.headers_thinking,
        idle: config.timeouts.idle,
        idle_thinking: config.timeouts.idle_thinking,
    };
    Ok(Arc::new(Gateway {
        catalogue: catalogue(config)?,
        providers: providers(config)?,
        routing,
        admission: Admission::new(limits, Slots::new(state_dir)),
        store: store.clone(),
        patience,
        reuse: config.reuse.ttl,
        memory: Memory::new(store.clone()),
        breakers: Breakers::default(),
        flights: Flights::default(),
        tasks: tasks.clone(),
    }))
}

fn size(limit: u32) -> usize {
    limit as usize
}
