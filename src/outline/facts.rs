//! What an outline consists of: plain data.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::language::Language;

/// What one file defines, uses and imports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// As shown: relative to the root when inside it, else absolute.
    pub path: String,
    /// How it was found.
    pub how: How,
    /// Whether the whole file is test code, as its path says.
    pub is_test: bool,
    /// In the order of the file.
    pub symbols: Vec<Symbol>,
    /// Calls, in the order of the file; and where the name that was asked for is used without being called.
    pub references: Vec<Reference>,
    /// In the order of the file.
    pub imports: Vec<Import>,
    /// All names that its test code mentions.
    pub tested_names: BTreeSet<String>,
    /// What is missing, if the file has more than an outline holds.
    pub left_out: Option<String>,
}

/// How an outline was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum How {
    /// With the grammar of its language.
    Parsed {
        /// The language.
        language: Language,
    },
    /// By looking for words in its lines: less sure, and without visibility and documentation.
    TextSearch {
        /// The name of the language.
        language: String,
        /// Why no grammar was used.
        why: String,
    },
}

/// Something with a name that a file defines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbol {
    /// Its own name, without what is around it.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// Its file, as shown.
    pub path: String,
    /// The line of its name, from 1.
    pub line: usize,
    /// Its last line.
    pub end_line: usize,
    /// Its head on one line, without the body, cut to a bound.
    pub signature: String,
    /// The types, modules and functions it is in, joined as the language does (`a::B`, `a.B`).
    pub container: Option<String>,
    /// Whether users of its module or type can see it, as the language says.
    pub is_public: bool,
    /// Whether it has documentation, as is the language's custom.
    pub is_documented: bool,
    /// Whether it is test code.
    pub is_test: bool,
}

/// What a symbol is; where a language has its own word, the nearest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SymbolKind {
    /// A function that belongs to no type.
    Function,
    /// A function of a type.
    Method,
    /// A class.
    Class,
    /// A struct, a union or a record.
    Struct,
    /// An enumeration.
    Enum,
    /// A trait, an interface, a protocol or a concept.
    Interface,
    /// A module or a namespace.
    Module,
    /// A constant, or a variable of the file.
    Constant,
    /// Another name for a type.
    TypeAlias,
    /// A macro.
    Macro,
}

/// A use of a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The name, without what it is called on.
    pub name: String,
    /// Whether it is called.
    pub kind: ReferenceKind,
    /// What it is called on or found in: the last name of that, or `…` where it is an expression.
    pub receiver: Option<String>,
    /// Whether the receiver is joined as a path is (`a::b`), which no value is.
    pub is_path: bool,
    /// Its file, as shown.
    pub path: String,
    /// Its line, from 1.
    pub line: usize,
    /// The line itself, trimmed and cut to a bound.
    pub text: String,
    /// The symbol it is in, with what that is in; none at the top of a file.
    pub from: Option<String>,
    /// Whether it is in test code.
    pub is_test: bool,
}

/// How a name is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceKind {
    /// It is called, constructed, expanded or used as a decorator.
    Call,
    /// It is named: passed as a value, used as a type, or the name of something else.
    Mention,
}

/// A line that brings names in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Its file, as shown.
    pub path: String,
    /// Its first line, from 1.
    pub line: usize,
    /// All of it on one line, cut to a bound.
    pub text: String,
}

impl Symbol {
    /// Its name with what it is in, joined as the language does.
    pub fn qualified_name(&self) -> String {
        match &self.container {
            Some(container) => format!("{container}{}{}", separator_of(container, &self.path), self.name),
            None => self.name.clone(),
        }
    }

    /// The innermost thing it is in.
    pub fn owner(&self) -> Option<&str> {
        self.container.as_deref().map(last_name)
    }
}

impl SymbolKind {
    /// Whether it is something that is called.
    pub fn is_callable(self) -> bool {
        matches!(self, Self::Function | Self::Method | Self::Macro)
    }

    /// Whether it is a type that has methods.
    pub fn is_type(self) -> bool {
        matches!(self, Self::Class | Self::Struct | Self::Enum | Self::Interface)
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Method => "method",
            Self::Class => "class",
            Self::Struct => "struct",
            Self::Enum => "enum",
            Self::Interface => "interface",
            Self::Module => "module",
            Self::Constant => "constant",
            Self::TypeAlias => "type",
            Self::Macro => "macro",
        }
    }
}

/// The last name of a path of names.
pub(super) fn last_name(names: &str) -> &str {
    names.rsplit([':', '.']).next().unwrap_or(names)
}

/// What joins names: as it is done in `names`, else as the language of `path` does.
fn separator_of(names: &str, path: &str) -> &'static str {
    if names.contains("::") {
        return "::";
    }
    Language::of_path(path).map_or(".", Language::separator)
}
