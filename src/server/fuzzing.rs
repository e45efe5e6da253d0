//! One client without a socket: its frames go in as text, and what it would be told comes out. For the fuzz target `frame`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::{Builder, Runtime};

use super::connection::Link;
use super::daemon::Daemon;
use super::outbox::Next;
use super::{Deps, Shutdown, dispatch, mcp};
use crate::backend::House;
use crate::config::{Config, Environment, Sources};
use crate::error::{Error, Result};
use crate::protocol::wire::Hello;

/// How long calls may take before they are cancelled: what a client of one moment waits for.
const PATIENCE: Duration = Duration::from_millis(20);

/// A house without providers, in which one client after the other is heard.
pub struct Room {
    runtime: Runtime,
    house: Arc<House>,
    config: Config,
}

impl Room {
    /// Opens it over a directory of its own.
    pub fn open(home: &Path) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Error::internal(error.to_string()))?;
        let home = home.display().to_string();
        let pairs = [("HOME", home.as_str()), ("EXAI_RATE_SESSION", "off"), ("EXAI_RATE_ALL", "off")];
        let sources = Sources { environment: Environment::from_pairs(pairs), ..Sources::default() };
        let config = Config::load(&sources)?.config;
        let house = runtime.block_on(House::open(&config))?;
        Ok(Self { runtime, house, config })
    }

    /// What a client is told that sends these frames at once and then waits until all its calls have ended.
    pub fn hear(&self, frames: &[&str]) -> Result<Vec<String>> {
        self.runtime.block_on(async {
            let config = self.config.clone();
            let deps = Deps {
                house: Arc::clone(&self.house),
                token: "a token that is long enough".to_owned(),
                lock: None,
                reread: Box::new(move || Ok(config.clone())),
                watch: None,
                autostarted: false,
            };
            let daemon = Arc::new(Daemon::new(deps, Shutdown::default(), Vec::new(), Box::new(mcp::open)));
            let told = hear(&daemon, frames).await;
            daemon.end.cancel();
            daemon.tasks.close();
            daemon.tasks.wait().await;
            told
        })
    }
}

async fn hear(daemon: &Arc<Daemon>, frames: &[&str]) -> Result<Vec<String>> {
    let config = daemon.config();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let limits = (config.daemon.max_sessions as usize, config.daemon.session_idle);
    let make = |id: &_| daemon.house.door("default", id);
    let (session, _) = daemon.sessions.open(None, "default", limits, config.rates.session, address, make)?;
    let hello = Hello::default();
    let link = Arc::new(Link::new(address, &hello, daemon.end.child_token()));
    session.connect(&link, &hello);
    for frame in frames {
        dispatch::frame(frame, &link, &session, daemon).await;
    }
    daemon.answers.close();
    if tokio::time::timeout(PATIENCE, daemon.answers.wait()).await.is_err() {
        daemon.house.calls().running.cancel_session(session.id.as_str());
        daemon.answers.wait().await;
    }
    daemon.house.calls().running.all_ended().await;
    let mut told = Vec::new();
    while let Some(Next::Send(frames)) = link.outbox.next().now_or_never() {
        told.extend(frames.iter().map(ToString::to_string));
    }
    Ok(told)
}
