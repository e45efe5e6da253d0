//! Several models that answer at the same time: their words are not told as they come. Pieces of a text do not say
//! whose they are, and on every door they are joined in the order of their arrival; two answers would be torn into each
//! other. Steps and beats are told, and the sections of the text when the last model has ended.

use std::sync::Arc;

use async_trait::async_trait;

use crate::error::Result;
use crate::gateway::{Departure, Recorder};
use crate::protocol::{EventKind, Live};
use crate::providers::Model;
use crate::store::{AttemptEnd, NewAnswer};

/// Tells all but the text.
#[derive(Debug)]
pub(super) struct Quiet(pub(super) Arc<dyn Recorder>);

#[async_trait]
impl Recorder for Quiet {
    fn event(&self, kind: EventKind) {
        self.0.event(kind);
    }

    fn live(&self, live: Live) {
        if !matches!(live, Live::Delta { .. }) {
            self.0.live(live);
        }
    }

    async fn begin_attempt(&self, model: &Model, key: &str, reuse: bool) -> Result<Departure> {
        self.0.begin_attempt(model, key, reuse).await
    }

    async fn end_attempt(&self, n: u32, end: AttemptEnd, answer: Option<NewAnswer>) -> Result<()> {
        self.0.end_attempt(n, end, answer).await
    }

    fn abandon_attempt(&self, n: u32, end: AttemptEnd) {
        self.0.abandon_attempt(n, end);
    }
}
