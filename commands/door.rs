//! Which house a verb goes to: the daemon's, when there is one, or the one that this process opens for itself.

use std::ops::Deref;
use std::time::Duration;

use exai_core::backend::{Address, Backend, Local, NotConnected, Remote, RemoteSettings, config_id};
use exai_core::config::{Config, Loaded, Origin, Profile, Secret};
use exai_core::coordination::{DaemonLock, read_token};
use exai_core::error::{Error, ErrorCode, Result};
use exai_core::protocol::wire::Client;

use crate::daemon;
use crate::output::{Output, Style};

/// How long a daemon may take that the user asked for, or that says it is there.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long finding out may take whether there is one.
const TRY: Duration = Duration::from_secs(1);

// Whether a daemon is used, and which one. Not a doc comment: clap would take it for what every verb with these flags does.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Choice {
    /// Use no daemon, even if one answers.
    #[arg(long, global = true, conflicts_with = "daemon", help_heading = "Which daemon")]
    no_daemon: bool,
    /// Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one.
    #[arg(long, global = true, value_name = "URL", help_heading = "Which daemon")]
    daemon: Option<String>,
}

impl Choice {
    /// The daemon that was named.
    pub(crate) fn url(&self) -> Option<&str> {
        self.daemon.as_deref()
    }

    /// Whether none is to be used.
    pub(crate) fn is_without_daemon(&self) -> bool {
        self.no_daemon
    }
}

/// The house that was found.
#[derive(Debug)]
pub(crate) enum Door {
    /// In this process.
    Here(Local),
    /// At a daemon.
    There(Remote),
}

impl Deref for Door {
    type Target = dyn Backend;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Here(local) => local,
            Self::There(remote) => remote,
        }
    }
}

impl Door {
    /// Finds the daemon that `choice` means, or opens the house here; `roots` are the caller's directories.
    pub(crate) async fn open(loaded: &Loaded, choice: &Choice, roots: &[String], output: &mut Output) -> Result<Self> {
        if let Some(remote) = Self::daemon(loaded, choice, roots, output).await? {
            let Some(name) = differing(loaded, &remote)?.filter(|_| choice.daemon.is_none()) else {
                return Ok(Self::There(remote));
            };
            pass_by(output, &format!("the daemon has other settings for {name} than you"));
            remote.close().await;
        }
        Ok(Self::Here(Local::open(&loaded.config).await?))
    }

    /// As `open`, for who only looks: a daemon whose settings differ is looked at all the same.
    pub(crate) async fn watch(loaded: &Loaded, choice: &Choice, output: &mut Output) -> Result<Self> {
        match Self::daemon(loaded, choice, &[], output).await? {
            Some(remote) => Ok(Self::There(remote)),
            None => Ok(Self::Here(Local::open(&loaded.config).await?)),
        }
    }

    /// The daemon that `choice` means, whatever providers it has; the error is that there is none.
    pub(crate) async fn running(config: &Config, choice: &Choice) -> Result<Remote> {
        match &choice.daemon {
            Some(url) => asked_for(config, url, &[]).await,
            None if choice.no_daemon => {
                Err(Error::invalid("the dashboard shows a daemon, and --no-daemon says to use none"))
            }
            None => Ok(daemon::client::connect(config).await?),
        }
    }

    /// The daemon that `choice` means, if there is one.
    pub(crate) async fn daemon(
        loaded: &Loaded,
        choice: &Choice,
        roots: &[String],
        output: &mut Output,
    ) -> Result<Option<Remote>> {
        match &choice.daemon {
            Some(url) => asked_for(&loaded.config, url, roots).await.map(Some),
            None if choice.no_daemon => Ok(None),
            None => find(loaded, roots, output).await,
        }
    }

    /// Whether a call goes on when this process ends.
    pub(crate) fn outlives_us(&self) -> bool {
        matches!(self, Self::There(_))
    }

    /// Waits for what is still to be done; call it last, when all is told.
    pub(crate) async fn close(self) {
        match self {
            Self::Here(local) => local.close().await,
            Self::There(remote) => remote.close().await,
        }
    }
}

/// The daemon that the user named.
async fn asked_for(config: &Config, url: &str, roots: &[String]) -> Result<Remote> {
    let address = Address::parse(url)?;
    let own = DaemonLock::find(&config.state_dir).and_then(|info| info.address).map(Address::from);
    let state_dir = (own.as_ref() == Some(&address)).then(|| config.state_dir.clone());
    // Whoever listens elsewhere must not learn the token of this state directory.
    let token = if state_dir.is_some() { token(config)? } else { config.daemon.token.clone() };
    Ok(Remote::connect(RemoteSettings { state_dir, ..settings(address, token, roots, PATIENCE) }).await?)
}

/// The daemon of the state directory; else one that listens where the configuration says and knows the configured
/// token. A token of the state directory is shown to no other daemon than that directory's own.
async fn find(loaded: &Loaded, roots: &[String], output: &mut Output) -> Result<Option<Remote>> {
    let config = &loaded.config;
    let announced = DaemonLock::find(&config.state_dir).and_then(|info| info.address);
    let (tried, is_expected) = if let Some(address) = announced {
        let state_dir = Some(config.state_dir.clone());
        let settings = settings(address.into(), token(config)?, roots, PATIENCE);
        (Remote::connect(RemoteSettings { state_dir, ..settings }).await, true)
    } else {
        let port = config.daemon.port.number().filter(|port| *port != 0);
        let Some((token, port)) = config.daemon.token.clone().zip(port) else { return Ok(None) };
        let address = Address::new(&config.daemon.host, port);
        let is_expected = *loaded.origin("daemon.host") != Origin::Default;
        (Remote::connect(settings(address, Some(token), roots, TRY)).await, is_expected)
    };
    match tried {
        Ok(remote) => Ok(Some(remote)),
        Err(NotConnected::Refused(error)) if error.code != ErrorCode::ServiceUnavailable => Err(error),
        Err(NotConnected::Unreachable(_)) if !is_expected => Ok(None),
        Err(error) => {
            pass_by(output, &error.to_string());
            Ok(None)
        }
    }
}

fn pass_by(output: &mut Output, why: &str) {
    output.note(Style::Warn, "warning: ", &format!("{why}; done in this process"));
}

fn settings(address: Address, token: Option<Secret>, roots: &[String], patience: Duration) -> RemoteSettings {
    let client = Client { name: "exai".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    // Who types the name of a tool has all of them, whatever agents are shown.
    let profile = Some(Profile::Full);
    RemoteSettings { address, token, client, roots: roots.to_vec(), profile, patience, state_dir: None }
}

/// What a daemon wants to know: the configured token, else the one of the state directory.
pub(crate) fn token(config: &Config) -> Result<Option<Secret>> {
    match &config.daemon.token {
        Some(token) => Ok(Some(token.clone())),
        None => Ok(read_token(&config.state_dir)?.map(Secret::new)),
    }
}

/// A provider that the caller set up otherwise than the daemon did: its answers would be asked of another account.
pub(crate) fn differing(loaded: &Loaded, remote: &Remote) -> Result<Option<&'static str>> {
    const KEYS: [(&str, [&str; 2]); 3] = [
        ("glm", ["glm.api_key", "glm.url"]),
        ("kimi", ["kimi.api_key", "kimi.url"]),
        ("custom", ["custom.api_key", "custom.url"]),
    ];
    let token = token(&loaded.config)?;
    let own = config_id(&loaded.config, token.as_ref().map(Secret::expose).unwrap_or_default());
    let welcome = remote.welcome();
    let differs = |(name, keys): &(&'static str, [&str; 2])| {
        let is_set = keys.iter().any(|key| *loaded.origin(key) != Origin::Default);
        is_set && own.get(*name).is_some_and(|own| welcome.config_id.get(*name) != Some(own))
    };
    Ok(KEYS.iter().find(|provider| differs(provider)).map(|(name, _)| *name))
}

/// The error of who wants a call to go on without this process, which nobody else could carry out.
pub(crate) fn nobody_to_leave_it_to() -> Error {
    Error::new(ErrorCode::NoDaemon, "--detach leaves the call to a daemon, and none is used")
        .hint("start one with `exai daemon`, or leave --detach out")
}
