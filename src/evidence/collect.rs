//! Collects the files of a request: each once, in a fixed order, as many as the budget holds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::gather::Gathering;
use super::room::Further;
use super::source::SourceFile;
use super::workspace::{Found, Listing, Workspace};
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::{Coverage, Skipped};

/// Which files to collect.
#[derive(Debug, Clone, Default)]
pub struct CollectRequest {
    /// Files and directories, as the caller wrote them.
    pub paths: Vec<String>,
    /// How many tokens the rendered evidence may cost.
    pub budget_tokens: u64,
    /// What may be filled beyond that.
    pub further: Further,
    /// Whether a path that is missing or refused becomes a block that says so, instead of an error.
    pub allow_missing: bool,
    /// Files, as shown, that the model sees elsewhere in the same request: they are named, not repeated.
    pub already_shown: BTreeSet<String>,
}

/// The files of one request, ready to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// As a model reads it: what is shown elsewhere, the files, what is missing, and what was left out.
    pub text: String,
    /// What goes on where the budget of the text was used up; what is missing or was left out stands in the last one.
    pub further: Vec<Bundle>,
    /// The files that it shows: first the files that were named, in their order, then those of directories, sorted.
    pub files: Vec<SourceFile>,
    /// Asked for, and shown elsewhere in the same request.
    pub already_shown: Vec<String>,
    /// Named, but missing or refused, and why.
    pub missing: Vec<Skipped>,
    /// Where the files that were found are, shown or not: absolute, so that a later call finds them from anywhere.
    pub locations: Vec<String>,
    /// Every path that was selected is either sent or skipped with a reason; what was shown elsewhere counts as sent.
    pub coverage: Coverage,
}

/// A part of the evidence, for a request of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// As a model reads it.
    pub text: String,
    /// The files that it shows, or that are shown beside it.
    pub paths: Vec<String>,
    /// An estimate of the tokens of the files.
    pub tokens: u64,
}

impl Evidence {
    /// The text and what goes on behind it, each with its files.
    pub fn into_bundles(self) -> Vec<Bundle> {
        let elsewhere: BTreeSet<&String> = self.further.iter().flat_map(|bundle| &bundle.paths).collect();
        let paths = self.coverage.sent.iter().filter(|path| !elsewhere.contains(path)).cloned().collect();
        let tokens = self.tokens() - self.further.iter().map(|bundle| bundle.tokens).sum::<u64>();
        let mut bundles = vec![Bundle { text: self.text, paths, tokens }];
        bundles.extend(self.further);
        bundles
    }
}

/// Collects the files that `request` asks for.
///
/// Fails before anything is read when a path is missing or refused, unless the request allows it.
pub async fn collect(workspace: &dyn Workspace, request: &CollectRequest) -> Result<Evidence> {
    let listings = workspace.list(&request.paths).await?;
    same_length(request.paths.len(), listings.len())?;
    let plan = Plan::new(&request.paths, listings);
    if let (Some(error), false) = (plan.refusal(), request.allow_missing) {
        return Err(error);
    }
    let locations = plan.candidates.iter().map(|candidate| candidate.found.location.clone()).collect();
    let mut gathering = Gathering::new(workspace, request);
    for (path, error) in plan.missing {
        gathering.miss(path, &error);
    }
    gathering.read(plan.candidates).await?;
    for skipped in plan.skipped {
        gathering.skip(skipped.path, skipped.reason);
    }
    Ok(Evidence { locations, ..gathering.finish() })
}

/// Looks which files `request` asks for, without reading them; fails as [`collect`] does.
pub async fn check(workspace: &dyn Workspace, request: &CollectRequest) -> Result<Vec<Found>> {
    let listings = workspace.list(&request.paths).await?;
    same_length(request.paths.len(), listings.len())?;
    let plan = Plan::new(&request.paths, listings);
    match plan.refusal() {
        Some(error) if !request.allow_missing => Err(error),
        _ => Ok(plan.candidates.into_iter().map(|candidate| candidate.found).collect()),
    }
}

/// A file that may be shown.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) found: Found,
    /// The path it was named by; none when it was found in a directory.
    pub(super) named: Option<String>,
}

/// What the listings come to: each file once.
#[derive(Debug, Default)]
struct Plan {
    candidates: Vec<Candidate>,
    missing: Vec<(String, Error)>,
    skipped: Vec<Skipped>,
}

impl Plan {
    fn new(paths: &[String], listings: Vec<Listing>) -> Self {
        let mut plan = Self::default();
        let (mut seen, mut unmet) = (BTreeSet::new(), BTreeSet::new());
        let (mut expanded, mut skipped) = (Vec::new(), Vec::new());
        for (path, listing) in paths.iter().zip(listings) {
            match listing {
                Listing::File(found) if seen.insert(found.path.clone()) => {
                    plan.candidates.push(Candidate { found, named: Some(path.clone()) });
                }
                Listing::Directory { files, skipped: left_out, .. } => {
                    expanded.extend(files);
                    skipped.extend(left_out);
                }
                Listing::Missing if unmet.insert(path) => plan.missing.push((path.clone(), no_such_file(path))),
                Listing::Refused { error } if unmet.insert(path) => plan.missing.push((path.clone(), error)),
                // A path that was named before.
                Listing::File(_) | Listing::Missing | Listing::Refused { .. } => {}
            }
        }
        expanded.sort_by(|one, other| one.path.cmp(&other.path));
        expanded.retain(|found| seen.insert(found.path.clone()));
        plan.candidates.extend(expanded.into_iter().map(|found| Candidate { found, named: None }));
        skipped.sort_by(|one, other| one.path.cmp(&other.path));
        skipped.retain(|left_out| seen.insert(left_out.path.clone()));
        plan.skipped = skipped;
        plan
    }

    /// The error for all paths that are missing or refused: the first one's, with the number of the others.
    fn refusal(&self) -> Option<Error> {
        let (first, others) = self.missing.split_first()?;
        let mut error = first.1.clone();
        if !others.is_empty() {
            error.message = format!("{} (and {} more)", error.message, others.len());
        }
        Some(error.hint("correct the path, or use --allow-missing (allow_missing: true) to go on without it"))
    }
}

/// The error for a path with nothing there.
pub(crate) fn no_such_file(path: &str) -> Error {
    Error::not_found(format!("no such file or directory: {path:?}"))
        .details(serde_json::json!({"field": "path", "value": path, "allowed": "an existing file or directory"}))
}

/// Refuses a workspace that did not answer what it was asked.
pub(crate) fn same_length(asked: usize, answered: usize) -> Result<()> {
    if asked == answered {
        return Ok(());
    }
    let message = format!("the workspace answered {answered} of {asked} paths");
    Err(Error::new(ErrorCode::ProtocolError, message))
}

#[cfg(test)]
mod tests;
