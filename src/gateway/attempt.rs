//! One request that leaves, in all books: the journal before it leaves and when it has ended, the call's ledger, the house's
//! figures.

use serde_json::Value;
use tokio::time::Instant;

use super::{Departure, Ledger, Recorder, trail};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::protocol::{EventKind, Usage};
use crate::providers::Model;
use crate::store::{AttemptEnd, NewAnswer};
use crate::telemetry::{AttemptOutcome, Telemetry};

/// Where a request is written down.
#[derive(Clone, Copy)]
pub(super) struct Books<'a> {
    pub(super) telemetry: &'a Telemetry,
    pub(super) recorder: &'a dyn Recorder,
    pub(super) ledger: &'a Ledger,
    /// The model, or what stands for a service.
    pub(super) model: &'a Model,
}

impl<'a> Books<'a> {
    /// Commits a request that is about to leave.
    pub(super) async fn begin(self, key: &str) -> Result<OpenAttempt<'a>> {
        match self.recorder.begin_attempt(self.model, key, false).await? {
            Departure::Attempt(n) => Ok(self.open(n)),
            Departure::Answered(_) => Err(Error::internal("the journal has an answer that nobody asked it for")),
        }
    }

    /// The same, unless the answer to an equal request is there: then that comes back.
    pub(super) async fn begin_unless_answered(self, key: &str) -> Result<std::result::Result<OpenAttempt<'a>, Value>> {
        Ok(match self.recorder.begin_attempt(self.model, key, true).await? {
            Departure::Attempt(n) => Ok(self.open(n)),
            Departure::Answered(answer) => Err(answer),
        })
    }

    fn open(self, n: u32) -> OpenAttempt<'a> {
        self.telemetry.attempt_begun(self.model.provider.as_str(), &self.model.id);
        let place = self.ledger.begin(self.model);
        OpenAttempt { books: self, n, place, begun: Instant::now(), first_token: None, end: None, kept: false }
    }
}

/// A request that was committed as begun. Dropped before its end is in the store, its end is noted for later: the one
/// that is known, or that nobody waits for it any more.
pub(super) struct OpenAttempt<'a> {
    books: Books<'a>,
    n: u32,
    place: usize,
    begun: Instant,
    /// When the first of the answer came.
    pub(super) first_token: Option<Instant>,
    end: Option<AttemptEnd>,
    kept: bool,
}

impl OpenAttempt<'_> {
    /// Writes the end into the books of the call and of the house.
    fn tell(&self, end: &AttemptEnd) {
        let Self { books: Books { telemetry, ledger, model, .. }, begun, .. } = self;
        ledger.end(self.place, &end.outcome, end.usage, end.cost);
        let outcome = AttemptOutcome {
            provider: model.provider.as_str(),
            model: &model.id,
            outcome: &end.outcome,
            took: begun.elapsed(),
            first_token: self.first_token.map(|first| first.duration_since(*begun)),
            usage: end.usage,
            cost: end.cost,
        };
        trail::attempt(self.n, model, &outcome);
        telemetry.attempt_ended(&outcome);
    }

    /// Takes down the end, which is committed with the result of the call. What a store that fails can not keep is told all
    /// the same.
    pub(super) async fn end(mut self, end: AttemptEnd, answer: Option<NewAnswer>) {
        self.tell(&end);
        self.end = Some(end.clone());
        match self.books.recorder.end_attempt(self.n, end, answer).await {
            Ok(()) => self.kept = true,
            Err(error) => {
                let message = format!("the end of request {} could not be kept: {error}", self.n);
                self.books.recorder.event(EventKind::Note { message });
            }
        }
    }
}

impl Drop for OpenAttempt<'_> {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        let end = self.end.take().unwrap_or_else(|| {
            let end = AttemptEnd {
                at: Timestamp::now(),
                outcome: "cancelled".to_owned(),
                message: None,
                usage: Usage::default(),
                cost: None,
                priced_on: None,
                extra: None,
            };
            self.tell(&end);
            end
        });
        self.books.recorder.abandon_attempt(self.n, end);
    }
}
