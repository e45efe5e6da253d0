//! The dashboard of `exai`: pure views over the snapshots and events of `exai_core::protocol`, and nothing else
//! of the core. `commands/monitor.rs` connects it to a backend by channels.
//!
//! ```text
//! keys, time, news ──Msg──▶ update ──▶ Model ──settle──▶ draw
//!                             └──Effect──▶ runtime: leave, copy, write a file ──Wish──▶ the house
//! ```
//!
//! All but `runtime` and `terminal` is pure: it runs in tests without a terminal, a socket or a clock.

mod effect;
mod export;
mod filter;
mod keymap;
mod layout;
mod model;
mod msg;
mod plain;
pub mod record;
mod runtime;
#[cfg(test)]
mod scenes;
mod terminal;
#[cfg(test)]
mod testing;
mod text;
mod theme;
mod update;
mod view;
mod wheel;

pub use effect::{Effect, Wish};
pub use filter::LANGUAGE as FILTER_LANGUAGE;
pub use keymap::{KeyLine, lines as keys};
pub use model::{Model, Settings};
pub use msg::{Answer, Feed, Link, Msg};
pub use plain::{Form, Teller, picture};
pub use runtime::{Ended, Wires, run};
pub use theme::{Ability, Colors, Slot, Theme, ThemeName};
pub use update::{settle, update};
pub use view::draw;
