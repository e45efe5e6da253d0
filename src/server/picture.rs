//! The state of the daemon at one moment, taken once for all who look within a short time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::daemon::Daemon;
use super::token::OPERATOR;
use crate::protocol::{Permits, SessionRow, Snapshot};

/// How long a picture is good for: the least interval between two snapshots of a subscriber.
const FRESH: Duration = Duration::from_millis(50);

/// The last picture.
#[derive(Debug, Default)]
pub(super) struct Pictures(Mutex<Option<(Instant, Arc<Snapshot>)>>);

impl Daemon {
    /// The state of the daemon as `owner` may see it.
    pub(super) async fn snapshot(&self, owner: &str) -> Snapshot {
        let kept = self.picture.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let whole = match kept.filter(|(taken, _)| taken.elapsed() < FRESH) {
            Some((_, snapshot)) => snapshot,
            None => {
                let snapshot = Arc::new(self.take_picture().await);
                let kept = Some((Instant::now(), Arc::clone(&snapshot)));
                *self.picture.0.lock().unwrap_or_else(PoisonError::into_inner) = kept;
                snapshot
            }
        };
        let whole = Arc::unwrap_or_clone(whole);
        if owner == OPERATOR { whole } else { whole.for_owner(owner) }
    }

    /// Who holds how many permits.
    pub(super) fn permits(&self) -> Permits {
        let (global, providers) = self.house.calls().gateway.admission.gauges();
        Permits { global, providers }
    }

    fn session_rows(&self) -> Vec<SessionRow> {
        let running = self.house.calls().running.by_session();
        let telemetry = self.house.telemetry();
        let row = |session: &Arc<super::session::Session>| {
            let (client, address, connected, last_seen) = session.about();
            let figures = telemetry.session_figures(session.id.as_str());
            SessionRow {
                session_id: session.id.clone(),
                owner: session.owner.to_owned(),
                client,
                address: address.to_string(),
                connected,
                inflight: running.get(session.id.as_str()).copied().unwrap_or_default(),
                calls: figures.calls,
                errors: figures.errors,
                last_seen,
                tokens: figures.tokens,
                cost_usd: figures.cost_usd,
            }
        };
        self.sessions.all().iter().map(row).collect()
    }
}

impl Daemon {
    async fn take_picture(&self) -> Snapshot {
        use crate::backend::Backend;
        let door = self.house.door(OPERATOR, &crate::protocol::SessionId::new());
        let mut snapshot = match door.snapshot().await {
            Ok(snapshot) => snapshot,
            Err(error) => panic!("{error}"),
        };
        snapshot.sessions = self.session_rows();
        snapshot
    }

    /// Interim.
    pub(super) async fn metrics(&self) -> String {
        String::new()
    }

    /// Interim.
    pub(super) fn reload(&self) -> crate::error::Result<Vec<String>> {
        let config = (self.reread)()?;
        let reloaded = self.house.reload(&config)?;
        self.catalog.send_modify(|count| *count += 1);
        Ok(reloaded.need_restart.iter().map(|key| format!("{key} is used after a restart")).collect())
    }
}
