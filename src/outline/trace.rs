//! Where one name is defined, who calls it, what it calls, and who imports it.
//!
//! ```text
//!  target ─▶ files that have the name as a word ─▶ outlines ─┬▶ definitions (its own, and others of the same name)
//!                                                            ├▶ uses ─▶ `Reach`: whose are they? ─▶ callers
//!                                                            └▶ calls inside of the definition ─▶ callees, looked up
//! ```
//!
//! Nothing is resolved as a compiler would: a use is told apart by what it is called on, by the types that are
//! written near it, and by what is imported; where that does not tell, it is listed and said to be unsure.

mod callees;
mod definitions;
mod reach;
mod types;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use self::definitions::Definitions;
use self::reach::{Reach, Reacher};
use super::code::{Stop, outline};
use super::facts::{Import, Outline, Reference, ReferenceKind, Symbol};
use super::files::{Halt, Selection, Source, blocking, fell_back};
use super::target::{Target, What};
use super::word;
use crate::clock::Deadline;
use crate::error::{Error, Result};
use crate::evidence::{Stat, Workspace};
use crate::protocol::Skipped;

/// How many uses of a name one trace lists.
const MAX_CALLERS: usize = 500;
/// How many uses of a name in one file are looked at: for each of them the file may be searched for a type.
const MAX_USES: usize = 1_000;
/// How many imports one trace lists.
const MAX_IMPORTS_LISTED: usize = 200;

/// What to trace, and where.
#[derive(Debug, Clone)]
pub struct TraceRequest {
    /// `name`, `Type::method`, `Type.method`, `path/file.rs:name` or `path/file.rs:12`.
    pub target: String,
    /// Files and directories to search; the whole root when there are none.
    pub paths: Vec<String>,
    /// When to stop: what was not looked at by then is named in the answer.
    pub deadline: Deadline,
}

/// What was found of one name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// What was asked for; a line is replaced by the name of what it is part of.
    pub target: String,
    /// Where it is defined: more than once when it is declared apart, or when the target does not tell which is meant.
    pub definitions: Vec<Symbol>,
    /// Other definitions of the same name, which are not meant.
    pub others: Vec<Symbol>,
    /// What belongs to the types that are meant, sorted by path and line.
    pub members: Vec<Symbol>,
    /// Who calls it, and who only names it, sorted by path and line.
    pub callers: Vec<Caller>,
    /// What it calls, in its order.
    pub callees: Vec<Callee>,
    /// Who imports it or its file, and what its own files import.
    pub imports: Vec<Import>,
    /// How many uses of the same name were found to be of something else.
    pub uses_of_others: usize,
    /// What a reader has to know to believe the right amount.
    pub notes: Vec<String>,
    /// How many files were searched for the name.
    pub files_searched: usize,
    /// How many of them have it.
    pub files_with_name: usize,
    /// Files that were not searched, or not wholly, and why.
    pub left_out: Vec<Skipped>,
    /// Which languages were searched as text.
    pub fell_back: Vec<FellBack>,
}

/// One use of the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The use.
    pub reference: Reference,
    /// Why it may be of something else; none when nothing speaks against it.
    pub doubt: Option<String>,
}

/// Something that the target calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callee {
    /// Its name.
    pub name: String,
    /// What it is called on.
    pub receiver: Option<String>,
    /// The file of the calls.
    pub path: String,
    /// The lines of the calls.
    pub lines: Vec<usize>,
    /// Where it is defined; empty when that is not in the searched files, or when several types have one of the name
    /// and nothing that is written tells which is called.
    pub definitions: Vec<Symbol>,
}

/// A language whose files were searched as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FellBack {
    /// Its name.
    pub language: String,
    /// Why.
    pub why: String,
    /// How many files.
    pub files: usize,
}

/// Finds where the target is defined, who calls it, what it calls and who imports it.
///
/// Fails when the target can not be read, or a path is missing or refused; a name that is nowhere is an empty trace
/// with a note.
pub async fn trace(workspace: &dyn Workspace, request: &TraceRequest) -> Result<Trace> {
    let target = Target::parse(&request.target)?;
    let (file, path) = match &target.path {
        Some(path) => (Some(file(workspace, path).await?), Some(path.clone())),
        None => (None, None),
    };
    let mut paths = request.paths.clone();
    if !paths.is_empty() {
        paths.extend(path);
    }
    let wanted = wanted(workspace, target.what, file.as_deref(), request.deadline).await?;
    let selection = Selection::of(workspace, &paths).await?;
    let (files_searched, name) = (selection.paths().len(), wanted.name.clone());
    let work = move |file: &Source, stop: &Halt| Looked::at(file, &name, stop);
    let (files, left_out) = selection.each(workspace, request.deadline, work).await?;
    let gone = CancellationToken::new();
    let _guard = gone.clone().drop_guard();
    let halt = Halt::new(gone, request.deadline);
    let mut trace = blocking(move || assemble(&wanted, &files, &halt)).await?;
    trace.files_searched = files_searched - left_out.len().min(files_searched);
    trace.left_out.extend(left_out);
    Ok(trace)
}

/// The name that is looked for, and what is known of its place.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) owner: Option<String>,
    /// The file that defines it, as shown.
    pub(super) file: Option<String>,
    /// The line that its definition has.
    pub(super) line: Option<usize>,
}

impl Wanted {
    fn shown(&self) -> String {
        let name = self.owner.iter().chain([&self.name]).cloned().collect::<Vec<_>>().join("::");
        self.file.as_ref().map_or(name.clone(), |file| format!("{file}:{name}"))
    }
}

/// The file that `path` names, as shown.
async fn file(workspace: &dyn Workspace, path: &str) -> Result<String> {
    match workspace.stat(&[path.to_owned()]).await?.into_iter().next() {
        Some(Stat::File(found)) => Ok(found.path),
        Some(Stat::Refused { error }) => Err(error),
        Some(Stat::Directory { .. }) => Err(Error::invalid(format!("path {path:?} of the target is a directory"))
            .hint("name a file, or give the directory as a path to search")),
        Some(Stat::Missing) | None => Err(crate::evidence::collect::no_such_file(path)),
    }
}

/// The name that is asked for; a line of a file stands for the innermost definition around it.
async fn wanted(workspace: &dyn Workspace, what: What, file: Option<&str>, deadline: Deadline) -> Result<Wanted> {
    let line = match what {
        What::Name { owner, name } => return Ok(Wanted { name, owner, file: file.map(str::to_owned), line: None }),
        What::Line(line) => line,
    };
    let path = file.unwrap_or_default();
    let outlines = super::files::outlines(workspace, &[path.to_owned()], deadline).await?;
    let symbols = outlines.files.iter().flat_map(|outline| outline.symbols.iter());
    let around = symbols.filter(|symbol| (symbol.line..=symbol.end_line).contains(&line));
    let innermost = around.min_by_key(|symbol| symbol.end_line - symbol.line);
    let Some(symbol) = innermost else {
        return Err(Error::not_found(format!("line {line} of {path:?} is not part of any definition"))
            .hint("give a line inside of a function, or its name"));
    };
    Ok(Wanted {
        name: symbol.name.clone(),
        owner: symbol.owner().map(str::to_owned),
        file: Some(path.to_owned()),
        line: Some(symbol.line),
    })
}

/// A file after the first look at it.
#[derive(Debug)]
pub(super) struct Looked {
    pub(super) path: String,
    pub(super) text: String,
    /// Only of files that have the name.
    pub(super) outline: Option<Outline>,
}

impl Looked {
    fn at(file: &Source, name: &str, stop: &dyn Stop) -> Self {
        let outline = word::contains(&file.text, name).then(|| outline(&file.path, &file.text, Some(name), stop));
        Self { path: file.path.clone(), text: file.text.clone(), outline }
    }
}

fn assemble(wanted: &Wanted, files: &[Looked], stop: &dyn Stop) -> Trace {
    let with_name: Vec<(&Looked, &Outline)> =
        files.iter().filter_map(|file| file.outline.as_ref().map(|outline| (file, outline))).collect();
    let definitions = Definitions::of(wanted, &with_name);
    let mut trace = Trace {
        target: wanted.shown(),
        files_with_name: with_name.len(),
        fell_back: fell_back(with_name.iter().map(|(_, outline)| *outline)),
        notes: definitions.notes.clone(),
        ..Trace::default()
    };
    for (_, outline) in &with_name {
        trace
            .left_out
            .extend(outline.left_out.iter().map(|what| Skipped { path: outline.path.clone(), reason: what.clone() }));
    }
    callers(&mut trace, wanted, &definitions, &with_name);
    trace.imports = imports(wanted, &definitions, &with_name);
    trace.callees = callees::of(&definitions, files, stop);
    if stop.is_stopped() {
        trace.notes.push("the time was over before all that it calls was looked up".to_owned());
    }
    trace.members = definitions.members(&with_name);
    trace.definitions = definitions.meant;
    trace.others = definitions.others;
    trace
}

fn callers(trace: &mut Trace, wanted: &Wanted, definitions: &Definitions, files: &[(&Looked, &Outline)]) {
    for (file, outline) in files {
        let reacher = Reacher::new(definitions, outline, &file.text);
        let uses = outline.references.iter().filter(|reference| reference.name == wanted.name);
        if uses.clone().count() > MAX_USES {
            let reason = format!("more than {MAX_USES} uses of the name");
            trace.left_out.push(Skipped { path: outline.path.clone(), reason });
        }
        for reference in uses.take(MAX_USES) {
            let doubt = match reacher.reach(reference) {
                Reach::Sure => None,
                Reach::Unsure(doubt) => Some(doubt),
                Reach::Elsewhere => {
                    trace.uses_of_others += 1;
                    continue;
                }
            };
            trace.callers.push(Caller { reference: reference.clone(), doubt });
        }
    }
    // Calls first where there are too many.
    let calls = trace.callers.iter().filter(|caller| caller.reference.kind == ReferenceKind::Call).count();
    if trace.callers.len() > MAX_CALLERS && calls < trace.callers.len() {
        trace.notes.push(format!("{} uses without a call are not listed", trace.callers.len() - calls));
        trace.callers.retain(|caller| caller.reference.kind == ReferenceKind::Call);
    }
    if trace.callers.len() > MAX_CALLERS {
        trace
            .notes
            .push(format!("{} uses more than the {MAX_CALLERS} that are listed", trace.callers.len() - MAX_CALLERS));
        trace.callers.truncate(MAX_CALLERS);
    }
}

/// Imports that name the target, its type or its file, and those of the files that define it.
fn imports(wanted: &Wanted, definitions: &Definitions, files: &[(&Looked, &Outline)]) -> Vec<Import> {
    let names: Vec<&str> = [wanted.name.as_str()].into_iter().chain(definitions.owners()).collect();
    let defining = definitions.paths();
    let all = files.iter().flat_map(|(_, outline)| outline.imports.iter());
    let wanted = all.filter(|import| {
        let is_named = || names.iter().any(|name| word::contains(&import.text, name));
        let is_whole = || definitions.modules().any(|module| imports_whole(&import.text, module));
        defining.contains(import.path.as_str()) || is_named() || is_whole()
    });
    wanted.take(MAX_IMPORTS_LISTED).cloned().collect()
}

/// Whether an import brings in a module as a whole, and not something else that is in it.
fn imports_whole(import: &str, module: &str) -> bool {
    word::places(import, module).any(|at| {
        let after = import.get(at + module.len()..).unwrap_or_default();
        let is_last = after.is_empty()
            || after.starts_with([';', '"', '\'', ')', '>', ',', '}', ' ']) && !after.starts_with(" import");
        is_last || ["::*", "::{self", ".h", " import *", ".js", ".ts"].iter().any(|end| after.starts_with(end))
    })
}
