//! What the server and the test share: the requests, the open ones among them, the gates, and what is left of the
//! scenario. One lock, one condition.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::dialect::Asked;
use crate::recorded::{Outcome, Recorded};
use crate::refusal::Refusal;
use crate::reply::{self, Step};
use crate::scenario::{Provider, Route, Scenario};
use crate::script::Script;
use crate::shelf::{Shelf, Upload};
use crate::{routes, validation};

/// The shared state of a fake.
#[derive(Debug)]
pub(crate) struct Ledger {
    scenario: Scenario,
    state: Mutex<State>,
    changed: Condvar,
    open_gates: watch::Sender<BTreeSet<String>>,
}

/// What is known at a moment.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) requests: Vec<Recorded>,
    pub(crate) connections: usize,
    /// The highest number of open chat requests so far.
    pub(crate) highest: BTreeMap<Provider, usize>,
    /// How many replies have come to a gate so far.
    pub(crate) held: BTreeMap<String, usize>,
    pub(crate) stopped: bool,
    ticks: usize,
    script: Script,
    request_ids: BTreeSet<String>,
    shelf: Shelf,
}

impl State {
    fn tick(&mut self) -> usize {
        self.ticks += 1;
        self.ticks
    }

    /// The highest number of chat requests of `provider` that were open at once and were all answered.
    pub(crate) fn most_answered(&self, provider: Provider) -> usize {
        let is_one = |request: &&Recorded| {
            request.provider == Some(provider)
                && request.route == Some(Route::Chat)
                && request.outcome == Outcome::Answered
        };
        let spans: Vec<_> = self.requests.iter().filter(is_one).map(|request| request.ticks).collect();
        let mut changes: Vec<(usize, bool)> = spans.iter().map(|(began, _)| (*began, true)).collect();
        changes.extend(spans.iter().filter_map(|(_, ended)| Some(((*ended)?, false))));
        changes.sort_unstable();
        let mut open = 0_usize;
        let now = changes.into_iter().map(|(_, comes)| {
            open = if comes { open + 1 } else { open - 1 };
            open
        });
        now.max().unwrap_or(0)
    }

    /// The open chat requests of `provider`, the newest included.
    fn open(&self, provider: Provider) -> impl Iterator<Item = &Recorded> {
        let is_open = move |request: &&Recorded| {
            request.provider == Some(provider)
                && request.route == Some(Route::Chat)
                && request.outcome == Outcome::Pending
        };
        self.requests.iter().filter(is_open)
    }
}

impl Ledger {
    pub(crate) fn new(scenario: Scenario) -> Self {
        let state = State {
            requests: Vec::new(),
            connections: 0,
            highest: BTreeMap::new(),
            held: BTreeMap::new(),
            stopped: false,
            ticks: 0,
            script: Script::new(&scenario),
            request_ids: BTreeSet::new(),
            shelf: Shelf::default(),
        };
        Self { scenario, state: Mutex::new(state), changed: Condvar::new(), open_gates: watch::Sender::default() }
    }

    /// Records a request; gives its number and the steps that answer it.
    pub(crate) fn admit(&self, request: Recorded) -> (usize, Vec<Step>) {
        let mut state = self.lock();
        let number = state.requests.len();
        let (provider, route) = (request.provider, request.route);
        state.requests.push(request);
        let tick = state.tick();
        state.requests[number].ticks.0 = tick;
        if let (Some(provider), Some(Route::Chat)) = (provider, route) {
            let open = state.open(provider).count();
            let highest = state.highest.entry(provider).or_default();
            *highest = open.max(*highest);
        }
        let steps = self.answer(&mut state, number);
        drop(state);
        self.changed.notify_all();
        (number, steps)
    }

    fn answer(&self, state: &mut State, number: usize) -> Vec<Step> {
        let request = state.requests[number].clone();
        let (Some(provider), Some(route)) = (request.provider, request.route) else {
            let provider = request.provider.unwrap_or(Provider::Custom);
            return reply::refused(provider, &Refusal::not_found(&request.path));
        };
        if let Some(refusal) = self.refusal(state, provider, route, &request) {
            return reply::refused(provider, &refusal);
        }
        if let Some(reply) = state.script.next(provider, route, &request) {
            return reply::steps(&reply, &Asked::new(number, provider, &request));
        }
        match state.shelf.answer(provider, route, &request) {
            Some(Ok(body)) => return reply::body(provider, &body),
            Some(Err(refusal)) => return reply::refused(provider, &refusal),
            None => {}
        }
        let builtin = routes::builtin(provider, route).map(|body| reply::body(provider, &body));
        builtin.unwrap_or_else(|| reply::refused(provider, &Refusal::unscripted()))
    }

    /// How the request is refused before it comes to the scenario, if it is.
    fn refusal(&self, state: &mut State, provider: Provider, route: Route, request: &Recorded) -> Option<Refusal> {
        let keyless = request.headers["authorization"] == "absent";
        if self.scenario.validate && keyless && provider != Provider::Custom {
            return Some(Refusal::unauthorized(provider));
        }
        if route != Route::Chat {
            return None;
        }
        if let Some(refused) = self.over_limit(state, provider, request) {
            return Some(refused);
        }
        if !self.scenario.validate {
            return None;
        }
        validation::refusal(provider, request).or_else(|| {
            let id = request.body["request_id"].as_str()?.to_owned();
            let repeated = provider == Provider::Glm && !state.request_ids.insert(id);
            repeated.then(|| Refusal::glm("1231", None))
        })
    }

    fn over_limit(&self, state: &State, provider: Provider, request: &Recorded) -> Option<Refusal> {
        let limit = self.scenario.in_flight_limit;
        match provider {
            Provider::Glm => {
                let open = state.open(provider).filter(|other| other.model() == request.model()).count();
                (open > limit.glm?).then(|| Refusal::glm("1302", None))
            }
            Provider::Kimi => {
                let limit = limit.kimi?;
                let message = format!(
                    "Your account org-1<ak-1> request reached organization max concurrency: {limit}, please try again after 1 seconds"
                );
                let over = state.open(provider).count() > limit;
                over.then(|| Refusal::kimi("rate_limit_reached_error", Some(&message)))
            }
            Provider::Custom => None,
        }
    }

    /// Takes a file away.
    pub(crate) fn lose_file(&self, id: &str) {
        self.update(|state| state.shelf.lose(id));
    }

    /// Puts a file there.
    pub(crate) fn add_file(&self, provider: Provider, upload: Upload) -> String {
        let mut state = self.lock();
        state.shelf.add(provider, upload)
    }

    /// After how many bytes an upload is cut, if it is.
    pub(crate) fn cut_uploads_after(&self) -> Option<usize> {
        self.scenario.cut_uploads_after
    }

    /// Says how a request ended.
    pub(crate) fn settle(&self, number: usize, outcome: Outcome) {
        self.update(|state| {
            let tick = state.tick();
            let request = &mut state.requests[number];
            request.outcome = outcome;
            request.ticks.1.get_or_insert(tick);
        });
    }

    /// Counts a connection.
    pub(crate) fn connected(&self) {
        self.update(|state| state.connections += 1);
    }

    /// Says that the server is gone.
    pub(crate) fn stopped(&self) {
        self.update(|state| state.stopped = true);
    }

    /// Opens a gate, for good.
    pub(crate) fn open(&self, gate: &str) {
        self.open_gates.send_modify(|open| {
            open.insert(gate.to_owned());
        });
    }

    /// Returns when the gate is open.
    pub(crate) async fn pass(&self, gate: &str) {
        self.update(|state| *state.held.entry(gate.to_owned()).or_default() += 1);
        // The sender lives as long as the ledger: an error can not be.
        let _ = self.open_gates.subscribe().wait_for(|open| open.contains(gate)).await.is_err();
    }

    /// Blocks until `wanted` gives a value; `None` when `deadline` passes before.
    pub(crate) fn wait<T>(&self, deadline: Duration, mut wanted: impl FnMut(&State) -> Option<T>) -> Option<T> {
        let mut found = None;
        let unmet = |state: &mut State| {
            found = wanted(state);
            found.is_none()
        };
        let state = self.changed.wait_timeout_while(self.lock(), deadline, unmet);
        drop(state.unwrap_or_else(PoisonError::into_inner));
        found
    }

    /// A look at the present state.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&State) -> T) -> T {
        at(&self.lock())
    }

    fn update(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
