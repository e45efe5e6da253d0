//! The outline of a file without its grammar: words and indentation of its lines. Good enough to find places, no more.

use super::bounds::{
    MAX_IMPORTS, MAX_LINE_BYTES, MAX_NAME_BYTES, MAX_REFERENCES, MAX_SCOPES, MAX_SYMBOLS, MAX_TESTED_NAMES,
};
use super::facts::{How, Import, Outline, Reference, ReferenceKind, Symbol, SymbolKind};
use super::lines::{Lines, cut, on_one_line};
use super::receiver::receiver;
use super::test_code::is_test_path;
use super::word::{first_word, is_word_byte, places};

/// What a line that defines something has before the name.
const KEYWORDS: &[(&str, SymbolKind)] = &[
    ("class", SymbolKind::Class),
    ("def", SymbolKind::Function),
    ("defp", SymbolKind::Function),
    ("enum", SymbolKind::Enum),
    ("fn", SymbolKind::Function),
    ("fun", SymbolKind::Function),
    ("func", SymbolKind::Function),
    ("function", SymbolKind::Function),
    ("interface", SymbolKind::Interface),
    ("macro", SymbolKind::Macro),
    ("module", SymbolKind::Module),
    ("namespace", SymbolKind::Module),
    ("object", SymbolKind::Class),
    ("proc", SymbolKind::Function),
    ("protocol", SymbolKind::Interface),
    ("record", SymbolKind::Struct),
    ("struct", SymbolKind::Struct),
    ("sub", SymbolKind::Function),
    ("trait", SymbolKind::Interface),
];
/// What may stand before such a keyword.
#[rustfmt::skip]
const MODIFIERS: &[&str] = &[
    "abstract", "async", "case", "const", "data", "export", "extern", "final", "inline", "internal", "local", "open",
    "override", "partial", "private", "protected", "pub", "public", "sealed", "static", "suspend", "unsafe", "virtual",
];
/// What a line that brings names in begins with.
const IMPORTS: &[&str] = &[
    "#include",
    "from",
    "import",
    "include",
    "load",
    "require",
    "require_once",
    "require_relative",
    "source",
    "use",
    "using",
];
/// What a line that is only a comment begins with.
const COMMENTS: &[&str] = &["//", "# ", "#!", "--", "/*", "*", ";", "%", "'"];
/// What is followed by a parenthesis and is no call.
#[rustfmt::skip]
const NO_CALLS: &[&str] = &[
    "and", "case", "catch", "elif", "elseif", "elsif", "for", "foreach", "if", "in", "match", "not", "or", "return",
    "sizeof", "switch", "unless", "until", "when", "while",
];

/// The outline of `text` by its words; with every use of the name that is `watched`.
pub(super) fn outline(path: &str, text: &str, how: How, watched: Option<&str>) -> Outline {
    let outline = Outline {
        path: path.to_owned(),
        how,
        is_test: is_test_path(path),
        symbols: Vec::new(),
        references: Vec::new(),
        imports: Vec::new(),
        tested_names: std::collections::BTreeSet::new(),
        left_out: None,
    };
    let mut search = Search { lines: Lines::of(text), watched, open: Vec::new(), outline };
    let last = text.lines().count();
    for number in 1..=last {
        search.line(number);
    }
    search.close(0, last, "");
    search.outline
}

/// A definition that may go on.
struct Open {
    indent: usize,
    symbol: usize,
}

struct Search<'a> {
    lines: Lines<'a>,
    watched: Option<&'a str>,
    open: Vec<Open>,
    outline: Outline,
}

impl Search<'_> {
    fn line(&mut self, number: usize) {
        let line = self.lines.line(number);
        let code = line.trim();
        if code.is_empty() || line.len() > MAX_LINE_BYTES || COMMENTS.iter().any(|mark| code.starts_with(mark)) {
            return;
        }
        let indent = line.len() - line.trim_start().len();
        self.close(indent, number - 1, code);
        let is_import = IMPORTS.contains(&code.split([' ', '(', '<', '"']).next().unwrap_or_default());
        if is_import && self.outline.imports.len() < MAX_IMPORTS {
            let path = self.outline.path.clone();
            return self.outline.imports.push(Import { path, line: number, text: cut(code).into_owned() });
        }
        let name_at = definition(code).map(|(kind, name)| self.define(kind, name, number, indent, code));
        self.uses(line, number, name_at);
    }

    /// Ends the definitions that a line with so much `indent` is not part of; a closing word still is.
    fn close(&mut self, indent: usize, before: usize, code: &str) {
        let closes = code.starts_with(['}', ')', ']']) || first_word(code).0 == "end";
        while let Some(open) = self.open.pop_if(|open| open.indent >= indent) {
            let is_closed_here = closes && open.indent == indent;
            if let Some(symbol) = self.outline.symbols.get_mut(open.symbol) {
                symbol.end_line = before + usize::from(is_closed_here);
            }
        }
    }

    /// Notes a definition; gives its name.
    fn define<'n>(&mut self, kind: SymbolKind, name: &'n str, line: usize, indent: usize, code: &str) -> &'n str {
        if self.outline.symbols.len() >= MAX_SYMBOLS {
            self.outline.left_out.get_or_insert_with(|| format!("more than {MAX_SYMBOLS} definitions"));
            return name;
        }
        let outer = self.open.last().and_then(|open| self.outline.symbols.get(open.symbol));
        let is_member = outer.is_some_and(|outer| outer.kind.is_type());
        let container = outer.map(Symbol::qualified_name);
        let kind = if kind == SymbolKind::Function && is_member { SymbolKind::Method } else { kind };
        if self.open.len() < MAX_SCOPES {
            self.open.push(Open { indent, symbol: self.outline.symbols.len() });
        }
        self.outline.symbols.push(Symbol {
            name: name.to_owned(),
            kind,
            path: self.outline.path.clone(),
            line,
            end_line: line,
            signature: on_one_line(code.trim_end_matches(['{', ' '])),
            container,
            is_public: false,
            is_documented: false,
            is_test: self.outline.is_test,
        });
        name
    }

    /// Notes what a line calls, and where it has the watched name.
    fn uses(&mut self, line: &str, number: usize, defined: Option<&str>) {
        let bytes = line.as_bytes();
        let mut at = 0;
        let mut called = Vec::new();
        while let Some(start) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| is_word_byte(byte))) {
            let start = at + start;
            let (name, after) = first_word(line.get(start..).unwrap_or_default());
            at = start + name.len().max(1);
            if self.outline.is_test && self.outline.tested_names.len() < MAX_TESTED_NAMES {
                self.outline.tested_names.insert(name.to_owned());
            }
            let is_name = name.starts_with(|first: char| !first.is_ascii_digit()) && name.len() <= MAX_NAME_BYTES;
            if is_name && after.starts_with('(') && !NO_CALLS.contains(&name) && defined != Some(name) {
                called.push(start);
                self.refer(name, ReferenceKind::Call, line, start, number);
            }
        }
        let Some(watched) = self.watched.filter(|watched| defined != Some(*watched)) else { return };
        for start in places(line, watched).filter(|start| !called.contains(start)) {
            self.refer(watched, ReferenceKind::Mention, line, start, number);
        }
    }

    fn refer(&mut self, name: &str, kind: ReferenceKind, line: &str, start: usize, number: usize) {
        if self.outline.references.len() >= MAX_REFERENCES {
            self.outline.left_out.get_or_insert_with(|| format!("more than {MAX_REFERENCES} calls"));
            return;
        }
        let (receiver, is_path) = receiver(line.get(..start).unwrap_or_default());
        let from = self.open.last().and_then(|open| self.outline.symbols.get(open.symbol));
        self.outline.references.push(Reference {
            name: name.to_owned(),
            kind,
            receiver,
            is_path,
            path: self.outline.path.clone(),
            line: number,
            text: self.lines.shown(number),
            from: from.map(Symbol::qualified_name),
            is_test: self.outline.is_test,
        });
    }
}

/// What a line defines, if it does.
fn definition(code: &str) -> Option<(SymbolKind, &str)> {
    let mut rest = code;
    for _ in 0..6 {
        let (word, after) = first_word(rest);
        rest = after.trim_start();
        if let Some((_, kind)) = KEYWORDS.iter().find(|(keyword, _)| *keyword == word) {
            return defined_name(rest).map(|name| (*kind, name));
        }
        if !MODIFIERS.contains(&word) {
            return None;
        }
    }
    None
}

/// The name that follows: of `self.name` and `Type:name` the last.
fn defined_name(rest: &str) -> Option<&str> {
    let end = rest.find(|letter: char| !(letter.is_alphanumeric() || "_$.:?!".contains(letter))).unwrap_or(rest.len());
    let names = rest.get(..end)?.trim_end_matches([':', '.']);
    let name = names.rsplit(['.', ':']).next().unwrap_or(names).trim_end_matches(['?', '!']);
    let is_name = name.starts_with(|first: char| first.is_alphabetic() || first == '_') && name.len() <= MAX_NAME_BYTES;
    is_name.then_some(name)
}
