//! Where a daemon is reached.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio_tungstenite::tungstenite::http::Uri;

use crate::error::{Error, Result};

/// The port of a daemon whose address names none.
const PORT: u16 = 8079;

/// Where a daemon is reached: `ws://host:port/path`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// A name or an address, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    path: String,
}

impl Address {
    /// The address that `text` writes, as `ws://host:port` or as `host:port`.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |why: &str| {
            Error::validation("daemon", text, "ws://host:port or host:port", format!("daemon {text}: {why}"))
                .hint("write it as ws://host:port or as host:port")
        };
        let text = text.trim();
        let full = if text.contains("://") { text.to_owned() } else { format!("ws://{text}") };
        let uri: Uri = full.parse().map_err(|_| refused("not a WebSocket address"))?;
        match uri.scheme_str() {
            Some("ws") => {}
            Some("wss") => return Err(refused("TLS is not spoken").hint("reach it through a tunnel, such as ssh -L")),
            _ => return Err(refused("not a WebSocket address")),
        }
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
        if authority.is_some_and(|authority| authority.as_str() != authority.host() && authority.port_u16().is_none()) {
            return Err(refused("its port is no number"));
        }
        let host = authority.map(|authority| authority.host().trim_matches(['[', ']'])).unwrap_or_default();
        if host.is_empty() {
            return Err(refused("no host in it"));
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { host: host.to_owned(), port: uri.port_u16().unwrap_or(PORT), path })
    }

    /// The address of a daemon that listens at `host` and `port`.
    pub fn new(host: &str, port: u16) -> Self {
        let host = host.trim_matches(['[', ']']);
        // Listening everywhere is no place to connect to.
        let host = match host.parse() {
            Ok(IpAddr::V4(ip)) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
            Ok(IpAddr::V6(ip)) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.to_string(),
            _ => host.to_owned(),
        };
        Self { host, port, path: "/".to_owned() }
    }

    /// Whether it is on this machine, as far as its name tells.
    pub fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost") || self.host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    /// Where a browser finds the page of the daemon.
    pub fn page(&self) -> String {
        self.to_string().replacen("ws://", "http://", 1)
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self::new(&address.ip().to_string(), address.port())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, path } = self;
        if host.contains(':') { write!(f, "ws://[{host}]:{port}{path}") } else { write!(f, "ws://{host}:{port}{path}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_short_and_a_bad_one_is_named() {
        for (text, full) in [
            ("127.0.0.1:8079", "ws://127.0.0.1:8079/"),
            ("ws://box:9000", "ws://box:9000/"),
            ("box", "ws://box:8079/"),
            (" ws://[::1]:9000/exai ", "ws://[::1]:9000/exai"),
        ] {
            assert_eq!(Address::parse(text).unwrap().to_string(), full);
        }
        let near = |text: &str| Address::parse(text).unwrap().is_loopback();
        assert!(near("localhost") && near("[::1]:1") && near("127.0.0.2") && !near("box") && !near("192.168.0.1"));
        assert_eq!(Address::parse("[::1]:9").unwrap().page(), "http://[::1]:9/");
        for text in ["", "wss://box:1", "http://box:1", "ws://", "ws://user@box:1", "box:port"] {
            let error = Address::parse(text).unwrap_err();
            assert_eq!(error.kind().exit_code(), 2, "{text}");
            assert!(error.message.contains(text), "{error}");
        }
        for (listens, reached) in [("0.0.0.0:1", "ws://127.0.0.1:1/"), ("[::]:1", "ws://[::1]:1/")] {
            let address: SocketAddr = listens.parse().unwrap();
            assert_eq!(Address::from(address).to_string(), reached);
        }
    }
}
