//! The Model Context Protocol: one handler for agents on standard input and output (`exai shim`) and on HTTP (`/mcp`),
//! for both of its generations.
//!
//! ```text
//! agent ── stdio ─▶ Stdio ──┐
//!                           ├▶ Handler ─┬▶ menu: what there is to call, at once
//! agent ── HTTP ─▶ server ──┘           └▶ Host ─▶ Backend: the call, which outlives its request
//! ```
//!
//! A call belongs to the journal, not to the request that asked for it: an agent that says `cancelled` ends it, one that
//! hangs up lets go of it.
//!
//! Not here: sockets and tokens (`server`), how a daemon is found or started (`commands`), what a tool means.

mod answer;
mod calling;
mod cancelled;
mod clients;
mod completion;
mod handler;
mod hints;
mod host;
mod lines;
mod menu;
mod progress;
mod prompts;
mod resources;
mod shorten;
mod stdio;
mod tasks;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use handler::Handler;
pub use host::{Agent, Host};
pub use menu::Menu;
pub use stdio::{Stdio, converse};
