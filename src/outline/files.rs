//! The files of code that a question is about, read through the workspace and looked at off the runtime: bounded in
//! number, bytes and time, in a fixed order, and with a reason for each that was not looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::bounds::{MAX_BYTES, MAX_FILE_BYTES, MAX_FILES, PART_BYTES, PART_FILES, SIDE_BY_SIDE};
use super::code::{Stop, outline};
use super::facts::{How, Outline};
use super::language::name_of;
use super::trace::FellBack;
use crate::clock::Deadline;
use crate::error::{Error, Result};
use crate::evidence::collect::{no_such_file, same_length};
use crate::evidence::source::in_plain_lines;
use crate::evidence::{Found, Listing, ReadResult, Workspace};
use crate::protocol::Skipped;

/// Why what comes after the deadline was not looked at.
const NO_TIME: &str = "there was no time left to look at it";

/// The outlines of many files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlines {
    /// One for each file of code, sorted by path.
    pub files: Vec<Outline>,
    /// Files that were not looked at, or not wholly, and why.
    pub left_out: Vec<Skipped>,
    /// Which languages were searched as text.
    pub fell_back: Vec<FellBack>,
}

/// The outlines of the files of code that `paths` stand for; the whole root when there are none.
///
/// Fails when a path is missing or refused. What does not fit the bounds or the time until `deadline` is named in
/// [`Outlines::left_out`]; a caller that has other work to do gives a deadline before its own.
pub async fn outlines(workspace: &dyn Workspace, paths: &[String], deadline: Deadline) -> Result<Outlines> {
    let selection = Selection::of(workspace, paths).await?;
    let work = |file: &Source, stop: &Halt| outline(&file.path, &file.text, None, stop);
    let (files, mut left_out) = selection.each(workspace, deadline, work).await?;
    for file in &files {
        left_out.extend(file.left_out.iter().map(|what| Skipped { path: file.path.clone(), reason: what.clone() }));
    }
    Ok(Outlines { fell_back: fell_back(files.iter()), files, left_out })
}

/// Which languages were searched as text, and why, with how many files.
pub(super) fn fell_back<'a>(outlines: impl Iterator<Item = &'a Outline>) -> Vec<FellBack> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for outline in outlines {
        if let How::TextSearch { language, why } = &outline.how {
            *counts.entry((language, why)).or_default() += 1;
        }
    }
    let rows = counts.into_iter().map(|((language, why), files)| FellBack {
        language: language.to_owned(),
        why: why.to_owned(),
        files,
    });
    rows.collect()
}

/// A file of code with its text, as its lines are shown.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
}

/// Ends work on files when its caller is gone or its time is over.
#[derive(Debug, Clone)]
pub(super) struct Halt {
    gone: CancellationToken,
    deadline: Deadline,
}

impl Halt {
    /// Work that goes on until `deadline`, or until `gone` is cancelled.
    pub(super) fn new(gone: CancellationToken, deadline: Deadline) -> Self {
        Self { gone, deadline }
    }
}

impl Stop for Halt {
    fn is_stopped(&self) -> bool {
        self.gone.is_cancelled() || self.deadline.remaining().is_zero()
    }
}

/// The files that a question looks at.
#[derive(Debug, Default)]
pub(super) struct Selection {
    found: Vec<Found>,
    left_out: Vec<Skipped>,
}

impl Selection {
    /// The files of code that `paths` stand for, each once, sorted; the whole root when there are none.
    pub(super) async fn of(workspace: &dyn Workspace, paths: &[String]) -> Result<Self> {
        // A caller that named no root resolves this one itself.
        let root = [if workspace.root().is_empty() { "." } else { workspace.root() }.to_owned()];
        let paths = if paths.is_empty() { &root } else { paths };
        let listings = workspace.list(paths).await?;
        same_length(paths.len(), listings.len())?;
        let (mut files, mut left_out) = (BTreeMap::new(), Vec::new());
        for (path, listing) in paths.iter().zip(listings) {
            match listing {
                Listing::File(found) => drop(files.insert(found.path.clone(), found)),
                Listing::Directory { files: found, skipped, .. } => {
                    files.extend(found.into_iter().map(|found| (found.path.clone(), found)));
                    left_out.extend(skipped.into_iter().filter(|skipped| concerns_code(&skipped.path)));
                }
                Listing::Missing => return Err(no_such_file(path)),
                Listing::Refused { error } => return Err(error),
            }
        }
        let mut selection = Self { found: Vec::new(), left_out };
        selection.take(files.into_values().filter(|found| name_of(&found.path).is_some()));
        Ok(selection)
    }

    /// Takes what fits the bounds.
    fn take(&mut self, files: impl Iterator<Item = Found>) {
        let mut left = MAX_BYTES;
        for found in files {
            let reason = if self.found.len() >= MAX_FILES {
                format!("beyond the {MAX_FILES} files that are looked at")
            } else if found.bytes > MAX_FILE_BYTES {
                format!("larger than {MAX_FILE_BYTES} bytes")
            } else if found.bytes > left {
                format!("beyond the {MAX_BYTES} bytes that are looked at")
            } else {
                left -= found.bytes;
                self.found.push(found);
                continue;
            };
            self.left_out.push(Skipped { path: found.path, reason });
        }
    }

    /// The paths of the files, as shown.
    pub(super) fn paths(&self) -> BTreeSet<&str> {
        self.found.iter().map(|found| found.path.as_str()).collect()
    }

    /// Reads each file and does `work` with it, some parts at a time, in order; what could not be done is named.
    pub(super) async fn each<T: Send + 'static>(
        self,
        workspace: &dyn Workspace,
        deadline: Deadline,
        work: impl Fn(&Source, &Halt) -> T + Send + Sync + 'static,
    ) -> Result<(Vec<T>, Vec<Skipped>)> {
        let gone = CancellationToken::new();
        let _guard = gone.clone().drop_guard();
        let (halt, work) = (Halt::new(gone, deadline), Arc::new(work));
        let (mut done, mut left_out) = (Vec::new(), self.left_out);
        let parts =
            parts(self.found).into_iter().map(|part| one_part(workspace, part, halt.clone(), Arc::clone(&work)));
        let mut parts = stream::iter(parts).buffered(SIDE_BY_SIDE);
        while let Some(part) = parts.next().await {
            for result in part? {
                match result {
                    Ok(result) => done.push(result),
                    Err(skipped) => left_out.push(skipped),
                }
            }
        }
        Ok((done, left_out))
    }
}

/// Whether a name that was left out may be code: a directory, or a file of a known language.
fn concerns_code(path: &str) -> bool {
    let has_extension = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    !has_extension || name_of(path).is_some()
}

/// Reads one part and does the work with it.
async fn one_part<T: Send + 'static>(
    workspace: &dyn Workspace,
    part: Vec<Found>,
    halt: Halt,
    work: Arc<impl Fn(&Source, &Halt) -> T + Send + Sync + 'static>,
) -> Result<Vec<Result<T, Skipped>>> {
    let locations: Vec<String> = part.iter().map(|found| found.location.clone()).collect();
    let reading = workspace.read(&locations, MAX_FILE_BYTES);
    let Ok(results) = tokio::time::timeout_at(halt.deadline.at(), reading).await else {
        return Ok(part.into_iter().map(|found| Err(no_time(found.path))).collect());
    };
    let results = results?;
    same_length(locations.len(), results.len())?;
    blocking(move || {
        part.into_iter().zip(results).map(|(found, result)| one(found.path, result, &halt, &*work)).collect()
    })
    .await
}

fn one<T>(path: String, result: ReadResult, halt: &Halt, work: &impl Fn(&Source, &Halt) -> T) -> Result<T, Skipped> {
    let reason = match result {
        ReadResult::Text { text, .. } => {
            let file = Source { path, text: in_plain_lines(text) };
            let result = if halt.is_stopped() { None } else { Some(work(&file, halt)) };
            // What was cut off in the middle is no fact about the file.
            return result.filter(|_| !halt.is_stopped()).ok_or_else(|| no_time(file.path));
        }
        ReadResult::Skipped { reason } => reason,
        ReadResult::Missing => "it is gone".to_owned(),
        ReadResult::Refused { error } => error.message,
    };
    Err(Skipped { path, reason })
}

fn no_time(path: String) -> Skipped {
    Skipped { path, reason: NO_TIME.to_owned() }
}

/// Runs work with the processor off the runtime.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    spawn_blocking(work).await.map_err(|error| Error::internal(format!("the search was cut off: {error}")))
}

fn parts(found: Vec<Found>) -> Vec<Vec<Found>> {
    let (mut parts, mut bytes): (Vec<Vec<Found>>, u64) = (Vec::new(), 0);
    for file in found {
        bytes += file.bytes;
        match parts.last_mut() {
            Some(part) if bytes <= PART_BYTES && part.len() < PART_FILES => part.push(file),
            _ => {
                bytes = file.bytes;
                parts.push(vec![file]);
            }
        }
    }
    parts
}
