//! Several questions of one call at the same time: their words are not told as they come. Pieces of a text do not say
//! whose they are, and on every door they are joined in the order of their arrival; two answers would be torn into each
//! other. Steps and beats are told, and the text when the last one has ended.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;

use super::Context;
use crate::clock::Deadline;
use crate::error::{Error, Result};
use crate::gateway::{Answer, Departure, Recorder};
use crate::protocol::{EventKind, Live};
use crate::providers::Model;
use crate::store::{AttemptEnd, NewAnswer};

/// Time that is kept back from the models, so that one that never ends does not take the others' answers with it.
const TO_TELL: Duration = Duration::from_secs(2);

/// Until when each of several models may answer.
pub(super) fn deadline(context: &Context) -> Deadline {
    context.deadline.earlier(TO_TELL.min(context.deadline.allowed() / 10))
}

/// Who is told what each of them does.
pub(super) fn quiet(context: &Context) -> Arc<dyn Recorder> {
    Arc::new(Quiet(Arc::clone(&context.recorder)))
}

/// Waits for all of them; a dry run ends here.
pub(super) async fn all(
    context: &Context,
    questions: impl IntoIterator<Item = impl Future<Output = Result<Answer>>>,
) -> Result<Vec<Result<Answer>>> {
    let outcomes = join_all(questions).await;
    if context.options.dry_run {
        outcomes.into_iter().collect::<Result<Vec<_>>>()?;
        return Err(Error::internal("a dry run with an answer"));
    }
    Ok(outcomes)
}

/// Why nobody has answered: of several errors the one that another try may mend stands for all, with the hints of all.
pub(super) fn nobody_answered(mut errors: Vec<Error>) -> Option<Error> {
    errors.sort_by_key(|error| !error.is_retryable());
    let mut errors = errors.into_iter();
    let mut error = errors.next()?;
    errors.flat_map(|other| other.hints).for_each(|hint| add_hint(&mut error, &hint));
    Some(error)
}

/// Adds a hint that is not there yet.
pub(super) fn add_hint(error: &mut Error, hint: &str) {
    if !error.hints.iter().any(|known| known == hint) {
        error.hints.push(hint.to_owned());
    }
}

/// Tells all but the text.
#[derive(Debug)]
struct Quiet(Arc<dyn Recorder>);

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
