//! Which language a file is written in: by its name, and for C headers by a look inside.

use serde::{Deserialize, Serialize};

/// A language with a grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// C, up to C23.
    C,
    /// C++.
    Cpp,
    /// Go.
    Go,
    /// Java.
    Java,
    /// JavaScript, with JSX.
    JavaScript,
    /// Python 3.
    Python,
    /// Rust.
    Rust,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
}

/// Extensions of languages with a grammar, in lower case.
const PARSED: &[(&str, Language)] = &[
    ("c", Language::C),
    ("cc", Language::Cpp),
    ("cjs", Language::JavaScript),
    ("cpp", Language::Cpp),
    ("cts", Language::TypeScript),
    ("cxx", Language::Cpp),
    ("go", Language::Go),
    ("h", Language::C),
    ("hh", Language::Cpp),
    ("hpp", Language::Cpp),
    ("hxx", Language::Cpp),
    ("java", Language::Java),
    ("js", Language::JavaScript),
    ("jsx", Language::JavaScript),
    ("mjs", Language::JavaScript),
    ("mts", Language::TypeScript),
    ("py", Language::Python),
    ("pyi", Language::Python),
    ("rs", Language::Rust),
    ("ts", Language::TypeScript),
    ("tsx", Language::Tsx),
];

/// Extensions of languages whose files are searched as text, in lower case.
const SEARCHED: &[(&str, &str)] = &[
    ("adb", "Ada"),
    ("ads", "Ada"),
    ("astro", "Astro"),
    ("awk", "AWK"),
    ("bash", "Shell"),
    ("clj", "Clojure"),
    ("cljs", "Clojure"),
    ("cr", "Crystal"),
    ("cs", "C#"),
    ("cu", "CUDA"),
    ("d", "D"),
    ("dart", "Dart"),
    ("elm", "Elm"),
    ("erl", "Erlang"),
    ("ex", "Elixir"),
    ("exs", "Elixir"),
    ("f90", "Fortran"),
    ("fish", "Shell"),
    ("fs", "F#"),
    ("gd", "GDScript"),
    ("groovy", "Groovy"),
    ("hs", "Haskell"),
    ("jl", "Julia"),
    ("kt", "Kotlin"),
    ("kts", "Kotlin"),
    ("lisp", "Lisp"),
    ("lua", "Lua"),
    ("m", "Objective-C"),
    ("ml", "OCaml"),
    ("mli", "OCaml"),
    ("mm", "Objective-C"),
    ("nim", "Nim"),
    ("pas", "Pascal"),
    ("php", "PHP"),
    ("pl", "Perl"),
    ("pm", "Perl"),
    ("ps1", "PowerShell"),
    ("psm1", "PowerShell"),
    ("pyx", "Cython"),
    ("r", "R"),
    ("rb", "Ruby"),
    ("rkt", "Racket"),
    ("scala", "Scala"),
    ("sh", "Shell"),
    ("sol", "Solidity"),
    ("sql", "SQL"),
    ("svelte", "Svelte"),
    ("swift", "Swift"),
    ("tcl", "Tcl"),
    ("vb", "Visual Basic"),
    ("vue", "Vue"),
    ("zig", "Zig"),
    ("zsh", "Shell"),
];

/// How much of a header is looked at to tell C++ from C.
const HEADER_PROBE_BYTES: usize = 64 * 1024;
/// What a line of C++ begins with and a line of C does not.
const ONLY_CPP: &[&str] =
    &["class ", "namespace ", "template <", "template<", "public:", "private:", "protected:", "using "];

impl Language {
    /// The language of a file by its name; none for one without a grammar.
    pub fn of_path(path: &str) -> Option<Self> {
        let extension = extension(path)?;
        PARSED.iter().find(|(known, _)| *known == extension).map(|(_, language)| *language)
    }

    /// The language of a file by its name and its text: a header may be C++.
    pub fn of(path: &str, text: &str) -> Option<Self> {
        let language = Self::of_path(path)?;
        let is_header = extension(path).as_deref() == Some("h");
        let probe = super::lines::head(text, HEADER_PROBE_BYTES);
        let is_cpp = || probe.lines().any(|line| ONLY_CPP.iter().any(|begin| line.trim_start().starts_with(begin)));
        Some(if is_header && is_cpp() { Self::Cpp } else { language })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::C => "C",
            Self::Cpp => "C++",
            Self::Go => "Go",
            Self::Java => "Java",
            Self::JavaScript => "JavaScript",
            Self::Python => "Python",
            Self::Rust => "Rust",
            Self::TypeScript | Self::Tsx => "TypeScript",
        }
    }

    /// What it joins names with.
    pub(super) fn separator(self) -> &'static str {
        match self {
            Self::C | Self::Cpp | Self::Rust => "::",
            Self::Go | Self::Java | Self::JavaScript | Self::Python | Self::TypeScript | Self::Tsx => ".",
        }
    }
}

/// The name of the language of a file of code, with a grammar or without; none for what is no code.
pub(super) fn name_of(path: &str) -> Option<&'static str> {
    let extension = extension(path)?;
    let searched = || SEARCHED.iter().find(|(known, _)| *known == extension).map(|(_, name)| *name);
    Language::of_path(path).map(Language::name).or_else(searched)
}

/// Whether a word of a text ends as files of code do. What ends in a single letter is taken for one only where that letter
/// has a grammar: `point.r` is a field more often than a file.
pub fn ends_as_code(word: &str) -> bool {
    let is_letter = || extension(word).is_some_and(|extension| extension.len() < 2);
    Language::of_path(word).is_some() || (name_of(word).is_some() && !is_letter())
}

/// What languages share that can call each other by name; a language on its own is its own family.
pub(super) fn family_of(path: &str) -> &'static str {
    match name_of(path).unwrap_or_default() {
        "C" | "C++" | "CUDA" | "Objective-C" => "C",
        "JavaScript" | "TypeScript" | "Vue" | "Svelte" | "Astro" => "JavaScript",
        "Java" | "Kotlin" | "Scala" | "Groovy" | "Clojure" => "Java",
        "Python" | "Cython" => "Python",
        name => name,
    }
}

fn extension(path: &str) -> Option<String> {
    let name = path.rsplit(['/', '\\']).next()?;
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_code_has_a_language_and_a_document_has_none() {
        assert_eq!(Language::of_path("src/App.TSX"), Some(Language::Tsx));
        assert_eq!((Language::of_path("a.rb"), name_of("a.rb")), (None, Some("Ruby")));
        assert_eq!((name_of("README.md"), name_of("Makefile"), name_of("rs")), (None, None, None));
    }

    #[test]
    fn a_word_that_ends_as_a_field_is_no_file() {
        for (word, is_file) in [("a.c", true), ("b.zsh", true), ("c.r", false), ("d.handle", false), ("e", false)] {
            assert_eq!(ends_as_code(word), is_file, "{word}");
        }
    }

    #[test]
    fn a_header_with_a_class_is_cpp() {
        assert_eq!(Language::of("a.h", "struct a { int b; };\n"), Some(Language::C));
        assert_eq!(Language::of("a.h", "#pragma once\n  class A {};\n"), Some(Language::Cpp));
    }
}
