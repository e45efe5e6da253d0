//! What the service manager is told. Without one, nothing is told to nobody.

use std::sync::Arc;
use std::time::Duration;

use exai_core::backend::{Backend as _, House};
use exai_core::protocol::{CallFilter, SessionId};
use sd_notify::NotifyState;

/// The daemon serves; `status` is a sentence for `systemctl status`.
pub(super) fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// The configuration is read again, until the daemon is `ready`.
pub(super) fn reloading() {
    // The moment tells the manager which of several reloads this is.
    match NotifyState::monotonic_usec_now() {
        Ok(moment) => tell(&[NotifyState::Reloading, moment]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// The daemon ends when its calls have ended.
pub(super) fn stopping(status: &str) {
    tell(&[NotifyState::Stopping, NotifyState::Status(status)]);
}

/// Tells the manager that the daemon lives, twice in the time after which it would be taken for dead, for as long as
/// its tasks run and its store answers. Returns at once when nobody watches.
pub(super) async fn watch(house: Arc<House>) {
    let Some(patience) = sd_notify::watchdog_enabled().filter(|patience| !patience.is_zero()) else { return };
    let mut ticks = tokio::time::interval(patience / 2);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if answers(&house, patience / 4).await {
            tell(&[NotifyState::Watchdog]);
        }
    }
}

/// Whether the store answers a small question in time. That it answers with an error, such as that of a full disk, is
/// no reason to be killed: a new process would meet the same.
async fn answers(house: &Arc<House>, within: Duration) -> bool {
    let door = house.door("default", &SessionId::new());
    let one = CallFilter { state: None, tool: None, since: None, limit: 1 };
    tokio::time::timeout(within, door.list_calls(one)).await.is_ok()
}

fn tell(news: &[NotifyState<'_>]) {
    // A manager that can not be reached learns from the process itself how it is.
    drop(sd_notify::notify(news));
}
