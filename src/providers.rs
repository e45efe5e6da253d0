//! The models and the wire to them: one small file a provider, the stream reader they share, errors sorted by cause,
//! and the catalogue of models as data.
//!
//! ```text
//!  ChatRequest ─▶ Dialect::body ─▶ http ─▶ bytes ─▶ framing (sse) ─▶ chunk ─▶ reply
//!                                   │                                 │
//!                                   └── status, error body ─▶ Dialect::classify ─▶ ProviderError
//! ```
//!
//! Only `http` and `mock` wait for anything; the rest is plain data in, plain data out.
//! Not here: retries, permits, routing and joining (`gateway`); keys come in as settings (`config`).

mod advice;
mod catalogue;
mod cause;
mod china_time;
mod chunk;
mod custom;
mod dialect;
mod discovery;
mod endpoint;
mod error;
mod framing;
mod glm;
#[cfg(test)]
mod golden;
mod http;
mod intake;
mod kimi;
mod mask;
mod mock;
mod model;
mod name;
mod price;
mod probe;
mod provider;
mod refusal;
mod reply;
mod request;
mod service;
mod set;
mod sse;
mod thinking;

pub use advice::Advice;
pub use catalogue::{Catalogue, PASS_THROUGH_CONTEXT, PASS_THROUGH_OUTPUT};
pub use cause::Cause;
pub use chunk::{Chunk, Finish, ToolCallPiece, read_usage};
pub use custom::CUSTOM;
pub use dialect::Dialect;
pub use discovery::{Discovered, discover};
pub use endpoint::Endpoint;
pub use error::ProviderError;
pub use framing::{Frame, Framing};
pub use glm::{GLM, GLM_MAINLAND};
pub use kimi::{KIMI, WEB_SEARCH};
pub use mask::tame;
pub use model::{Model, Temperature, Thinking};
pub use name::ProviderName;
pub use price::Price;
pub use probe::{Probe, probe};
pub use provider::{Limits, Piece, Provider, ReplyStream};
pub use reply::{Reply, ReplyBuilder};
pub use request::{ChatMessage, ChatRequest, Image, Role, ToolCall};
pub use service::Service;
pub use set::{ProviderSettings, Providers};
pub use sse::{Decoder, MAX_EVENT, MAX_LINE, Overflow, SseEvent};
pub use thinking::ThinkingMode;
