//! Flies one request: permit, attempt, stream, and again where that makes sense.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use serde_json::{Map, Value};
use tokio::time::Instant;
use tracing::{debug, trace, warn};

use super::admission::Permit;
use super::attempt::{Books, OpenAttempt};
use super::flight::{Failure, Flight};
use super::trail::name_of;
use super::{Answer, Gateway, Ledger, News, Patience, Recorder, lesson, retry, reuse, search, size};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorCode};
use crate::evidence::estimate_tokens;
use crate::protocol::{EventKind, Phase, RequestSize, Usage, UsageSource};
use crate::providers::{Cause, Limits, Model, Piece, Provider, ProviderError, Reply, ThinkingMode};
use crate::store::{AttemptEnd, NewAnswer};

/// All that one flight needs.
pub(super) struct Pilot {
    pub(super) gateway: Arc<Gateway>,
    pub(super) flight: Arc<Flight>,
    pub(super) provider: Arc<dyn Provider>,
    pub(super) model: Arc<Model>,
    pub(super) body: Map<String, Value>,
    pub(super) key: String,
    pub(super) owner: Arc<str>,
    pub(super) session: Arc<str>,
    /// Do not look for an answer that was kept.
    pub(super) fresh: bool,
    pub(super) recorder: Arc<dyn Recorder>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) thinking: Option<ThinkingMode>,
    /// How large the request is.
    pub(super) size: RequestSize,
}

impl Pilot {
    /// Flies until there is an answer, no sense in going on, or nobody who waits.
    pub(super) async fn fly(mut self) {
        let flight = Arc::clone(&self.flight);
        let mut landing = Landing {
            gateway: Arc::clone(&self.gateway),
            flight: Arc::clone(&flight),
            key: self.key.clone(),
            outcome: None,
        };
        let outcome = tokio::select! {
            biased;
            // Dropping the attempt closes its connection and gives its permit back.
            () = flight.abandoned() => return debug!("nobody waits for the request any more"),
            outcome = self.answer() => outcome,
        };
        landing.outcome = Some(outcome);
    }

    /// An answer that is there, or a new one. It is looked for only now that the flight is listed: an equal request either
    /// shares it, or has landed before, and then its answer is there.
    async fn answer(&mut self) -> Result<Answer, Failure> {
        if let Some(answer) = self.gateway.recent.find(&self.key).filter(|_| self.reuses()) {
            return Ok(self.used_again(answer));
        }
        // Held to the end: who finds an answer in the store, or goes away, leaves the try of a breaker to the next one.
        let _trial = match self.gateway.breakers.admit(&self.model) {
            Ok(trial) => trial,
            Err(error) => {
                let kept = self.kept().await.map_err(Failure::final_)?;
                return kept.ok_or(Failure { error, try_next: true });
            }
        };
        if let Some(message) = size::warning(self.size, &self.model) {
            self.recorder.event(EventKind::Note { message });
        }
        self.try_until_settled().await
    }

    fn reuses(&self) -> bool {
        !self.fresh && !self.gateway.reuse.is_zero()
    }

    /// The answer that the store has, of another process or of an earlier time.
    async fn kept(&self) -> crate::error::Result<Option<Answer>> {
        if !self.reuses() {
            return Ok(None);
        }
        let kept = self.gateway.store.find_answer(self.key.clone(), Timestamp::now()).await?;
        Ok(kept.and_then(|body| self.read(body)))
    }

    /// An answer as the store has it; one of another version that can not be read is none.
    fn read(&self, body: Value) -> Option<Answer> {
        let answer = serde_json::from_value::<Answer>(body).ok()?;
        Some(self.used_again(answer))
    }

    fn used_again(&self, answer: Answer) -> Answer {
        reuse(&self.model, &self.recorder, &self.ledger);
        self.flight.tell(News::Kept(answer.text.as_str().into()));
        answer
    }

    async fn try_until_settled(&mut self) -> Result<Answer, Failure> {
        let mut failed = 0;
        for number in 1.. {
            let error = match self.attempt(number).await? {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            self.gateway.memory.heed(&self.model, &*self.provider, &error).await.map_err(Failure::final_)?;
            if self.learns(&error).await.map_err(Failure::final_)? {
                continue;
            }
            failed += 1;
            let Some(pause) = retry::pause(&error, failed, self.flight.deadline().remaining(), fastrand::f64()) else {
                return Err(self.give_up(&error, failed));
            };
            let cause = error.cause.as_str().to_owned();
            self.recorder.event(EventKind::Retrying { after_s: pause.as_secs_f64(), cause });
            self.flight.tell(News::Phase(Phase::Retrying));
            tokio::time::sleep(pause).await;
        }
        Err(Failure::final_(Error::internal("ran out of numbers for tries")))
    }

    /// Leaves out the parameter that a refusal names, remembers that, and says so. Each parameter goes once,
    /// so this ends.
    async fn learns(&mut self, error: &ProviderError) -> crate::error::Result<bool> {
        let Some(parameter) = lesson::of(error, &self.body) else { return Ok(false) };
        self.body.remove(&parameter);
        self.gateway.memory.learn(&self.model, &*self.provider, &parameter).await?;
        let message = format!("{} does not take `{parameter}`, so it is left out from now on", self.model);
        self.recorder.event(EventKind::Note { message });
        Ok(true)
    }

    /// One attempt. The outer error is ours (a full queue, a broken store), the inner one the provider's.
    async fn attempt(&self, number: u32) -> Result<Result<Answer, ProviderError>, Failure> {
        let ours = Failure::final_;
        let waiting = Instant::now();
        let looks = number == 1 && self.reuses();
        let mut permit = std::pin::pin!(self.permit());
        let mut granted = poll_once(permit.as_mut()).await;
        if looks && !matches!(granted, Some(Ok(_))) {
            // Who has to wait for its turn, or gets none, looks first whether it needs one. It keeps its place meanwhile.
            let mut kept = std::pin::pin!(self.kept());
            let kept = loop {
                tokio::select! {
                    biased;
                    kept = &mut kept => break kept,
                    permit = &mut permit, if granted.is_none() => granted = Some(permit),
                }
            };
            if let Some(answer) = kept.map_err(ours)? {
                return Ok(Ok(answer));
            }
        }
        let permit = match granted {
            Some(permit) => permit?,
            None => permit.await?,
        };
        self.ledger.queued(waiting.elapsed());
        trace!(waited_us = u64::try_from(waiting.elapsed().as_micros()).unwrap_or(u64::MAX), "permits granted");
        let books = Books {
            telemetry: &self.gateway.telemetry,
            recorder: &*self.recorder,
            ledger: &self.ledger,
            model: &self.model,
        };
        let mut open = None;
        if looks {
            match books.begin_unless_answered(&self.key).await.map_err(ours)? {
                Ok(attempt) => open = Some(attempt),
                Err(body) => {
                    if let Some(answer) = self.read(body) {
                        return Ok(Ok(answer));
                    }
                }
            }
        }
        let mut open = match open {
            Some(open) => open,
            None => books.begin(&self.key).await.map_err(ours)?,
        };
        self.recorder.event(EventKind::Sent {
            attempt: number,
            provider: self.model.provider.to_string(),
            model: self.model.to_string(),
            joined: false,
            reused: false,
            size: Some(self.size),
        });
        self.flight.tell(News::Phase(Phase::Waiting));
        let outcome = self.stream(&mut open.first_token).await;
        drop(permit);
        self.gateway.breakers.record(&self.model, verdict(&outcome));
        Ok(self.book(open, outcome).await)
    }

    /// Waits for a permit, and tells of it.
    async fn permit(&self) -> Result<Permit, Failure> {
        let Self { gateway, session, model, flight, recorder, .. } = self;
        let queued = |position, waiting_for| {
            flight.tell(News::Phase(Phase::Queued));
            recorder.event(EventKind::Queued { position, waiting_for });
        };
        let permit = gateway.admission.acquire(session, model.provider, flight.deadline(), queued).await;
        // Another provider may have room.
        permit.map_err(|error| Failure { try_next: error.code == ErrorCode::OverCapacity, error })
    }

    /// Sends the request and reads the stream to its end.
    async fn stream(&self, first_token: &mut Option<Instant>) -> Result<Reply, ProviderError> {
        let limits = limits(&self.gateway.patience, self.model.thinks(self.thinking));
        let mut stream = self.provider.open(&self.model, &self.body, &limits).await?;
        let mut phase = Phase::Waiting;
        while let Some(piece) = stream.next().await? {
            first_token.get_or_insert_with(Instant::now);
            let now = match &piece {
                Piece::Reasoning(_) => Phase::Thinking,
                Piece::Text(_) => Phase::Answering,
            };
            if now != phase {
                phase = now;
                self.flight.tell(News::Phase(phase));
            }
            match piece {
                Piece::Reasoning(text) => self.flight.received(text.len()),
                Piece::Text(text) => self.flight.tell(News::Text(text.into())),
            }
        }
        self.asked_for(stream.finish()?)
    }

    /// A function that nobody offered is no answer.
    fn asked_for(&self, reply: Reply) -> Result<Reply, ProviderError> {
        let is_offered = |tool: &Value| tool["type"] != "web_search";
        let offers = self.body.get("tools").and_then(Value::as_array).is_some_and(|tools| tools.iter().any(is_offered));
        if offers || !reply.text.trim().is_empty() {
            return Ok(reply);
        }
        let error = ProviderError::new(Cause::Empty, "the model asked for a tool in place of an answer");
        Err(ProviderError { partial: Some(Box::new(reply)), ..error })
    }

    /// Takes down the end of an attempt. What a store that fails can not keep is told all the same: an answer that was
    /// paid for is its caller's, and the commit of the result says what is wrong.
    async fn book(
        &self,
        open: OpenAttempt<'_>,
        outcome: Result<Reply, ProviderError>,
    ) -> Result<Answer, ProviderError> {
        let (end, settled) = match outcome {
            Ok(reply) => (self.success(&reply), Ok(self.to_answer(reply))),
            Err(error) => (self.failure(&error), Err(error)),
        };
        // A function that is asked for belongs to this conversation.
        let may_keep = |answer: &&Answer| !self.gateway.reuse.is_zero() && answer.tool_calls.is_empty();
        let worth_keeping = settled.as_ref().ok().filter(may_keep);
        let under_way = Arc::<()>::default();
        let is_under_way = Arc::downgrade(&under_way);
        open.end(end, worth_keeping.map(|answer| self.to_keep(answer, under_way))).await;
        if let Some(answer) = worth_keeping {
            // Before the flight is taken off the list: an equal request finds the one or the other.
            self.gateway.recent.keep(&self.key, answer, self.gateway.reuse, is_under_way);
        }
        if settled.is_ok() {
            // Should it fail, the model is asked last for a while: no reason to keep its answer back.
            let _ = self.gateway.memory.forget(&self.model, &*self.provider).await.is_err();
        }
        settled
    }

    fn to_answer(&self, reply: Reply) -> Answer {
        Answer {
            sources: search::sources(&reply.extra),
            tool_calls: reply.tool_calls,
            text: reply.text,
            reasoning: reply.reasoning,
            model: self.model.to_string(),
            provider: self.model.provider.to_string(),
        }
    }

    fn success(&self, reply: &Reply) -> AttemptEnd {
        let mut end = self.end_of("ok", None, reply);
        if end.usage == Usage::default() {
            end.usage = Usage {
                input: Some(self.size.tokens),
                output: Some(estimate_tokens(&reply.text) + estimate_tokens(&reply.reasoning)),
                source: UsageSource::Estimated,
                ..Usage::default()
            };
        }
        end
    }

    /// A request that was refused before any content cost nothing; one that broke off may have been billed.
    fn failure(&self, error: &ProviderError) -> AttemptEnd {
        let nothing = Reply::default();
        let partial = error.partial.as_deref().unwrap_or(&nothing);
        let mut end = self.end_of(error.cause.as_str(), Some(error.message.clone()), partial);
        if error.status.is_some_and(|status| status >= 400) {
            end.cost = Some(0);
        }
        end
    }

    /// The books of one attempt. Only what the provider counted is priced (a free model is free whatever it counts):
    /// an estimate is good enough for a plan, not for an account.
    fn end_of(&self, outcome: &str, message: Option<String>, reply: &Reply) -> AttemptEnd {
        let counted = if reply.usage.source == UsageSource::Provider { reply.usage } else { Usage::default() };
        let fee = search::fee(&self.body, &reply.extra, &*self.provider);
        let cost = self.model.cost(&counted).zip(fee).map(|(tokens, fee)| tokens + fee);
        AttemptEnd {
            at: Timestamp::now(),
            outcome: outcome.to_owned(),
            message,
            usage: reply.usage,
            cost,
            priced_on: cost.and(self.model.priced_on.clone()),
            extra: (!reply.extra.is_empty()).then(|| serde_json::json!(reply.extra)),
        }
    }

    fn to_keep(&self, answer: &Answer, under_way: Arc<()>) -> NewAnswer {
        NewAnswer {
            key: self.key.clone(),
            owner: self.owner.clone(),
            provider: answer.provider.clone(),
            model: answer.model.clone(),
            keep: self.gateway.reuse,
            body: serde_json::json!(answer),
            under_way,
        }
    }

    fn give_up(&self, error: &ProviderError, failed: u32) -> Failure {
        if failed > 1 {
            let (provider, cause) = (self.model.provider.as_str(), error.cause.as_str());
            warn!(provider, model = name_of(&self.model), cause, status = error.status, failed, "retries exhausted");
        }
        Failure {
            error: error.to_error(self.model.provider, &self.model.to_string()),
            try_next: error.may_another_model_help(),
        }
    }
}

/// The end of a flight, told however it comes: a bug that panics must not leave its waiters waiting.
struct Landing {
    gateway: Arc<Gateway>,
    flight: Arc<Flight>,
    key: String,
    outcome: Option<Result<Answer, Failure>>,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let lost = || Err(Failure::final_(Error::internal("a model request met a bug of exai; please report it")));
        if std::thread::panicking() {
            tracing::error!("model request met a bug and panicked");
        }
        let outcome = self.outcome.take().unwrap_or_else(lost);
        self.gateway.flights.land(&self.key, &self.flight);
        self.flight.tell(News::Ended(Arc::new(outcome)));
    }
}

/// What a future has at once; `None` when it must be waited for.
async fn poll_once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    std::future::poll_fn(|context| match Pin::new(&mut future).poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// What an attempt says about the health of its model; `None` when it says nothing.
fn verdict(outcome: &Result<Reply, ProviderError>) -> Option<bool> {
    match outcome {
        Ok(_) => Some(true),
        Err(error) => error.counts_for_breaker().then_some(false),
    }
}

fn limits(patience: &Patience, thinks: bool) -> Limits {
    Limits {
        connect: patience.connect,
        headers: if thinks { patience.headers_thinking } else { patience.headers },
        idle: if thinks { patience.idle_thinking } else { patience.idle },
    }
}
