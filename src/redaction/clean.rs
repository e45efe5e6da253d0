//! Texts in which nothing was found a moment ago. A process sees the same ones again and again: its own prompts and words, the
//! names of models, and one text of a call as its argument, in its question, in its conversation and in its result.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};

/// Shorter texts are looked at again as fast; longer ones come once, or are files.
const SIZES: RangeInclusive<usize> = 1..=64 * 1024;
/// How many are known at the most.
const PLACES: usize = 1024;

/// A keyed hash of each, by which it has its place: another text takes it over.
#[derive(Debug)]
pub(super) struct Clean {
    keys: RandomState,
    places: Box<[AtomicU64]>,
}

impl Default for Clean {
    fn default() -> Self {
        Self { keys: RandomState::new(), places: (0..PLACES).map(|_| AtomicU64::new(0)).collect() }
    }
}

impl Clean {
    /// The place of `text`, if it is one to keep in mind.
    pub(super) fn place(&self, text: &str) -> Option<Place<'_>> {
        if !SIZES.contains(&text.len()) {
            return None;
        }
        let hash = self.keys.hash_one(text).max(1);
        Some(Place { place: &self.places[usize::try_from(hash).unwrap_or(0) % PLACES], hash })
    }
}

/// The place of a text.
#[derive(Debug)]
pub(super) struct Place<'a> {
    place: &'a AtomicU64,
    hash: u64,
}

impl Place<'_> {
    /// Whether nothing was found in the text.
    pub(super) fn is_taken(&self) -> bool {
        self.place.load(Ordering::Relaxed) == self.hash
    }

    /// Nothing was found in the text.
    pub(super) fn take(self) {
        self.place.store(self.hash, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_until_another_has_its_place() {
        let clean = Clean::default();
        let is_known = |text: &str| clean.place(text).unwrap().is_taken();
        clean.place("a text").unwrap().take();
        assert!(is_known("a text") && !is_known("another text"));
        (0..100_000).for_each(|number| clean.place(&format!("text {number}")).unwrap().take());
        assert!(!is_known("a text"), "no more are known than there are places");
        assert!(clean.place(&"x".repeat(64 * 1024 + 1)).is_none(), "files are not kept in mind");
    }
}
