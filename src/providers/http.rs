//! The one HTTP client: sends a body, checks what comes back, and hands the bytes on to the readers.
//!
//! It follows no redirect, because the key would go along.

mod client;
mod stream;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use serde_json::{Map, Value};
use tokio::time::timeout;

pub(crate) use client::{Clients, is_loopback};
use stream::HttpStream;

use super::framing::not_a_stream;
use super::service::Method;
use super::{
    Cause, ChatRequest, Dialect, Endpoint, Limits, Model, Provider, ProviderError, ProviderName, ReplyStream, Service,
};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::json;
use crate::protocol::Nanodollars;

/// What is read of a refusal.
const MAX_REFUSAL: usize = 64 << 10;
/// The longest wait that is believed.
const LONGEST_WAIT: Duration = Duration::from_hours(7 * 24);

/// A provider behind HTTP.
pub(crate) struct HttpProvider {
    dialect: Dialect,
    account: String,
    endpoint: Endpoint,
    url: Url,
    headers: HeaderMap,
    clients: Arc<Clients>,
}

impl HttpProvider {
    /// The request for a service.
    fn request(&self, service: &Service, limits: &Limits) -> std::result::Result<RequestBuilder, ProviderError> {
        let (method, path) = service.route()?;
        let wrong =
            |error: crate::error::Error| ProviderError::new(Cause::BadRequest { parameter: None }, error.message);
        let url = self.endpoint.url_of(self.dialect.name, &path).map_err(wrong)?;
        let client = self.clients.get(&url, limits.connect)?;
        let mut headers = self.headers.clone();
        // The body says what it is.
        headers.remove(CONTENT_TYPE);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/plain"));
        Ok(match (method, service) {
            (Method::Get, _) => client.get(url).headers(headers),
            (Method::Delete, _) => client.delete(url).headers(headers),
            (Method::Post, Service::Upload { filename, purpose, content }) => {
                let file = Part::bytes(content.clone()).file_name(filename.clone());
                client
                    .post(url)
                    .headers(headers)
                    .multipart(Form::new().text("purpose", purpose.clone()).part("file", file))
            }
            (Method::Post, _) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                client.post(url).headers(headers).body(Value::Object(self.fields(service)).to_string())
            }
        })
    }
}

impl HttpProvider {
    /// A provider of that dialect at that endpoint.
    pub(crate) fn new(dialect: Dialect, endpoint: Endpoint, clients: Arc<Clients>) -> Result<Self> {
        let url = endpoint.chat_url(dialect.name)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in dialect.headers() {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        if let Some(authorization) = endpoint.authorization(dialect.name)? {
            headers.insert(reqwest::header::AUTHORIZATION, authorization);
        }
        Ok(Self { dialect, account: endpoint.fingerprint(), endpoint, url, headers, clients })
    }

    async fn refused(&self, mut response: Response, patience: Duration) -> ProviderError {
        let status = response.status();
        let wait = retry_after(response.headers(), Timestamp::now());
        let body = timeout(patience, read_some(&mut response)).await.unwrap_or_default();
        let mut error = self.dialect.classify(status.as_u16(), &body, Timestamp::now());
        if status.is_redirection() {
            error.message = "the URL leads elsewhere, and redirects are not followed".into();
            error.cause = Cause::BadRequest { parameter: Some("url".into()) };
        }
        error.retry_after = wait.or(error.retry_after);
        error.message = self.endpoint.without_key(error.message);
        error
    }
}

#[async_trait]
impl Provider for HttpProvider {
    fn name(&self) -> ProviderName {
        self.dialect.name
    }

    fn account(&self) -> &str {
        &self.account
    }

    fn body(&self, model: &Model, request: &ChatRequest) -> Map<String, Value> {
        self.dialect.body(model, request)
    }

    async fn warm(&self, connect: Duration) {
        let (clients, url) = (Arc::clone(&self.clients), self.url.clone());
        // The first client reads the machine's certificates.
        let made = tokio::task::spawn_blocking(move || clients.get(&url, connect)).await;
        if let Ok(Ok(client)) = made
            && self.url.scheme() == "https"
            && let Ok(origin) = self.url.join("/")
        {
            // Without the key: it is about the connection only.
            drop(timeout(connect, client.head(origin).send()).await);
        }
    }

    fn search_fee(&self) -> Option<Nanodollars> {
        self.dialect.search_fee
    }

    fn fields(&self, service: &Service) -> Map<String, Value> {
        let (Service::WebSearch { fields } | Service::Embeddings { fields }) = service else { return Map::new() };
        let mut fields = fields.clone();
        if let (Service::WebSearch { .. }, Some(engine)) = (service, self.dialect.search_engine) {
            fields.entry("search_engine").or_insert_with(|| engine.into());
        }
        fields
    }

    async fn serve(
        &self,
        service: &Service,
        limits: &Limits,
        most: usize,
    ) -> std::result::Result<Vec<u8>, ProviderError> {
        let request = self.request(service, limits)?;
        let Ok(sent) = timeout(limits.headers, request.send()).await else {
            let message = format!("no answer began within {} s", limits.headers.as_secs_f64());
            return Err(ProviderError::new(Cause::TimeoutHeaders, message));
        };
        let mut response = sent.map_err(|error| stream::broken(&error))?;
        if !response.status().is_success() {
            let error = self.refused(response, limits.idle.min(limits.headers)).await;
            return Err(of_service(error));
        }
        if is_web_page(response.headers()) {
            return Err(ProviderError { status: Some(200), ..not_a_stream() });
        }
        let mut body = Vec::new();
        loop {
            let Ok(read) = timeout(limits.idle, response.chunk()).await else {
                let message = format!("nothing came for {} s", limits.idle.as_secs_f64());
                return Err(ProviderError::new(Cause::TimeoutIdle, message));
            };
            let Some(bytes) = read.map_err(|error| stream::broken(&error))? else { return Ok(body) };
            if body.len() + bytes.len() > most {
                return Err(ProviderError::new(Cause::TooLarge, format!("the answer is larger than {most} bytes")));
            }
            body.extend_from_slice(&bytes);
        }
    }

    async fn open(
        &self,
        _model: &Model,
        body: &Map<String, Value>,
        limits: &Limits,
    ) -> std::result::Result<Box<dyn ReplyStream>, ProviderError> {
        let text = json::fields(body, 4096)
            .map_err(|error| ProviderError::new(Cause::BadRequest { parameter: None }, error.to_string()))?;
        let client = self.clients.get(&self.url, limits.connect)?;
        let request = client.post(self.url.clone()).headers(self.headers.clone()).body(text);
        let Ok(sent) = timeout(limits.headers, request.send()).await else {
            let message = format!("no answer began within {} s", limits.headers.as_secs_f64());
            return Err(ProviderError::new(Cause::TimeoutHeaders, message));
        };
        let response = sent.map_err(|error| stream::broken(&error))?;
        if response.status() != StatusCode::OK {
            return Err(self.refused(response, limits.idle.min(limits.headers)).await);
        }
        if is_web_page(response.headers()) {
            return Err(ProviderError { status: Some(200), ..not_a_stream() });
        }
        Ok(Box::new(HttpStream::new(response, self.dialect, self.endpoint.clone(), limits.idle)))
    }
}

/// A refusal of a chat, as it is meant for a service: statuses about models are about files here.
fn of_service(mut error: ProviderError) -> ProviderError {
    match (error.status, &error.cause) {
        (Some(413 | 435), _) => error.cause = Cause::TooLarge,
        (Some(404), Cause::ModelNotFound) => error.cause = Cause::NotFound,
        _ => {}
    }
    error
}

/// The beginning of a body; what goes wrong while reading it is less interesting than the status.
async fn read_some(response: &mut Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(bytes)) = response.chunk().await {
        body.extend_from_slice(&bytes[..bytes.len().min(MAX_REFUSAL - body.len())]);
        if body.len() >= MAX_REFUSAL {
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}

fn is_web_page(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(media_type.as_str(), "text/html" | "application/xhtml+xml" | "text/xml" | "application/xml")
}

/// Seconds or a date; nonsense, the past and waits of more than a week are not believed.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if let Ok(seconds) = text.parse::<f64>() {
        Duration::try_from_secs_f64(seconds).ok()?
    } else {
        let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Timestamp::from_millis(at.as_millisecond()).since(now)
    };
    (!wait.is_zero() && wait <= LONGEST_WAIT).then_some(wait)
}
