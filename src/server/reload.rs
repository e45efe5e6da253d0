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
        let reloaded = self.house.reload(&(self.reread)()?)?;
        Ok(reloaded.need_restart.iter().map(|key| format!("{key} is used after a restart")).collect())
    }
}

/// Looks after the files of the configuration until the daemon drains.
pub(super) async fn watch(daemon: Arc<Daemon>, files: Watch) {
    let apply = |config: &Config| daemon.house.reload(config).map(drop);
    let closed = daemon.shutdown.drain.clone();
    watch_and_reload(files, &*daemon.reread, &apply, LOOK, closed).await;
}
