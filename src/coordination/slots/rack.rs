//! What this process knows of the slots of one name: which it holds, which may be free, which another process held.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

/// The slots of one name. Each one that was ever tried is held here, may be free, or was held by another process then.
#[derive(Debug, Default)]
pub(super) struct Rack {
    files: BTreeMap<usize, File>,
    held: BTreeSet<usize>,
    free: BTreeSet<usize>,
    others: Vec<usize>,
    /// The first slot that was never tried.
    known: usize,
}

impl Rack {
    /// How many slots were tried at some time.
    pub(super) fn known(&self) -> usize {
        self.known
    }

    /// What others held may be free by now.
    pub(super) fn forget_others(&mut self) {
        self.free.extend(self.others.drain(..));
    }

    /// The first slot below `limit` that may be free. Lowest first: so few files are made, and processes with unequal
    /// limits meet in the slots they share.
    pub(super) fn next_free(&self, limit: usize) -> Option<usize> {
        let index = self.free.first().copied().unwrap_or(self.known);
        (index < limit).then_some(index)
    }

    pub(super) fn hold(&mut self, index: usize) {
        self.tried(index);
        self.held.insert(index);
    }

    pub(super) fn held_by_another(&mut self, index: usize) {
        self.tried(index);
        self.others.push(index);
    }

    fn tried(&mut self, index: usize) {
        self.free.remove(&index);
        self.known = self.known.max(index + 1);
    }

    pub(super) fn give_back(&mut self, index: usize) {
        self.held.remove(&index);
        self.free.insert(index);
    }

    pub(super) fn is_held(&self, index: usize) -> bool {
        self.held.contains(&index)
    }

    pub(super) fn file(&self, index: usize) -> Option<&File> {
        self.files.get(&index)
    }

    pub(super) fn keep(&mut self, index: usize, file: File) -> &File {
        self.files.entry(index).or_insert(file)
    }
}
