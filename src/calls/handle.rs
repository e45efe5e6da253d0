//! What a caller holds of its call.

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::journal::Journal;
use crate::error::Error;
use crate::feed::Reader;
use crate::protocol::{CallId, Envelope, Told};

/// A call that has been accepted. Dropping the handle does not stop the call; [`Self::cancel`] does.
#[derive(Debug)]
pub struct CallHandle {
    /// The call.
    pub id: CallId,
    /// What happens to it, from the start; ends after `finished`.
    pub news: Reader<Told>,
    tool: String,
    result: oneshot::Receiver<Envelope>,
    cancel: CancellationToken,
}

impl CallHandle {
    pub(super) fn new(journal: &Journal, cancel: CancellationToken) -> (Self, oneshot::Sender<Envelope>) {
        let (finished, result) = oneshot::channel();
        (Self::over(journal.id().clone(), journal.tool(), journal.news(), result, cancel), finished)
    }

    /// A handle on a call that somebody else tells of.
    pub(super) fn over(
        id: CallId,
        tool: &str,
        news: Reader<Told>,
        result: oneshot::Receiver<Envelope>,
        cancel: CancellationToken,
    ) -> Self {
        Self { id, news, tool: tool.to_owned(), result, cancel }
    }

    /// Asks the call to end now; its result will say that it was cancelled.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// The result, once it is in the journal.
    pub async fn result(self) -> Envelope {
        let Self { id, tool, result, .. } = self;
        result.await.unwrap_or_else(|_| {
            let mut envelope = Envelope::running(id.clone(), &tool);
            envelope.fail(&Error::internal(format!("call {id} ended without a result")));
            envelope
        })
    }
}
