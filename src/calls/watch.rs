//! Hears requests of other processes to cancel calls that this one runs.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Running;
use crate::coordination::Instance;
use crate::store::Store;

/// How often the journal is asked; a cancel is carried out within a second.
const LOOK: Duration = Duration::from_millis(400);

/// Looks for requests to cancel until the house is closed.
pub(super) async fn watch(store: Store, running: Arc<Running>, instance: Arc<Instance>, closed: CancellationToken) {
    loop {
        tokio::select! {
            () = closed.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        if running.is_empty() {
            continue;
        }
        // A store that can not be read now is asked again; whoever wants the cancel is told by its own read.
        let requested = store.requested_cancels(instance.id().clone()).await;
        for id in requested.unwrap_or_default() {
            running.cancel(&id);
        }
    }
}
