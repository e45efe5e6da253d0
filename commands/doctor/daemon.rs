//! Whether a daemon runs, takes the token, and has this program's version; whether one could start.

use std::net::TcpListener;

use exai_core::backend::NotConnected;
use exai_core::config::{Config, Loaded};
use exai_core::coordination::DaemonLock;

use super::check::Check;
use crate::daemon::autostart::{Course, NEIGHBOUR, course};
use crate::daemon::client::connect;
use crate::door::differing;

const NAME: &str = "daemon";

pub(super) async fn check(loaded: &Loaded) -> Check {
    let config = &loaded.config;
    let found = DaemonLock::find(&config.state_dir);
    let own = env!("CARGO_PKG_VERSION");
    let error = match connect(config).await {
        Ok(remote) => {
            let (server, other) = (remote.welcome().server.clone(), differing(loaded, &remote));
            remote.close().await;
            if let Ok(Some(provider)) = other {
                let what = format!("it has other settings for {provider} than you, so your calls pass it by");
                return Check::warn(
                    NAME,
                    what,
                    "start it with the same key and URL, or say --daemon to use it as it is",
                );
            }
            let whose = if found.is_some() { "" } else { ", of another state directory" };
            let what = format!("version {} runs and takes the token{whose}", server.version);
            return match course(own, &server) {
                Course::Use => Check::ok(NAME, what),
                Course::Warn(warning) => Check::warn(NAME, warning, "`exai daemon stop`, then start it anew"),
                Course::Replace => Check::ok(NAME, format!("{what}; the next client brings it to {own}")),
            };
        }
        Err(error) => error,
    };
    match (found, error) {
        (Some(_), NotConnected::Refused(error)) => Check::failed(NAME, &error),
        (None, NotConnected::Refused(error)) => {
            Check::fail(NAME, format!("{error}; it is of another state directory or user"), NEIGHBOUR)
        }
        (Some(info), NotConnected::Unreachable(error) | NotConnected::Stranger(error)) => Check::fail(
            NAME,
            format!("pid {} runs and does not answer: {error}", info.pid),
            format!("look into {}, or end it with `exai daemon stop`", config.state_dir.join("logs").display()),
        ),
        (None, NotConnected::Stranger(_)) => busy(config),
        (None, NotConnected::Unreachable(_)) => port(config),
    }
}

/// Whether the port is free for one that starts.
fn port(config: &Config) -> Check {
    let host = config.daemon.host.trim_matches(['[', ']']);
    let Some(port) = config.daemon.port.number() else {
        let fix = "set EXAI_WS_PORT to a port, 0 for any free one";
        return Check::warn(NAME, "none runs, and none can: daemon.port is off", fix);
    };
    match TcpListener::bind((host, port)) {
        Ok(_) if port == 0 => Check::ok(NAME, "none runs; one that a client starts takes any free port"),
        Ok(_) => Check::ok(NAME, format!("none runs; port {port} is free for one that a client starts")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => busy(config),
        Err(error) => Check::fail(NAME, format!("none runs, and none can listen on {host}:{port}: {error}"), PORT),
    }
}

fn busy(config: &Config) -> Check {
    let place = format!("{}:{}", config.daemon.host, config.daemon.port.number().unwrap_or_default());
    Check::fail(NAME, format!("none runs, and {place} is in use by another program"), PORT)
}

const PORT: &str = "stop what listens there, or set EXAI_WS_PORT to another port, 0 for any free one, and EXAI_WS_HOST \
                    to an address of this machine";
