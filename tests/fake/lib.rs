//! Fake GLM and Kimi endpoints that misbehave as the real ones do; for tests only.
//!
//! A [`Fake`] is a real HTTP/1.1 server on a port of its own. Its [`Scenario`] says what it answers; it refuses bad
//! requests as the real providers do, and records all requests. Sockets are written raw, so a reply can stop in the
//! middle of a frame, be reset, or never come. Nothing sleeps: a reply waits at gates that the test opens.
//!
//! ```text
//! test ── Fake ── Ledger ── server thread ── sockets ── exai
//!           scenario, gates │ requests, outcomes
//! ```
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "the crate is part of tests: what goes wrong here must fail the test, with a reason"
)]

mod dialect;
mod ledger;
mod recorded;
mod refusal;
mod reply;
mod routes;
mod scenario;
mod script;
mod server;
mod shelf;
mod validation;
mod wire;

#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use crate::recorded::{Outcome, Recorded};
pub use crate::scenario::{
    Ending, Forever, Frame, Framing, InFlightLimit, Placement, Point, Provider, Reply, Route, Scenario, Times, Usage,
};

pub use crate::shelf::Upload;

use crate::ledger::{Ledger, State};

/// How long a test waits for something that must happen.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// Running fake providers; they stop when it is dropped.
#[derive(Debug)]
pub struct Fake {
    address: SocketAddr,
    ledger: Arc<Ledger>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Fake {
    /// Starts to play `scenario` on a free port.
    ///
    /// # Panics
    /// When there is no port or no thread to be had.
    pub fn start(scenario: Scenario) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let address = listener.local_addr().expect("the port");
        let ledger = Arc::new(Ledger::new(scenario));
        let stop = CancellationToken::new();
        let (shared, stopping) = (Arc::clone(&ledger), stop.clone());
        let thread = std::thread::Builder::new()
            .name("exai-fake".to_owned())
            .spawn(move || server::run(listener, &shared, &stopping))
            .expect("a thread");
        Self { address, ledger, stop, thread: Some(thread) }
    }

    /// Base URL of GLM.
    pub fn glm_url(&self) -> String {
        self.url(routes::GLM)
    }

    /// Base URL of Kimi.
    pub fn kimi_url(&self) -> String {
        self.url(routes::KIMI)
    }

    /// Base URL of a server of the common dialect, which needs no key.
    pub fn custom_url(&self) -> String {
        self.url(routes::CUSTOM)
    }

    /// The address it listens at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All requests so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.ledger.look(|state| state.requests.clone())
    }

    /// The highest number of chat requests of `provider` that were open at once, refused ones included.
    pub fn max_in_flight(&self, provider: Provider) -> usize {
        self.ledger.look(|state| state.highest.get(&provider).copied().unwrap_or(0))
    }

    /// The same, of requests that were answered only: one that the client gives up is open here until its close arrives,
    /// and the client may have begun the next one by then.
    pub fn max_answered_in_flight(&self, provider: Provider) -> usize {
        self.ledger.look(|state| state.most_answered(provider))
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.ledger.look(|state| state.connections)
    }

    /// Takes a file of a provider away, as its owner does elsewhere.
    pub fn lose_file(&self, id: &str) {
        self.ledger.lose_file(id);
    }

    /// Puts a file there that nobody uploaded through the fake; returns its id.
    pub fn add_file(&self, provider: Provider, upload: Upload) -> String {
        self.ledger.add_file(provider, upload)
    }

    /// Opens a gate, for good. Replies that wait at it go on; those that come later do not wait.
    pub fn open(&self, gate: &str) {
        self.ledger.open(gate);
    }

    /// Blocks until `n` requests have arrived, and returns all.
    ///
    /// # Panics
    /// When they do not arrive within [`DEADLINE`].
    #[track_caller]
    pub fn wait_for_requests(&self, n: usize) -> Vec<Recorded> {
        waited(self.ledger.wait(DEADLINE, requests(n)), &self.ledger, &format!("{n} requests"))
    }

    /// Blocks until `n` replies have come to the gate, whether they passed it or not.
    ///
    /// # Panics
    /// When they do not come within [`DEADLINE`].
    #[track_caller]
    pub fn wait_until_held(&self, gate: &str, n: usize) {
        waited(self.ledger.wait(DEADLINE, held(gate, n)), &self.ledger, &format!("{n} replies at gate {gate:?}"));
    }

    /// Blocks until request `number` (from 0) has ended, and says how.
    ///
    /// # Panics
    /// When it does not end within [`DEADLINE`].
    #[track_caller]
    pub fn wait_until_settled(&self, number: usize) -> Outcome {
        waited(self.ledger.wait(DEADLINE, settled(number)), &self.ledger, &format!("the end of request {number}"))
    }

    /// Blocks until the client has closed the connection of request `number` (from 0) before its reply was complete.
    ///
    /// # Panics
    /// When it does not within [`DEADLINE`], or was answered.
    #[track_caller]
    pub fn wait_until_closed(&self, number: usize) {
        let outcome = self.wait_until_settled(number);
        assert_eq!(outcome, Outcome::ClientClosed, "request {number} was not closed by the client");
    }

    /// [`Self::wait_for_requests`] for asynchronous tests: other tasks of the test run on.
    ///
    /// # Panics
    /// When they do not arrive within [`DEADLINE`].
    pub async fn requests_reach(&self, n: usize) -> Vec<Recorded> {
        self.reach(requests(n), &format!("{n} requests")).await
    }

    /// [`Self::wait_until_held`] for asynchronous tests.
    ///
    /// # Panics
    /// When they do not come within [`DEADLINE`].
    pub async fn held_reach(&self, gate: &str, n: usize) {
        self.reach(held(gate, n), &format!("{n} replies at gate {gate:?}")).await;
    }

    /// [`Self::wait_until_settled`] for asynchronous tests.
    ///
    /// # Panics
    /// When it does not end within [`DEADLINE`].
    pub async fn settles(&self, number: usize) -> Outcome {
        self.reach(settled(number), &format!("the end of request {number}")).await
    }

    /// Waits on a blocking thread: a paused clock does not run ahead meanwhile.
    async fn reach<T: Send + 'static>(
        &self,
        wanted: impl FnMut(&State) -> Option<T> + Send + 'static,
        what: &str,
    ) -> T {
        let ledger = Arc::clone(&self.ledger);
        let found =
            tokio::task::spawn_blocking(move || ledger.wait(DEADLINE, wanted)).await.expect("a blocking thread");
        waited(found, &self.ledger, what)
    }

    fn url(&self, base: &str) -> String {
        format!("http://{}{base}", self.address)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.stop.cancel();
        let stopped = self.ledger.wait(DEADLINE, |state| state.stopped.then_some(())).is_some();
        let ended = stopped && self.thread.take().is_none_or(|thread| thread.join().is_ok());
        assert!(ended || std::thread::panicking(), "the fake providers did not stop in order");
    }
}

fn requests(n: usize) -> impl FnMut(&State) -> Option<Vec<Recorded>> + Send + 'static {
    move |state| (state.requests.len() >= n).then(|| state.requests.clone())
}

fn held(gate: &str, n: usize) -> impl FnMut(&State) -> Option<()> + Send + 'static {
    let gate = gate.to_owned();
    move |state| (state.held.get(&gate).copied().unwrap_or(0) >= n).then_some(())
}

fn settled(number: usize) -> impl FnMut(&State) -> Option<Outcome> + Send + 'static {
    move |state| state.requests.get(number).map(|request| request.outcome).filter(|end| *end != Outcome::Pending)
}

/// What was waited for, or a panic that tells what was there instead.
#[track_caller]
fn waited<T>(found: Option<T>, ledger: &Ledger, what: &str) -> T {
    found.unwrap_or_else(|| {
        let list = |request: &Recorded| format!("\n  {} {}: {:?}", request.method, request.path, request.outcome);
        let seen: String = ledger.look(|state| state.requests.iter().map(list).collect());
        panic!("waited {DEADLINE:?} in vain for {what}; requests so far:{seen}")
    })
}
