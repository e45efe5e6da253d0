//! The type that is written beside a variable: as much as can be known of it without a compiler.

use crate::outline::facts::Outline;
use crate::outline::word::{self, first_word, last_word};

/// How far from a variable its type is looked for.
const DECLARATION_BYTES: usize = 60;
/// How many places of a variable are looked at: a name that is everywhere says little.
const MAX_PLACES: usize = 200;
/// What may stand between a variable and its type.
#[rustfmt::skip]
const BETWEEN: &[&str] = &[
    "Arc", "Box", "Option", "Optional", "Rc", "await", "const", "dyn", "final", "impl", "mut", "new", "static",
];

/// Which of `types` the variable has that is used in the line `line` of a file: as written in the function around
/// it, else anywhere in the file if all of it agrees.
pub(super) fn type_of<'t>(
    variable: &str,
    line: usize,
    outline: &Outline,
    text: &str,
    types: &[&'t str],
) -> Option<&'t str> {
    let around = outline
        .symbols
        .iter()
        .filter(|symbol| (symbol.line..=symbol.end_line).contains(&line) && symbol.kind.is_callable());
    let innermost = around.min_by_key(|symbol| symbol.end_line - symbol.line);
    let inside = innermost.map(|symbol| {
        let lines = text.split_inclusive('\n');
        let before: usize = lines.clone().take(symbol.line - 1).map(str::len).sum();
        let within: usize = lines.skip(symbol.line - 1).take(line + 1 - symbol.line).map(str::len).sum();
        text.get(before..before + within).unwrap_or_default()
    });
    inside.and_then(|inside| type_in(inside, variable, types)).or_else(|| type_in(text, variable, types))
}

/// The one of `types` that stands beside `variable` in `text`.
fn type_in<'t>(text: &str, variable: &str, types: &[&'t str]) -> Option<&'t str> {
    let mut found: Option<&str> = None;
    for at in word::places(text, variable).take(MAX_PLACES) {
        let before = type_before(text, at);
        let after = types_after(text, at + variable.len());
        let known = types.iter().find(|known| before == Some(**known) || after.contains(&Some(**known)));
        match (found, known) {
            (Some(one), Some(other)) if one != *other => return None,
            (_, Some(known)) => found = Some(known),
            (_, None) => {}
        }
    }
    found
}

/// The first name after a variable that can be its type, and the name in that: `name: &mut Type`,
/// `name = new Type`, `name *package.Type`.
fn types_after(text: &str, at: usize) -> [Option<&str>; 2] {
    let mut rest = text.get(at..text.floor_char_boundary(at + DECLARATION_BYTES)).unwrap_or_default();
    // `name.field` and `name(…)` say nothing about its type.
    if !rest.starts_with([':', ' ', '=', '*']) || rest.starts_with("::") {
        return [None, None];
    }
    loop {
        rest = rest.trim_start_matches([' ', ':', '&', '*', '=', '<', '(', '\t', '\n', '\'']);
        let (name, after) = first_word(rest);
        if name.is_empty() {
            return [None, None];
        }
        let is_lifetime = name.len() <= 2 && name.starts_with(char::is_lowercase);
        if !BETWEEN.contains(&name) && !is_lifetime {
            let inner = after.strip_prefix("::").or_else(|| after.strip_prefix('.'));
            return [Some(name), inner.map(|inner| first_word(inner).0)];
        }
        rest = after;
    }
}

/// The name before a variable that can be its type: `Type name`, `Type *name`, `const Type<T>& name`.
fn type_before(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let trimmed = before.trim_end_matches([' ', '*', '&']);
    if trimmed.len() == before.len() {
        return None;
    }
    let plain = match trimmed.strip_suffix('>') {
        Some(generic) => generic.rsplit_once('<').map_or("", |(plain, _)| plain),
        None => trimmed,
    };
    Some(last_word(plain).1).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_beside_a_variable_is_found_as_each_language_writes_it() {
        for text in [
            "fn a(store: &Store) {",
            "fn a(store: Arc<Store>)",
            "fn a(store: &'a mut dyn Store)",
            "let store = Store::open();",
            "def a(store: Store):",
            "store = Store()",
            "const store = new Store()",
            "func a(store *Store) {",
            "kept := Store{}; func a(store *house.Store) {",
            "Store store = open();",
            "void a(const Store& store)",
            "Store *store;",
            "Store<String> store",
        ] {
            assert_eq!(type_in(text, "store", &["Other", "Store"]), Some("Store"), "{text}");
        }
        for text in ["store.open(Store)", "return Store + store(Other)", "store: Store, store: Other"] {
            assert_eq!(type_in(text, "store", &["Other", "Store"]), None, "{text}");
        }
    }
}
