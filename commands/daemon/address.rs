//! Where the daemon may listen: on loopback always, beyond it only with a token that its owner chose.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use exai_core::config::{Config, Secret};
use exai_core::coordination::MIN_TOKEN;
use exai_core::error::{Error, Result};

/// A name server may take so long.
const LOOKUP: Duration = Duration::from_secs(10);

/// The addresses that `daemon.host` stands for, the one to use first: clients look at 127.0.0.1 before `::1`.
pub(super) async fn resolve(config: &Config) -> Result<Vec<IpAddr>> {
    let host = config.daemon.host.trim();
    // As in an URL, an address of version 6 may stand in brackets.
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse() {
        return Ok(vec![address]);
    }
    let unknown = |why: String| {
        Error::invalid(format!("daemon.host {host}: {why}"))
            .hint("set EXAI_WS_HOST to an address of this machine, such as 127.0.0.1")
    };
    let found = tokio::time::timeout(LOOKUP, tokio::net::lookup_host((host, 0)))
        .await
        .map_err(|_| unknown(format!("no name server answered within {} s", LOOKUP.as_secs())))?
        .map_err(|error| unknown(error.to_string()))?;
    let mut found: Vec<_> = found.map(|address| address.ip()).collect();
    found.sort_by_key(IpAddr::is_ipv6);
    found.dedup();
    if found.is_empty() { Err(unknown("the name has no address".to_owned())) } else { Ok(found) }
}

/// Refuses an address that other machines reach, unless there is a token that nobody guesses.
/// One that was made for this user's own processes does not count: whoever opens a daemon to others says so by choosing one.
pub(super) fn check(addresses: impl IntoIterator<Item = IpAddr>, token: Option<&Secret>) -> Result<()> {
    let length = token.map_or(0, |token| token.expose().chars().count());
    let Some(open) = addresses.into_iter().find(|address| !address.to_canonical().is_loopback()) else {
        return Ok(());
    };
    if length >= MIN_TOKEN {
        return Ok(());
    }
    let lack = match token {
        Some(_) => format!("the token has {length} characters, and fewer than {MIN_TOKEN} are no secret"),
        None => "no token is set".to_owned(),
    };
    let message = format!("will not listen on {open}, which other machines reach: {lack}");
    Err(Error::invalid(message).hint(format!(
        "set EXAI_WS_TOKEN to {MIN_TOKEN} characters or more (`openssl rand -hex 32` makes some), or EXAI_WS_HOST to 127.0.0.1"
    )))
}

/// Where a process of this machine reaches a daemon that listens on `address`.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    let loopback = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        // The version 4 address works too, unless the system keeps the versions apart.
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
        other => other,
    };
    SocketAddr::new(loopback, address.port())
}

#[cfg(test)]
mod tests {
    use exai_core::config::{Environment, Sources};

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn beyond_loopback_a_token_is_needed() {
        let (long, short) = (Secret::new("0123456789abcdef"), Secret::new("0123456789abcde"));
        for inside in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"] {
            check([address(inside)], None).unwrap();
            check([address(inside)], Some(&short)).unwrap();
        }
        for outside in ["0.0.0.0", "::", "192.0.2.1", "::ffff:192.0.2.1", "fe80::1"] {
            check([address(outside)], Some(&long)).unwrap();
            let refusal = check([address("127.0.0.1"), address(outside)], Some(&short)).unwrap_err();
            assert!(refusal.message.contains(&format!("on {outside}, ")), "{refusal}");
            assert!(refusal.message.contains("15 characters"), "{refusal}");
            assert_eq!(refusal.kind().exit_code(), 2);
            assert!(check([address(outside)], None).unwrap_err().message.contains("no token is set"));
        }
    }

    #[test]
    fn who_listens_everywhere_is_reached_through_loopback() {
        let through = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(through("0.0.0.0:8079"), "127.0.0.1:8079");
        assert_eq!(through("[::]:8079"), "[::1]:8079");
        assert_eq!(through("192.0.2.1:8079"), "192.0.2.1:8079");
    }

    #[tokio::test]
    async fn names_and_addresses_are_resolved_version_4_first() {
        let environment = Environment::from_pairs([("HOME", "/home/somebody")]);
        let config = Config::load(&Sources { environment, ..Sources::default() }).unwrap().config;
        let resolved = async |host: &str| {
            let mut config = config.clone();
            config.daemon.host = host.to_owned();
            resolve(&config).await
        };
        assert_eq!(resolved("[::1]").await.unwrap(), [address("::1")]);
        assert_eq!(resolved("0.0.0.0").await.unwrap(), [address("0.0.0.0")]);
        let local = resolved("localhost").await.unwrap();
        assert!(local.iter().all(IpAddr::is_loopback) && local.is_sorted_by_key(IpAddr::is_ipv6), "{local:?}");
        assert_eq!(resolved("no such host").await.unwrap_err().kind().exit_code(), 2);
    }
}
