//! The core of `exai`: one call, from whoever asks to the model that answers, kept in a journal.
//!
//! Modules in the order of their dependencies; each uses only what stands above it
//! (`tests/e2e/architecture.rs` checks that). `ARCHITECTURE.md` tells the way of a call.

pub mod clock;
pub mod error;
pub mod feed;
pub mod protocol;
pub mod providers;
