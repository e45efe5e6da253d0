//! What a name is called on, or found in: read from the text before it, the same way in every language.

use super::bounds::MAX_NAME_BYTES;
use super::word::last_word;

/// What stands for an expression.
const EXPRESSION: &str = "…";
/// How much of an expression is looked at.
const MAX_EXPRESSION_BYTES: usize = 120;
/// Functions of a type that make one of it.
const MAKERS: &[&str] = &["new", "default"];

/// What a name that comes after `before` is called on, and whether it is joined as a path is.
pub(super) fn receiver(before: &str) -> (Option<String>, bool) {
    let before = before.trim_end();
    let marks = ["?.", "->", "::", "."];
    let Some((joined, mark)) = marks.iter().find_map(|mark| before.strip_suffix(mark).map(|joined| (joined, *mark)))
    else {
        return (None, false);
    };
    let is_path = mark == "::";
    // `..name` is a range, `...name` a list that is spread.
    if mark == "." && joined.ends_with('.') {
        return (None, false);
    }
    let joined = joined.trim_end();
    let (rest, word) = last_word(joined);
    if !word.is_empty() && word.len() <= MAX_NAME_BYTES {
        return (Some(word.to_owned()), is_path);
    }
    // `::name`: the outermost scope.
    if word.is_empty() && (rest.is_empty() || rest.ends_with(['(', ',', ';', '{', '=', '!', '&'])) {
        return (None, is_path);
    }
    (Some(made(joined).unwrap_or(EXPRESSION).to_owned()), is_path)
}

/// The type of what an expression makes, where it says so: `Type(…)`, `new Type(…)`, `Type::new(…)`, and `super()`.
fn made(expression: &str) -> Option<&str> {
    let inside = expression.strip_suffix(')')?;
    let start = inside.ceil_char_boundary(inside.len().saturating_sub(MAX_EXPRESSION_BYTES));
    let mut open = 1;
    let at = inside.get(start..)?.bytes().rposition(|byte| {
        open += i32::from(byte == b')') - i32::from(byte == b'(');
        open == 0
    })?;
    let (before, called) = last_word(inside.get(..start + at)?);
    if called == "super" || called.starts_with(char::is_uppercase) {
        return Some(called);
    }
    let owner = before.strip_suffix("::").filter(|_| MAKERS.contains(&called))?;
    Some(last_word(owner).1).filter(|owner| owner.starts_with(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_is_called_on_is_the_last_name_before_it() {
        for (before, on, is_path) in [
            ("self.store.", Some("store"), false),
            ("let a = Store::", Some("Store"), true),
            ("entry->", Some("entry"), false),
            ("entry?.", Some("entry"), false),
            ("entries\n        .", Some("entries"), false),
            ("super().", Some("super"), false),
            ("new Store(a(1), 2).", Some("Store"), false),
            ("Store::new(a).", Some("Store"), false),
            ("open(a)?.", Some("…"), false),
            ("[1, 2].", Some("…"), false),
            ("x = ::", None, true),
            ("text[next..", None, false),
            ("[...", None, false),
            ("return ", None, false),
            ("", None, false),
        ] {
            assert_eq!(receiver(before), (on.map(str::to_owned), is_path), "{before:?}");
        }
    }
}
