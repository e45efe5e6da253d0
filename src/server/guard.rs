//! Which requests are heard at all: a page of somebody else must not reach a local daemon, whatever name it gives itself.

use std::net::{IpAddr, SocketAddr};

use hyper::header::{self, HeaderMap};

use super::audit;
use super::daemon::Daemon;
use super::http::Visit;

/// Refuses a request that comes from a foreign page, or under a name that this daemon does not have.
pub(super) fn check(visit: &Visit, headers: &HeaderMap) -> Result<(), &'static str> {
    let config = visit.daemon.config();
    let host = headers.get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    if let Some(host) = host
        && !is_own_name(host, &config.daemon.host, &config.daemon.allowed_hosts)
    {
        return Err("this name is not served: add it to daemon.allowed_hosts");
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default();
    let ports = visit.daemon.ports.iter().filter(|(name, _)| matches!(*name, "main" | "page"));
    let is_own = ports.map(|(_, address)| address.port()).any(|port| is_own_page(origin, port));
    if is_own || config.daemon.allowed_origins.iter().any(|allowed| allowed.trim_end_matches('/') == origin) {
        return Ok(());
    }
    Err("this origin may not connect: add it to daemon.allowed_origins")
}

/// Whether the request carries a token. A wrong one is written down.
pub(super) fn bears_token(daemon: &Daemon, headers: &HeaderMap, address: SocketAddr) -> bool {
    bearer(daemon, headers, address).is_some()
}

/// Whose token the request carries, if it carries one. A wrong one is written down.
pub(super) fn bearer(daemon: &Daemon, headers: &HeaderMap, address: SocketAddr) -> Option<&'static str> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given.and_then(|value| value.split_once(' ')).filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
    let (_, token) = token?;
    let owner = daemon.tokens.owner(token.trim());
    if owner.is_none() {
        audit::refused_token(daemon, address);
    }
    owner
}

/// An address can not be forged by a name server; of names only those that are ours count.
fn is_own_name(host: &str, bound: &str, allowed: &[String]) -> bool {
    let name = without_port(host);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || name.eq_ignore_ascii_case(bound)
        || allowed.iter().any(|allowed| without_port(allowed).eq_ignore_ascii_case(name))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

fn is_own_page(origin: &str, port: u16) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| origin == format!("http://{name}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_own_names_are_served_and_no_others() {
        let allowed = ["exai.example.org".to_owned()];
        for host in
            ["127.0.0.1:8079", "[::1]:8079", "LOCALHOST:1", "localhost", "exai.example.org:443", "box:8079", "::1"]
        {
            assert!(is_own_name(host, "box", &allowed), "{host}");
        }
        for host in ["evil.example.org:8079", "localhost.evil.example.org", "", "127.0.0.1.evil.example.org"] {
            assert!(!is_own_name(host, "box", &allowed), "{host}");
        }
    }

    #[test]
    fn only_the_daemons_own_page_is_its_own_page() {
        assert!(is_own_page("http://localhost:8080", 8080) && is_own_page("http://[::1]:8080", 8080));
        for origin in ["http://localhost:9090", "https://localhost:8080", "null", "http://localhost:8080.evil.example"]
        {
            assert!(!is_own_page(origin, 8080), "{origin}");
        }
    }
}
