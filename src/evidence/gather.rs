//! Reads the files of a plan in waves, and stops reading when the budget can hold no more.
//! The text of the evidence is written while more is read: each file's own text goes as soon as it is part of it.

use std::collections::VecDeque;

use futures_util::future::join;
use futures_util::stream::{self, StreamExt};
use tokio::task::spawn_blocking;

use super::collect::{Bundle, Candidate, CollectRequest, Evidence, no_such_file, same_length};
use super::local::{MAX_FILE_BYTES, grouped};
use super::room::{Place, Room};
use super::source::{Source, fence_tokens};
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
    room: Room,
    evidence: Evidence,
}

/// A file after it was read.
#[derive(Debug)]
enum Outcome {
    Source(Source),
    Skipped(String),
    Failed(Error),
}

impl<'a> Gathering<'a> {
    pub(super) fn new(workspace: &'a dyn Workspace, request: &'a CollectRequest) -> Self {
        let room = Room::new(request.budget_tokens, request.further);
        Self { workspace, request, room, evidence: Evidence::default() }
    }

    /// Notes a path that is missing or refused.
    pub(super) fn miss(&mut self, path: String, error: &Error) {
        let reason = error.message.clone();
        self.room.spend(estimate_tokens(&fence::not_found(&path, &reason)));
        self.evidence.missing.push(Skipped { path: path.clone(), reason: reason.clone() });
        self.evidence.coverage.selected.push(path.clone());
        self.evidence.coverage.skipped.push(Skipped { path, reason });
    }

    /// Notes a file that is left out.
    pub(super) fn skip(&mut self, path: String, reason: String) {
        let skipped = Skipped { path: path.clone(), reason };
        if self.evidence.coverage.skipped.len() < render::NAMED {
            self.room.spend(estimate_tokens(&render::left_out_line(&skipped)));
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
                self.room.spend(estimate_tokens(&found.path) + 1);
            }
            self.evidence.coverage.selected.push(found.path.clone());
            self.evidence.coverage.sent.push(found.path.clone());
            self.evidence.already_shown.push(found.path);
        }
        self.evidence.write_head();
        let mut candidates = candidates;
        while !candidates.is_empty() {
            self.wave(&mut candidates).await?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Evidence {
        self.evidence.write_tail();
        self.evidence
    }

    async fn wave(&mut self, candidates: &mut VecDeque<Candidate>) -> Result<()> {
        let wave = self.next_wave(candidates);
        let workspace = self.workspace;
        let reads = parts(wave).into_iter().map(|part| outcomes(workspace, part));
        let mut parts = stream::iter(reads).buffered(SIDE_BY_SIDE);
        let mut taken = Vec::new();
        loop {
            let text = std::mem::take(&mut self.evidence.text);
            let further = std::mem::take(&mut self.evidence.further);
            let (part, written) = join(parts.next(), write(text, further, std::mem::take(&mut taken))).await;
            (self.evidence.text, self.evidence.further) = written?;
            let Some(part) = part else { return Ok(()) };
            for (candidate, outcome) in part? {
                taken.extend(self.settle(candidate, outcome)?);
            }
        }
    }

    /// The next candidates that are worth reading with what is left; passes over those that can not fit.
    fn next_wave(&mut self, candidates: &mut VecDeque<Candidate>) -> Vec<Candidate> {
        let limit = WAVE_BYTES.min(self.room.in_all().saturating_mul(5));
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
        readable && least_tokens(candidate.found.bytes) + fence_tokens(&candidate.found.path) > self.room.largest()
    }

    /// Books what became of one file; gives it back, with the place of its bundle, when it is to be shown.
    fn settle(&mut self, candidate: Candidate, outcome: Outcome) -> Result<Option<(usize, Source)>> {
        match outcome {
            Outcome::Source(source) => match self.room.place(source.file.tokens) {
                Place::Nowhere => self.over_budget(source.file.path, source.file.tokens),
                place => {
                    if place == Place::Next {
                        self.evidence.further.push(Bundle::default());
                    }
                    let path = &source.file.path;
                    self.evidence.coverage.selected.push(path.clone());
                    self.evidence.coverage.sent.push(path.clone());
                    self.evidence.files.push(source.file.clone());
                    if let Some(bundle) = self.evidence.further.last_mut() {
                        bundle.paths.push(path.clone());
                        bundle.tokens += source.file.tokens;
                    }
                    return Ok(Some((self.evidence.further.len(), source)));
                }
            },
            Outcome::Skipped(reason) => self.skip(candidate.found.path, reason),
            Outcome::Failed(error) => match candidate.named {
                Some(_) if !self.request.allow_missing => return Err(error),
                Some(path) => self.miss(path, &error),
                None => self.skip(candidate.found.path, error.message),
            },
        }
        Ok(None)
    }

    fn over_budget(&mut self, path: String, tokens: u64) {
        let reason =
            format!("over the token budget: about {} tokens, {} left", grouped(tokens), grouped(self.room.largest()));
        self.skip(path, reason);
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
        .map_err(|error| cut_off(&error))
}

/// Appends files to the text of their bundle, numbered and fenced, off the runtime: at 0 the text itself, then the further ones.
async fn write(
    mut text: String,
    mut further: Vec<Bundle>,
    sources: Vec<(usize, Source)>,
) -> Result<(String, Vec<Bundle>)> {
    if sources.is_empty() {
        return Ok((text, further));
    }
    let written = spawn_blocking(move || {
        let mut sources = sources.iter().peekable();
        for (at, text) in
            std::iter::once(&mut text).chain(further.iter_mut().map(|bundle| &mut bundle.text)).enumerate()
        {
            let own: Vec<&Source> =
                std::iter::from_fn(|| sources.next_if(|(place, _)| *place == at)).map(|(_, source)| source).collect();
            text.reserve(own.iter().map(|source| source.rendered_bytes()).sum());
            for source in own {
                source.render_into(text);
            }
        }
        (text, further)
    });
    written.await.map_err(|error| cut_off(&error))
}

fn cut_off(error: &tokio::task::JoinError) -> Error {
    Error::internal(format!("file work was cut off: {error}"))
}

fn outcome((candidate, result): (Candidate, ReadResult)) -> (Candidate, Outcome) {
    let outcome = match result {
        ReadResult::Text { text, bytes } => Outcome::Source(Source::new(candidate.found.path.clone(), text, bytes)),
        ReadResult::Skipped { reason } => Outcome::Skipped(reason),
        ReadResult::Missing => Outcome::Failed(no_such_file(&candidate.found.path)),
        ReadResult::Refused { error } => Outcome::Failed(error),
    };
    (candidate, outcome)
}
