//! The state of the daemon at one moment, taken once for all who look within a short time.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::daemon::Daemon;
use super::session::Session;
use super::token::OPERATOR;
use crate::calls::Painter;
use crate::gateway::BreakerReading;
use crate::protocol::{self, Permits, SessionRow, Snapshot};
use crate::telemetry::{BreakerState, Gauges, HouseFacts, for_owner};

/// Sessions in a picture: what a person can look through. Thousands would make it megabytes, several times a second.
const SHOWN: usize = 200;
/// How long what the store said is good for.
const STORE_FRESH: Duration = Duration::from_secs(5);
/// How long it may take to say it.
const STORE: Duration = Duration::from_secs(2);
/// How long a picture is good for: the least interval between two snapshots of a subscriber.
const FRESH: Duration = Duration::from_millis(50);

/// The last picture, and what is looked up less often than pictures are taken.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    last: Mutex<Option<(Instant, Arc<Snapshot>)>>,
    store: Mutex<StoreFacts>,
    asking: tokio::sync::Mutex<()>,
}

/// The store, when it was last asked.
#[derive(Debug, Clone, Default)]
pub(super) struct StoreFacts {
    asked: Option<Instant>,
    /// `None` when it takes writes, else what is wrong.
    pub(super) trouble: Option<String>,
    /// Bytes of the answers that are kept for reuse.
    kept_bytes: u64,
}

impl Daemon {
    /// What the store said lately. It is asked by trying to write, so not by everybody who looks, and not when nobody does.
    pub(super) async fn store_facts(&self) -> StoreFacts {
        // One asks, and all who look meanwhile hear the answer.
        let _turn = self.picture.asking.lock().await;
        let kept = lock(&self.picture.store).clone();
        if kept.asked.is_some_and(|asked| asked.elapsed() < STORE_FRESH) {
            return kept;
        }
        let store = self.house.calls().store.clone();
        let (trouble, kept_bytes) = tokio::join!(
            tokio::time::timeout(STORE, store.check_writable()),
            tokio::time::timeout(STORE, store.answer_bytes())
        );
        let trouble = match trouble {
            Ok(outcome) => outcome.err().map(|error| error.to_string()),
            Err(_) => Some(format!("the store did not answer within {} s", STORE.as_secs())),
        };
        let kept_bytes = kept_bytes.ok().and_then(Result::ok).unwrap_or(kept.kept_bytes);
        let facts = StoreFacts { asked: Some(Instant::now()), trouble, kept_bytes };
        *lock(&self.picture.store) = facts.clone();
        facts
    }

    /// The state of the daemon as `owner` may see it.
    pub(super) async fn snapshot(&self, owner: &str) -> Snapshot {
        self.store_facts().await;
        self.last_snapshot(owner)
    }

    fn last_snapshot(&self, owner: &str) -> Snapshot {
        let kept = lock(&self.picture.last).clone().filter(|(taken, _)| taken.elapsed() < FRESH);
        let whole = if let Some((_, snapshot)) = kept {
            snapshot
        } else {
            let snapshot = Arc::new(self.take_picture());
            *lock(&self.picture.last) = Some((Instant::now(), Arc::clone(&snapshot)));
            snapshot
        };
        if owner == OPERATOR { Arc::unwrap_or_clone(whole) } else { for_owner(&whole, owner).into_owned() }
    }

    /// The metrics in Prometheus' text format.
    pub(super) async fn metrics(&self) -> String {
        let store_ok = self.store_facts().await.trouble.is_none();
        self.house.telemetry().prometheus(&Gauges {
            permits: self.permits(),
            sessions: self.sessions.len(),
            connections: self.connections.len(),
            running: self.house.calls().running.len(),
            breakers: self.breakers(),
            store_ok,
        })
    }

    /// Who holds how many permits.
    pub(super) fn permits(&self) -> Permits {
        let (global, providers) = self.house.calls().gateway.admission.gauges();
        Permits { global, providers }
    }

    fn take_picture(&self) -> Snapshot {
        let calls = self.house.calls();
        let store = lock(&self.picture.store).clone();
        let state = if self.is_draining() { "draining" } else { "running" };
        self.house.telemetry().snapshot(HouseFacts {
            daemon: protocol::Daemon {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                pid: Some(std::process::id()),
                uptime_s: self.started.elapsed().as_secs(),
                state: state.to_owned(),
            },
            providers: calls.gateway.providers.configured().len(),
            permits: self.permits(),
            breakers: self.breakers(),
            running: calls.running.rows(),
            sessions: self.session_rows(),
            sessions_total: self.sessions.len(),
            stores: BTreeMap::from([("sqlite".to_owned(), store.trouble.unwrap_or_else(|| "ok".to_owned()))]),
            kept_bytes: store.kept_bytes,
        })
    }

    fn breakers(&self) -> Vec<BreakerState> {
        let state = |reading: BreakerReading| BreakerState {
            provider: reading.provider.to_string(),
            model: reading.model,
            state: reading.state.as_str().to_owned(),
        };
        self.house.calls().gateway.breakers.states().into_iter().map(state).collect()
    }

    fn session_rows(&self) -> Vec<SessionRow> {
        let running = self.house.calls().running.by_session();
        let telemetry = self.house.telemetry();
        let row = |session: &Arc<Session>| {
            let (client, address, connected, last_seen) = session.about();
            let figures = telemetry.session_figures(session.id.as_str());
            let inflight = running.get(session.id.as_str()).copied().unwrap_or_default();
            SessionRow {
                session_id: session.id.clone(),
                owner: session.owner.to_owned(),
                client,
                address: address.to_string(),
                connected,
                inflight,
                calls: figures.calls + inflight as u64,
                errors: figures.errors,
                last_seen,
                tokens: figures.tokens,
                cost_usd: figures.cost_usd,
            }
        };
        let mut rows: Vec<SessionRow> = self.sessions.all().iter().map(row).collect();
        // The busiest first, then those that were heard of last.
        rows.sort_by_key(|row| Reverse((row.inflight, row.connected, row.last_seen)));
        rows.truncate(SHOWN);
        rows
    }
}

#[async_trait]
impl Painter for Daemon {
    async fn paint(&self, owner: &str) -> Snapshot {
        self.snapshot(owner).await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
