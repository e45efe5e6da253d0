//! The daemon: listens, speaks the WebSocket protocol with many clients at once, and shows its state on its ports.
//!
//! ```text
//! accept ─▶ http ─┬▶ health, metrics, snapshot, the page
//!                 └▶ connection: hello ─▶ session ─┬▶ read ─▶ dispatch ─▶ calls · requests · admin
//!                                                  └▶ write ◀─ outbox ◀─ calls · feed · workspace questions
//! ```
//!
//! Not here: what a tool means, and how a process is started or told to end.

mod accept;
mod admin;
mod agents;
mod audit;
mod call;
mod connection;
mod daemon;
mod dashboard;
mod dispatch;
mod early;
mod feed;
mod fingerprint;
mod frame;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod guard;
mod health;
mod hello;
mod http;
mod mcp;
mod meter;
mod outbox;
mod picture;
mod rate;
mod reload;
mod requests;
mod run;
mod session;
mod stay;
mod telling;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod ticket;
mod token;
mod upgrade;
mod workspace;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use audit::reloaded_by_signal;
pub use run::{run, run_with};

use crate::backend::House;
use crate::config::{Config, Watch};
use crate::coordination::DaemonLock;
use crate::error::Result;

/// Where a daemon listens. The first port serves everything; the others serve a part of it, and can be missing.
#[derive(Debug)]
pub struct Listeners {
    /// Everything.
    pub main: TcpListener,
    /// The dashboard for browsers, and its feed.
    pub page: Option<TcpListener>,
    /// Health.
    pub health: Option<TcpListener>,
    /// Metrics.
    pub metrics: Option<TcpListener>,
}

/// What a daemon works with.
pub struct Deps {
    /// Carries out the calls.
    pub house: Arc<House>,
    /// The token that clients must know.
    pub token: String,
    /// Given back as soon as the daemon accepts no more, so that the next one can start.
    pub lock: Option<DaemonLock>,
    /// Reads the configuration again.
    pub reread: Box<dyn Fn() -> Result<Config> + Send + Sync>,
    /// The files that the configuration came from, when they are to be looked after.
    pub watch: Option<Watch>,
    /// The daemon was started by a client: it ends by itself when nobody has needed it for a while.
    pub autostarted: bool,
}

/// How a daemon is told to end.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    /// In order: accept nothing, let the calls finish, within the drain time.
    pub drain: CancellationToken,
    /// At once: what still runs is `interrupted`.
    pub now: CancellationToken,
}

/// The addresses of `listeners`, by what each serves.
pub fn addresses(listeners: &Listeners) -> Vec<(&'static str, SocketAddr)> {
    let parts = [("page", &listeners.page), ("health", &listeners.health), ("metrics", &listeners.metrics)];
    let parts = parts.into_iter().filter_map(|(name, listener)| Some((name, listener.as_ref()?)));
    let all = std::iter::once(("main", &listeners.main)).chain(parts);
    all.filter_map(|(name, listener)| Some((name, listener.local_addr().ok()?))).collect()
}
