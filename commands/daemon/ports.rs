//! The ports of the daemon: which there are, and how they are opened.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};

use exai_core::config::{Config, Port};
use exai_core::error::{Error, ErrorCode, Result};
use exai_core::server::Listeners;
use tokio::net::{TcpListener, TcpSocket};

use super::activation::Inherited;

/// Connections that wait to be accepted: thousands of clients may start at once.
const BACKLOG: u32 = 4096;

/// What a port is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Everything.
    Main,
    /// The dashboard for browsers.
    Page,
    /// Health checks.
    Health,
    /// Metrics.
    Metrics,
}

impl Role {
    const ALL: [Self; 4] = [Self::Main, Self::Page, Self::Health, Self::Metrics];

    /// The role that a socket unit calls so.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Its name in a socket unit.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Page => "page",
            Self::Health => "health",
            Self::Metrics => "metrics",
        }
    }

    /// The key that says which port it is, and its name in the environment.
    fn key(self) -> (&'static str, &'static str) {
        match self {
            Self::Main => ("daemon.port", "EXAI_WS_PORT"),
            Self::Page => ("daemon.page_port", "MONITORING_PORT"),
            Self::Health => ("daemon.health_port", "HEALTH_CHECK_PORT"),
            Self::Metrics => ("daemon.metrics_port", "METRICS_PORT"),
        }
    }

    fn port(self, config: &Config) -> Port {
        match self {
            Self::Main => config.daemon.port,
            Self::Page => config.daemon.page_port,
            Self::Health => config.daemon.health_port,
            Self::Metrics => config.daemon.metrics_port,
        }
    }
}

/// What listens, and what could not.
#[derive(Debug)]
pub(super) struct Opened {
    /// The open ports.
    pub(super) listeners: Listeners,
    /// Where the main port is.
    pub(super) address: SocketAddr,
    /// Ports that the daemon does without, one sentence each.
    pub(super) warnings: Vec<String>,
}

/// Opens the main port, which must be free, and then the others, which may be missing; the main port alone when
/// `alone`. What was inherited is not opened again.
pub(super) fn open(config: &Config, hosts: &[IpAddr], inherited: Inherited, alone: bool) -> Result<Opened> {
    let Inherited { mut listeners, mut warnings } = inherited;
    let main = match listeners.remove(&Role::Main) {
        Some(listener) => adopt(Role::Main, listener)?,
        None => bind(Role::Main, hosts, config)?.ok_or_else(|| {
            Error::invalid("daemon.port is off: a daemon without its main port serves nobody")
                .hint("set EXAI_WS_PORT to a port, 0 for any free one")
        })?,
    };
    let address = main.local_addr().map_err(|error| refused(Role::Main, "its address", &error))?;
    let mut others = BTreeMap::new();
    for role in [Role::Page, Role::Health, Role::Metrics] {
        let opened = match listeners.remove(&role) {
            Some(listener) => adopt(role, listener).map(Some),
            None if alone => Ok(None),
            None => bind(role, hosts, config),
        };
        match opened {
            Ok(Some(listener)) => {
                others.insert(role, listener);
            }
            Ok(None) => {}
            Err(error) => warnings.push(format!("{error}; the daemon does without")),
        }
    }
    let mut other = |role| others.remove(&role);
    let (page, health, metrics) = (other(Role::Page), other(Role::Health), other(Role::Metrics));
    Ok(Opened { listeners: Listeners { main, page, health, metrics }, address, warnings })
}

/// What to show of each port: what it is called, and how it is reached.
pub(super) fn lines(listeners: &Listeners) -> Vec<(&'static str, String)> {
    let line = |(name, address)| match name {
        "main" => (name, format!("ws://{address}")),
        "metrics" => (name, format!("http://{address}/metrics")),
        "health" => (name, format!("http://{address}/health")),
        _ => (name, format!("http://{address}")),
    };
    exai_core::server::addresses(listeners).into_iter().map(line).collect()
}

fn adopt(role: Role, listener: std::net::TcpListener) -> Result<TcpListener> {
    let adopted = listener.set_nonblocking(true).and_then(|()| TcpListener::from_std(listener));
    adopted.map_err(|error| refused(role, "the inherited socket", &error))
}

/// Listens on the first of `hosts` that this machine has; `None` when the port is off.
fn bind(role: Role, hosts: &[IpAddr], config: &Config) -> Result<Option<TcpListener>> {
    let Some(number) = role.port(config).number() else { return Ok(None) };
    let mut failure = None;
    for host in hosts {
        let address = SocketAddr::new(*host, number);
        match listen(address) {
            Ok(listener) => return Ok(Some(listener)),
            Err(error) => {
                // A name may stand for an address of a version that this machine does not speak.
                let may_try_next = error.kind() == io::ErrorKind::AddrNotAvailable
                    || error.kind() == io::ErrorKind::Unsupported
                    || error.raw_os_error() == Some(nix::errno::Errno::EAFNOSUPPORT as i32);
                failure.get_or_insert_with(|| refused(role, &address.to_string(), &error));
                if !may_try_next {
                    break;
                }
            }
        }
    }
    Err(failure.unwrap_or_else(|| Error::internal("no address to listen on")))
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Connections of the daemon before this one may still be open; who listens at this moment is refused all the same.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn refused(role: Role, what: &str, error: &io::Error) -> Error {
    let (key, variable) = role.key();
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => "is in use by another program".to_owned(),
        _ => format!("can not be used: {error}"),
    };
    Error::new(ErrorCode::UnsupportedProtocol, format!("{key}: {what} {why}"))
        .hint(format!("stop what listens there, or set {variable} to another port, 0 for any free one"))
}
