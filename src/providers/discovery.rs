//! Looks for a server of the `OpenAI` shape on this machine, for users who have configured nothing yet.
//! Sends no key and no prompt, and asks nobody but loopback addresses.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Url;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::http::{Clients, is_loopback};

/// A server of this machine answers in milliseconds or is not worth waiting for.
const PATIENCE: Duration = Duration::from_millis(500);
/// A list of models is a few kilobytes.
const MAX_LIST: usize = 1 << 20;
/// Models that are named.
const NAMED: usize = 5;

/// A server that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    /// Its base URL, as `EXAI_CUSTOM_URL` takes it.
    pub url: String,
    /// Some of its models.
    pub models: Vec<String>,
}

/// The first of `urls`, in their order, at which a server lists its models.
pub async fn discover(urls: &[String]) -> Option<Discovered> {
    let clients = Clients::default();
    let answers = join_all(urls.iter().map(|url| async { timeout(PATIENCE, ask(&clients, url)).await.ok().flatten() }));
    answers.await.into_iter().flatten().next()
}

async fn ask(clients: &Clients, base: &str) -> Option<Discovered> {
    let base = base.trim_end_matches('/');
    let url: Url = format!("{base}/models").parse().ok()?;
    if !is_loopback(&url) {
        return None;
    }
    // A closed port costs nothing; only an open one is worth an HTTP client.
    let address = (url.host_str()?.trim_matches(['[', ']']), url.port_or_known_default()?);
    drop(TcpStream::connect(address).await.ok()?);
    let client = clients.get(&url, PATIENCE).ok()?;
    let mut response = client.get(url).send().await.ok()?.error_for_status().ok()?;
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.ok()? {
        body.extend_from_slice(&piece);
        if body.len() > MAX_LIST {
            return None;
        }
    }
    let list: Value = serde_json::from_slice(&body).ok()?;
    let names = list.get("data")?.as_array()?.iter().filter_map(|model| model.get("id")?.as_str());
    Some(Discovered { url: base.to_owned(), models: names.take(NAMED).map(str::to_owned).collect() })
}

#[cfg(test)]
mod tests {
    use exai_fake::{Fake, Scenario};

    use super::*;

    #[tokio::test]
    async fn the_first_server_that_lists_models_is_found() {
        let fake = Fake::start(Scenario::answer("unused"));
        let closed = "http://127.0.0.1:9/v1".to_owned();
        let found = discover(&[closed.clone(), format!("{}/", fake.custom_url())]).await.unwrap();
        assert_eq!(found.url, fake.custom_url());
        assert!(!found.models.is_empty());
        assert_eq!(fake.requests()[0].headers.get("authorization").map(String::as_str), Some("absent"));
        assert_eq!(discover(&[closed]).await, None);
    }

    #[tokio::test]
    async fn nobody_but_this_machine_is_asked() {
        for url in ["http://192.0.2.1/v1", "http://example.invalid/v1", "no url"] {
            assert_eq!(discover(&[url.to_owned()]).await, None);
        }
    }
}
