//! Facts about source code, found on this machine: what a file defines, what it calls, what it imports, what is
//! documented and what is tested. No model is asked.
//!
//! ```text
//!  Workspace ─▶ files (bounded) ─▶ Outline of each file ─┬▶ trace: definitions, callers, callees, imports of one name
//!                                   │                    ├▶ undocumented, untested: counted lists
//!     grammar of the language ◀─────┤                    └▶ summary: the outline for a prompt
//!     or a search of its text ◀─────┘
//! ```
//!
//! A file is read with the grammar of its language, and searched as text where there is none, where the file is
//! hostile to its grammar, or where the program was built without the feature `outline`; each outline says which.
//! Names are not resolved as a compiler would: what can not be told apart is listed and said to be unsure.
//! An outline depends on the text alone, never on how busy the machine is, so that an equal call makes an equal
//! prompt. Not here: prompts, and what a tool makes of these facts.

mod bounds;
mod code;
mod documentation;
mod facts;
mod files;
#[cfg(feature = "outline")]
mod grammar;
mod language;
mod lines;
#[cfg(feature = "outline")]
mod parse;
mod receiver;
mod render;
mod summary;
mod target;
mod test_code;
mod text_search;
mod trace;
mod word;

pub use documentation::{Undocumented, undocumented};
pub use facts::{How, Import, Outline, Reference, ReferenceKind, Symbol, SymbolKind};
pub use files::{Outlines, outlines};
pub use language::{Language, ends_as_code};
pub use summary::summary;
pub use test_code::{Untested, untested};
pub use trace::{Callee, Caller, FellBack, Trace, TraceRequest, trace};

#[cfg(test)]
mod tests;
