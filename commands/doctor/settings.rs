//! Whether the configuration can be used, and whether keys are read by their owner alone.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use exai_core::backend;
use exai_core::config::{Config, Loaded, Place, Sources};
use exai_core::tools::Registry;

use super::check::Check;
use crate::config::check_models;
use crate::setup::Setup;

/// How a secret is shown.
const MASK: &str = "***";

pub(super) fn check(setup: &Setup) -> Vec<Check> {
    let loaded = match setup.loaded() {
        Ok(loaded) => loaded,
        Err(error) => return vec![Check::failed("configuration", &error)],
    };
    let used = usable(&loaded.config).map_or_else(
        |error| Check::failed("configuration", &error),
        |()| Check::ok("configuration", format!("can be used; {}", settings(loaded))),
    );
    let misnamed = Registry::misnamed(&loaded.config);
    let warned = loaded.warnings.iter().chain(&misnamed).map(|warning| {
        Check::warn("configuration", warning.as_str(), "`exai config show` tells where each value came from")
    });
    let places = setup.sources().map(Sources::paths).unwrap_or_default();
    let open = places.iter().filter(|place| place.exists).filter_map(|place| open(place, loaded));
    std::iter::once(used).chain(warned).chain(open).collect()
}

fn usable(config: &Config) -> exai_core::error::Result<()> {
    backend::providers(config)?;
    check_models(config)
}

fn settings(loaded: &Loaded) -> String {
    match loaded.rows().iter().filter(|row| row.origin != "default").count() {
        0 => "all settings are the defaults".to_owned(),
        1 => "1 setting is not the default".to_owned(),
        more => format!("{more} settings are not the defaults"),
    }
}

/// A file with keys that others may read.
fn open(place: &Place, loaded: &Loaded) -> Option<Check> {
    let mode = mode(&place.path)?;
    let file = place.path.display().to_string();
    let has_secret = loaded.rows().iter().any(|row| row.value.as_deref() == Some(MASK) && row.origin.contains(&file));
    let is_open = mode & 0o077 != 0 && has_secret;
    is_open.then(|| {
        Check::warn("configuration", format!("{file} holds a key and others may read it (mode {mode:o})"), chmod(&file))
    })
}

fn chmod(file: &str) -> String {
    format!("chmod 600 {file}")
}

/// Who may do what with a file.
pub(super) fn mode(path: &Path) -> Option<u32> {
    Some(path.metadata().ok()?.permissions().mode() & 0o7777)
}
