//! Every row of both providers' error tables, through the gateway: what the caller is told, how many requests leave,
//! and how long is waited between them. The clock is paused, so waiting takes no time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use super::{
    Admission, Ask, Departure, Flights, Gateway, Ledger, Limits as Permits, Memory, Need, Patience, RecentAnswers,
    Recorder, RoutingSettings,
};
use crate::clock::{Deadline, Timestamp};
use crate::coordination::{Slots, prepare_state_dir};
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::{EventKind, Live};
use crate::providers::{
    Catalogue, ChatMessage, ChatRequest, Dialect, GLM, KIMI, Limits, Model, Provider, ProviderError, ProviderName,
    Providers, ReplyStream, Role,
};
use crate::store::{AttemptEnd, NewAnswer, Store};

/// A body that no provider sends.
const PANICS: &str = "panic";

/// Refuses every request in the same way.
struct Refusing {
    dialect: Dialect,
    status: u16,
    body: String,
    asked: Arc<AtomicUsize>,
}

#[async_trait]
impl Provider for Refusing {
    fn name(&self) -> ProviderName {
        self.dialect.name
    }

    fn account(&self) -> &'static str {
        "test"
    }

    fn body(&self, model: &Model, request: &ChatRequest) -> Map<String, Value> {
        self.dialect.body(model, request)
    }

    async fn open(&self, _: &Model, _: &Map<String, Value>, _: &Limits) -> Result<Box<dyn ReplyStream>, ProviderError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        assert_ne!(self.body, PANICS, "as the test wants it");
        Err(self.dialect.classify(self.status, &self.body, Timestamp::now()))
    }
}

/// Takes down events and commits nothing.
#[derive(Debug, Default)]
struct Notes(Mutex<Vec<EventKind>>);

#[async_trait]
impl Recorder for Notes {
    fn event(&self, kind: EventKind) {
        self.0.lock().unwrap().push(kind);
    }

    fn live(&self, _: Live) {}

    async fn begin_attempt(&self, _: &Model, _: &str, _: bool) -> Result<Departure> {
        Ok(Departure::Attempt(1))
    }

    async fn end_attempt(&self, _: u32, _: AttemptEnd, _: Option<NewAnswer>) -> Result<()> {
        Ok(())
    }

    fn abandon_attempt(&self, _: u32, _: AttemptEnd) {}
}

/// What became of one question.
struct Outcome {
    error: Error,
    requests: usize,
    waited: Duration,
    events: Vec<EventKind>,
}

async fn ask(dialect: Dialect, model: &str, status: u16, body: String) -> Outcome {
    let dir = tempfile::tempdir().unwrap();
    prepare_state_dir(dir.path()).unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let provider: Arc<dyn Provider> = Arc::new(Refusing { dialect, status, body, asked: Arc::clone(&asked) });
    let limits = Permits { session: 9, global: 9, providers: BTreeMap::new(), queue: 9 };
    let minute = Duration::from_mins(1);
    let gateway = Arc::new(Gateway {
        catalogue: Catalogue::embedded().unwrap(),
        providers: Providers::of(vec![provider]),
        routing: RoutingSettings { default_model: "auto".to_owned(), ..RoutingSettings::default() },
        admission: Admission::new(limits, Slots::new(dir.path())),
        memory: Arc::new(Memory::new(store.clone())),
        breakers: Arc::default(),
        telemetry: Arc::default(),
        store,
        patience: Patience {
            connect: minute,
            headers: minute,
            headers_thinking: minute,
            idle: minute,
            idle_thinking: minute,
        },
        reuse: minute,
        flights: Flights::default(),
        recent: RecentAnswers::default(),
        tasks: TaskTracker::new(),
    });
    let question = Ask {
        owner: "default".into(),
        session: "s".into(),
        route: gateway.route(Some(model), None, Need::Fast).unwrap(),
        request: ChatRequest {
            messages: vec![ChatMessage::new(Role::User, "hello")],
            temperature: Some(0.5),
            ..ChatRequest::default()
        },
        deadline: Deadline::after(Duration::from_mins(5)),
        fresh: true,
        veil: Arc::default(),
    };
    let notes = Arc::new(Notes::default());
    let recorder: Arc<dyn Recorder> = Arc::clone(&notes) as _;
    let begun = Instant::now();
    let error = gateway.ask(&question, &recorder, &Arc::new(Ledger::default())).await.unwrap_err();
    let events = notes.0.lock().unwrap().clone();
    Outcome { error, requests: asked.load(Ordering::SeqCst), waited: begun.elapsed(), events }
}

/// One row: what comes, and what is to become of it. `waits` are the least and the most seconds over all tries.
struct Row {
    word: &'static str,
    status: u16,
    exit: u8,
    requests: usize,
    waits: (u64, u64),
}

const fn row(word: &'static str, status: u16, exit: u8, requests: usize, waits: (u64, u64)) -> Row {
    Row { word, status, exit, requests, waits }
}

/// Never again: the request, the account or the plan must change first.
const fn stop(word: &'static str, status: u16) -> Row {
    row(word, status, 3, 1, (0, 0))
}

/// Sent twice more, with full jitter up to 1 s and 2 s.
const fn again(word: &'static str, status: u16) -> Row {
    row(word, status, 4, 3, (0, 3))
}

/// Not before a time that no call waits for.
const fn stand_down(word: &'static str, status: u16) -> Row {
    row(word, status, 4, 1, (0, 0))
}

const GLM_ROWS: &[Row] = &[
    again("500", 500),
    stop("1000", 401),
    stop("1001", 401),
    stop("1002", 401),
    stop("1003", 401),
    stop("1004", 401),
    stop("1005", 401),
    stop("1110", 429),
    stop("1111", 429),
    stop("1112", 429),
    stop("1121", 429),
    row("1120", 429, 4, 2, (0, 1)),
    stop("1113", 429),
    again("1200", 500),
    again("1230", 500),
    again("1234", 500),
    stop("1210", 400),
    stop("1212", 400),
    stop("1213", 400),
    stop("1214", 400),
    stop("1215", 400),
    stop("1211", 400),
    stop("1220", 403),
    stop("1221", 404),
    stop("1222", 404),
    row("1231", 400, 4, 2, (0, 1)),
    stop("1261", 400),
    stop("1300", 400),
    stop("1301", 400),
    row("1302", 429, 4, 4, (3, 10)),
    row("1303", 429, 4, 4, (15, 22)),
    stand_down("1304", 429),
    row("1305", 429, 4, 3, (20, 23)),
    stand_down("1308", 429),
    stand_down("1310", 429),
    stand_down("1316", 429),
    stand_down("1317", 429),
    stand_down("1318", 429),
    stand_down("1319", 429),
    stand_down("1320", 429),
    stand_down("1321", 429),
    stop("1309", 429),
    stop("1311", 429),
    stop("1314", 429),
    stop("1315", 429),
    stand_down("1313", 429),
];

#[tokio::test(start_paused = true)]
async fn every_code_of_glm_is_told_tried_and_waited_for_as_its_table_says() {
    for row in GLM_ROWS {
        let body = format!(r#"{{"error":{{"code":"{}","message":"as documented"}}}}"#, row.word);
        check(row, &ask(GLM, "glm-4.6", row.status, body).await);
    }
}

/// Type, message, and the row.
const KIMI_ROWS: &[(&str, Row)] = &[
    ("The request was rejected because it was considered high risk", stop("content_filter", 400)),
    ("Your request exceeded model token limit: 262144 (requested: 269030)", stop("invalid_request_error", 400)),
    ("Input token length too long", stop("invalid_request_error", 400)),
    ("Invalid purpose", stop("invalid_request_error", 400)),
    ("File size is too large, max 100MB", stop("invalid_request_error", 400)),
    ("Invalid request: the messages are odd", stop("invalid_request_error", 400)),
    ("Incorrect API key provided", stop("incorrect_api_key_error", 401)),
    ("Invalid Authentication", stop("invalid_authentication_error", 401)),
    ("no", stop("permission_denied_error", 403)),
    ("Not found the model X or Permission denied", stop("resource_not_found_error", 404)),
    ("The engine is currently overloaded, please try again later", again("engine_overloaded_error", 429)),
    ("Your account is suspended, insufficient balance", stop("exceeded_current_quota_error", 429)),
    (
        "request reached organization max concurrency: 3, please try again after 2 seconds",
        row("rate_limit_reached_error", 429, 4, 4, (6, 13)),
    ),
    ("request reached max RPM: 3", row("rate_limit_reached_error", 429, 4, 4, (0, 7))),
    ("organization TPD rate limit, current: 9, limit: 8", stand_down("rate_limit_reached_error", 429)),
    ("max RPM: 3, please try again after 600 seconds", row("rate_limit_reached_error", 429, 4, 1, (0, 0))),
    ("closed", row("client_closed", 499, 4, 1, (0, 0))),
    ("oops", again("server_error", 500)),
    ("oops", again("unexpected_output", 500)),
];

#[tokio::test(start_paused = true)]
async fn every_type_of_kimi_is_told_tried_and_waited_for_as_its_table_says() {
    for (message, row) in KIMI_ROWS {
        let body = format!(r#"{{"error":{{"type":"{}","message":"{message}"}}}}"#, row.word);
        check(row, &ask(KIMI, "kimi-k3.1-pro", row.status, body).await);
    }
}

#[track_caller]
fn check(row: &Row, outcome: &Outcome) {
    let Outcome { error, requests, waited, events } = outcome;
    let told = format!("{} ({}): {error:?}", row.word, row.status);
    assert_eq!(error.kind().exit_code(), row.exit, "{told}");
    assert_eq!(*requests, row.requests, "{told}");
    let (least, most) = (Duration::from_secs(row.waits.0), Duration::from_secs(row.waits.1));
    // The paused clock moves in whole milliseconds.
    assert!((least..=most + Duration::from_millis(50)).contains(waited), "waited {waited:?}: {told}");
    let announced = events.iter().filter(|event| matches!(event, EventKind::Retrying { .. })).count();
    assert_eq!(announced + 1, *requests, "no wait is silent: {told}");
    assert_eq!(error.retry_after.is_some() || error.transient, row.exit == 4, "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_parameter_that_is_refused_by_name_is_left_out_once_and_remembered() {
    let body = r#"{"error":{"type":"invalid_request_error","message":"invalid temperature: only 1 is allowed for this model"}}"#;
    let outcome = ask(GLM, "glm-4.6", 400, body.replace("invalid_request_error", "x")).await;
    assert_eq!(outcome.requests, 2, "sent again without it, and refused again: {:?}", outcome.error);
    assert_eq!((outcome.waited, outcome.error.code), (Duration::ZERO, ErrorCode::ProviderError));
    let note = outcome
        .events
        .iter()
        .any(|event| matches!(event, EventKind::Note { message } if message.contains("temperature")));
    assert!(note, "{:?}", outcome.events);
}

#[tokio::test(start_paused = true)]
async fn a_bug_that_panics_in_a_request_ends_the_wait_for_it() {
    let outcome = ask(GLM, "glm-4.6", 500, PANICS.to_owned()).await;
    assert_eq!((outcome.error.code, outcome.waited), (ErrorCode::InternalError, Duration::ZERO));
    assert!(outcome.error.message.contains("a bug of exai"), "{:?}", outcome.error);
}
