//! Reads a file with the grammar of its language, bounded whatever is in it.
//!
//! The tree is walked with a cursor, so that depth costs memory of the heap and not of the stack. What is counted
//! is work, never time: the same text has the same outline on every machine. `Stop` ends it from outside.
//! The parser has no bound of its own: a text that it can not read may cost it seconds and gigabytes for a few
//! kilobytes. So its steps, the errors that it tries to recover from and what it reads are counted, and it is
//! stopped beyond what code costs.

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tree_sitter::{Node, ParseOptions, Parser, Tree};

use super::bounds::{MAX_CONTAINER_BYTES, MAX_IMPORTS, MAX_REFERENCES, MAX_SCOPES, MAX_SYMBOLS, MAX_TESTED_NAMES};
use super::code::Stop;
use super::facts::{Import, Reference, ReferenceKind, Symbol, SymbolKind};
use super::grammar::{self, Around, Attribute, Definition, Meaning, Members, Scope};
use super::language::Language;
use super::lines::{Lines, on_one_line};
use super::receiver::receiver;
use super::word::last_word;

/// How many steps of the parser a byte may cost. Code costs less than one, lists of figures less than three.
const STEPS_PER_BYTE: usize = 4;
/// Steps of the parser between two calls of its callback.
const STEPS_PER_LOOK: usize = 100;
/// How many looks the smallest file may cost.
const LEAST_LOOKS: usize = 200;
/// How many bytes of a file may have one error on average. Recovery from an error costs the more, in time and in
/// memory, the more errors came before: a file that is full of them is not written in the language.
const BYTES_PER_ERROR: usize = 1_000;
/// How many errors the smallest file may have.
const LEAST_ERRORS: usize = 60;
/// How much of a file is given to the parser in one go.
const READ_BYTES: usize = 4_096;
/// How often each byte may be read on average: code is read once, and a little more around errors.
const READS_PER_BYTE: usize = 8;
/// How often the smallest file may be read from.
const LEAST_READS: usize = 1_000;
/// Why a file was not read when nobody waits for it any more.
const NO_TIME: &str = "there was no time left";
/// How many nodes are walked between two looks at `Stop`.
const NODES_PER_LOOK: usize = 4_096;

/// What a tree holds.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) symbols: Vec<Symbol>,
    pub(super) references: Vec<Reference>,
    pub(super) imports: Vec<Import>,
    pub(super) tested_names: BTreeSet<String>,
    pub(super) left_out: Option<String>,
}

/// What to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    pub(super) language: Language,
    /// Whether the whole file is test code.
    pub(super) is_test: bool,
    /// A name of which every use is wanted, not only calls.
    pub(super) watched: Option<&'a str>,
}

/// Reads a file; an error says why its grammar can not be used.
pub(super) fn parse(request: &Request<'_>, stop: &dyn Stop) -> Result<Parsed, String> {
    let tree = tree(request, stop)?;
    let mut walk = Walk::new(request);
    walk.all(&tree, stop)?;
    Ok(walk.finish())
}

fn tree(request: &Request<'_>, stop: &dyn Stop) -> Result<Tree, String> {
    let name = request.language.name();
    let bytes = request.text.as_bytes();
    let mut parser = Parser::new();
    parser.set_language(&grammar::of(request.language)).map_err(|error| format!("the grammar of {name}: {error}"))?;
    let errors = count_errors(&mut parser);
    let (mut looks, mut reads) = (0, 0);
    let allowed_errors = LEAST_ERRORS + bytes.len() / BYTES_PER_ERROR;
    let allowed_looks = LEAST_LOOKS + bytes.len() * STEPS_PER_BYTE / STEPS_PER_LOOK;
    let allowed_reads = LEAST_READS + bytes.len() * READS_PER_BYTE / READ_BYTES;
    let mut progress = |_: &tree_sitter::ParseState| {
        looks += 1;
        let is_hopeless = looks > allowed_looks || errors.load(Ordering::Relaxed) > allowed_errors;
        if is_hopeless || stop.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    // An open comment is read to its end from each place where the parser tries again.
    let mut read = |at: usize, _| {
        reads += 1;
        let end = if reads > allowed_reads { at } else { bytes.len().min(at + READ_BYTES) };
        bytes.get(at..end).unwrap_or_default()
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let tree = parser.parse_with_options(&mut read, None, Some(options)).filter(|_| reads <= allowed_reads);
    let too_much = || format!("it costs the grammar of {name} too much work");
    tree.ok_or_else(|| if stop.is_stopped() { NO_TIME.to_owned() } else { too_much() })
}

/// Counts the errors that the parser meets. It tells of them in its log only.
fn count_errors(parser: &mut Parser) -> Arc<AtomicUsize> {
    let errors = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&errors);
    parser.set_logger(Some(Box::new(move |_, message| {
        if message.starts_with("detect_error") {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    })));
    errors
}

/// What stands before a node, among the nodes beside it.
#[derive(Debug, Clone, Copy, Default)]
struct Before {
    /// Whether there is a comment that documents what follows.
    documented: bool,
    /// The row in which the last comment ends.
    comment_end: usize,
    marks_test: bool,
    exports: bool,
}

/// One level of the tree on the way to the present node.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    /// Whether the parent is not parsed but a list of tokens, as the arguments of a macro are.
    is_in_tokens: bool,
    /// What stands before the parent, when that only wraps what is in it.
    inherited: Before,
    before: Before,
}

/// A definition or an enclosure that is being walked through.
#[derive(Debug)]
struct Frame {
    depth: usize,
    scope: Scope,
    /// Its name with all that is around it.
    path: String,
    is_test: bool,
}

/// The walk over one tree.
struct Walk<'a> {
    request: &'a Request<'a>,
    lines: Lines<'a>,
    levels: Vec<Level>,
    frames: Vec<Frame>,
    exported: HashSet<String>,
    /// Where a watched name was already noted.
    noted: HashSet<usize>,
    parsed: Parsed,
}

impl<'a> Walk<'a> {
    fn new(request: &'a Request<'a>) -> Self {
        Self {
            request,
            lines: Lines::of(request.text),
            levels: vec![Level::default()],
            frames: Vec::new(),
            exported: HashSet::new(),
            noted: HashSet::new(),
            parsed: Parsed::default(),
        }
    }

    fn all(&mut self, tree: &Tree, stop: &dyn Stop) -> Result<(), String> {
        let mut cursor = tree.walk();
        let mut nodes = 0_usize;
        loop {
            nodes += 1;
            if nodes.is_multiple_of(NODES_PER_LOOK) && stop.is_stopped() {
                return Err(NO_TIME.to_owned());
            }
            let node = cursor.node();
            let below = self.visit(node);
            if let Some(inherited) = below
                && cursor.goto_first_child()
            {
                self.levels.push(Level { is_in_tokens: node.kind() == "token_tree", inherited, before: inherited });
                continue;
            }
            loop {
                self.leave();
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return Ok(());
                }
                self.levels.pop();
            }
        }
    }

    /// Ends what the present node began.
    fn leave(&mut self) {
        let depth = self.levels.len();
        self.frames.pop_if(|frame| frame.depth == depth);
    }

    /// Looks at one node; gives what stands before its children when they are to be walked.
    fn visit(&mut self, node: Node<'_>) -> Option<Before> {
        if !node.is_named() {
            return None;
        }
        let before = self.levels.last().map(|level| level.before).unwrap_or_default();
        let is_leaf = node.child_count() == 0;
        let meaning = grammar::meaning(node, &self.around(before));
        match meaning {
            Meaning::Comment => {
                self.comment(node);
                return None;
            }
            Meaning::Attribute(attribute) => return self.attribute(&attribute),
            Meaning::Skip => return None,
            _ => self.settle(),
        }
        match meaning {
            Meaning::Defines(definition) => self.define(node, &definition, before),
            Meaning::Encloses(enclosure) => {
                let scope = Scope { kind: SymbolKind::Struct, is_public: true, members: enclosure.members };
                self.enter(&enclosure.name, scope, before.marks_test);
            }
            Meaning::Wraps { exports } => {
                let (documented, exports) = (self.is_documented(node, before), before.exports || exports);
                return Some(Before { documented, exports, comment_end: usize::MAX - 1, ..before });
            }
            Meaning::Calls(name) => self.refer(name, ReferenceKind::Call),
            Meaning::Imports => {
                self.import(node);
                return None;
            }
            Meaning::Exports(names) => {
                let names: Vec<String> = names.into_iter().map(|name| self.name(name).to_owned()).collect();
                self.exported.extend(names);
            }
            Meaning::Opens(members) => self.open(members),
            _ => {}
        }
        if is_leaf && grammar::is_name(self.request.language, node.kind()) {
            self.mention(node);
        }
        Some(Before::default())
    }

    fn around(&self, before: Before) -> Around<'a> {
        Around {
            text: self.request.text,
            language: self.request.language,
            scope: self.frames.last().map(|frame| frame.scope),
            is_exported: before.exports,
            is_test: self.is_test(),
            is_in_tokens: self.levels.last().is_some_and(|level| level.is_in_tokens),
        }
    }

    fn is_test(&self) -> bool {
        self.request.is_test || self.frames.last().is_some_and(|frame| frame.is_test)
    }

    fn comment(&mut self, node: Node<'_>) {
        let text = self.request.text.get(node.byte_range()).unwrap_or_default();
        let documents = grammar::documents(self.request.language, text);
        // A comment to the end of its line may have that end in it.
        let ends_line = node.end_position().column == 0;
        let Some(level) = self.levels.last_mut() else { return };
        level.before.documented |= documents;
        level.before.comment_end = node.end_position().row.saturating_sub(usize::from(ends_line));
    }

    fn attribute(&mut self, attribute: &Attribute<'_>) -> Option<Before> {
        if let Some(level) = self.levels.last_mut() {
            level.before.documented |= attribute.documents;
            level.before.marks_test |= attribute.marks_test;
            level.before.exports |= attribute.exports;
        }
        let name = attribute.calls?;
        self.refer(name, ReferenceKind::Call);
        Some(Before::default())
    }

    /// Whether what stands before `node` documents it. A comment of Go does so by touching it, others by their form.
    fn is_documented(&self, node: Node<'_>, before: Before) -> bool {
        let is_apart = self.request.language == Language::Go && before.comment_end + 1 < node.start_position().row;
        before.documented && !is_apart
    }

    /// What stood before this node does not stand before the next one.
    fn settle(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            level.before = level.inherited;
        }
    }

    fn name(&self, node: Node<'_>) -> &'a str {
        let range = node.byte_range();
        let text = if range.len() > super::bounds::MAX_NAME_BYTES {
            ""
        } else {
            self.request.text.get(range).unwrap_or_default()
        };
        text.trim_matches(['"', '\'', '`'])
    }

    fn define(&mut self, node: Node<'_>, definition: &Definition<'_>, before: Before) {
        let name = self.name(definition.name);
        if name.is_empty() {
            return;
        }
        self.noted.insert(definition.name.start_byte());
        let owner = definition.owner.as_deref();
        let container = owner.map(str::to_owned).or_else(|| self.frames.last().map(|frame| frame.path.clone()));
        let is_test = self.is_test() || before.marks_test || definition.is_test;
        let head_end = definition.body.map_or(node.end_byte(), |body| body.start_byte());
        let head = self.request.text.get(definition.head..head_end).unwrap_or_default();
        let symbol = Symbol {
            name: name.to_owned(),
            kind: definition.kind,
            path: self.request.path.to_owned(),
            line: definition.name.start_position().row + 1,
            end_line: last_row(node) + 1,
            signature: signature(head),
            container,
            is_public: definition.is_public,
            is_documented: definition.is_documented || self.is_documented(node, before),
            is_test,
        };
        if self.parsed.symbols.len() < MAX_SYMBOLS {
            self.parsed.symbols.push(symbol);
        } else {
            self.leave_out(format!("more than {MAX_SYMBOLS} definitions"));
        }
        let scope = Scope { kind: definition.kind, is_public: definition.is_public, members: definition.members };
        let path = owner.map(|owner| format!("{owner}{}{name}", self.request.language.separator()));
        match path {
            Some(path) => self.push(path, scope, is_test),
            None => self.enter(name, scope, is_test),
        }
    }

    /// Begins a part of the file that has a name.
    fn enter(&mut self, name: &str, scope: Scope, is_test: bool) {
        let path = match self.frames.last() {
            Some(frame) => format!("{}{}{name}", frame.path, self.request.language.separator()),
            None => name.to_owned(),
        };
        self.push(path, scope, is_test || self.is_test());
    }

    fn push(&mut self, path: String, scope: Scope, is_test: bool) {
        if self.frames.len() < MAX_SCOPES && path.len() <= MAX_CONTAINER_BYTES {
            self.frames.push(Frame { depth: self.levels.len(), scope, path, is_test });
        } else {
            self.leave_out(format!("names deeper than {MAX_SCOPES} definitions"));
        }
    }

    /// Changes what holds for the members that follow.
    fn open(&mut self, members: bool) {
        if let Some(frame) = self.frames.last_mut() {
            frame.scope.members = if members { Members::Public } else { Members::Private };
        }
    }

    fn refer(&mut self, name: Node<'_>, kind: ReferenceKind) {
        let text = self.name(name);
        if text.is_empty() || !self.noted.insert(name.start_byte()) {
            return;
        }
        if self.parsed.references.len() >= MAX_REFERENCES {
            return self.leave_out(format!("more than {MAX_REFERENCES} calls"));
        }
        let line = name.start_position().row + 1;
        let (receiver, is_path) = receiver(self.request.text.get(..name.start_byte()).unwrap_or_default());
        self.parsed.references.push(Reference {
            name: text.to_owned(),
            kind,
            receiver,
            is_path,
            path: self.request.path.to_owned(),
            line,
            text: self.lines.shown(line),
            from: self.frames.last().map(|frame| frame.path.clone()),
            is_test: self.is_test(),
        });
    }

    fn mention(&mut self, node: Node<'_>) {
        let name = self.name(node);
        if self.is_test()
            && self.parsed.tested_names.len() < MAX_TESTED_NAMES
            && !self.parsed.tested_names.contains(name)
        {
            self.parsed.tested_names.insert(name.to_owned());
        }
        if self.request.watched == Some(name) && !self.is_declaration(node) {
            self.refer(node, ReferenceKind::Mention);
        }
    }

    /// Whether a name is given here to something else: a variable, a field or an argument.
    fn is_declaration(&self, node: Node<'_>) -> bool {
        let after = self.request.text.get(node.end_byte()..).unwrap_or_default().trim_start();
        let before = self.request.text.get(..node.start_byte()).unwrap_or_default().trim_end();
        let is_named = after.starts_with(':') && !after.starts_with("::");
        let is_set = after.starts_with('=') && !after.starts_with("==");
        is_named || is_set || matches!(last_word(before).1, "let" | "mut" | "var" | "const" | "val" | "for" | "as")
    }

    fn import(&mut self, node: Node<'_>) {
        if self.parsed.imports.len() >= MAX_IMPORTS {
            return self.leave_out(format!("more than {MAX_IMPORTS} imports"));
        }
        let text = on_one_line(self.request.text.get(node.byte_range()).unwrap_or_default());
        let line = node.start_position().row + 1;
        self.parsed.imports.push(Import { path: self.request.path.to_owned(), line, text });
    }

    fn leave_out(&mut self, what: String) {
        self.parsed.left_out.get_or_insert(what);
    }

    /// Makes public what the file exports by its name, with its methods.
    fn finish(mut self) -> Parsed {
        for symbol in &mut self.parsed.symbols {
            let exported = match &symbol.container {
                None => self.exported.contains(&symbol.name),
                Some(container) => {
                    let is_hidden = symbol.name.starts_with(['_', '#']) || symbol.name == "constructor";
                    let is_closed = ["private ", "protected "].iter().any(|word| symbol.signature.starts_with(word));
                    symbol.kind == SymbolKind::Method && self.exported.contains(container) && !is_hidden && !is_closed
                }
            };
            symbol.is_public |= exported;
        }
        self.parsed
    }
}

/// The head of a definition without what begins its body.
fn signature(head: &str) -> String {
    let line = on_one_line(head);
    let line = line.trim_end_matches(['{', ':', ' ']);
    line.strip_suffix("=>").or_else(|| line.strip_suffix('=')).unwrap_or(line).trim_end().to_owned()
}

fn last_row(node: Node<'_>) -> usize {
    let end = node.end_position();
    let is_over = end.column == 0 && end.row > node.start_position().row;
    end.row - usize::from(is_over)
}
