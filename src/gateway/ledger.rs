//! What a call took: models, tokens, money, time. Kept while it happens, so that a call that is cut short
//! does not forget what it has spent.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Route;
use crate::protocol::{Cost, ModelUse, Nanodollars, Tried, Usage};
use crate::providers::Model;

/// The books of one call.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Books>);

#[derive(Debug, Default)]
struct Books {
    /// In the order in which they were asked.
    questions: Vec<Question>,
    attempts: Vec<Entry>,
    queued: Duration,
    reused: bool,
    joined: bool,
    turned_away: bool,
}

/// One question of the call.
#[derive(Debug)]
struct Question {
    requested: String,
    reason: String,
    used: Option<String>,
}

/// One request of the call.
#[derive(Debug)]
struct Entry {
    provider: String,
    model: String,
    begun: Instant,
    end: Option<End>,
}

#[derive(Debug)]
struct End {
    outcome: String,
    took: Duration,
    usage: Usage,
    cost: Option<Nanodollars>,
}

/// The books of one call, summed up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Account {
    /// Which models.
    pub model: ModelUse,
    /// Tokens of this call's own requests.
    pub usage: Usage,
    /// Money of this call's own requests.
    pub cost: Cost,
    /// Time spent waiting for permits.
    pub queued: Duration,
    /// Time spent with providers.
    pub with_provider: Duration,
    /// Answered from the store, without a request of its own.
    pub reused: bool,
    /// Answered by another call's request, without one of its own.
    pub joined: bool,
    /// Found no room in a storm of callers, and has asked nothing.
    pub turned_away: bool,
}

impl Ledger {
    /// Sums up. A request without an end is one that the call walked away from: what it cost is not known.
    pub fn account(&self) -> Account {
        let books = self.books();
        let tried = |entry: &Entry| Tried {
            provider: entry.provider.clone(),
            model: entry.model.clone(),
            outcome: entry.end.as_ref().map_or_else(|| "cancelled".to_owned(), |end| end.outcome.clone()),
        };
        let ends = || books.attempts.iter().map(|entry| entry.end.as_ref());
        let nanos = ends().map(|end| end.and_then(|end| end.cost)).sum::<Option<Nanodollars>>();
        Account {
            model: ModelUse {
                requested: joined(", ", books.questions.iter().map(|question| &question.requested)),
                used: joined(", ", books.questions.iter().filter_map(|question| question.used.as_ref())),
                reason: joined("; ", books.questions.iter().map(|question| &question.reason)),
                tried: books.attempts.iter().map(tried).collect(),
            },
            usage: ends().flatten().fold(Usage::default(), |sum, end| sum.plus(end.usage)),
            cost: Cost::from_nanos(nanos),
            queued: books.queued,
            with_provider: books
                .attempts
                .iter()
                .map(|entry| entry.end.as_ref().map_or_else(|| entry.begun.elapsed(), |end| end.took))
                .sum(),
            reused: books.reused && books.attempts.is_empty(),
            joined: books.joined && books.attempts.is_empty(),
            turned_away: books.turned_away && books.questions.is_empty(),
        }
    }

    /// A question is asked of `route`; returns its place in the books.
    pub(super) fn asked(&self, route: &Route) -> usize {
        let mut books = self.books();
        let (requested, reason) = (route.requested.clone(), route.reason.clone());
        books.questions.push(Question { requested, reason, used: None });
        books.questions.len() - 1
    }

    /// Nothing was asked, for want of room.
    pub(super) fn turned_away(&self) {
        self.books().turned_away = true;
    }

    /// `model` answered the question at `place`.
    pub(super) fn answered(&self, place: usize, model: &Model) {
        if let Some(question) = self.books().questions.get_mut(place) {
            question.used = Some(model.to_string());
        }
    }

    /// The answer came from the store.
    pub(super) fn reused(&self) {
        self.books().reused = true;
    }

    /// Another call's request answers.
    pub(super) fn joined(&self) {
        self.books().joined = true;
    }

    /// Time was spent waiting for a permit.
    pub(super) fn queued(&self, waited: Duration) {
        self.books().queued += waited;
    }

    /// A request is about to leave; returns its place in the books.
    pub(super) fn begin(&self, model: &Model) -> usize {
        let mut books = self.books();
        books.attempts.push(Entry {
            provider: model.provider.to_string(),
            model: model.to_string(),
            begun: Instant::now(),
            end: None,
        });
        books.attempts.len() - 1
    }

    /// The request at `place` is over; it ends once.
    pub(super) fn end(&self, place: usize, outcome: &str, usage: Usage, cost: Option<Nanodollars>) {
        if let Some(entry) = self.books().attempts.get_mut(place).filter(|entry| entry.end.is_none()) {
            let took = entry.begun.elapsed();
            entry.end = Some(End { outcome: outcome.to_owned(), took, usage, cost });
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was said of several questions, each thing once; `None` when nothing was.
fn joined<'a>(separator: &str, said: impl Iterator<Item = &'a String>) -> Option<String> {
    let mut once: Vec<&str> = Vec::new();
    for word in said {
        if !once.contains(&word.as_str()) {
            once.push(word);
        }
    }
    (!once.is_empty()).then(|| once.join(separator))
}
