//! The way to the daemon of this user.

use std::time::Duration;

use exai_core::backend::{Address, NotConnected, Remote, RemoteSettings};
use exai_core::config::{Config, Secret};
use exai_core::coordination::{DaemonLock, read_token};
use exai_core::error::{Error, ErrorCode};
use exai_core::protocol::wire::Client;

/// A daemon that lives says hello in a moment; one that does not in this time is of no use to who waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connects to the daemon of the state directory, else to whatever listens where the configuration says.
pub(crate) async fn connect(config: &Config) -> Result<Remote, NotConnected> {
    let announced = DaemonLock::find(&config.state_dir).and_then(|info| info.address);
    let state_dir = announced.map(|_| config.state_dir.clone());
    // Any free port is where only the lock can tell.
    let port = config.daemon.port.number().filter(|port| *port != 0);
    let configured = port.map(|port| Address::new(&config.daemon.host, port));
    let address = announced.map(Address::from).or(configured).ok_or_else(|| {
        let message = format!("no daemon runs for {}", config.state_dir.display());
        NotConnected::Unreachable(Error::new(ErrorCode::NoDaemon, message).hint("start one with `exai daemon`"))
    })?;
    let settings = RemoteSettings {
        address,
        // Of the same look at the lock as the address: who listens elsewhere must not learn the state directory's token.
        token: known(config, announced.is_some()).map_err(NotConnected::Refused)?,
        client: Client { name: "exai".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        roots: Vec::new(),
        profile: None,
        patience: PATIENCE,
        state_dir,
    };
    Remote::connect(settings).await
}

/// What the daemon wants to know, as far as this user knows it.
pub(super) fn token(config: &Config) -> exai_core::error::Result<Option<Secret>> {
    known(config, DaemonLock::find(&config.state_dir).is_some_and(|info| info.address.is_some()))
}

/// The configured token, else that of the state directory, for its own daemon.
fn known(config: &Config, is_own: bool) -> exai_core::error::Result<Option<Secret>> {
    match &config.daemon.token {
        Some(token) => Ok(Some(token.clone())),
        None if !is_own => Ok(None),
        None => Ok(read_token(&config.state_dir)?.map(Secret::new)),
    }
}
