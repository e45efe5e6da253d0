//! The connections: made when they are first needed, kept for the next request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, Url};

use crate::providers::{Cause, ProviderError};

/// Shorter than the time after which load balancers drop idle connections without a word.
const KEEP_IDLE: Duration = Duration::from_secs(50);
/// A peer that is gone without a word is found out after two of these.
const PROBE: Duration = Duration::from_secs(30);

/// The clients that exist: one for the network, and one for this machine, past any proxy.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    network: Mutex<Option<Made>>,
    loopback: Mutex<Option<Made>>,
}

/// A client and the connect limit it was made for.
#[derive(Debug)]
struct Made {
    connect: Duration,
    client: Client,
}

impl Clients {
    /// The client for `url`; made anew when the connect limit changed.
    pub(crate) fn get(&self, url: &Url, connect: Duration) -> Result<Client, ProviderError> {
        let is_local = is_loopback(url);
        let slot = if is_local { &self.loopback } else { &self.network };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = slot.as_ref().filter(|made| made.connect == connect) {
            return Ok(made.client.clone());
        }
        let client = build(connect, is_local)
            .map_err(|error| ProviderError::new(Cause::Connect, format!("no HTTP client could be made: {error}")))?;
        *slot = Some(Made { connect, client: client.clone() });
        Ok(client)
    }
}

/// Whether a URL leads to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn build(connect: Duration, is_local: bool) -> Result<Client, Box<dyn std::error::Error>> {
    let builder = Client::builder()
        .user_agent(concat!("exai/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(tls()?)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(connect)
        .tcp_nodelay(true)
        .tcp_keepalive(PROBE)
        .http2_keep_alive_interval(PROBE)
        .http2_keep_alive_timeout(PROBE)
        .pool_idle_timeout(KEEP_IDLE);
    let builder = if is_local { builder.no_proxy() } else { builder };
    Ok(builder.build()?)
}

/// The machine's certificates, so that a company's own are believed; the built-in ones where there are none.
fn tls() -> Result<rustls::ClientConfig, rustls::Error> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_past_a_proxy() {
        for (url, is_local) in [
            ("http://localhost:1/v1", true),
            ("http://127.0.0.1/v1", true),
            ("http://[::1]:8/v1", true),
            ("https://api.z.ai/api", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), is_local, "{url}");
        }
    }
}
