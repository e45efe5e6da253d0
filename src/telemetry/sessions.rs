//! What each session did since it began.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::whole::has_failed;
use crate::protocol::{Envelope, Nanodollars};

/// Sessions that are remembered. Who runs the house forgets a session when it ends; this bounds what a mistake there costs.
const MOST: usize = 50_000;
/// A session that did nothing for so long goes first when there are too many.
const IDLE: Duration = Duration::from_hours(2);

/// All sessions that finished a call.
#[derive(Debug, Default)]
pub(super) struct Sessions(HashMap<String, Entry>);

#[derive(Debug)]
struct Entry {
    figures: Sums,
    last: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Sums {
    calls: u64,
    errors: u64,
    tokens: u64,
    cost: Option<Nanodollars>,
}

/// What a session did so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SessionFigures {
    /// Calls that ended.
    pub calls: u64,
    /// Those that failed, timed out or were interrupted.
    pub errors: u64,
    /// Tokens of input and output.
    pub tokens: u64,
    /// US dollars; null when one of its requests has no known price.
    pub cost_usd: Option<f64>,
}

impl Default for SessionFigures {
    fn default() -> Self {
        Self { calls: 0, errors: 0, tokens: 0, cost_usd: Some(0.0) }
    }
}

impl Sessions {
    pub(super) fn finished(&mut self, session: &str, envelope: &Envelope, now: Instant) {
        if !self.0.contains_key(session) {
            if self.0.len() >= MOST {
                self.0.retain(|_, entry| now.duration_since(entry.last) < IDLE);
            }
            if self.0.len() >= MOST {
                return;
            }
            let none = Sums { calls: 0, errors: 0, tokens: 0, cost: Some(0) };
            self.0.insert(session.to_owned(), Entry { figures: none, last: now });
        }
        if let Some(entry) = self.0.get_mut(session) {
            entry.last = now;
            entry.figures.add(envelope);
        }
    }

    pub(super) fn of(&self, session: &str) -> SessionFigures {
        let figures = |entry: &Entry| {
            let Sums { calls, errors, tokens, cost } = entry.figures;
            SessionFigures { calls, errors, tokens, cost_usd: cost.map(|nanos| nanos as f64 / 1e9) }
        };
        self.0.get(session).map(figures).unwrap_or_default()
    }

    pub(super) fn forget(&mut self, session: &str) {
        self.0.remove(session);
    }
}

impl Sums {
    fn add(&mut self, envelope: &Envelope) {
        self.calls += 1;
        self.errors += u64::from(has_failed(envelope.state));
        self.tokens += envelope.usage.input.unwrap_or_default() + envelope.usage.output.unwrap_or_default();
        // A call that asked no model cost nothing, whatever its envelope knows of money.
        let cost = if envelope.model.tried.is_empty() { Some(0) } else { envelope.cost.usd.map(nanos) };
        self.cost = self.cost.zip(cost).map(|(sum, cost)| sum.saturating_add(cost));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a call costs less than nine billion dollars")]
fn nanos(usd: f64) -> Nanodollars {
    (usd * 1e9).round() as Nanodollars
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::testing::answered;

    #[tokio::test(start_paused = true)]
    async fn too_many_sessions_push_out_idle_ones_and_never_busy_ones() {
        let (mut sessions, envelope) = (Sessions::default(), answered("chat"));
        let mut finish = |session: &str| {
            sessions.finished(session, &envelope, Instant::now());
            (sessions.of("0").calls, sessions.of("new").calls, sessions.0.len())
        };
        for number in 0..MOST {
            finish(&number.to_string());
        }
        assert_eq!(finish("new"), (1, 0, MOST), "a busy one was forgotten, or there are too many");
        tokio::time::advance(IDLE).await;
        assert_eq!(finish("new"), (0, 1, 1));
    }
}
