//! What a caller holds of its call.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::feed::Reader;
use crate::protocol::{CallId, Envelope, Told, Written};

/// A call that has been accepted. Dropping the handle does not stop the call; [`Self::cancel`] does.
#[derive(Debug)]
pub struct CallHandle {
    /// The call.
    pub id: CallId,
    /// What happens to it, from the start; ends after `finished`.
    pub news: Reader<Told>,
    /// The time that the whole call is allowed.
    pub allowed: Duration,
    tool: String,
    result: watch::Receiver<Option<Arc<Written>>>,
    cancel: CancellationToken,
}

impl CallHandle {
    /// A handle on a call that somebody else tells of.
    pub fn over(
        id: CallId,
        tool: &str,
        allowed: Duration,
        news: Reader<Told>,
        result: watch::Receiver<Option<Arc<Written>>>,
        cancel: CancellationToken,
    ) -> Self {
        Self { id, news, allowed, tool: tool.to_owned(), result, cancel }
    }

    /// The tool.
    pub fn tool(&self) -> &str {
        &self.tool
    }

    /// Asks the call to end now; its result will say that it was cancelled.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// The result, once it is in the journal.
    pub async fn result(self) -> Envelope {
        // Who is the last to ask gets it without a copy.
        Arc::unwrap_or_clone(self.written().await).into_envelope()
    }

    /// The same with its JSON.
    pub async fn written(self) -> Arc<Written> {
        let Self { id, tool, mut result, .. } = self;
        let found = result.wait_for(Option::is_some).await.ok().and_then(|found| found.clone());
        found.unwrap_or_else(|| {
            let mut envelope = Envelope::running(id.clone(), &tool);
            envelope.fail(&Error::internal(format!("call {id} ended without a result")));
            Arc::new(Written::from(envelope))
        })
    }
}
