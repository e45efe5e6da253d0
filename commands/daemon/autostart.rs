//! A daemon for a client that needs one: the one that runs, else one that is started here, once for all who ask at a time.
//!
//! ```text
//! accepts, our version ─▶ used
//! accepts, another one ─▶ older, and a client started it ─▶ drained ─┐
//!                         else ─▶ used, with a warning               ├─▶ started, by one (`turn`) ─▶ accepts
//! none ──────────────────────────────────────────────────────────────┘
//! ```
//!
//! That there are never two is what the daemon's own lock sees to; here is only seen to that not many try. A daemon that is
//! named by its address (`--daemon URL`) is never started: whoever has one does not come here.

mod errand;
mod skew;
mod turn;

pub(in crate::daemon) use errand::leave;

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use exai_core::backend::{Address, NotConnected, Remote, RemoteSettings};
use exai_core::clock::Deadline;
use exai_core::config::{Config, Secret, Sources};
use exai_core::coordination::{DaemonInfo, DaemonLock, prepare_state_dir};
use exai_core::error::{Error, ErrorCode, Result};
use exai_core::protocol::wire::{Admin, Client, ServerInfo};

use self::errand::Complaints;
pub(crate) use self::skew::{Course, course};
use self::turn::{Met, Waiter};
use super::client;
use crate::setup::Setup;

/// This program's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// How often is looked whether a daemon accepts by now.
const LOOK: Duration = Duration::from_millis(10);
/// How long a daemon may take to say which version it has.
const GREETING: Duration = Duration::from_secs(5);
/// How long finding out may take whether a daemon listens where the configuration says.
const TRY: Duration = Duration::from_secs(1);

/// What to do when the port is that of somebody else's daemon.
pub(crate) const NEIGHBOUR: &str =
    "set EXAI_WS_TOKEN to its token to use it, or EXAI_WS_PORT to another port to have one of your own";

/// A daemon that accepts connections, with what is needed to connect to it.
#[derive(Debug)]
pub(crate) struct Ready {
    /// Where it is.
    pub(crate) address: Address,
    /// What it wants to know.
    pub(crate) token: Option<Secret>,
    /// The state directory whose daemon it is; none when it only listens where the configuration says, as one in a
    /// container does.
    pub(crate) state_dir: Option<PathBuf>,
    /// What the user should know of it.
    pub(crate) warnings: Vec<String>,
}

/// Finds the daemon of this user, or starts one; the error says why there is none after `patience`.
/// It may be gone again when the caller connects, for daemons end: then ask once more.
pub(crate) async fn ensure(setup: &Setup, patience: Duration) -> Result<Ready> {
    let (config, sources, deadline) = (setup.config()?, setup.sources()?, Deadline::after(patience));
    if DaemonLock::find(&config.state_dir).is_none()
        && let Some(ready) = elsewhere(config).await?
    {
        return Ok(ready);
    }
    prepare_state_dir(&config.state_dir)?;
    let found = own(&config.state_dir, deadline, &OfThisUser { config, sources }).await;
    let (address, warning) = match found {
        Ok(found) => found,
        Err(error) => return Err(with_neighbour(error, config).await),
    };
    let state_dir = Some(config.state_dir.clone());
    Ok(Ready { address: address.into(), token: client::token(config)?, state_dir, warnings: Vec::from_iter(warning) })
}

/// What is done to daemons.
trait Operator {
    /// Starts one that complains into `errors`; it need not accept yet.
    async fn start(&self, errors: File) -> Result<()>;
    /// Asks one which version it has and who started it.
    async fn greet(&self, info: &DaemonInfo) -> Result<ServerInfo>;
    /// Has one end when its calls have ended.
    async fn drain(&self, info: &DaemonInfo) -> Result<()>;
}

/// The daemon of the state directory, and what the user should know of it.
async fn own(state_dir: &Path, deadline: Deadline, operator: &impl Operator) -> Result<(SocketAddr, Option<String>)> {
    let mut waiter = Waiter::new(state_dir);
    // What this process has started it does not replace.
    let mut may_replace = errand::is_in_place();
    while !deadline.remaining().is_zero() {
        let found = DaemonLock::find(state_dir);
        let older = match found.as_ref().map(|info| (info, info.address)) {
            Some((info, Some(address))) => match met(info, operator).await {
                Course::Use => return Ok((address, None)),
                Course::Warn(warning) => return Ok((address, Some(warning))),
                Course::Replace if may_replace => Some(info),
                Course::Replace => return Ok((address, Some(replaced(&info.version)))),
            },
            // There is none, or it will say in a moment where it listens.
            Some((_, None)) | None => None,
        };
        if found.is_none() || older.is_some() {
            match waiter.look()? {
                Met::Turn(turn) => {
                    let outcome = renew(state_dir, older, deadline, operator).await;
                    turn.end(&outcome);
                    outcome?;
                    may_replace = false;
                    continue;
                }
                Met::Failed(failure) => return Err(failure),
                Met::Busy => {}
            }
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(too_slow(deadline))
}

/// What to do with a daemon that accepts. One of our version is not asked.
async fn met(info: &DaemonInfo, operator: &impl Operator) -> Course {
    if info.version == VERSION {
        return Course::Use;
    }
    match operator.greet(info).await {
        Ok(server) => course(VERSION, &server),
        // Whoever connects next meets the same, and can say so.
        Err(error) => Course::Warn(format!("the daemon has version {}, and does not say more: {error}", info.version)),
    }
}

/// Ends the `older` daemon, if it still is the one that accepts, and starts another.
async fn renew(
    state_dir: &Path,
    older: Option<&DaemonInfo>,
    deadline: Deadline,
    operator: &impl Operator,
) -> Result<()> {
    if let Some(older) = older {
        let accepts = || DaemonLock::find(state_dir).is_some_and(|info| info.pid == older.pid);
        if accepts() {
            operator.drain(older).await?;
        }
        // It stops accepting at once; what it still does needs no waiting for.
        while accepts() {
            if deadline.remaining().is_zero() {
                return Err(too_slow(deadline));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
    if DaemonLock::find(state_dir).is_some() {
        return Ok(());
    }
    let (complaints, errors) = Complaints::open(state_dir)?;
    operator.start(errors).await?;
    loop {
        // First whether it has ended: one that ends after it was found is found the next time.
        let is_over = complaints.is_over();
        match DaemonLock::find(state_dir) {
            Some(DaemonInfo { address: Some(_), .. }) => return Ok(()),
            None if is_over => return Err(complaints.failure()),
            Some(_) | None => {}
        }
        if deadline.remaining().is_zero() {
            return Err(too_slow(deadline));
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Says that this program is no longer what it would start.
fn replaced(version: &str) -> String {
    format!(
        "the daemon has version {version}, older than {VERSION} of this program, whose file was replaced since: start this \
         program again"
    )
}

fn too_slow(deadline: Deadline) -> Error {
    let message = format!("no daemon accepts connections after {} s", deadline.allowed().as_secs_f64());
    Error::new(ErrorCode::NoDaemon, message)
        .hint("`exai daemon status` says how it is, `exai doctor` what may be wrong")
}

/// The daemons of the user whose configuration this is.
struct OfThisUser<'a> {
    config: &'a Config,
    sources: &'a Sources,
}

impl OfThisUser<'_> {
    async fn connect(&self, info: &DaemonInfo) -> Result<Remote> {
        let address = info.address.ok_or_else(|| Error::internal("the daemon has not said where it listens"))?;
        let token = client::token(self.config)?;
        let settings = RemoteSettings {
            state_dir: Some(self.config.state_dir.clone()),
            ..settings(address.into(), token, GREETING)
        };
        Ok(Remote::connect(settings).await?)
    }
}

impl Operator for OfThisUser<'_> {
    async fn start(&self, errors: File) -> Result<()> {
        errand::start(self.sources, errors).await
    }

    async fn greet(&self, info: &DaemonInfo) -> Result<ServerInfo> {
        let remote = self.connect(info).await?;
        let server = remote.welcome().server.clone();
        remote.close().await;
        Ok(server)
    }

    async fn drain(&self, info: &DaemonInfo) -> Result<()> {
        let remote = self.connect(info).await?;
        let answer = remote.admin(Admin::Drain).await;
        remote.close().await;
        answer.map(drop)
    }
}

/// A daemon that listens where the configuration says and knows the configured token, such as one in a container.
async fn elsewhere(config: &Config) -> Result<Option<Ready>> {
    let port = config.daemon.port.number().filter(|port| *port != 0);
    let Some((token, port)) = config.daemon.token.clone().zip(port) else { return Ok(None) };
    let address = Address::new(&config.daemon.host, port);
    match Remote::connect(settings(address.clone(), Some(token.clone()), TRY)).await {
        Ok(remote) => {
            let server = remote.welcome().server.clone();
            remote.close().await;
            let warning = match course(VERSION, &server) {
                Course::Use => None,
                Course::Warn(warning) => Some(warning),
                Course::Replace => Some(format!(
                    "the daemon at {address} has version {}, older than {VERSION}; it is of another state directory, \
                     so it stays",
                    server.version
                )),
            };
            Ok(Some(Ready { address, token: Some(token), state_dir: None, warnings: Vec::from_iter(warning) }))
        }
        Err(NotConnected::Refused(error)) => Err(error),
        // Nothing of ours is there; if the port is taken, the daemon that is started says so.
        Err(NotConnected::Unreachable(_) | NotConnected::Stranger(_)) => Ok(None),
    }
}

/// Whether a daemon that is not of this state directory listens where the configuration says and takes its token.
pub(crate) async fn is_elsewhere(config: &Config) -> bool {
    elsewhere(config).await.is_ok_and(|ready| ready.is_some())
}

/// The error, and whose daemon it is that has the port.
async fn with_neighbour(error: Error, config: &Config) -> Error {
    let Some(port) = config.daemon.port.number().filter(|port| *port != 0) else { return error };
    let address = Address::new(&config.daemon.host, port);
    if DaemonLock::find(&config.state_dir).is_some() {
        return error;
    }
    match Remote::connect(settings(address.clone(), None, TRY)).await {
        // Without a token it must refuse.
        Err(NotConnected::Refused(_)) => {
            error.hint(format!("a daemon of another state directory or user listens at {address}: {NEIGHBOUR}"))
        }
        Ok(remote) => {
            remote.close().await;
            error
        }
        Err(_) => error,
    }
}

fn settings(address: Address, token: Option<Secret>, patience: Duration) -> RemoteSettings {
    let client = Client { name: "exai".to_owned(), version: VERSION.to_owned() };
    RemoteSettings { address, token, client, roots: Vec::new(), profile: None, patience, state_dir: None }
}

#[cfg(test)]
mod tests;
