//! An answer on its way over HTTP.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Response;
use tokio::time::timeout;

use crate::clock::Timestamp;
use crate::providers::{
    Cause, Dialect, Endpoint, Frame, Framing, Piece, ProviderError, Reply, ReplyBuilder, ReplyStream,
};

/// An answer on its way; dropping it drops the response and with it the connection.
pub(crate) struct HttpStream {
    response: Option<Response>,
    dialect: Dialect,
    endpoint: Endpoint,
    idle: Duration,
    framing: Framing,
    builder: ReplyBuilder,
    pieces: VecDeque<Piece>,
    failure: Option<ProviderError>,
}

impl HttpStream {
    /// Reads `response`, whose headers were good.
    pub(crate) fn new(response: Response, dialect: Dialect, endpoint: Endpoint, idle: Duration) -> Self {
        Self {
            response: Some(response),
            dialect,
            endpoint,
            idle,
            framing: Framing::default(),
            builder: ReplyBuilder::default(),
            pieces: VecDeque::new(),
            failure: None,
        }
    }

    /// Reads once and takes what that completes; at the end, or when it fails, the response is let go.
    async fn read(&mut self) {
        let Some(response) = self.response.as_mut() else { return };
        let mut frames = Vec::new();
        let failure = match timeout(self.idle, response.chunk()).await {
            Ok(Ok(Some(bytes))) => self.framing.push(&bytes, &mut frames).err(),
            Ok(Ok(None)) => self.end(&mut frames, None),
            Ok(Err(error)) => self.end(&mut frames, Some(broken(&error))),
            Err(_) => {
                let message = format!("nothing came for {} s", self.idle.as_secs_f64());
                self.end(&mut frames, Some(ProviderError::new(Cause::TimeoutIdle, message)))
            }
        };
        let taken = frames.into_iter().try_for_each(|frame| self.take(frame));
        // A break after the answer said that it was complete is no break.
        let failure = taken.err().or(failure.filter(|_| !self.builder.is_complete()));
        if failure.is_some() {
            self.response = None;
            self.failure = failure;
        }
    }

    /// Nothing more comes: what was not ended counts, also before a break.
    fn end(&mut self, frames: &mut Vec<Frame>, broken: Option<ProviderError>) -> Option<ProviderError> {
        self.response = None;
        let unread = self.framing.finish(frames).err();
        broken.or(unread)
    }

    fn take(&mut self, frame: Frame) -> Result<(), ProviderError> {
        match frame {
            _ if self.builder.is_done() => {}
            Frame::Chunk(chunk) => self.pieces.extend(self.builder.accept(*chunk)),
            Frame::Done => {
                self.builder.done();
                self.response = None;
            }
            Frame::Refused(body) => {
                let mut error = self.dialect.classify(200, &body, Timestamp::now());
                error.message = self.endpoint.without_key(error.message);
                return Err(error);
            }
        }
        Ok(())
    }
}

#[async_trait]
impl ReplyStream for HttpStream {
    async fn next(&mut self) -> Result<Option<Piece>, ProviderError> {
        loop {
            if let Some(piece) = self.pieces.pop_front() {
                return Ok(Some(piece));
            }
            if let Some(failure) = self.failure.take() {
                return Err(std::mem::take(&mut self.builder).spoil(failure));
            }
            if self.response.is_none() {
                return Ok(None);
            }
            self.read().await;
        }
    }

    fn finish(self: Box<Self>) -> Result<Reply, ProviderError> {
        self.builder.finish()
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
