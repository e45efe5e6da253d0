//! Calls whose process is gone are marked, so that nobody waits for them. They are never run again by themselves.

use std::collections::BTreeMap;

use super::Calls;
use crate::clock::Timestamp;
use crate::coordination::Instance;
use crate::error::Result;

impl Calls {
    /// Marks the running calls of dead processes as interrupted; returns how many there were.
    pub async fn recover_dead(&self) -> Result<usize> {
        let mut dead = BTreeMap::new();
        let mut marked = 0;
        for (instance, call) in self.store.running_calls().await? {
            let is_dead =
                *dead.entry(instance.clone()).or_insert_with(|| Instance::is_dead(&self.state_dir, &instance));
            if is_dead {
                self.store.interrupt_call(call, Timestamp::now()).await?;
                marked += 1;
            }
        }
        Ok(marked)
    }
}
