//! Finds secrets: one pass of an automaton over the text for all words that give a secret away, and a look around
//! each of them. The looks are bounded, so the time is linear in the text.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};

use super::name::WORDS;
use super::table::{Runs, TOKENS};
use super::vault::Vault;
use super::{assignment, authorization, pem, token, url};

/// A secret in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: &'static str,
}

/// What the automaton looks for.
#[derive(Debug, Clone, Copy)]
enum Trigger {
    /// Begins a token, by its place in the table.
    Token(usize),
    /// Is part of a name, by its place in the table.
    Word(usize),
    Armour,
    Putty,
    Url,
    Jwt,
    Bearer,
    Basic,
    Telegram,
    AzureClient,
}

const OTHERS: [(&str, Trigger); 8] = [
    ("BEGIN ", Trigger::Armour),
    ("Private-Lines:", Trigger::Putty),
    ("://", Trigger::Url),
    ("eyJ", Trigger::Jwt),
    ("Bearer ", Trigger::Bearer),
    ("Basic ", Trigger::Basic),
    (":AA", Trigger::Telegram),
    ("Q~", Trigger::AzureClient),
];

/// So many bytes are looked through before the faster automaton is worth its making, which takes three times as long as the light one.
const WORTHWHILE: usize = 256 * 1024;

/// The automaton, in the form that is made quickly and in the one that is quick; both find the same.
#[derive(Debug)]
pub(super) struct Scanner {
    light: AhoCorasick,
    /// Made when enough has been `seen`: a command looks at one question, a daemon at many.
    fast: OnceLock<Option<AhoCorasick>>,
    seen: AtomicUsize,
    triggers: Vec<Trigger>,
}

impl Span {
    pub(super) fn new(start: usize, end: usize, kind: &'static str) -> Self {
        Self { start, end, kind }
    }
}

/// What is looked for.
fn patterns() -> impl Iterator<Item = (&'static str, Trigger)> {
    let tokens = TOKENS.iter().enumerate().map(|(index, token)| (token.prefix, Trigger::Token(index)));
    let words = WORDS.iter().enumerate().map(|(index, word)| (word.text, Trigger::Word(index)));
    tokens.chain(words).chain(OTHERS)
}

fn automaton(kind: AhoCorasickKind) -> Result<AhoCorasick, BuildError> {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(kind))
        .build(patterns().map(|(pattern, _)| pattern))
}

impl Scanner {
    pub(super) fn new() -> Result<Self, BuildError> {
        let triggers = patterns().map(|(_, trigger)| trigger).collect();
        let light = automaton(AhoCorasickKind::ContiguousNFA)?;
        Ok(Self { light, fast: OnceLock::new(), seen: AtomicUsize::new(0), triggers })
    }

    /// The automaton for `more` bytes.
    fn automaton(&self, more: usize) -> &AhoCorasick {
        if self.seen.load(Ordering::Relaxed).saturating_add(more) < WORTHWHILE {
            self.seen.fetch_add(more, Ordering::Relaxed);
            return &self.light;
        }
        self.fast.get_or_init(|| automaton(AhoCorasickKind::DFA).ok()).as_ref().unwrap_or(&self.light)
    }

    /// Whether a name has a word in it that may make its value a secret; most have none.
    pub(super) fn is_telling(&self, name: &str) -> bool {
        let mut hits = self.automaton(name.len()).find_overlapping_iter(name);
        hits.any(|hit| matches!(self.triggers[hit.pattern()], Trigger::Word(_)))
    }

    /// The secrets of `text` in order, none overlapping another.
    pub(super) fn spans(&self, text: &str, vault: &Vault) -> Vec<Span> {
        let mut search = Search { text, runs: Runs::default(), assigned: 0 };
        let hits = self.automaton(text.len()).find_overlapping_iter(text);
        let mut spans: Vec<Span> =
            hits.filter_map(|hit| search.look(self.triggers[hit.pattern()], hit.start(), hit.len())).collect();
        spans.extend(memchr::memchr_iter(b'.', text.as_bytes()).filter_map(|dot| token::dotted(text, dot)));
        if !vault.is_empty() {
            spans.extend(known(text, vault));
        }
        merge(spans)
    }
}

/// One pass over a text, with what it has measured already.
struct Search<'a> {
    text: &'a str,
    runs: Runs,
    /// Where the last secret ends that was assigned to a name; names inside of it are chance.
    assigned: usize,
}

impl Search<'_> {
    fn look(&mut self, trigger: Trigger, at: usize, length: usize) -> Option<Span> {
        let text = self.text;
        match trigger {
            Trigger::Token(index) => token::prefixed(text, at, &TOKENS[index], &mut self.runs),
            Trigger::Word(_) if at < self.assigned => None,
            Trigger::Word(index) => {
                let span = assignment::assigned(text, at, &WORDS[index])?;
                self.assigned = self.assigned.max(span.end);
                Some(span)
            }
            Trigger::Armour => pem::armoured(text, at),
            Trigger::Putty => pem::putty(text, at),
            Trigger::Url => url::password(text, at),
            Trigger::Jwt => token::jwt(text, at, &mut self.runs),
            Trigger::Bearer => authorization::bearer(text, at, length),
            Trigger::Basic => authorization::basic(text, at, length),
            Trigger::Telegram => token::telegram(text, at),
            Trigger::AzureClient => token::azure_client(text, at),
        }
    }
}

/// Secrets that were found elsewhere, wherever they stand between other than letters and digits.
fn known(text: &str, vault: &Vault) -> Vec<Span> {
    let bytes = text.as_bytes();
    let is_edge = |at: usize| {
        let is_part = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        !(at > 0 && is_part(bytes.get(at - 1)) && is_part(bytes.get(at)))
    };
    let mut spans = Vec::new();
    let may_begin = |at: &usize| is_edge(*at) && vault.may_begin(&bytes[*at..]);
    for start in (0..bytes.len()).filter(may_begin) {
        let found = vault.lengths().rev().filter(|length| is_edge(start + length)).find_map(|length| {
            let kind = vault.kind_of(text.get(start..start + length)?)?;
            Some(Span::new(start, start + length, kind))
        });
        spans.extend(found);
    }
    spans
}

/// Makes one of those that overlap. What is recognized by itself names it, not what it is assigned to.
fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end), rank(span.kind), span.kind));
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => {
                last.end = last.end.max(span.end);
                if rank(span.kind) < rank(last.kind) {
                    last.kind = span.kind;
                }
            }
            _ => merged.push(span),
        }
    }
    merged
}

fn rank(kind: &str) -> u8 {
    match kind {
        "private-key" => 0,
        "model-key" => 2,
        "authorization" | "url-password" => 3,
        "password" | "secret" | "token" | "api-key" => 4,
        _ => 1,
    }
}
