//! What is public and has no documentation.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::facts::{How, Outline, Symbol, SymbolKind};
use super::language::Language;
use crate::protocol::Skipped;

/// Public symbols without documentation, as is each language's custom: `///` of Rust, docstrings of Python, `/** */`
/// of Java, JavaScript and TypeScript, a comment right before of Go, the forms of Doxygen of C and C++.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undocumented {
    /// How many public symbols there are outside of test code; modules are not counted.
    pub public: usize,
    /// How many of them are documented.
    pub documented: usize,
    /// The others, in the order of the outlines.
    pub symbols: Vec<Symbol>,
    /// Files of which it can not be said, and why.
    pub not_counted: Vec<Skipped>,
}

impl Undocumented {
    /// How many of `symbols` each file has; files without any are not named.
    pub fn by_file(&self) -> BTreeMap<&str, usize> {
        let mut files = BTreeMap::new();
        for symbol in &self.symbols {
            *files.entry(symbol.path.as_str()).or_default() += 1;
        }
        files
    }
}

/// Counts and lists the public symbols of `outlines` that have no documentation.
pub fn undocumented(outlines: &[Outline]) -> Undocumented {
    let documented_elsewhere: BTreeSet<(Option<&str>, &str)> =
        counted(outlines).filter(|symbol| symbol.is_documented).filter_map(declared).collect();
    let mut once = Once::default();
    let public: Vec<&Symbol> = counted(outlines)
        .filter(|symbol| symbol.is_public && !symbol.is_test && symbol.kind != SymbolKind::Module)
        .filter(|symbol| once.is_first(symbol))
        .collect();
    let is_documented = |symbol: &Symbol| {
        symbol.is_documented || declared(symbol).is_some_and(|declared| documented_elsewhere.contains(&declared))
    };
    let symbols: Vec<Symbol> =
        public.iter().filter(|symbol| !is_documented(symbol)).map(|symbol| (*symbol).clone()).collect();
    Undocumented {
        public: public.len(),
        documented: public.len() - symbols.len(),
        symbols,
        not_counted: not_counted(outlines),
    }
}

/// Files whose grammar was not used: nothing is known of visibility in them.
pub(super) fn not_counted(outlines: &[Outline]) -> Vec<Skipped> {
    let searched = outlines.iter().filter_map(|outline| match &outline.how {
        How::TextSearch { why, .. } => Some(Skipped { path: outline.path.clone(), reason: why.clone() }),
        How::Parsed { .. } => None,
    });
    searched.collect()
}

/// Tells declarations of the same thing apart from things of the same name: a function of C has its prototype too.
#[derive(Debug, Default)]
pub(super) struct Once<'a>(BTreeSet<(Option<&'a str>, &'a str)>);

impl<'a> Once<'a> {
    /// Whether `symbol` was not met before in another place.
    pub(super) fn is_first(&mut self, symbol: &'a Symbol) -> bool {
        declared(symbol).is_none_or(|declared| self.0.insert(declared))
    }
}

fn counted(outlines: &[Outline]) -> impl Iterator<Item = &Symbol> {
    let files = outlines.iter().filter(|outline| !outline.is_test && matches!(outline.how, How::Parsed { .. }));
    files.flat_map(|outline| outline.symbols.iter())
}

/// What names a thing of C and C++ in all its declarations; none in languages that declare once.
fn declared(symbol: &Symbol) -> Option<(Option<&str>, &str)> {
    let language = Language::of_path(&symbol.path)?;
    matches!(language, Language::C | Language::Cpp).then_some((symbol.owner(), symbol.name.as_str()))
}
