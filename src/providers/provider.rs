//! What every provider is to the gateway: something that takes a body and streams an answer.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::{Cause, ChatRequest, Model, ProviderError, ProviderName, Reply, Service};
use crate::protocol::Nanodollars;

/// The waits of one attempt; the caller's deadline is around all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until there is a connection.
    pub connect: Duration,
    /// From the request to the beginning of the answer.
    pub headers: Duration,
    /// Between two pieces of the answer.
    pub idle: Duration,
}

impl Limits {
    /// For a model that answers at once.
    pub const PROMPT: Self =
        Self { connect: Duration::from_secs(10), headers: Duration::from_mins(1), idle: Duration::from_mins(2) };
    /// For a model that thinks first.
    pub const PATIENT: Self = Self { headers: Duration::from_mins(5), idle: Duration::from_mins(5), ..Self::PROMPT };

    /// The limits for a model that thinks, or not (see [`Model::thinks`]).
    pub const fn for_thinking(thinks: bool) -> Self {
        if thinks { Self::PATIENT } else { Self::PROMPT }
    }
}

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Of the reasoning.
    Reasoning(String),
    /// Of the text.
    Text(String),
}

/// One provider. Sends what it is given, once.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Its name.
    fn name(&self) -> ProviderName;

    /// A fingerprint of its address and key: what one account taught says nothing about another.
    fn account(&self) -> &str;

    /// The body of a request: equal requests make equal bodies.
    fn body(&self, model: &Model, request: &ChatRequest) -> Map<String, Value>;

    /// Opens a connection, so that the first request need not wait for it. What fails here will fail again, and be told,
    /// when it matters.
    async fn warm(&self, _connect: Duration) {}

    /// What one search of the web costs; `None` when that is not known for sure.
    fn search_fee(&self) -> Option<Nanodollars> {
        None
    }

    /// What `service` sends as JSON: the caller's fields, and those that the provider wants and the caller left out.
    fn fields(&self, service: &Service) -> Map<String, Value> {
        match service {
            Service::WebSearch { fields } | Service::Embeddings { fields } => fields.clone(),
            _ => Map::new(),
        }
    }

    /// Does something beside answering chats, once; gives what came back, which is not larger than `most` bytes.
    async fn serve(&self, service: &Service, _limits: &Limits, _most: usize) -> Result<Vec<u8>, ProviderError> {
        let cause = Cause::BadRequest { parameter: None };
        Err(ProviderError::new(cause, format!("{} can not {}", self.name(), service.doing())))
    }

    /// Sends `body` and waits for the beginning of the answer.
    async fn open(
        &self,
        model: &Model,
        body: &Map<String, Value>,
        limits: &Limits,
    ) -> Result<Box<dyn ReplyStream>, ProviderError>;
}

/// An answer on its way. Dropping it closes the connection.
#[async_trait]
pub trait ReplyStream: Send {
    /// The next piece; `None` when the answer is over, well or not: [`finish`](Self::finish) tells.
    /// After an error there is nothing more.
    async fn next(&mut self) -> Result<Option<Piece>, ProviderError>;

    /// The whole answer, or why it is none.
    fn finish(self: Box<Self>) -> Result<Reply, ProviderError>;
}
