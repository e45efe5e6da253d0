//! What was replaced so far: the same secret gets the same placeholder, and no secret is kept.
//!
//! A secret is remembered by two keyed hashes, whose random keys live as long as the vault, and by its length.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::hash::BuildHasher;

use super::pem;

/// Shorter secrets are not looked for outside the place that gave them away: they may be words.
const LEAST_KNOWN: usize = 8;
/// Longer secrets are keys in armour, which give themselves away.
const LONGEST_KNOWN: usize = 256;
/// A look at so many bytes settles most places.
const BEGINNING: usize = 4;

/// Placeholders by secret, for one call.
#[derive(Default)]
pub struct Vault {
    keys: [RandomState; 2],
    known: HashMap<[u64; 2], Placeholder>,
    /// Lengths of the secrets that are looked for.
    lengths: BTreeSet<usize>,
    /// Keyed hashes of their beginnings.
    beginnings: BTreeSet<u64>,
    counts: BTreeMap<&'static str, u32>,
}

/// What stands in place of a secret: `<SECRET aws-key #1>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placeholder {
    pub(super) kind: &'static str,
    number: u32,
}

/// How many different secrets of one kind were replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Such as `aws-key`.
    pub kind: &'static str,
    /// Different secrets.
    pub count: u32,
}

impl Vault {
    /// What was replaced, by kind.
    pub fn found(&self) -> Vec<Found> {
        self.counts.iter().map(|(&kind, &count)| Found { kind, count }).collect()
    }

    /// What was replaced, in a sentence; `None` when nothing was.
    pub fn warning(&self) -> Option<String> {
        let total: u32 = self.counts.values().sum();
        let what = match total {
            0 => return None,
            1 => "1 secret was".to_owned(),
            more => format!("{more} secrets were"),
        };
        let kinds: Vec<_> = self.counts.iter().map(|(kind, count)| format!("{kind} ×{count}")).collect();
        Some(format!("{what} replaced before anything was sent or kept: {}", kinds.join(", ")))
    }

    /// The placeholder of `secret`, a new one if it was never seen.
    pub(super) fn replace(&mut self, kind: &'static str, secret: &str) -> Placeholder {
        let hash = self.hash(&pem::identity(kind, secret));
        if let Some(placeholder) = self.known.get(&hash) {
            return *placeholder;
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let placeholder = Placeholder { kind, number: *count };
        if (LEAST_KNOWN..=LONGEST_KNOWN).contains(&secret.len()) {
            self.beginnings.insert(self.keys[0].hash_one(&secret.as_bytes()[..BEGINNING]));
            self.lengths.insert(secret.len());
        }
        self.known.insert(hash, placeholder);
        placeholder
    }

    /// The kind of a text that was replaced elsewhere.
    pub(super) fn kind_of(&self, text: &str) -> Option<&'static str> {
        self.known.get(&self.hash(text)).map(|placeholder| placeholder.kind)
    }

    /// Whether a secret that was replaced may begin here.
    pub(super) fn may_begin(&self, bytes: &[u8]) -> bool {
        bytes.get(..BEGINNING).is_some_and(|beginning| self.beginnings.contains(&self.keys[0].hash_one(beginning)))
    }

    /// Lengths that are worth a look.
    pub(super) fn lengths(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.lengths.iter().copied()
    }

    /// Whether nothing was replaced that could turn up elsewhere.
    pub(super) fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    fn hash(&self, secret: &str) -> [u64; 2] {
        [self.keys[0].hash_one(secret), self.keys[1].hash_one(secret)]
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vault").field(&self.counts).finish()
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<SECRET {} #{}>", self.kind, self.number)
    }
}
