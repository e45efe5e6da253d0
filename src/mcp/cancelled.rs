//! Tells a request that its agent gave up on purpose from one whose agent is merely gone.
//!
//! The protocol's library ends a request's token in both cases; only in the first it passes the notification on, and
//! that a moment later.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rmcp::model::RequestId;
use tokio_util::sync::CancellationToken;

/// How long the notification may come after the end of the request's token.
const MOMENT: Duration = Duration::from_secs(1);

/// The requests of one agent that may be given up.
#[derive(Debug, Clone, Default)]
pub(super) struct Cancelled(Arc<Mutex<HashMap<RequestId, CancellationToken>>>);

impl Cancelled {
    /// Looks out for the end of a request.
    pub(super) fn watch(&self, id: RequestId) -> Watch {
        let token = CancellationToken::new();
        self.lock().insert(id.clone(), token.clone());
        Watch { all: self.clone(), id, token }
    }

    /// The agent gave up a request.
    pub(super) fn give_up(&self, id: &RequestId) {
        if let Some(token) = self.lock().get(id) {
            token.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RequestId, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request.
#[derive(Debug)]
pub(super) struct Watch {
    all: Cancelled,
    id: RequestId,
    token: CancellationToken,
}

impl Watch {
    /// Once the request's token has ended: whether its agent wanted that.
    pub(super) async fn was_wanted(&self) -> bool {
        tokio::time::timeout(MOMENT, self.token.cancelled()).await.is_ok()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.all.lock().remove(&self.id);
    }
}
