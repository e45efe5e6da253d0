//! Notices that the agent's program is gone although something else still holds the other end of our input.

use std::time::Duration;

use nix::unistd::{Pid, getppid};

/// How often is looked.
const LOOK: Duration = Duration::from_secs(1);

/// Waits until the process that started this one is gone. One that was nobody's child to begin with waits for ever.
pub(super) async fn gone() {
    let parent = getppid();
    if parent == Pid::from_raw(1) || parent == Pid::from_raw(0) {
        return std::future::pending().await;
    }
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while getppid() == parent {
        looks.tick().await;
    }
}
