//! The workflow tools as a caller sees them: every status that each of them can answer, its words, and what the
//! expert is shown.

mod bundles;
mod changes;
mod consensus;
mod conversations;
mod reviews;
mod statuses;
