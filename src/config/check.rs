//! What no single key can tell: values that do not go together.

use std::collections::BTreeMap;

use super::origin::Origin;
use super::{Config, Endpoint, Profile};
use crate::error::{Error, Result};

/// Refuses combinations that would do harm.
pub(super) fn check(config: &Config, origins: &BTreeMap<&'static str, Origin>) -> Result<()> {
    let custom = config.custom.url.as_ref().filter(|_| config.custom.api_key.is_some());
    let embeddings = config.embeddings.url.as_ref().filter(|_| config.embeddings.api_key.is_some());
    let with_keys = [
        ("glm.url", Some(&config.glm.url)),
        ("kimi.url", Some(&config.kimi.url)),
        ("custom.url", custom),
        ("embeddings.url", embeddings),
    ];
    for (name, endpoint) in with_keys {
        if let Some(endpoint) = endpoint.filter(|endpoint| endpoint.is_clear_text()) {
            return Err(clear_text(name, endpoint, origins.get(name).unwrap_or(&Origin::Default)));
        }
    }
    Ok(())
}

fn clear_text(name: &str, endpoint: &Endpoint, origin: &Origin) -> Error {
    let message = format!("{name} can not be `{endpoint}` ({origin}): its key would travel in clear text");
    Error::validation(name, endpoint.as_str(), "https, or http to this machine", message)
        .hint("use https, or a tunnel that ends on localhost")
}

/// Says which values have no effect.
pub(super) fn idle(config: &Config, origins: &BTreeMap<&'static str, Origin>) -> Vec<String> {
    let mut idle = Vec::new();
    let mut say = |names: &[&str], why: &str| {
        let is_named = |name: &str| names.iter().any(|key| name == *key || key.ends_with('.') && name.starts_with(key));
        let lost = origins.iter().filter(|(name, _)| is_named(name));
        idle.extend(lost.map(|(name, origin)| format!("{name} ({origin}) has no effect: {why}")));
    };
    if config.custom.url.is_none() {
        say(&["custom."], "custom.url is not set");
    }
    if !config.tools.lean {
        say(&["tools.lean_tools", "tools.strict_lean"], "tools.lean (LEAN_MODE) is not set");
    } else if config.tools.profile != Profile::Full {
        let profile = config.tools.profile.as_str();
        say(&["tools.lean", "tools.lean_tools", "tools.strict_lean"], &format!("tools.profile is {profile}"));
    }
    idle.extend(too_long(config, origins));
    idle
}

/// Steps of a request that may take longer than the whole call, as far as somebody has set them.
fn too_long(config: &Config, origins: &BTreeMap<&'static str, Origin>) -> Vec<String> {
    let times = &config.timeouts;
    let steps = [
        ("timeouts.connect", times.connect),
        ("timeouts.headers", times.headers),
        ("timeouts.headers_thinking", times.headers_thinking),
        ("timeouts.idle", times.idle),
        ("timeouts.idle_thinking", times.idle_thinking),
    ];
    let longer = steps.into_iter().filter(|(_, step)| *step > times.call);
    let told = longer.filter_map(|(name, step)| {
        let (origin, step, call) = (origins.get(name)?, step.as_secs_f64(), times.call.as_secs_f64());
        Some(format!(
            "{name} ({origin}) is {step} s, and a call is given up after {call} s (timeouts.call): it matters only to callers \
             that allow more time"
        ))
    });
    told.collect()
}
