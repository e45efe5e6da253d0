//! Whose use of a name this is: told by what it is called on, as far as the text tells that.

use super::definitions::{Definitions, modules_of};
use super::types::type_of;
use crate::outline::facts::{How, Outline, Reference, ReferenceKind, Symbol, SymbolKind, last_name};
use crate::outline::language::{Language, family_of};
use crate::outline::word;

/// How far a use is one of the definitions that are meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Nothing speaks against it.
    Sure,
    /// It may be, and why it may not.
    Unsure(String),
    /// It is of something else.
    Elsewhere,
}

/// What the object of a method is called inside of the method.
pub(super) const SELF: &[&str] = &["self", "Self", "this", "cls", "super"];
/// How many names a doubt gives.
const NAMED: usize = 4;

/// Judges the uses in one file.
#[derive(Debug)]
pub(super) struct Reacher<'a> {
    definitions: &'a Definitions,
    outline: &'a Outline,
    text: &'a str,
    language: Option<Language>,
    owners: Vec<&'a str>,
    others: Vec<&'a str>,
}

impl<'a> Reacher<'a> {
    pub(super) fn new(definitions: &'a Definitions, outline: &'a Outline, text: &'a str) -> Self {
        let language = match outline.how {
            How::Parsed { language } => Some(language),
            How::TextSearch { .. } => None,
        };
        let owners = definitions.owners().collect();
        let others = definitions.other_owners().collect();
        Self { definitions, outline, text, language, owners, others }
    }

    /// Whose the use is.
    pub(super) fn reach(&self, reference: &Reference) -> Reach {
        let meant = &self.definitions.meant;
        let family = family_of(&self.outline.path);
        if !meant.is_empty() && meant.iter().all(|symbol| family_of(&symbol.path) != family) {
            return Reach::Elsewhere;
        }
        if self.language.is_none() {
            return Reach::Unsure("found by text search".to_owned());
        }
        if meant.is_empty() || self.definitions.has_other_than_functions() {
            return if self.definitions.others.is_empty() { Reach::Sure } else { self.among_functions() };
        }
        // `name::other` is a module of the same name.
        let is_before =
            |at| reference.text.get(at + reference.name.len()..).is_some_and(|after: &str| after.starts_with("::"));
        if reference.kind == ReferenceKind::Mention && word::places(&reference.text, &reference.name).any(is_before) {
            return Reach::Elsewhere;
        }
        match &reference.receiver {
            None => self.bare(reference),
            Some(receiver) if SELF.contains(&receiver.as_str()) => self.on_itself(reference),
            Some(receiver) => self.on(receiver, reference),
        }
    }

    /// `name()`
    fn bare(&self, reference: &Reference) -> Reach {
        let is_implicit = calls_own_methods_bare(self.language);
        if is_implicit && let Some(from) = self.owner_around(reference) {
            if self.owners.contains(&from) {
                return Reach::Sure;
            }
            if self.others.contains(&from) {
                return Reach::Elsewhere;
            }
        }
        let has_other_free = self.definitions.other_functions().next().is_some();
        if self.definitions.functions().next().is_some() {
            return if has_other_free { self.one_of_the_functions(reference) } else { Reach::Sure };
        }
        if is_implicit && reference.kind == ReferenceKind::Call && !has_other_free {
            return Reach::Unsure("called without an object: perhaps inherited".to_owned());
        }
        Reach::Elsewhere
    }

    /// Several functions have the name: it is the one of this file, the one that is imported, or the one of the module
    /// that this one is part of.
    fn one_of_the_functions(&self, reference: &Reference) -> Reach {
        let near = |is_near: &dyn Fn(&Symbol) -> bool| {
            let mine = self.definitions.functions().any(is_near);
            let theirs = self.definitions.other_functions().any(is_near);
            match (mine, theirs) {
                (true, false) => Some(Reach::Sure),
                (false, true) => Some(Reach::Elsewhere),
                _ => None,
            }
        };
        let imports = self.outline.imports.iter().filter(|import| word::contains(&import.text, &reference.name));
        let imports: Vec<&str> = imports.map(|import| import.text.as_str()).collect();
        let is_here = |symbol: &Symbol| symbol.path == reference.path;
        let is_imported = |symbol: &Symbol| {
            modules_of(&symbol.path).any(|module| imports.iter().any(|import| word::contains(import, module)))
        };
        let is_around = |symbol: &Symbol| match self.language {
            Some(Language::Go) => directory(&symbol.path) == directory(&reference.path),
            _ => {
                symbol.path.strip_suffix(".rs").is_some_and(|module| reference.path.starts_with(&format!("{module}/")))
            }
        };
        near(&is_here)
            .or_else(|| near(&is_imported))
            .or_else(|| near(&is_around))
            .unwrap_or_else(|| self.among_functions())
    }

    /// `self.name()`
    fn on_itself(&self, reference: &Reference) -> Reach {
        match self.owner_around(reference) {
            Some(from) if self.owners.contains(&from) => Reach::Sure,
            Some(from) if self.others.contains(&from) => Reach::Elsewhere,
            _ if self.owners.is_empty() => Reach::Elsewhere,
            Some(from) => Reach::Unsure(format!("called on {from} itself: perhaps inherited")),
            None => self.among_types(),
        }
    }

    /// `receiver.name()`
    fn on(&self, receiver: &str, reference: &Reference) -> Reach {
        if self.owners.contains(&receiver) {
            return Reach::Sure;
        }
        if self.others.contains(&receiver) {
            return Reach::Elsewhere;
        }
        let is_type = receiver.starts_with(char::is_uppercase) && reference.is_path;
        if is_type {
            // Of a trait, the types that have it are called by their own names.
            return if self.definitions.has_trait() { self.among_types() } else { Reach::Elsewhere };
        }
        if self.definitions.functions().next().is_some() && self.is_module(receiver, reference) {
            return self.in_module(receiver);
        }
        if self.owners.is_empty() || reference.is_path {
            return Reach::Elsewhere;
        }
        let types: Vec<&str> = self.owners.iter().chain(&self.others).copied().collect();
        match type_of(receiver, reference.line, self.outline, self.text, &types) {
            Some(owner) if self.owners.contains(&owner) => Reach::Sure,
            Some(_) => Reach::Elsewhere,
            None if self.others.is_empty() => Reach::Unsure("of a type that is not written here".to_owned()),
            None => self.among_types(),
        }
    }

    /// Whether a receiver is a module: joined as one, or imported as one.
    fn is_module(&self, receiver: &str, reference: &Reference) -> bool {
        match self.language {
            Some(Language::Rust | Language::Cpp) => reference.is_path,
            Some(Language::C) | None => false,
            Some(_) => self.outline.imports.iter().any(|import| word::contains(&import.text, receiver)),
        }
    }

    /// `module::name()`: the module is that of a definition's file, or of a directory that it is in.
    fn in_module(&self, module: &str) -> Reach {
        let is_in = |symbol: &Symbol| {
            let container = symbol.container.as_deref().map(last_name);
            container == Some(module) || symbol.path.split('/').any(|name| name.split('.').next() == Some(module))
        };
        match (self.definitions.functions().any(is_in), self.definitions.other_functions().any(is_in)) {
            (true, false) => Reach::Sure,
            (false, true) => Reach::Elsewhere,
            _ if self.definitions.other_functions().next().is_none() => Reach::Sure,
            _ => self.among_functions(),
        }
    }

    fn among_types(&self) -> Reach {
        if self.others.is_empty() {
            return Reach::Unsure("of a type that is not written here".to_owned());
        }
        Reach::Unsure(format!("perhaps of {}", listed(&self.others)))
    }

    fn among_functions(&self) -> Reach {
        let mut paths: Vec<&str> = self.definitions.others.iter().map(|symbol| symbol.path.as_str()).collect();
        paths.dedup();
        Reach::Unsure(format!("perhaps the one in {}", listed(&paths)))
    }

    /// The type whose method a use is in.
    fn owner_around(&self, reference: &Reference) -> Option<&'a str> {
        let symbols = self.outline.symbols.iter();
        let around = symbols.filter(|symbol| (symbol.line..=symbol.end_line).contains(&reference.line));
        let owners = around.filter_map(|symbol| match symbol.kind {
            SymbolKind::Method => symbol.owner().map(|owner| (symbol.line, owner)),
            kind if kind.is_type() => Some((symbol.line, symbol.name.as_str())),
            _ => None,
        });
        owners.max_by_key(|(line, _)| *line).map(|(_, name)| name)
    }
}

/// Whether a language calls the methods of the same object without naming it; one without a grammar may.
pub(super) fn calls_own_methods_bare(language: Option<Language>) -> bool {
    matches!(language, None | Some(Language::Java | Language::Cpp))
}

/// The directory of a path.
pub(super) fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} or {more} more"),
    }
}
