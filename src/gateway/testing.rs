//! A gateway in front of the fake providers, and callers whose steps can be looked at; for tests only.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use async_trait::async_trait;
use exai_fake::{DEADLINE, Fake, Scenario};
use serde_json::Map;
use tempfile::TempDir;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio_util::task::TaskTracker;

use super::{
    Account, Admission, Answer, Ask, Departure, Flights, Gateway, Ledger, Limits, Memory, Need, Patience,
    RecentAnswers, Recorder, Route, RoutingSettings,
};
use crate::clock::{Deadline, Timestamp};
use crate::coordination::{Slots, prepare_state_dir};
use crate::error::Result;
use crate::feed::Feed;
use crate::protocol::{CallId, CallRecord, EventKind, InstanceId, Live};
use crate::providers::{
    Catalogue, ChatMessage, ChatRequest, Endpoint, Model, ProviderName, ProviderSettings, Providers, Role,
};
use crate::store::{AttemptEnd, Begun, CallNews, CallStart, EndedAttempt, NewAnswer, NewAttempt, Store};

/// A gateway whose GLM, Kimi and custom endpoints are a fake.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) fake: Fake,
    pub(crate) dir: TempDir,
}

impl Door {
    /// The usual gateway; the fake plays `scenario`.
    pub(crate) async fn to(scenario: Scenario) -> Self {
        Self::changed(scenario, |_| {}).await
    }

    /// A gateway that differs from the usual one.
    pub(crate) async fn changed(scenario: Scenario, change: impl FnOnce(&mut Gateway)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        prepare_state_dir(dir.path()).unwrap();
        let fake = Fake::start(scenario);
        let endpoint = |url: String| Some(Endpoint::new(url, "test-key"));
        let store = Store::open(dir.path()).await.unwrap();
        let mut gateway = Gateway {
            catalogue: Catalogue::embedded().unwrap(),
            providers: Providers::new(ProviderSettings {
                glm: endpoint(fake.glm_url()),
                kimi: endpoint(fake.kimi_url()),
                custom: endpoint(fake.custom_url()),
                embeddings: None,
            })
            .unwrap(),
            routing: routing(),
            admission: Admission::new(limits(), Slots::new(dir.path())),
            memory: Arc::new(Memory::new(store.clone())),
            breakers: Arc::default(),
            telemetry: Arc::default(),
            store,
            patience: patience(),
            reuse: Duration::from_mins(10),
            flights: Flights::default(),
            recent: RecentAnswers::default(),
            tasks: TaskTracker::new(),
        };
        change(&mut gateway);
        Self { gateway: Arc::new(gateway), fake, dir }
    }

    /// A call that has asked nothing yet.
    pub(crate) fn call(&self) -> Call {
        let witness = Arc::new(Witness::new(self.gateway.store.clone()));
        Call { gateway: Arc::clone(&self.gateway), witness, ledger: Arc::default() }
    }

    /// A question of the owner `default` to `model`.
    pub(crate) fn question(&self, model: &str, text: &str) -> Ask {
        Ask {
            owner: "default".into(),
            session: "session".into(),
            route: self.route(Some(model)),
            request: ChatRequest { messages: vec![ChatMessage::new(Role::User, text)], ..ChatRequest::default() },
            deadline: Deadline::after(Duration::from_secs(30)),
            fresh: false,
            veil: Arc::default(),
        }
    }

    /// The models for a question; `None` is `auto`.
    pub(crate) fn route(&self, model: Option<&str>) -> Route {
        self.gateway.route(model, None, Need::Quality).unwrap()
    }
}

fn routing() -> RoutingSettings {
    let models = || vec!["glm-4.6".to_owned(), "kimi-k3".to_owned()];
    RoutingSettings {
        default_model: "auto".to_owned(),
        fast: models(),
        quality: models(),
        long: models(),
        custom_model: None,
        allowed: BTreeMap::new(),
    }
}

/// The limits that are the default of the configuration.
pub(crate) fn limits() -> Limits {
    let providers = BTreeMap::from([(ProviderName::Glm, 2), (ProviderName::Kimi, 3), (ProviderName::Custom, 2)]);
    Limits { session: 2, global: 5, providers, queue: 256 }
}

fn patience() -> Patience {
    let minute = Duration::from_mins(1);
    Patience {
        connect: Duration::from_secs(10),
        headers: minute,
        headers_thinking: minute,
        idle: minute,
        idle_thinking: minute,
    }
}

/// One call as the gateway sees it: whom it tells, and the call's books.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    gateway: Arc<Gateway>,
    witness: Arc<Witness>,
    ledger: Arc<Ledger>,
}

impl Call {
    pub(crate) async fn ask(&self, ask: &Ask) -> Result<Answer> {
        let recorder: Arc<dyn Recorder> = Arc::clone(&self.witness) as _;
        self.gateway.ask(ask, &recorder, &self.ledger).await
    }

    /// Asks in a task of its own; aborting it is what cancelling a call does.
    pub(crate) fn begin(&self, ask: &Ask) -> JoinHandle<Result<Answer>> {
        let (call, ask) = (self.clone(), ask.clone());
        self.gateway.tasks.spawn(async move { call.ask(&ask).await })
    }

    pub(crate) fn account(&self) -> Account {
        self.ledger.account()
    }

    /// What became of its requests, in order.
    pub(crate) fn tried(&self) -> Vec<(String, String)> {
        self.account().model.tried.into_iter().map(|tried| (tried.model, tried.outcome)).collect()
    }

    pub(crate) fn events(&self) -> Vec<EventKind> {
        self.witness.pages().events.clone()
    }

    /// The text that was told while it arrived.
    pub(crate) fn heard(&self) -> String {
        self.witness.pages().heard.clone()
    }

    /// Its row in the store, with its attempts.
    pub(crate) async fn record(&self) -> CallRecord {
        let start = &self.witness.start;
        self.gateway.store.get_call(start.owner.to_string(), start.id.to_string()).await.unwrap()
    }

    /// Waits for a step.
    pub(crate) async fn reaches(&self, step: fn(&EventKind) -> bool) {
        let mut events = self.witness.events.reader();
        in_time(async { while !events.next().await.is_some_and(|event| step(&event)) {} }).await;
    }
}

/// Takes a call down as the journal does, for the test to read.
#[derive(Debug)]
struct Witness {
    start: CallStart,
    store: Store,
    events: Feed<EventKind>,
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    events: Vec<EventKind>,
    heard: String,
    attempts: u32,
}

impl Witness {
    fn new(store: Store) -> Self {
        let now = Timestamp::now();
        let start = CallStart {
            id: CallId::new(),
            owner: "default".into(),
            session: "session".into(),
            instance: InstanceId::new(),
            tool: "chat".to_owned(),
            arguments: Map::new(),
            thread_id: None,
            created_at: now,
            deadline_at: now,
        };
        Self { start, store, events: Feed::default(), pages: Mutex::default() }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Recorder for Witness {
    fn event(&self, kind: EventKind) {
        self.pages().events.push(kind.clone());
        self.events.push(kind);
    }

    fn live(&self, live: Live) {
        if let Live::Delta { text } = live {
            self.pages().heard.push_str(&text);
        }
    }

    async fn begin_attempt(&self, model: &Model, key: &str, reuse: bool) -> Result<Departure> {
        let n = {
            let mut pages = self.pages();
            pages.attempts += 1;
            pages.attempts
        };
        let attempt = NewAttempt {
            n,
            provider: model.provider.to_string(),
            model: model.to_string(),
            request_key: key.to_owned(),
            at: Timestamp::now(),
        };
        let begun = self.store.begin_attempt(self.start.clone(), CallNews::default(), attempt, reuse).await?;
        Ok(match begun {
            Begun::Attempt => Departure::Attempt(n),
            Begun::Answered(answer) => Departure::Answered(answer),
        })
    }

    async fn end_attempt(&self, n: u32, end: AttemptEnd, answer: Option<NewAnswer>) -> Result<()> {
        self.store.end_attempt(self.start.id.clone(), EndedAttempt { n, end, answer }).await
    }

    fn abandon_attempt(&self, n: u32, end: AttemptEnd) {
        self.store.end_attempt_later(self.start.id.clone(), EndedAttempt { n, end, answer: None });
    }
}

/// Waits as long as the fake does, by the real clock: a stopped one would let a test hang.
pub(crate) async fn in_time<T>(wanted: impl Future<Output = T>) -> T {
    let (_waiting, over) = mpsc::channel::<()>();
    let late = spawn_blocking(move || over.recv_timeout(DEADLINE) == Err(mpsc::RecvTimeoutError::Timeout));
    tokio::select! {
        biased;
        found = wanted => found,
        _ = late => panic!("waited {DEADLINE:?} in vain"),
    }
}

/// Tokio's clock, stopped also while sockets work; only [`tokio::time::advance`] moves it.
#[derive(Debug)]
pub(crate) struct StoppedClock {
    /// Dropping it ends the blocking task, because of which the clock does not run ahead.
    _running: mpsc::Sender<()>,
}

impl StoppedClock {
    pub(crate) fn stop() -> Self {
        let (running, over) = mpsc::channel::<()>();
        drop(spawn_blocking(move || over.recv().is_err()));
        tokio::time::pause();
        Self { _running: running }
    }
}
