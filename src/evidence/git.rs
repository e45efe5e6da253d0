//! Git as evidence: a fixed list of questions about a repository, answered by the `git` program, with typed answers.
//!
//! ```text
//! GitQuestion ─▶ repository (found, owned, under the roots) ─▶ enclosure (a git directory of ours) ─▶ git diff ─▶ Changes
//!                revisions (checked, made ids)                 its objects, a copy of its index
//! ```
//!
//! A repository is never trusted. Its own configuration is read by two commands that start nothing (`rev-parse`,
//! `config --get-regexp`); whatever compares anything runs in a git directory of ours that has the repository's objects
//! and a copy of its index, and none of its configuration. So no program that a repository names can run, whatever the
//! setting is called: there is no filter, no monitor, no external diff, no hook, no remote to fetch from.
//! Not here: what the changes mean, and which of them are wanted.

mod answer;
mod ask;
mod attributes;
mod diff;
mod enclosure;
mod generated;
mod hunk;
mod patch;
mod pathspec;
mod program;
mod question;
mod render;
mod repository;
mod revision;
#[cfg(test)]
mod tests;
mod untracked;

pub use answer::{ChangedFile, Changes, FileKind, Part, Patch, Status};
pub(super) use ask::ask;
pub use question::GitQuestion;
pub use render::{DiffBundle, DiffEvidence, ShownHunk, render};
