//! An answer on its way over HTTP.

use std::io;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Response;
use tokio::time::timeout;

use crate::providers::intake::Intake;
use crate::providers::{Cause, Dialect, Endpoint, Piece, ProviderError, Reply, ReplyStream};

/// How long to wait for usage and `[DONE]` once the answer said why it ended: some servers never send them.
const AFTER_THE_END: Duration = Duration::from_secs(3);

/// An answer on its way; dropping it drops the response and with it the connection.
pub(crate) struct HttpStream {
    response: Option<Response>,
    endpoint: Endpoint,
    idle: Duration,
    intake: Intake,
}

impl HttpStream {
    /// Reads `response`, whose headers were good.
    pub(crate) fn new(response: Response, dialect: Dialect, endpoint: Endpoint, idle: Duration) -> Self {
        Self { response: Some(response), endpoint, idle, intake: Intake::new(dialect) }
    }

    /// Reads once; when the answer is over, the response is let go.
    async fn read(&mut self) {
        let Some(response) = self.response.as_mut() else { return };
        let patience = if self.intake.is_complete() { self.idle.min(AFTER_THE_END) } else { self.idle };
        match timeout(patience, response.chunk()).await {
            Ok(Ok(Some(bytes))) => self.intake.push(&bytes),
            Ok(Ok(None)) => self.intake.end(None),
            Ok(Err(error)) => self.intake.end(Some(broken(&error))),
            Err(_) => {
                let message = format!("nothing came for {} s", self.idle.as_secs_f64());
                self.intake.end(Some(ProviderError::new(Cause::TimeoutIdle, message)));
            }
        }
        if self.intake.is_over() {
            self.response = None;
        }
    }
}

#[async_trait]
impl ReplyStream for HttpStream {
    async fn next(&mut self) -> Result<Option<Piece>, ProviderError> {
        loop {
            match self.intake.next() {
                Some(Ok(piece)) => return Ok(Some(piece)),
                Some(Err(mut error)) => {
                    error.message = self.endpoint.without_key(error.message);
                    return Err(error);
                }
                None if self.response.is_none() => return Ok(None),
                None => self.read().await,
            }
        }
    }

    fn finish(self: Box<Self>) -> Result<Reply, ProviderError> {
        self.intake.finish()
    }
}

/// Sorts what went wrong below HTTP.
pub(crate) fn broken(error: &reqwest::Error) -> ProviderError {
    let root = root(error);
    if error.is_connect() {
        let what = if error.is_timeout() { "no connection in time".into() } else { format!("no connection: {root}") };
        return ProviderError::new(Cause::Connect, what);
    }
    if error.is_timeout() {
        return ProviderError::new(Cause::TimeoutHeaders, "no answer in time");
    }
    let kind = io_kind(error);
    if error.is_builder() {
        return ProviderError::new(
            Cause::BadRequest { parameter: None },
            format!("the request could not be built: {root}"),
        );
    }
    let is_cut = error.is_body() || error.is_decode();
    let was_reset = matches!(
        kind,
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted)
    );
    match (was_reset, is_cut) {
        (false, true) => ProviderError::new(Cause::Cut, format!("the answer broke off: {root}")),
        _ => ProviderError::new(Cause::Reset, format!("the connection broke: {root}")),
    }
}

/// The innermost cause: the outer ones repeat the URL.
fn root(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(io.kind());
        }
        next = error.source();
    }
    None
}
