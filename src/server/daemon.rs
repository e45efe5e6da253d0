//! What all connections of a daemon share.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::rate;
use super::session::{Session, Sessions};
use super::token::Tokens;
use super::{Deps, Shutdown};
use crate::backend::House;
use crate::config::Config;
use crate::error::Result;

/// When a daemon that drains, or has too much to do, is likely to have room again.
pub(super) const COME_BACK: Duration = Duration::from_secs(2);
/// Connections over the limit that are still told so; more than that are closed without a word.
const TOLD: usize = 256;
/// The same of one address.
pub(super) const TOLD_OF_ADDRESS: usize = 4;

/// One running daemon.
pub(super) struct Daemon {
    pub(super) house: Arc<House>,
    pub(super) tokens: Tokens,
    pub(super) sessions: Sessions,
    pub(super) rates: rate::Shared,
    pub(super) connections: Connections,
    /// Owns every task of the daemon that is not one of `answers`.
    pub(super) tasks: TaskTracker,
    /// Owns the tasks that tell a client what it asked for: they come to their end before connections are closed.
    pub(super) answers: TaskTracker,
    pub(super) shutdown: Shutdown,
    /// Every connection ends.
    pub(super) end: CancellationToken,
    pub(super) started: Instant,
    pub(super) reread: Box<dyn Fn() -> Result<Config> + Send + Sync>,
    pub(super) autostarted: bool,
    /// Where it listens, by what is served there.
    pub(super) ports: Vec<(&'static str, SocketAddr)>,
    pub(super) last_used: Mutex<Instant>,
    pub(super) picture: super::picture::Pictures,
    pub(super) refusals: super::audit::Refusals,
    pub(super) mcp: super::mcp::Mcp,
}

impl Daemon {
    pub(super) fn new(
        deps: Deps,
        shutdown: Shutdown,
        ports: Vec<(&'static str, SocketAddr)>,
        agents: super::agents::Opening,
    ) -> Self {
        let config = deps.house.config();
        Self {
            tokens: Tokens::new(&deps.token, config.state_dir.clone()),
            sessions: Sessions::default(),
            rates: rate::Shared::new(&config.rates),
            connections: Connections::default(),
            tasks: TaskTracker::new(),
            answers: TaskTracker::new(),
            shutdown,
            end: CancellationToken::new(),
            started: Instant::now(),
            reread: deps.reread,
            autostarted: deps.autostarted,
            ports,
            last_used: Mutex::new(Instant::now()),
            picture: super::picture::Pictures::default(),
            refusals: super::audit::Refusals::default(),
            mcp: super::mcp::Mcp::new(agents),
            house: deps.house,
        }
    }

    /// The daemon lets its calls finish and takes no new ones.
    pub(super) fn is_draining(&self) -> bool {
        self.shutdown.drain.is_cancelled()
    }

    pub(super) fn config(&self) -> Arc<Config> {
        self.house.config()
    }

    /// Forgets a session whose client said that it will not come back, unless a call of it still runs.
    pub(super) fn forget_if_done(&self, session: &Session) {
        let is_done =
            session.links().is_empty() && !self.house.calls().running.by_session().contains_key(session.id.as_str());
        if is_done && self.sessions.remove(&session.id).is_some() {
            self.house.telemetry().forget_session(session.id.as_str());
        }
    }

    /// Somebody needed the daemon just now.
    pub(super) fn touch(&self) {
        *self.last_used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// How long nobody has needed the daemon.
    pub(super) fn unused_for(&self) -> Duration {
        if self.connections.len() > 0 || !self.house.calls().running.is_empty() {
            self.touch();
        }
        self.last_used.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

/// The connections that are open.
#[derive(Debug, Default)]
pub(super) struct Connections {
    open: AtomicUsize,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

/// Whether a new connection is served.
#[derive(Debug)]
pub(super) enum Admitted {
    /// It is.
    Yes(Held),
    /// It is told to come back.
    Told(Held),
    /// It is closed.
    No,
}

/// One place among the connections, until it is dropped.
#[derive(Debug)]
pub(super) struct Held {
    daemon: Arc<Daemon>,
    address: IpAddr,
}

impl std::fmt::Debug for Daemon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Daemon").field("ports", &self.ports).finish_non_exhaustive()
    }
}

impl Connections {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    fn addresses(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.by_address.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a place for a connection from `address`.
pub(super) fn admit(daemon: &Arc<Daemon>, address: IpAddr) -> Admitted {
    let config = daemon.config();
    let connections = &daemon.connections;
    daemon.touch();
    let open = connections.open.fetch_add(1, Ordering::Relaxed) + 1;
    let held = Held { daemon: Arc::clone(daemon), address };
    let of_address = {
        let mut addresses = connections.addresses();
        let count = addresses.entry(address).or_default();
        *count += 1;
        *count
    };
    let most = config.daemon.max_connections as usize;
    let most_of_address = config.daemon.max_connections_per_address as usize;
    let is_far = !address.is_loopback();
    let is_crowd = is_far && of_address > most_of_address;
    if open > most + TOLD || is_far && of_address > most_of_address + TOLD_OF_ADDRESS {
        Admitted::No
    } else if open > most || is_crowd {
        Admitted::Told(held)
    } else {
        Admitted::Yes(held)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let connections = &self.daemon.connections;
        connections.open.fetch_sub(1, Ordering::Relaxed);
        let mut addresses = connections.addresses();
        if let Some(count) = addresses.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                addresses.remove(&self.address);
            }
        }
    }
}
