//! What is test code, and what no test code names.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::documentation::{Once, not_counted};
use super::facts::{How, Outline, Symbol, SymbolKind};
use crate::protocol::Skipped;

/// Public functions that no test names: an estimate.
///
/// A function counts as tested when any test code among the outlines has its name, whatever that means there: one
/// that is tested through another is listed, and of two with the same name both count when one is tested.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untested {
    /// How many public functions and methods there are outside of test code.
    pub public: usize,
    /// How many tests and files of tests were seen: with none, all are untested because of that.
    pub tests: usize,
    /// Those whose name no test code has, in the order of the outlines.
    pub symbols: Vec<Symbol>,
    /// Files of which it can not be said, and why.
    pub not_counted: Vec<Skipped>,
}

/// Lists the public functions that no test among `outlines` names.
pub fn untested(outlines: &[Outline]) -> Untested {
    let files = test_files(outlines);
    let is_test = |outline: &Outline| outline.is_test || files.contains(outline.path.as_str());
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut tests = 0;
    for outline in outlines {
        names.extend(outline.tested_names.iter().map(String::as_str));
        tests += usize::from(is_test(outline)) + outline.symbols.iter().filter(|symbol| symbol.is_test).count();
        if is_test(outline) {
            names.extend(outline.references.iter().map(|reference| reference.name.as_str()));
        }
    }
    let mut once = Once::default();
    let code = outlines.iter().filter(|outline| !is_test(outline) && matches!(outline.how, How::Parsed { .. }));
    let public: Vec<&Symbol> = code
        .flat_map(|outline| outline.symbols.iter())
        .filter(|symbol| symbol.is_public && !symbol.is_test && symbol.name != "main")
        .filter(|symbol| matches!(symbol.kind, SymbolKind::Function | SymbolKind::Method))
        .filter(|symbol| once.is_first(symbol))
        .collect();
    let symbols = public.iter().filter(|symbol| !names.contains(symbol.name.as_str()));
    Untested {
        public: public.len(),
        tests,
        symbols: symbols.map(|symbol| (*symbol).clone()).collect(),
        not_counted: not_counted(outlines),
    }
}

/// Files of Rust that a module of tests in another file names: `#[cfg(test)] mod properties;`.
fn test_files(outlines: &[Outline]) -> BTreeSet<&str> {
    let known: BTreeSet<&str> = outlines.iter().map(|outline| outline.path.as_str()).collect();
    let modules = outlines
        .iter()
        .flat_map(|outline| outline.symbols.iter())
        .filter(|symbol| symbol.is_test && symbol.kind == SymbolKind::Module && symbol.line == symbol.end_line);
    let places = modules.flat_map(|module| {
        let stem = module.path.trim_end_matches(".rs");
        let directory = ["/mod", "/lib", "/main"].iter().find_map(|name| stem.strip_suffix(name)).unwrap_or(stem);
        let name = &module.name;
        [format!("{directory}/{name}.rs"), format!("{directory}/{name}/mod.rs")]
    });
    places.filter_map(|path| known.get(path.as_str()).copied()).collect()
}

/// Whether a file is test code, as its path says.
pub(super) fn is_test_path(path: &str) -> bool {
    let mut names = path.rsplit(['/', '\\']);
    let file = names.next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let is_named = matches!(stem, "test" | "tests" | "conftest")
        || ["test_", "tests_"].iter().any(|begin| stem.starts_with(begin))
        || ["_test", "_tests", "_spec", ".test", ".spec", "Test", "Tests", "Spec"]
            .iter()
            .any(|end| stem.ends_with(end));
    is_named || names.any(|directory| matches!(directory, "test" | "tests" | "__tests__" | "spec" | "specs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_code_is_known_by_its_path() {
        for path in [
            "tests/e2e/call.rs",
            "src/local/tests.rs",
            "pkg/store_test.go",
            "test_store.py",
            "src/store.test.ts",
            "src/test/java/StoreTest.java",
            "spec/store_spec.rb",
            "web/__tests__/store.js",
        ] {
            assert!(is_test_path(path), "{path}");
        }
        for path in ["src/contest.rs", "src/testing.rs", "latest.py", "src/attest/store.go"] {
            assert!(!is_test_path(path), "{path}");
        }
    }
}
