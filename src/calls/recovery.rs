//! Calls whose process is gone are marked, so that nobody waits for them. They are never run again by themselves.
//!
//! Several processes may do this at once: each call is marked by one of them. A call that is listed as running while its
//! process ends in order has been finished by then, and stays as it is.

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::future::try_join_all;

use super::Calls;
use crate::clock::Timestamp;
use crate::coordination::Instance;
use crate::error::Result;
use crate::store::Store;

#[cfg(test)]
mod tests;

impl Calls {
    /// Marks the running calls of dead processes as interrupted; returns how many it marked.
    pub async fn recover(store: &Store, state_dir: &Path) -> Result<usize> {
        let mut dead = BTreeMap::new();
        let mut running = store.running_calls().await?;
        running.retain(|(instance, _)| {
            *dead.entry(instance.clone()).or_insert_with(|| Instance::is_dead(state_dir, instance))
        });
        // Together, so that they share commits.
        let now = Timestamp::now();
        let marked = try_join_all(running.into_iter().map(|(_, call)| store.interrupt_call(call, now))).await?;
        let count = marked.into_iter().filter(|marked| *marked).count();
        if count > 0 {
            tracing::info!(count, "calls of processes that are gone were marked as interrupted");
        }
        Ok(count)
    }
}
