//! Which of the definitions of a name are meant.

use std::collections::BTreeSet;

use super::{Looked, Wanted};
use crate::outline::facts::{Outline, Symbol, SymbolKind};
use crate::outline::language::{Language, family_of};

/// How many members of types one trace lists.
const MAX_MEMBERS: usize = 200;

/// The definitions of one name.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    /// Those that are meant.
    pub(super) meant: Vec<Symbol>,
    /// Those that are not.
    pub(super) others: Vec<Symbol>,
    /// What had to be assumed.
    pub(super) notes: Vec<String>,
}

impl Definitions {
    pub(super) fn of(wanted: &Wanted, files: &[(&Looked, &Outline)]) -> Self {
        let all = files.iter().flat_map(|(_, outline)| outline.symbols.iter());
        let all: Vec<&Symbol> = all.filter(|symbol| symbol.name == wanted.name).collect();
        let (meant, mut notes) = choose(wanted, &all);
        let places: BTreeSet<(&str, usize)> = meant.iter().map(|symbol| (symbol.path.as_str(), symbol.line)).collect();
        let others = all.iter().filter(|symbol| !places.contains(&(symbol.path.as_str(), symbol.line)));
        let definitions = Self {
            others: others.map(|symbol| (*symbol).clone()).collect(),
            meant: meant.into_iter().cloned().collect(),
            notes: Vec::new(),
        };
        if definitions.meant.is_empty() {
            notes.push(format!("no definition of {:?} was found in the searched files", wanted.name));
        } else if wanted.line.is_none() && definitions.owners().count() + definitions.places() > 1 {
            notes.push(format!(
                "{:?} is ambiguous: {} definitions have this name, and all of them are meant here",
                wanted.name,
                definitions.meant.len()
            ));
        }
        Self { notes, ..definitions }
    }

    /// The types that the meant definitions belong to, each once.
    pub(super) fn owners(&self) -> impl Iterator<Item = &str> {
        owners(&self.meant)
    }

    /// The types that the other definitions belong to, each once.
    pub(super) fn other_owners(&self) -> impl Iterator<Item = &str> {
        owners(&self.others)
    }

    /// The meant functions that belong to no type.
    pub(super) fn functions(&self) -> impl Iterator<Item = &Symbol> {
        self.meant.iter().filter(|symbol| is_free(symbol.kind))
    }

    /// The other functions of the name that belong to no type.
    pub(super) fn other_functions(&self) -> impl Iterator<Item = &Symbol> {
        self.others.iter().filter(|symbol| is_free(symbol.kind))
    }

    /// Whether a method is meant that other types have too: one without a body, as traits and interfaces have it.
    pub(super) fn has_trait(&self) -> bool {
        self.meant.iter().any(|symbol| symbol.kind == SymbolKind::Method && symbol.signature.ends_with(';'))
    }

    /// Whether a type, a constant or a module is meant: every use of it counts, called or not.
    pub(super) fn has_other_than_functions(&self) -> bool {
        self.meant.iter().any(|symbol| !symbol.kind.is_callable())
    }

    /// The files that have the meant definitions.
    pub(super) fn paths(&self) -> BTreeSet<&str> {
        self.meant.iter().map(|symbol| symbol.path.as_str()).collect()
    }

    /// What belongs to the types that are meant.
    pub(super) fn members(&self, files: &[(&Looked, &Outline)]) -> Vec<Symbol> {
        let types: BTreeSet<&str> =
            self.meant.iter().filter(|symbol| symbol.kind.is_type()).map(|symbol| symbol.name.as_str()).collect();
        let symbols = files.iter().flat_map(|(_, outline)| outline.symbols.iter());
        let members = symbols
            .filter(|symbol| symbol.kind.is_callable() && symbol.owner().is_some_and(|owner| types.contains(owner)));
        members.take(MAX_MEMBERS).cloned().collect()
    }

    /// In how many places functions of the name are defined that belong to no type; a prototype is no other place.
    fn places(&self) -> usize {
        let is_c = |symbol: &&Symbol| family_of(&symbol.path) == "C";
        let (of_c, of_others): (Vec<&Symbol>, Vec<&Symbol>) = self.functions().partition(is_c);
        of_others.len() + usize::from(!of_c.is_empty())
    }

    /// What the files of the meant definitions are imported as: their names, or those of their directories.
    pub(super) fn modules(&self) -> impl Iterator<Item = &str> {
        let names: BTreeSet<&str> = self.paths().into_iter().flat_map(modules_of).collect();
        names.into_iter()
    }
}

/// The names under which a file can be imported.
pub(super) fn modules_of(path: &str) -> impl Iterator<Item = &str> {
    let mut names = path.rsplit('/');
    let file = names.next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or(file);
    let is_named_for_directory = matches!(stem, "mod" | "lib" | "main" | "index" | "__init__");
    let is_package = Language::of_path(path) == Some(Language::Go);
    let directory = names.next().filter(|_| is_named_for_directory || is_package);
    [Some(stem).filter(|_| !is_named_for_directory), directory].into_iter().flatten()
}

fn owners(symbols: &[Symbol]) -> impl Iterator<Item = &str> {
    let methods = symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Method);
    methods.filter_map(Symbol::owner).collect::<BTreeSet<_>>().into_iter()
}

fn is_free(kind: SymbolKind) -> bool {
    matches!(kind, SymbolKind::Function | SymbolKind::Macro)
}

/// Those of `all` that are meant, and what had to be assumed.
fn choose<'a>(wanted: &Wanted, all: &[&'a Symbol]) -> (Vec<&'a Symbol>, Vec<String>) {
    let in_file = |symbol: &&Symbol| wanted.file.as_ref().is_none_or(|file| *file == symbol.path);
    let at_line = |symbol: &&Symbol| wanted.line.is_none_or(|line| line == symbol.line);
    let here: Vec<&Symbol> = all.iter().copied().filter(in_file).filter(at_line).collect();
    let Some(owner) = &wanted.owner else { return (without_modules(here), Vec::new()) };
    let owned: Vec<&Symbol> = here.iter().copied().filter(|symbol| symbol.owner() == Some(owner)).collect();
    if !owned.is_empty() || wanted.line.is_some() {
        return (if owned.is_empty() { here } else { owned }, Vec::new());
    }
    // Not a type: perhaps the module or the package that a path of names begins with.
    let is_in_module = |symbol: &&Symbol| {
        modules_of(&symbol.path).any(|module| module == owner)
            || symbol.path.split('/').any(|directory| directory == owner)
    };
    let in_module: Vec<&Symbol> = here.iter().copied().filter(is_in_module).collect();
    if !in_module.is_empty() {
        return (in_module, Vec::new());
    }
    let note = format!("nothing called {owner:?} has a {:?}: every definition of that name is meant", wanted.name);
    (here.clone(), if here.is_empty() { Vec::new() } else { vec![note] })
}

/// `mod name;` is not what is asked for where a function or a type has the name too.
fn without_modules(symbols: Vec<&Symbol>) -> Vec<&Symbol> {
    let is_module = |symbol: &&Symbol| symbol.kind == SymbolKind::Module;
    let others: Vec<&Symbol> = symbols.iter().copied().filter(|symbol| !is_module(symbol)).collect();
    if others.is_empty() { symbols } else { others }
}
