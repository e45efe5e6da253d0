//! Reads the configuration again: when an operator says so, and when its files change.

use std::sync::Arc;
use std::time::Duration;

use super::daemon::Daemon;
use crate::backend::watch_and_reload;
use crate::config::{Config, Watch};
use crate::error::Result;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

impl Daemon {
    /// Uses the configuration as it is now, from the next call on; returns what the operator should know. One that can
    /// not be used changes nothing.
    pub(super) fn reload(&self) -> Result<Vec<String>> {
        self.apply(&(self.reread)()?)
    }

    fn apply(&self, config: &Config) -> Result<Vec<String>> {
        let before = self.house.calls().registry.fingerprint().to_owned();
        let reloaded = self.house.reload(config)?;
        if self.house.calls().registry.fingerprint() != before {
            self.catalog.send_modify(|count| *count += 1);
        }
        Ok(reloaded.need_restart.iter().map(|key| format!("{key} is used after a restart")).collect())
    }
}

/// Looks after the files of the configuration until the daemon drains.
pub(super) async fn watch(daemon: Arc<Daemon>, files: Watch) {
    let apply = |config: &Config| daemon.apply(config).map(drop);
    let closed = daemon.shutdown.drain.clone();
    watch_and_reload(files, &*daemon.reread, &apply, LOOK, closed).await;
}
