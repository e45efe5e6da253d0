//! What the house as a whole did lately.

use super::metrics::BOUNDS_MS;
use super::window::{Tick, Window};
use crate::protocol::{CacheUse, CallState, Envelope, EventKind, Latency, Prompts, Usage};

/// Sums over the whole house.
#[derive(Debug, Clone, Default)]
pub(super) struct Whole {
    /// Calls that were accepted.
    pub(super) calls: usize,
    /// Calls for a model that ended, in whatever way but by their owner's wish.
    pub(super) finished: usize,
    /// Those of them that failed, timed out or were interrupted.
    pub(super) failed: usize,
    /// Tokens of input and output.
    pub(super) tokens: u64,
    pub(super) prompts: Prompts,
    /// What is kept of answers is not known here.
    pub(super) cache: CacheUse,
    took: [u64; BOUNDS_MS.len() + 1],
}

impl Whole {
    /// The sum of a window.
    pub(super) fn of(window: &Window<Self>, now: Tick) -> Self {
        let mut sum = Self::default();
        window.live(now).for_each(|slice| sum.merge(slice));
        sum
    }

    pub(super) fn event(&mut self, kind: &EventKind) {
        match kind {
            EventKind::Accepted { .. } => self.calls += 1,
            EventKind::Sent { joined: true, .. } => self.cache.joins += 1,
            EventKind::Sent { reused: true, .. } => self.cache.hits += 1,
            EventKind::Sent { attempt, size, .. } => {
                // Another try is another request, but not another question.
                self.cache.misses += u64::from(*attempt == 1);
                self.prompts.requests += 1;
                if let Some(size) = size {
                    let fills = size.tokens.saturating_mul(100) / size.window.max(1);
                    self.prompts.bytes += size.bytes as u64;
                    self.prompts.tokens += size.tokens;
                    self.prompts.fullest_percent = self.prompts.fullest_percent.max(fills);
                }
            }
            _ => {}
        }
    }

    pub(super) fn finished(&mut self, envelope: &Envelope) {
        let took = envelope.timing.total_ms;
        let place = BOUNDS_MS.iter().position(|bound| took <= *bound).unwrap_or(BOUNDS_MS.len());
        self.took[place] += 1;
        // A call that was refused before anything was sent says something about its caller, not about the house.
        let asked = !envelope.model.tried.is_empty();
        self.finished += usize::from(asked && envelope.state != CallState::Cancelled);
        self.failed += usize::from(asked && has_failed(envelope.state));
    }

    /// A request to a provider is over.
    pub(super) fn spent(&mut self, usage: Usage) {
        self.tokens += usage.input.unwrap_or_default() + usage.output.unwrap_or_default();
    }

    /// How long calls took.
    pub(super) fn latency(&self) -> Latency {
        Latency { buckets_ms: BOUNDS_MS.to_vec(), counts: self.took.to_vec() }
    }

    fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.finished += other.finished;
        self.failed += other.failed;
        self.tokens += other.tokens;
        self.prompts.requests += other.prompts.requests;
        self.prompts.bytes += other.prompts.bytes;
        self.prompts.tokens += other.prompts.tokens;
        self.prompts.fullest_percent = self.prompts.fullest_percent.max(other.prompts.fullest_percent);
        self.cache.hits += other.cache.hits;
        self.cache.misses += other.cache.misses;
        self.cache.joins += other.cache.joins;
        for (mine, its) in self.took.iter_mut().zip(&other.took) {
            *mine += its;
        }
    }
}

/// Whether a call ended as nobody wished.
pub(super) fn has_failed(state: CallState) -> bool {
    matches!(state, CallState::Failed | CallState::TimedOut | CallState::Interrupted)
}
