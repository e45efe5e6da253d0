//! The calls that ended last, as rows.

use std::collections::VecDeque;
use std::sync::Arc;

use super::About;
use crate::protocol::{CallRow, Envelope};

/// Finished calls in a snapshot.
const SHOWN: usize = 200;

/// The calls that ended last, the latest first.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<Arc<CallRow>>);

impl Recent {
    pub(super) fn add(&mut self, row: CallRow) {
        self.0.truncate(SHOWN - 1);
        self.0.push_front(Arc::new(row));
    }

    /// Shared, so that nothing is copied under a lock.
    pub(super) fn rows(&self) -> Vec<Arc<CallRow>> {
        self.0.iter().cloned().collect()
    }
}

/// A call that ended, as a dashboard shows it.
pub(super) fn row(about: About<'_>, envelope: &Envelope) -> CallRow {
    let last = envelope.model.tried.last();
    let usage = envelope.usage;
    CallRow {
        call_id: about.call_id.clone(),
        tool: about.tool.to_owned(),
        session_id: about.session.to_owned(),
        owner: about.owner.to_owned(),
        state: envelope.state,
        phase: None,
        provider: last.map(|tried| tried.provider.clone()),
        model: envelope.model.used.clone().or_else(|| last.map(|tried| tried.model.clone())),
        elapsed_s: envelope.timing.total_ms as f64 / 1e3,
        queued_s: envelope.timing.queued_ms as f64 / 1e3,
        attempts: u32::try_from(envelope.model.tried.len()).unwrap_or(u32::MAX),
        tokens: usage.input.zip(usage.output).map(|(input, output)| input.saturating_add(output)),
        cause: last
            .filter(|tried| envelope.error.is_some() && tried.outcome != "ok")
            .map(|tried| tried.outcome.clone()),
    }
}
