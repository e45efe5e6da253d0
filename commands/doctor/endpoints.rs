//! Whether there are keys, and whether the endpoints take them: asked for their list of models, which costs nothing.

use std::time::Duration;

use exai_core::backend;
use exai_core::config::Config;
use exai_core::error::Result;
use exai_core::providers::{Probe, ProviderName};

use super::check::Check;

/// Without any, workflow tools do their local half and models are not asked.
const KEYS: &str = "set GLM_API_KEY (Z.ai) or KIMI_API_KEY (Moonshot), or EXAI_CUSTOM_URL for a server of your own";

pub(super) async fn check(config: &Config, offline: bool, patience: Duration) -> Vec<Check> {
    let configured = backend::providers(config).map(|providers| providers.configured()).unwrap_or_default();
    if configured.is_empty() {
        return vec![Check::warn("providers", "none is configured, so no model can be asked", KEYS)];
    }
    if offline {
        let named = |name: &ProviderName| Check::ok(name.as_str(), "is configured; not asked (--offline)");
        return configured.iter().map(named).collect();
    }
    backend::probe(config, patience).await.into_iter().map(|(name, probe)| told(config, name, probe)).collect()
}

fn told(config: &Config, provider: ProviderName, probe: Result<Probe>) -> Check {
    let name = provider.as_str();
    let (key, variable, url) = match provider {
        ProviderName::Glm => ("GLM_API_KEY", "GLM_API_URL", config.glm.url.to_string()),
        ProviderName::Kimi => ("KIMI_API_KEY", "KIMI_API_URL", config.kimi.url.to_string()),
        _ => {
            let url = config.custom.url.as_ref().map(ToString::to_string);
            ("EXAI_CUSTOM_API_KEY", "EXAI_CUSTOM_URL", url.unwrap_or_default())
        }
    };
    match probe {
        Err(error) => Check::failed(name, &error),
        Ok(Probe::Accepted(1)) => Check::ok(name, format!("{url} lists 1 model")),
        Ok(Probe::Accepted(models)) => Check::ok(name, format!("{url} lists {models} models")),
        Ok(Probe::Refused(status)) => Check::fail(
            name,
            format!("{url} refuses the key (HTTP {status})"),
            format!("set {key} to a key of this endpoint, or {variable} to the endpoint of the key"),
        ),
        Ok(Probe::Untold(status)) => Check::warn(
            name,
            format!("{url} answers without a list of models (HTTP {status}), so the key was not checked"),
            format!("if calls fail, check {variable}"),
        ),
        Ok(Probe::Unreachable(why)) => Check::fail(
            name,
            format!("{url} is not reached: {why}"),
            format!("check the network and a proxy (HTTPS_PROXY), or set {variable}"),
        ),
    }
}
