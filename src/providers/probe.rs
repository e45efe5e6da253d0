//! Whether an endpoint is reached and takes its key, asked with a question that costs nothing: the list of models.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

use super::http::Clients;
use super::{Endpoint, ProviderName};
use crate::error::{Error, Result};

/// A list of models is a few kilobytes.
const MAX_LIST: usize = 1 << 20;

/// What an endpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// It lists its models: so many.
    Accepted(usize),
    /// It refuses the key, with this status.
    Refused(u16),
    /// It is there, and says nothing of the key: it has no such list, or no time.
    Untold(u16),
    /// It is not reached, for this reason.
    Unreachable(String),
}

/// Asks the endpoint of `provider`; an error when its URL or key can not be one.
pub async fn probe(provider: ProviderName, endpoint: &Endpoint, patience: Duration) -> Result<Probe> {
    let url = endpoint.url_of(provider, "models")?;
    let clients = Clients::default();
    let client = clients.get(&url, patience).map_err(|error| Error::internal(error.message))?;
    let mut request = client.get(url);
    if let Some(key) = endpoint.authorization(provider)? {
        request = request.header(reqwest::header::AUTHORIZATION, key);
    }
    let asked = tokio::time::timeout(patience, answer(request)).await;
    Ok(asked.unwrap_or_else(|_| Probe::Unreachable(format!("no answer within {} s", patience.as_secs_f64()))))
}

async fn answer(request: reqwest::RequestBuilder) -> Probe {
    let broken = |error: &reqwest::Error| {
        // The innermost cause says more than that a request failed, and has no URL in it.
        let mut cause: &dyn std::error::Error = error;
        while let Some(next) = cause.source() {
            cause = next;
        }
        Probe::Unreachable(cause.to_string())
    };
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(error) => return broken(&error.without_url()),
    };
    let status = response.status();
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return Probe::Refused(status.as_u16());
    }
    if !status.is_success() {
        return Probe::Untold(status.as_u16());
    }
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(piece)) => body.extend_from_slice(&piece),
            Ok(None) => break,
            Err(error) => return broken(&error.without_url()),
        }
        if body.len() > MAX_LIST {
            return Probe::Untold(status.as_u16());
        }
    }
    let list = serde_json::from_slice::<Value>(&body).unwrap_or_default();
    match (list["data"].as_array(), &list["code"]) {
        (Some(models), _) => Probe::Accepted(models.len()),
        // Z.ai may refuse within an answer that is none: the code is that of HTTP.
        (None, code) if code.as_u64().or_else(|| code.as_str()?.parse().ok()) == Some(401) => Probe::Refused(401),
        (None, _) => Probe::Untold(status.as_u16()),
    }
}
