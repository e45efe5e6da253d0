//! Reads the files of a plan in waves, and stops reading when the budget can hold no more.

use std::collections::VecDeque;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::task::spawn_blocking;

use super::collect::{Candidate, CollectRequest, Evidence, no_such_file, same_length};
use super::local::{MAX_FILE_BYTES, grouped};
use super::source::{SourceFile, fence_tokens};
use super::tokens::{estimate_tokens, least_tokens};
use super::workspace::{ReadResult, Workspace};
use super::{fence, render};
use crate::error::{Error, Result};
use crate::protocol::Skipped;

/// How much is read before the budget is looked at again.
const WAVE_BYTES: u64 = 16 * 1024 * 1024;
/// How many files are read before the budget is looked at again.
const WAVE_FILES: usize = 1_024;
/// How much is asked for in one question: little enough to stay in a processor's cache until it is measured.
const PART_BYTES: u64 = 1024 * 1024;
/// How many questions are under way.
const SIDE_BY_SIDE: usize = 3;

/// Evidence in the making.
#[derive(Debug)]
pub(super) struct Gathering<'a> {
    workspace: &'a dyn Workspace,
    request: &'a CollectRequest,
    left: u64,
    evidence: Evidence,
}

/// A file after it was read.
#[derive(Debug)]
enum Outcome {
    Source(SourceFile),
    Skipped(String),
    Failed(Error),
}

impl<'a> Gathering<'a> {
    pub(super) fn new(workspace: &'a dyn Workspace, request: &'a CollectRequest) -> Self {
        Self { workspace, request, left: request.budget_tokens, evidence: Evidence::default() }
    }

    /// Notes a path that is missing or refused.
    pub(super) fn miss(&mut self, path: String, error: &Error) {
        let reason = error.message.clone();
        self.spend(estimate_tokens(&fence::not_found(&path, &reason)));
        self.evidence.missing.push(Skipped { path: path.clone(), reason: reason.clone() });
        self.evidence.coverage.selected.push(path.clone());
        self.evidence.coverage.skipped.push(Skipped { path, reason });
    }

    /// Notes a file that is left out.
    pub(super) fn skip(&mut self, path: String, reason: String) {
        let skipped = Skipped { path: path.clone(), reason };
        if self.evidence.coverage.skipped.len() < render::NAMED {
            self.spend(estimate_tokens(&render::left_out_line(&skipped)));
        }
        self.evidence.coverage.selected.push(path);
        self.evidence.coverage.skipped.push(skipped);
    }

    /// Reads what the budget can hold of `candidates`, in their order.
    pub(super) async fn read(&mut self, candidates: Vec<Candidate>) -> Result<()> {
        let (shown, candidates): (VecDeque<_>, VecDeque<_>) =
            candidates.into_iter().partition(|candidate| self.request.already_shown.contains(&candidate.found.path));
        for Candidate { found, .. } in shown {
            if self.evidence.already_shown.len() < render::NAMED {
                self.spend(estimate_tokens(&found.path) + 1);
            }
            self.evidence.coverage.selected.push(found.path.clone());
            self.evidence.coverage.sent.push(found.path.clone());
            self.evidence.already_shown.push(found.path);
        }
        let mut candidates = candidates;
        while !candidates.is_empty() {
            self.wave(&mut candidates).await?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Evidence {
        self.evidence
    }

    async fn wave(&mut self, candidates: &mut VecDeque<Candidate>) -> Result<()> {
        let wave = self.next_wave(candidates);
        let workspace = self.workspace;
        let reads = parts(wave).into_iter().map(|part| outcomes(workspace, part));
        let read: Vec<_> = stream::iter(reads).buffered(SIDE_BY_SIDE).try_collect().await?;
        for (candidate, outcome) in read.into_iter().flatten() {
            self.settle(candidate, outcome)?;
        }
        Ok(())
    }

    /// The next candidates that are worth reading with what is left; passes over those that can not fit.
    fn next_wave(&mut self, candidates: &mut VecDeque<Candidate>) -> Vec<Candidate> {
        let limit = WAVE_BYTES.min(self.left.saturating_mul(5));
        let (mut wave, mut bytes) = (Vec::new(), 0);
        while let Some(candidate) = candidates.pop_front() {
            let hopeless = self.is_hopeless(&candidate);
            if hopeless && wave.is_empty() {
                self.over_budget(candidate.found.path, least_tokens(candidate.found.bytes));
                continue;
            }
            bytes += readable_bytes(&candidate);
            // What can not fit is only said once all before it was read: by then there may be even less left.
            if hopeless || (!wave.is_empty() && (bytes > limit || wave.len() >= WAVE_FILES)) {
                candidates.push_front(candidate);
                break;
            }
            wave.push(candidate);
        }
        wave
    }

    /// Whether a file is so large that it can not fit, whatever it holds; then it is not read.
    fn is_hopeless(&self, candidate: &Candidate) -> bool {
        let readable = candidate.found.bytes <= MAX_FILE_BYTES;
        readable && least_tokens(candidate.found.bytes) + fence_tokens(&candidate.found.path) > self.left
    }

    fn settle(&mut self, candidate: Candidate, outcome: Outcome) -> Result<()> {
        match outcome {
            Outcome::Source(file) if file.tokens > self.left => self.over_budget(file.path, file.tokens),
            Outcome::Source(file) => {
                self.spend(file.tokens);
                self.evidence.coverage.selected.push(file.path.clone());
                self.evidence.coverage.sent.push(file.path.clone());
                self.evidence.files.push(file);
            }
            Outcome::Skipped(reason) => self.skip(candidate.found.path, reason),
            Outcome::Failed(error) => match candidate.named {
                Some(_) if !self.request.allow_missing => return Err(error),
                Some(path) => self.miss(path, &error),
                None => self.skip(candidate.found.path, error.message),
            },
        }
        Ok(())
    }

    fn over_budget(&mut self, path: String, tokens: u64) {
        let reason = format!("over the token budget: about {} tokens, {} left", grouped(tokens), grouped(self.left));
        self.skip(path, reason);
    }

    fn spend(&mut self, tokens: u64) {
        self.left = self.left.saturating_sub(tokens);
    }
}

fn readable_bytes(candidate: &Candidate) -> u64 {
    if candidate.found.bytes > MAX_FILE_BYTES { 0 } else { candidate.found.bytes }
}

/// Cuts a wave into questions.
fn parts(wave: Vec<Candidate>) -> Vec<Vec<Candidate>> {
    let (mut parts, mut bytes): (Vec<Vec<Candidate>>, u64) = (Vec::new(), 0);
    for candidate in wave {
        let size = readable_bytes(&candidate);
        match parts.last_mut() {
            Some(part) if bytes + size <= PART_BYTES => {
                bytes += size;
                part.push(candidate);
            }
            _ => {
                bytes = size;
                parts.push(vec![candidate]);
            }
        }
    }
    parts
}

/// Reads `candidates` and makes source files of them, off the runtime.
async fn outcomes(workspace: &dyn Workspace, candidates: Vec<Candidate>) -> Result<Vec<(Candidate, Outcome)>> {
    let locations: Vec<String> = candidates.iter().map(|candidate| candidate.found.location.clone()).collect();
    let results = workspace.read(&locations, MAX_FILE_BYTES).await?;
    same_length(locations.len(), results.len())?;
    spawn_blocking(move || candidates.into_iter().zip(results).map(outcome).collect())
        .await
        .map_err(|error| Error::internal(format!("file work was cut off: {error}")))
}

fn outcome((candidate, result): (Candidate, ReadResult)) -> (Candidate, Outcome) {
    let outcome = match result {
        ReadResult::Text { text, bytes } => Outcome::Source(SourceFile::new(candidate.found.path.clone(), text, bytes)),
        ReadResult::Skipped { reason } => Outcome::Skipped(reason),
        ReadResult::Missing => Outcome::Failed(no_such_file(&candidate.found.path)),
        ReadResult::Refused { error } => Outcome::Failed(error),
    };
    (candidate, outcome)
}
