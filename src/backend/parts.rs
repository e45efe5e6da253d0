//! Builds the parts of the house from its configuration.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio_util::task::TaskTracker;

use crate::config::{Config, Oversize};
use crate::coordination::{Instance, Slots};
use crate::error::{Error, Result};
use crate::gateway::{Admission, Breakers, Flights, Gateway, Limits, Memory, Patience, RecentAnswers, RoutingSettings};
use crate::providers::{
    self, Catalogue, Discovered, Endpoint, Probe, ProviderName, ProviderSettings, Providers, ThinkingMode,
};
use crate::store::{Opening, Retention, Store};
use crate::telemetry::Telemetry;
use crate::tools::{Defaults, Prompts, Registry, UploadSettings};

/// The catalogue of models, with the user's corrections.
pub fn catalogue(config: &Config) -> Result<Catalogue> {
    let catalogue = Catalogue::embedded()?.with_custom_context(u64::from(config.custom.context_tokens));
    let Some(path) = &config.models.file else { return Ok(catalogue) };
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::invalid(format!("models.file {}: {error}", path.display())))?;
    catalogue.with_overrides(&text, &path.display().to_string())
}

/// The prompts, with the user's own in their place.
pub(super) fn prompts(config: &Config) -> Result<Prompts> {
    config.prompts_dir.as_deref().map_or_else(|| Ok(Prompts::default()), Prompts::load)
}

/// How each tool asks when a call does not say.
pub(super) fn defaults(config: &Config) -> Result<BTreeMap<String, Defaults>> {
    // Also a tool that is switched off may have its defaults.
    let (all, mut defaults) = (Registry::new(&[]), BTreeMap::<String, Defaults>::new());
    let entry = |key: &str, tool: &str| match all.get(tool) {
        Ok(known) => Ok(known.info().name.to_owned()),
        Err(error) => Err(Error { message: format!("{key}: {}", error.message), ..error }),
    };
    for (tool, model) in config.tools.models.iter() {
        defaults.entry(entry("tools.models", tool)?).or_default().model = Some(model.to_owned());
    }
    for (tool, mode) in config.tools.thinking.iter() {
        let allowed = ThinkingMode::ALL.map(ThinkingMode::as_str).join(", ");
        let message = format!("tools.thinking: {tool} can not think `{mode}`; allowed: {allowed}");
        let thinking =
            ThinkingMode::parse(mode).ok_or_else(|| Error::validation("tools.thinking", mode, allowed, message))?;
        defaults.entry(entry("tools.thinking", tool)?).or_default().thinking = Some(thinking);
    }
    Ok(defaults)
}

/// The endpoints that are configured.
pub fn providers(config: &Config) -> Result<Providers> {
    Providers::new(endpoints(config))
}

/// Asks each configured endpoint whether it takes its key, which costs nothing; all at once, each for so long at the most.
pub async fn probe(config: &Config, patience: Duration) -> Vec<(ProviderName, Result<Probe>)> {
    let ProviderSettings { glm, kimi, custom, .. } = endpoints(config);
    let asked = [(ProviderName::Glm, glm), (ProviderName::Kimi, kimi), (ProviderName::Custom, custom)];
    let asked = asked.into_iter().filter_map(|(name, endpoint)| Some((name, endpoint?)));
    let ask =
        async |(name, endpoint): (ProviderName, Endpoint)| (name, providers::probe(name, &endpoint, patience).await);
    futures_util::future::join_all(asked.map(ask)).await
}

fn endpoints(config: &Config) -> ProviderSettings {
    let with_key = |url: &crate::config::Endpoint, key: &Option<crate::config::Secret>| {
        key.as_ref().map(|key| Endpoint::new(url.as_str(), key.expose()))
    };
    let custom = config.custom.url.as_ref();
    ProviderSettings {
        glm: with_key(&config.glm.url, &config.glm.api_key),
        kimi: with_key(&config.kimi.url, &config.kimi.api_key),
        custom: custom.map(|url| with_key(url, &config.custom.api_key).unwrap_or_else(|| Endpoint::open(url.as_str()))),
        embeddings: config
            .embeddings
            .url
            .as_ref()
            .map(|url| with_key(url, &config.embeddings.api_key).unwrap_or_else(|| Endpoint::open(url.as_str()))),
    }
}

/// What holds for files that are uploaded.
pub(super) fn uploads(config: &Config) -> UploadSettings {
    UploadSettings {
        glm_max_bytes: u64::from(config.glm.files_max_mb) * 1_000_000,
        kimi_max_bytes: u64::from(config.kimi.files_max_mb) * 1_000_000,
        max_count: size(config.kimi.files_max_count),
        at_once: size(config.kimi.files_parallel),
        fails_on_oversize: config.kimi.files_oversize == Oversize::Fail,
        keep: config.retention.uploads,
    }
}

/// What may be told of the configuration, by the names that the predecessor's users know. Never a secret.
pub(super) fn facts(config: &Config) -> Map<String, Value> {
    let facts = json!({
        "GLM_API_KEY_present": config.glm.api_key.is_some(),
        "KIMI_API_KEY_present": config.kimi.api_key.is_some(),
        "GLM_API_URL": config.glm.url.as_str(),
        "KIMI_API_URL": config.kimi.url.as_str(),
        "EXAI_CUSTOM_URL": config.custom.url.as_ref().map(crate::config::Endpoint::as_str),
        "DEFAULT_MODEL": config.default_model,
        "GLM_ALLOWED_MODELS": config.glm.allowed_models,
        "KIMI_ALLOWED_MODELS": config.kimi.allowed_models,
        "GLM_FILES_MAX_SIZE_MB": config.glm.files_max_mb,
        "KIMI_FILES_MAX_SIZE_MB": config.kimi.files_max_mb,
        "EXAI_EMBEDDINGS_URL": config.embeddings.url.as_ref().map(crate::config::Endpoint::as_str),
    });
    facts.as_object().cloned().unwrap_or_default()
}

/// A hash of each configured provider's settings, keyed with the token: who knows the token can tell whether a daemon
/// would use the same account, and nobody can tell the key.
pub fn config_id(config: &Config, token: &str) -> BTreeMap<String, String> {
    let hash = |name: &str, url: &str, key: &str| {
        let hash = Sha256::digest([token, name, url, key].join("\0"));
        HEXLOWER.encode(&hash[..8])
    };
    let key = |key: &Option<crate::config::Secret>| key.as_ref().map(|key| key.expose().to_owned());
    let with_key =
        [("glm", &config.glm.url, key(&config.glm.api_key)), ("kimi", &config.kimi.url, key(&config.kimi.api_key))];
    let mut ids: BTreeMap<String, String> = with_key
        .into_iter()
        .filter_map(|(name, url, key)| Some((name.to_owned(), hash(name, url.as_str(), &key?))))
        .collect();
    if let Some(url) = &config.custom.url {
        let key = key(&config.custom.api_key).unwrap_or_default();
        ids.insert("custom".to_owned(), hash("custom", url.as_str(), &key));
    }
    ids
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

/// How many model requests run at once.
pub(super) fn limits(config: &Config) -> Limits {
    Limits {
        session: size(config.limits.session),
        global: size(config.limits.global),
        providers: BTreeMap::from([
            (ProviderName::Glm, size(config.limits.glm)),
            (ProviderName::Kimi, size(config.limits.kimi)),
            (ProviderName::Custom, size(config.limits.custom)),
        ]),
        queue: size(config.limits.queue),
    }
}

/// What stays when the configuration is read again.
#[derive(Debug, Clone)]
pub(super) struct Lasting {
    pub(super) admission: Admission,
    pub(super) store: Store,
    pub(super) memory: Arc<Memory>,
    pub(super) breakers: Arc<Breakers>,
    pub(super) flights: Flights,
    pub(super) recent: RecentAnswers,
    pub(super) tasks: TaskTracker,
    pub(super) telemetry: Arc<Telemetry>,
}

impl Lasting {
    pub(super) fn new(config: &Config, store: &Store, tasks: &TaskTracker, telemetry: &Arc<Telemetry>) -> Self {
        Self {
            admission: Admission::new(limits(config), Slots::new(&config.state_dir)),
            store: store.clone(),
            memory: Arc::new(Memory::new(store.clone())),
            breakers: Arc::default(),
            flights: Flights::default(),
            recent: RecentAnswers::default(),
            tasks: tasks.clone(),
            telemetry: Arc::clone(telemetry),
        }
    }
}

/// The one door to models.
pub(super) fn gateway(config: &Config, lasting: &Lasting) -> Result<Arc<Gateway>> {
    let routing = RoutingSettings {
        default_model: config.default_model.clone(),
        fast: config.models.fast.clone(),
        quality: config.models.quality.clone(),
        long: config.models.long.clone(),
        custom_model: config.custom.model.clone(),
        allowed: BTreeMap::from([
            (ProviderName::Glm, config.glm.allowed_models.clone()),
            (ProviderName::Kimi, config.kimi.allowed_models.clone()),
        ]),
    };
    let patience = Patience {
        connect: config.timeouts.connect,
        headers: config.timeouts.headers,
        headers_thinking: config.timeouts.headers_thinking,
        idle: config.timeouts.idle,
        idle_thinking: config.timeouts.idle_thinking,
    };
    let Lasting { admission, store, memory, breakers, flights, recent, tasks, telemetry } = lasting.clone();
    Ok(Arc::new(Gateway {
        catalogue: catalogue(config)?,
        providers: providers(config)?,
        routing,
        admission,
        store,
        patience,
        reuse: config.reuse.ttl,
        memory,
        breakers,
        flights,
        recent,
        tasks,
        telemetry,
    }))
}

fn size(limit: u32) -> usize {
    limit as usize
}
