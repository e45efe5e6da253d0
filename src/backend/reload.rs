//! Reads the configuration again when its files change; for those who work on models and prompts while a daemon runs.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::config::{Config, Watch};
use crate::error::Result;

/// Looks `every` so often whether the files of `watch` changed, and if so has what `reread` reads used by `apply`, until
/// `closed`. A configuration that can not be used is logged and changes nothing; it is tried again when its files change.
pub async fn watch_and_reload(
    mut watch: Watch,
    reread: &(dyn Fn() -> Result<Config> + Send + Sync),
    apply: &(dyn Fn(&Config) -> Result<()> + Send + Sync),
    every: Duration,
    closed: CancellationToken,
) {
    let mut looks = interval_at(Instant::now() + every, every);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = closed.cancelled() => return,
            _ = looks.tick() => {}
        }
        if !watch.changed() {
            continue;
        }
        let reloaded = reread().and_then(|config| {
            watch.follow(&config);
            apply(&config)
        });
        if let Err(error) = reloaded {
            let hints = error.hints.join("; ");
            warn!(%error, hints, "the changed configuration can not be used, so the old one stays");
        }
    }
}

#[cfg(test)]
mod tests;
