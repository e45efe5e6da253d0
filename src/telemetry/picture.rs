//! The picture of the house at one moment, from what is counted here and what who runs the house knows.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::diagnosis::{Found, Scene};
use super::health;
use super::metrics::BreakerState;
use super::models::Figures;
use super::verdict::{Lately, verdict};
use super::whole::Whole;
use crate::clock::Timestamp;
use crate::protocol::{CallRow, Daemon, Diagnosis, Permits, ProviderRow, SessionRow, Snapshot};

/// The owner who sees all.
const OPERATOR: &str = "default";

/// What who runs the house knows of it.
#[derive(Debug, Clone)]
pub struct HouseFacts {
    /// The process.
    pub daemon: Daemon,
    /// Providers that are configured.
    pub providers: usize,
    /// Who holds how many permits.
    pub permits: Permits,
    /// The breakers that are known; one that is not listed is closed.
    pub breakers: Vec<BreakerState>,
    /// Calls that run.
    pub running: Vec<CallRow>,
    /// Sessions, with their figures.
    pub sessions: Vec<SessionRow>,
    /// How many sessions there are, among these or not.
    pub sessions_total: usize,
    /// The state of each store: `ok`, or what is wrong.
    pub stores: BTreeMap<String, String>,
    /// Bytes of the answers that are kept for reuse.
    pub kept_bytes: u64,
}

/// What telemetry knows of it.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) seq: u64,
    pub(super) whole: Whole,
    pub(super) models: Vec<Figures>,
    /// Calls that ended, the latest first.
    pub(super) ended: Vec<Arc<CallRow>>,
    pub(super) over: Duration,
}

pub(super) fn draw(counted: Counted, house: HouseFacts) -> Snapshot {
    let Counted { seq, whole, mut models, ended, over } = counted;
    complete(&mut models, &house);
    let lately = Lately {
        calls: whole.calls,
        finished: whole.finished,
        failed: whole.failed,
        tokens: whole.tokens,
        providers: house.providers,
        over,
    };
    let found = Scene {
        lately: &lately,
        models: &models,
        permits: Some(&house.permits),
        running: &house.running,
        stores: Some(&house.stores),
    }
    .diagnose();
    let mut cache = whole.cache;
    cache.bytes = house.kept_bytes;
    Snapshot {
        t: Timestamp::now(),
        seq,
        daemon: house.daemon,
        verdict: verdict(&found, &lately),
        diagnoses: found.into_iter().map(|Found { diagnosis, .. }| diagnosis).collect(),
        permits: house.permits,
        sessions: house.sessions,
        sessions_total: house.sessions_total,
        providers: models.into_iter().map(|model| model.row).filter(is_worth_a_row).collect(),
        latency: whole.latency(),
        calls: calls(house.running, &ended),
        cache,
        stores: house.stores,
        rates: lately.rates(),
        prompts: whole.prompts,
        dropped: 0,
    }
}

/// Writes into each row what the house knows of the model, and the word on it.
fn complete(models: &mut Vec<Figures>, house: &HouseFacts) {
    for breaker in &house.breakers {
        let BreakerState { provider, model, state } = breaker;
        let known = models.iter_mut().find(|figures| figures.row.name == *provider && figures.row.model == *model);
        match known {
            Some(figures) => figures.row.breaker.clone_from(state),
            None => models.push(Figures {
                row: ProviderRow {
                    name: provider.clone(),
                    model: model.clone(),
                    breaker: state.clone(),
                    ..ProviderRow::default()
                },
                ..Figures::default()
            }),
        }
    }
    for figures in models {
        let (failed, row) = (figures.failed(), &mut figures.row);
        if row.breaker.is_empty() {
            "closed".clone_into(&mut row.breaker);
        }
        row.limit = house.permits.providers.get(&row.name).map(|gauge| gauge.limit);
        health::word(&row.breaker, failed, figures.telling, figures.pace).clone_into(&mut row.health);
    }
}

fn is_worth_a_row(row: &ProviderRow) -> bool {
    row.requests > 0 || row.inflight > 0 || row.breaker != "closed"
}

/// Running calls, then those that ended. One that has just ended may still be listed as running.
fn calls(mut running: Vec<CallRow>, ended: &[Arc<CallRow>]) -> Vec<CallRow> {
    {
        let gone: HashSet<_> = ended.iter().map(|row| &row.call_id).collect();
        running.retain(|row| !gone.contains(&row.call_id));
    }
    running.extend(ended.iter().map(|row| (**row).clone()));
    running
}

/// What `owner` may see of a snapshot: the operator all of it, everybody else only their own sessions and calls, and the
/// totals.
pub fn for_owner<'a>(snapshot: &'a Snapshot, owner: &str) -> Cow<'a, Snapshot> {
    if owner == OPERATOR {
        return Cow::Borrowed(snapshot);
    }
    let sessions: Vec<SessionRow> = snapshot.sessions.iter().filter(|row| row.owner == owner).cloned().collect();
    let calls: Vec<CallRow> = snapshot.calls.iter().filter(|row| row.owner == owner).cloned().collect();
    let foreign = foreign(snapshot, owner);
    let diagnoses = snapshot.diagnoses.iter().filter_map(|diagnosis| own(diagnosis, &foreign)).collect();
    Cow::Owned(Snapshot {
        t: snapshot.t,
        seq: snapshot.seq,
        daemon: snapshot.daemon.clone(),
        verdict: snapshot.verdict.clone(),
        diagnoses,
        permits: snapshot.permits.clone(),
        sessions_total: sessions.len(),
        sessions,
        providers: snapshot.providers.clone(),
        latency: snapshot.latency.clone(),
        calls,
        cache: snapshot.cache,
        stores: snapshot.stores.clone(),
        rates: snapshot.rates,
        prompts: snapshot.prompts,
        dropped: snapshot.dropped,
    })
}

/// Ids of other owners' calls.
fn foreign<'a>(snapshot: &'a Snapshot, owner: &str) -> HashSet<&'a str> {
    snapshot.calls.iter().filter(|row| row.owner != owner).map(|row| row.call_id.as_str()).collect()
}

/// A diagnosis without other owners' calls; `None` when it is about nothing else.
fn own(diagnosis: &Diagnosis, foreign: &HashSet<&str>) -> Option<Diagnosis> {
    let rows: Vec<String> = diagnosis.rows.iter().filter(|row| !foreign.contains(row.as_str())).cloned().collect();
    let is_ours = !rows.is_empty() || diagnosis.rows.is_empty();
    is_ours.then(|| Diagnosis { rows, ..diagnosis.clone() })
}
