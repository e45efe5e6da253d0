//! What a tool gathers without a model: files of the caller, checked, numbered, fenced and kept under a budget.
//!
//! ```text
//! paths ─▶ Workspace::list ─▶ each file once ─▶ Workspace::read ─▶ Source ─▶ budget ─▶ Evidence::text
//!          (rules, expansion)                    (bounded)          (measured)         (numbered, fenced)
//! ```
//!
//! A repository is never trusted: nothing outside the allowed roots is read, nothing but regular files is opened,
//! and everything that is walked, read or listed has a bound with a name.
//! Not here: prompts, and where the roots come from.

pub mod collect;
mod expand;
pub mod fence;
mod gather;
pub mod git;
mod ignored;
mod known;
pub mod local;
pub mod number;
pub mod paths;
mod read;
mod render;
mod room;
pub mod source;
pub mod tokens;
pub mod whole;
pub mod workspace;

pub use collect::{Bundle, CollectRequest, Evidence, check, collect};
pub use local::{LocalWorkspace, MAX_READ_BYTES};
pub use room::Further;
pub use source::SourceFile;
pub use tokens::estimate_tokens;
pub use whole::whole;
pub use workspace::{Found, Listing, Piece, ReadResult, Stat, Workspace};
