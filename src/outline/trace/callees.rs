//! What a definition calls, and where that is defined.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use super::definitions::{Definitions, modules_of};
use super::reach::{SELF, calls_own_methods_bare, directory};
use super::types::type_of;
use super::{Callee, Looked};
use crate::outline::code::{Stop, outline};
use crate::outline::facts::{Outline, Reference, ReferenceKind, Symbol, SymbolKind};
use crate::outline::language::{Language, family_of};
use crate::outline::word::{is_whole, last_word};

/// How many different names one trace follows.
const MAX_CALLEES: usize = 300;
/// How many definitions are named for one callee.
const MAX_DEFINITIONS: usize = 3;
/// What stands before the name in a definition.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "class", "const", "def", "define", "enum", "fn", "fun", "func", "function", "interface", "let", "macro_rules!",
    "module", "struct", "sub", "trait", "type", "var",
];
/// What stands before the name in a statement that calls it.
#[rustfmt::skip]
const STATEMENTS: &[&str] = &[
    "and", "await", "case", "delete", "else", "in", "new", "not", "or", "return", "throw", "typeof", "yield",
];
/// What one definition may have before its name and a call may not.
const MODIFIERS: &[&str] = &["async", "static", "get", "set", "public", "private", "protected", "override", "~"];

/// One call inside of a meant definition.
struct Call<'a> {
    reference: &'a Reference,
    outline: &'a Outline,
    text: &'a str,
    /// The lines of this and all like it.
    lines: Vec<usize>,
}

/// What the meant definitions call, in their order, looked up in all files.
pub(super) fn of(definitions: &Definitions, files: &[Looked], stop: &dyn Stop) -> Vec<Callee> {
    let calls = calls(definitions, files);
    let names: BTreeSet<&str> = calls.iter().map(|call| call.reference.name.as_str()).collect();
    let known = symbols(&names, files, stop);
    let callees = calls.into_iter().map(|call| Callee {
        definitions: fitting(&call, definitions, &known),
        name: call.reference.name.clone(),
        receiver: call.reference.receiver.clone(),
        path: call.reference.path.clone(),
        lines: call.lines,
    });
    callees.collect()
}

/// The calls inside of the definitions: each name once for what it is called on.
fn calls<'a>(definitions: &Definitions, files: &'a [Looked]) -> Vec<Call<'a>> {
    let mut calls: Vec<Call<'a>> = Vec::new();
    let mut places: BTreeMap<(&str, Option<&str>, &str), usize> = BTreeMap::new();
    for definition in definitions.meant.iter().filter(|definition| definition.kind.is_callable()) {
        let Some(file) = files.iter().find(|file| file.path == definition.path) else { continue };
        let Some(outline) = &file.outline else { continue };
        let inside = outline.references.iter().filter(|reference| {
            reference.kind == ReferenceKind::Call && (definition.line..=definition.end_line).contains(&reference.line)
        });
        for reference in inside {
            let key = (reference.name.as_str(), reference.receiver.as_deref(), reference.path.as_str());
            if let Some(call) = places.get(&key).and_then(|&at| calls.get_mut(at)) {
                call.lines.push(reference.line);
            } else if calls.len() < MAX_CALLEES {
                places.insert(key, calls.len());
                calls.push(Call { reference, outline, text: &file.text, lines: vec![reference.line] });
            }
        }
    }
    calls
}

/// All that has one of `names` in the files; only files that look as if they define one are read with a grammar.
fn symbols(names: &BTreeSet<&str>, files: &[Looked], stop: &dyn Stop) -> Vec<Symbol> {
    let Ok(finder) = AhoCorasick::new(names) else { return Vec::new() };
    let mut symbols = Vec::new();
    for file in files {
        if stop.is_stopped() {
            break;
        }
        let mut take = |outline: &Outline| {
            let wanted = |symbol: &&Symbol| names.contains(symbol.name.as_str()) && is_callee(symbol.kind);
            symbols.extend(outline.symbols.iter().filter(wanted).cloned());
        };
        match &file.outline {
            Some(outline) => take(outline),
            None if defines_any(&finder, &file.text) => take(&outline(&file.path, &file.text, None, stop)),
            None => {}
        }
    }
    symbols
}

fn is_callee(kind: SymbolKind) -> bool {
    kind.is_callable() || kind.is_type()
}

/// Whether a text looks as if it defined one of the names that `finder` knows.
fn defines_any(finder: &AhoCorasick, text: &str) -> bool {
    let bytes = text.as_bytes();
    let places = finder.find_overlapping_iter(text).map(|found| (found.start(), found.end()));
    places.filter(|&(start, end)| is_whole(bytes, start, end)).any(|(start, end)| {
        let line_start = memchr::memrchr(b'\n', &bytes[..start]).map_or(0, |at| at + 1);
        let line_end = memchr::memchr(b'\n', &bytes[end..]).map_or(text.len(), |at| end + at);
        let (before, after) = (text.get(line_start..start), text.get(end..line_end));
        before.zip(after).is_some_and(|(before, after)| looks_defined(before, after))
    })
}

/// Whether a name between `before` and `after` on its line may be defined there; yes rather than no.
fn looks_defined(before: &str, after: &str) -> bool {
    let (trimmed, line_end) = (before.trim(), after.trim_end());
    let previous = trimmed.rsplit(char::is_whitespace).next().unwrap_or_default();
    if KEYWORDS.contains(&previous) || trimmed.starts_with("func ") {
        return true;
    }
    if after.trim_start().starts_with([':', '=']) {
        return after.contains("=>") || after.contains("function");
    }
    if !after.trim_start().starts_with(['(', '<']) {
        return false;
    }
    let (_, word) = last_word(trimmed);
    let is_typed = !word.is_empty() || trimmed.ends_with(['*', '&', '>', ']', ':']);
    if trimmed.is_empty() || MODIFIERS.contains(&previous) {
        return before.is_empty() || line_end.ends_with(['{', ',', '(']);
    }
    is_typed && !STATEMENTS.contains(&word)
}

/// The definitions that a call can mean; none where several types have it and nothing tells which is called.
fn fitting(call: &Call<'_>, definitions: &Definitions, known: &[Symbol]) -> Vec<Symbol> {
    let named: Vec<&Symbol> = known.iter().filter(|symbol| symbol.name == call.reference.name).collect();
    let (methods, free): (Vec<&Symbol>, Vec<&Symbol>) =
        named.into_iter().partition(|symbol| symbol.kind == SymbolKind::Method);
    let of = |owner: &str| -> Vec<&Symbol> {
        let of_owner = methods.iter().copied().filter(|symbol| symbol.owner() == Some(owner)).collect();
        nearest(of_owner, &call.reference.path)
    };
    let own: Vec<&str> = definitions.owners().collect();
    let fitting = match call.reference.receiver.as_deref() {
        None => {
            let is_mine = |symbol: &&Symbol| symbol.owner().is_some_and(|owner| own.contains(&owner));
            let is_implicit = calls_own_methods_bare(Language::of_path(&call.reference.path));
            let mine: Vec<&Symbol> = methods.iter().copied().filter(|symbol| is_implicit && is_mine(symbol)).collect();
            if mine.is_empty() { nearest(free, &call.reference.path) } else { mine }
        }
        Some(receiver) if SELF.contains(&receiver) => {
            match own.iter().map(|owner| of(owner)).find(|found| !found.is_empty()) {
                Some(found) => found,
                None => alone(methods),
            }
        }
        Some(receiver) if receiver.starts_with(char::is_uppercase) => of(receiver),
        Some(receiver) => {
            let in_module: Vec<&Symbol> = free.into_iter().filter(|symbol| is_in_module(symbol, receiver)).collect();
            let owners: Vec<&str> = methods.iter().filter_map(|symbol| symbol.owner()).collect();
            let declared = || type_of(receiver, call.reference.line, call.outline, call.text, &owners);
            match in_module.is_empty() {
                false => in_module,
                true if call.reference.is_path => Vec::new(),
                true => declared().map_or_else(Vec::new, of),
            }
        }
    };
    fitting.into_iter().take(MAX_DEFINITIONS).cloned().collect()
}

fn is_in_module(symbol: &Symbol, module: &str) -> bool {
    symbol.owner() == Some(module) || modules_of(&symbol.path).any(|name| name == module)
}

/// All of them, when they belong to one type.
fn alone(symbols: Vec<&Symbol>) -> Vec<&Symbol> {
    let owners: BTreeSet<Option<&str>> = symbols.iter().map(|symbol| symbol.owner()).collect();
    if owners.len() == 1 { symbols } else { Vec::new() }
}

/// Those of the same file, else of the same directory, else all that are no tests, else all.
fn nearest<'a>(symbols: Vec<&'a Symbol>, path: &str) -> Vec<&'a Symbol> {
    let family = family_of(path);
    let symbols: Vec<&Symbol> = symbols.into_iter().filter(|symbol| family_of(&symbol.path) == family).collect();
    let is_here = |symbol: &&Symbol| symbol.path == path;
    let is_beside = |symbol: &&Symbol| directory(&symbol.path) == directory(path);
    let is_code = |symbol: &&Symbol| !symbol.is_test;
    let filters: [&dyn Fn(&&Symbol) -> bool; 4] = [&is_here, &is_beside, &is_code, &|_| true];
    let mut found =
        filters.iter().map(|filter| symbols.iter().copied().filter(|symbol| filter(symbol)).collect::<Vec<_>>());
    found.find(|found| !found.is_empty()).unwrap_or_default()
}
