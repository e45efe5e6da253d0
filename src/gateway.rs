//! The one door to models: which model, whether an equal request is in flight or was answered already,
//! whose turn it is, what to do when an attempt fails, and what it cost.
//!
//! ```text
//! ask ─▶ secrets out ─▶ key ─┬▶ answered lately: reused, no request
//!                            ├▶ in flight: joined, no request of its own
//!                            └▶ flight ─▶ [permit ─▶ attempt committed, unless the store has an answer ─▶ stream] × tries
//!                                                                                              answer kept ◀─┘
//! ```
//!
//! A flight lives until its last waiter leaves; each waiter keeps its own deadline.
//! Not here: prompts, tools, what an answer means.

mod ability;
mod admission;
mod attempt;
mod breaker;
#[cfg(test)]
mod causes;
mod flight;
mod key;
mod ledger;
mod lesson;
mod memory;
mod pilot;
mod plan;
mod recent;
mod recorder;
mod retry;
mod route;
mod search;
mod service;
mod size;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod trail;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

pub use ability::Abilities;
pub use admission::{Admission, Limits};
pub use breaker::{BreakerReading, BreakerState, Breakers};
pub use flight::Flights;
pub use ledger::{Account, Ledger};
pub use memory::Memory;
pub use plan::{Plan, in_all};
pub use recent::RecentAnswers;
pub use recorder::{Departure, Recorder};
pub use route::{Need, Route, RoutingSettings};
pub use search::{Source, asking, list as list_sources};
pub use service::{Errand, Served};
pub use trail::plain_name;

use crate::clock::Deadline;
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::estimate_tokens;
use crate::protocol::{EventKind, Live, Phase};
use crate::providers::{Catalogue, ChatMessage, ChatRequest, Model, Provider, ProviderName, Providers, ToolCall};
use crate::redaction::Veil;
use crate::store::Store;
use crate::telemetry::Telemetry;
use flight::{Boarded, Failure, News, Ticket};
use pilot::Pilot;

/// A waiter that hears nothing else hears this often what is going on.
const BEAT: Duration = Duration::from_secs(1);

/// What the gateway is made of.
#[derive(Debug)]
pub struct Gateway {
    /// The models.
    pub catalogue: Catalogue,
    /// The endpoints that are configured.
    pub providers: Providers,
    /// Which models `auto` means.
    pub routing: RoutingSettings,
    /// The permits.
    pub admission: Admission,
    /// Attempts and answers.
    pub store: Store,
    /// How long one step of an attempt may take.
    pub patience: Patience,
    /// How long an answer may be reused.
    pub reuse: Duration,
    /// What was learned about models.
    pub memory: Arc<Memory>,
    /// Which models are left alone for a moment.
    pub breakers: Arc<Breakers>,
    /// Answers of the last minutes.
    pub recent: RecentAnswers,
    /// Requests in flight.
    pub flights: Flights,
    /// Owns the tasks of the flights.
    pub tasks: TaskTracker,
    /// Hears of every request.
    pub telemetry: Arc<Telemetry>,
}

/// How long one step of an attempt may take; models that think get more.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// To connect.
    pub connect: Duration,
    /// To the response headers.
    pub headers: Duration,
    /// To the response headers of a thinking model.
    pub headers_thinking: Duration,
    /// Between two pieces of the stream.
    pub idle: Duration,
    /// Between two pieces of the stream of a thinking model.
    pub idle_thinking: Duration,
}

/// One question to a model.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Whose call it is; owners never share answers.
    pub owner: Arc<str>,
    /// The caller's session, for its own limit.
    pub session: Arc<str>,
    /// The models that may answer.
    pub route: Route,
    /// The messages and how to answer them.
    pub request: ChatRequest,
    /// The call's deadline.
    pub deadline: Deadline,
    /// Neither join nor reuse.
    pub fresh: bool,
    /// Takes the secrets out of the messages; shared by all that its call sends and keeps.
    pub veil: Arc<Veil>,
}

impl Ask {
    /// The models of its route that can answer it.
    fn able(&self) -> Result<Route> {
        self.route.clone().able(Abilities::of(&self.request))
    }

    /// The question as it may be sent, to the models of `route`.
    fn veiled(&self, route: Route) -> Self {
        let mut request = self.request.clone();
        for message in &mut request.messages {
            self.veil.text(&mut message.content);
            message.reasoning.iter_mut().for_each(|text| self.veil.text(text));
            message.tool_calls.iter_mut().for_each(|call| self.veil.text(&mut call.arguments));
        }
        request.tools.iter_mut().for_each(|tool| self.veil.value(tool));
        let (owner, session, veil) = (self.owner.clone(), self.session.clone(), Arc::clone(&self.veil));
        Self { owner, session, route, request, deadline: self.deadline, fresh: self.fresh, veil }
    }
}

/// A usable answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The answer's text.
    pub text: String,
    /// The reasoning before it, kept apart.
    pub reasoning: String,
    /// The model that answered.
    pub model: String,
    /// Its provider.
    pub provider: String,
    /// Functions that the model asks for, of those that were offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// What it found on the web.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

impl Gateway {
    /// Chooses the models for a question: the one that is asked for, else the one that answered before in the same
    /// conversation, else the configured one, else by need.
    pub fn route(&self, requested: Option<&str>, before: Option<&str>, need: Need) -> Result<Route> {
        self.routing.choose(&self.catalogue, &self.providers, requested, before, need)
    }

    /// The models of one provider, the best first, for what only that provider does.
    pub fn route_of(&self, provider: ProviderName) -> Result<Route> {
        self.routing.choose_of(&self.catalogue, &self.providers, provider)
    }

    /// Whether the configuration lets a model be asked.
    pub fn allows(&self, model: &Model) -> bool {
        self.routing.allows(model)
    }

    /// Opens connections to the providers that are configured.
    pub async fn warm(&self) {
        let providers = self.providers.configured().into_iter().filter_map(|name| self.providers.get(name));
        let connect = self.patience.connect;
        futures_util::future::join_all(providers.map(|provider| async move { provider.warm(connect).await })).await;
    }

    /// What [`Self::ask`] would send, without sending it.
    pub fn plan(&self, ask: &Ask) -> Result<Plan> {
        let ask = ask.veiled(ask.able()?);
        let model = ask.route.first()?;
        let provider = self.provider(model)?;
        let body = provider.body(model, &ask.request);
        Ok(Plan::new(model, &ask.route, body, &ask.request))
    }

    /// Asks the models of the route, one after the other where that is allowed, until one answers.
    /// What it takes is written into `ledger` while it happens.
    pub async fn ask(
        self: &Arc<Self>,
        ask: &Ask,
        recorder: &Arc<dyn Recorder>,
        ledger: &Arc<Ledger>,
    ) -> Result<Answer> {
        let route = ask.able()?;
        self.look_for_room(&ask.session, &route, ledger)?;
        let ask = &ask.veiled(route);
        let place = ledger.asked(&ask.route);
        let mut last = Error::internal("a route without a model");
        for model in self.in_order(&ask.route).await? {
            match self.converse(ask, model, recorder, ledger).await {
                Ok(answer) => {
                    ledger.answered(place, model);
                    return Ok(answer);
                }
                Err(failure) => {
                    last = failure.error;
                    if !failure.try_next {
                        break;
                    }
                }
            }
        }
        Err(last)
    }

    /// Whether so many find no room that [`Self::turns_away`] may say so of others.
    pub fn is_in_storm(&self) -> bool {
        self.admission.is_in_storm()
    }

    /// Refuses a question for which none of the models has room, in a storm of callers.
    pub fn look_for_room(&self, session: &str, route: &Route, ledger: &Ledger) -> Result<()> {
        self.turns_away(session, route).map_or(Ok(()), |error| {
            ledger.turned_away();
            Err(error)
        })
    }

    /// Why none of the models has room, in a storm of callers.
    pub fn turns_away(&self, session: &str, route: &Route) -> Option<Error> {
        let mut refusal = None;
        for model in route.candidates() {
            refusal = Some(self.admission.turns_away(session, model.provider)?);
        }
        refusal
    }

    /// The models of a route, those whose account was empty a moment ago last: it may have been topped up since.
    async fn in_order<'a>(&self, route: &'a Route) -> Result<Vec<&'a Arc<Model>>> {
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for model in route.candidates() {
            let is_empty = match self.providers.get(model.provider) {
                Some(provider) => self.memory.about(model, &*provider).await?.is_empty,
                None => false,
            };
            if is_empty { last.push(model) } else { first.push(model) }
        }
        first.append(&mut last);
        Ok(first)
    }

    /// Asks a model, and again as long as it wants to search by its provider's means.
    async fn converse(
        self: &Arc<Self>,
        ask: &Ask,
        model: &Arc<Model>,
        recorder: &Arc<dyn Recorder>,
        ledger: &Arc<Ledger>,
    ) -> Result<Answer, Failure> {
        let mut answer = self.ask_model(ask, model, recorder, ledger).await?;
        let mut ask = std::borrow::Cow::Borrowed(ask);
        for _ in 0..search::ROUNDS {
            let Some(next) = search::go_on(&ask.request, &answer) else { return Ok(answer) };
            ask.to_mut().request = next;
            let mut rest = self.ask_model(&ask, model, recorder, ledger).await?;
            // What was said before the search was told as it came.
            rest.text.insert_str(0, &answer.text);
            answer = rest;
        }
        if search::go_on(&ask.request, &answer).is_none() {
            return Ok(answer);
        }
        let message = format!("{model} searched the web {} times without coming to an answer", search::ROUNDS);
        let error =
            Error::new(ErrorCode::NoVerdict, message).details(serde_json::json!({"status": "max_tool_depth_reached"}));
        Err(Failure::final_(error.hint("ask a narrower question, or leave the search out")))
    }

    async fn ask_model(
        self: &Arc<Self>,
        ask: &Ask,
        model: &Arc<Model>,
        recorder: &Arc<dyn Recorder>,
        ledger: &Arc<Ledger>,
    ) -> Result<Answer, Failure> {
        let provider = self.provider(model).map_err(Failure::final_)?;
        let tokens = fitting(model, &ask.request).map_err(|error| Failure { error, try_next: true })?;
        let known = self.memory.about(model, &*provider).await.map_err(Failure::final_)?;
        if let Some(error) = known.refusal(model).filter(|_| !ask.fresh) {
            return Err(Failure { error, try_next: true });
        }
        let mut body = provider.body(model, &ask.request);
        body.retain(|name, _| !known.refused.contains(name));
        let key = key::of(&ask.owner, model, provider.account(), &body);
        if let Some(answer) = self.recent.find(&key).filter(|_| !ask.fresh && !self.reuse.is_zero()) {
            reuse(model, recorder, ledger);
            recorder.live(Live::Delta { text: answer.text.clone() });
            return Ok(answer);
        }
        let mut has_joined = false;
        let boarded = if ask.fresh { self.flights.alone(ask.deadline) } else { self.flights.board(&key, ask.deadline) };
        let ticket = match boarded {
            Boarded::First(ticket) => {
                let size = size::of(&body, tokens, model);
                let pilot = Pilot {
                    gateway: Arc::clone(self),
                    flight: ticket.flight(),
                    provider,
                    model: Arc::clone(model),
                    body,
                    key,
                    owner: ask.owner.clone(),
                    session: ask.session.clone(),
                    fresh: ask.fresh,
                    recorder: Arc::clone(recorder),
                    ledger: Arc::clone(ledger),
                    thinking: ask.request.thinking,
                    size,
                };
                // It goes on for others when its call has ended; its lines name the call that began it.
                self.tasks.spawn(Box::pin(pilot.fly()).in_current_span());
                ticket
            }
            Boarded::Joined(ticket) => {
                has_joined = true;
                ledger.joined();
                recorder.event(EventKind::Sent {
                    attempt: 1,
                    provider: model.provider.to_string(),
                    model: model.to_string(),
                    joined: true,
                    reused: false,
                    size: None,
                });
                ticket
            }
        };
        wait(ask.deadline, model, &ticket, has_joined, recorder).await
    }

    fn provider(&self, model: &Model) -> Result<Arc<dyn Provider>> {
        self.providers.get(model.provider).ok_or_else(|| route::not_configured(model))
    }
}

/// Takes down that an answer which is there already is used again.
fn reuse(model: &Model, recorder: &Arc<dyn Recorder>, ledger: &Ledger) {
    ledger.reused();
    recorder.event(EventKind::Sent {
        attempt: 1,
        provider: model.provider.to_string(),
        model: model.to_string(),
        joined: false,
        reused: true,
        size: None,
    });
}

/// Follows a flight until it ends or the waiter's own deadline passes.
async fn wait(
    deadline: Deadline,
    model: &Model,
    ticket: &Ticket,
    has_joined: bool,
    recorder: &Arc<dyn Recorder>,
) -> Result<Answer, Failure> {
    let mut news = ticket.news();
    let mut phase = Phase::Queued;
    let mut started = false;
    loop {
        let beat = Instant::now() + BEAT;
        let Ok(item) = tokio::time::timeout_at(deadline.at().min(beat), news.next()).await else {
            if beat < deadline.at() {
                recorder.live(Live::Heartbeat { phase, received: ticket.received() });
                continue;
            }
            let error = Error::timeout(&format!("{} {}", doing(phase), model), deadline.allowed());
            return Err(Failure::final_(error));
        };
        if !started && matches!(item, Some(News::Phase(Phase::Thinking | Phase::Answering) | News::Text(_))) {
            started = true;
            recorder.event(EventKind::FirstToken);
        }
        match item {
            Some(News::Phase(now)) => {
                let before = std::mem::replace(&mut phase, now);
                // The others begin with a step, which who began the request is told.
                if has_joined || now == Phase::Thinking || before == Phase::Thinking {
                    recorder.live(Live::Heartbeat { phase, received: ticket.received() });
                }
            }
            Some(News::Text(text) | News::Kept(text)) => recorder.live(Live::Delta { text: text.to_string() }),
            Some(News::Ended(outcome)) => return (*outcome).clone(),
            None => return Err(Failure::final_(Error::internal("a model request ended without a word"))),
        }
    }
}

fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Evidence | Phase::Queued => "waiting for a permit for",
        Phase::Waiting => "waiting for the first answer of",
        Phase::Thinking => "waiting for the thoughts of",
        Phase::Answering => "receiving the answer of",
        Phase::Retrying => "waiting to try again with",
    }
}

/// Estimated tokens of a request, with the few that each message costs by itself.
fn estimate(request: &ChatRequest) -> u64 {
    const PER_MESSAGE: u64 = 6;
    let tokens = |message: &ChatMessage| {
        let images: u64 = message.images.iter().map(|image| image.tokens).sum();
        let calls: u64 = message.tool_calls.iter().map(|call| estimate_tokens(&call.arguments)).sum();
        let reasoning = message.reasoning.as_deref().map(estimate_tokens).unwrap_or_default();
        estimate_tokens(&message.content) + images + calls + reasoning + PER_MESSAGE
    };
    let tools: u64 = request.tools.iter().map(|tool| estimate_tokens(&tool.to_string())).sum();
    request.messages.iter().map(tokens).sum::<u64>() + tools
}

/// The estimated tokens of a request. What can not fit is refused before anything is sent.
fn fitting(model: &Model, request: &ChatRequest) -> Result<u64> {
    let tokens = estimate(request);
    if tokens <= model.context {
        return Ok(tokens);
    }
    let message = format!("the request is about {tokens} tokens, {model} takes {}", model.context);
    Err(Error::new(ErrorCode::ValidationError, message)
        .hint("name fewer files, or choose a model with a larger window (`exai models`)"))
}
