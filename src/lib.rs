//! The core of `exai`: one call, from whoever asks to the model that answers, kept in a journal.
//!
//! Modules in the order of their dependencies; each uses only what stands to its left
//! (`tests/e2e/architecture.rs` checks that). `ARCHITECTURE.md` tells the way of a call.
//!
//! `error, json, clock, feed, protocol ← config ← telemetry ← redaction, store, coordination, providers ←
//! evidence ← outline ← threads, findings, gateway ← tools ← calls ← backend`

pub mod backend;
pub mod calls;
pub mod clock;
pub mod config;
pub mod coordination;
pub mod error;
pub mod evidence;
pub mod feed;
pub mod findings;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod gateway;
mod json;
pub mod mcp;
pub mod outline;
pub mod protocol;
pub mod providers;
pub mod redaction;
pub mod server;
pub mod store;
pub mod telemetry;
pub mod threads;
pub mod tools;
