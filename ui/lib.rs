//! The dashboard of `exai`: pure views over the snapshots and events of `exai_core::protocol`, and nothing else
//! of the core. `commands/monitor.rs` connects it to a backend.

mod plain;

pub use plain::picture;
