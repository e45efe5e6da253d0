//! The state of the house as whoever is in it sees it: what a daemon paints, or what the journal tells.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{OnceLock, Weak};

use async_trait::async_trait;

use super::Calls;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::protocol::{CacheUse, CallFilter, CallRow, CallState, CallSummary, Daemon, Latency, Permits, Snapshot};
use crate::telemetry::{Lately, WINDOW};

/// Finished calls in a snapshot.
const SHOWN: u32 = 200;

/// Somebody who knows more of the house than its journal does.
#[async_trait]
pub trait Painter: Send + Sync {
    /// The state of the house as `owner` may see it.
    async fn paint(&self, owner: &str) -> Snapshot;
}

/// Where the picture of the house comes from; shared by all configurations that the house has in its life.
#[derive(Default)]
pub struct View {
    painter: OnceLock<Weak<dyn Painter>>,
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("painted", &self.painter.get().is_some()).finish()
    }
}

impl View {
    /// From now on `painter` is asked, as long as it lives. The first one stays.
    pub fn paint_by(&self, painter: Weak<dyn Painter>) {
        drop(self.painter.set(painter));
    }
}

impl Calls {
    /// The state of the house as `owner` may see it; every door and every tool shows this one.
    pub async fn snapshot(&self, owner: &str) -> Result<Snapshot> {
        match self.view.painter.get().and_then(Weak::upgrade) {
            Some(painter) => Ok(painter.paint(owner).await),
            None => self.journal_snapshot(owner).await,
        }
    }

    /// What the journal tells, for a process without a daemon's ears.
    async fn journal_snapshot(&self, owner: &str) -> Result<Snapshot> {
        let now = Timestamp::now();
        let list = |state, since, limit| {
            self.store.list_calls(owner.to_owned(), CallFilter { state, tool: None, since, limit })
        };
        let running = list(Some(CallState::Running), None, u32::MAX).await?;
        let recent = list(None, Some(now.before(WINDOW)), u32::MAX).await?;
        let latest = list(None, None, SHOWN).await?;
        let lately = lately(&recent, self.gateway.providers.configured().len());
        let (global, providers) = self.gateway.admission.gauges();
        let finished = latest.iter().filter(|call| call.state != CallState::Running);
        Ok(Snapshot {
            t: now,
            seq: 0,
            daemon: Daemon {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                pid: None,
                uptime_s: 0,
                state: "none".to_owned(),
            },
            verdict: lately.verdict(),
            diagnoses: lately.diagnoses(),
            sessions: Vec::new(),
            sessions_total: 0,
            providers: Vec::new(),
            latency: Latency::default(),
            cache: CacheUse::default(),
            // It was read just now.
            stores: BTreeMap::from([("sqlite".to_owned(), "ok".to_owned())]),
            dropped: 0,
            permits: Permits { global, providers },
            calls: running.iter().chain(finished).map(|call| row(call, now)).collect(),
            rates: lately.rates(),
            prompts: self.store.prompts(owner.to_owned(), now.before(WINDOW)).await?,
        })
    }
}

fn lately(recent: &[CallSummary], providers: usize) -> Lately {
    use CallState as S;
    // A call that was refused before anything was sent says something about its caller, not about the house.
    let asked = || recent.iter().filter(|call| call.attempts > 0);
    let count = |states: &[S]| asked().filter(|call| states.contains(&call.state)).count();
    Lately {
        calls: recent.len(),
        finished: count(&[S::Succeeded, S::Failed, S::TimedOut, S::Interrupted]),
        failed: count(&[S::Failed, S::TimedOut, S::Interrupted]),
        tokens: recent.iter().filter_map(tokens).sum(),
        providers,
        over: WINDOW,
    }
}

fn tokens(call: &CallSummary) -> Option<u64> {
    call.usage.input.zip(call.usage.output).map(|(input, output)| input.saturating_add(output))
}

fn row(call: &CallSummary, now: Timestamp) -> CallRow {
    CallRow {
        call_id: call.call_id.clone(),
        tool: call.tool.clone(),
        session_id: String::new(),
        owner: String::new(),
        state: call.state,
        // Another process's call: what it is doing right now is not in the journal.
        phase: None,
        provider: call.provider.clone(),
        model: call.model.clone(),
        elapsed_s: call.finished_at.unwrap_or(now).since(call.created_at).as_secs_f64(),
        queued_s: 0.0,
        attempts: call.attempts,
        tokens: tokens(call),
        cause: None,
    }
}
