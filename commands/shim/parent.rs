//! Notices that the agent's program is gone although something else still holds the other end of our input.

use std::time::Duration;

use nix::unistd::{Pid, getppid};

/// How often is looked.
const LOOK: Duration = Duration::from_secs(1);

/// The process that started this one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parent(Pid);

impl Parent {
    /// As it is now: look early, for it may be gone soon.
    pub(super) fn now() -> Self {
        Self(getppid())
    }

    /// Waits until it is gone. Who was nobody's child to begin with waits for ever.
    pub(super) async fn gone(self) {
        if self.0.as_raw() <= 1 {
            return std::future::pending().await;
        }
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while getppid() == self.0 {
            looks.tick().await;
        }
    }
}
