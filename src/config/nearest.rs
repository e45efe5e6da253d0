//! The name that was probably meant.

use crate::error::Error;

/// How alike two names are at least, from 0 to 1, before one is offered for the other.
const LIKENESS: f64 = 0.6;

/// The one of `names` that is most like `wrong`, if any is.
pub(super) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(tail(wrong), tail(name));
    let ranked = names.into_iter().map(|name| (likeness(name), name)).filter(|(likeness, _)| *likeness >= LIKENESS);
    ranked.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, name)| name)
}

/// What all our variables begin with makes none of them alike.
fn tail(name: &str) -> &str {
    name.strip_prefix("EXAI_").unwrap_or(name)
}

/// The error for a name that does not exist, at `place`.
pub(super) fn unknown<'a>(what: &str, name: &str, place: &str, names: impl IntoIterator<Item = &'a str>) -> Error {
    let nearest = nearest(name, names);
    let error = Error::validation(name, place, nearest, format!("unknown {what} {name} ({place})"));
    match nearest {
        Some(nearest) => error.hint(format!("did you mean {nearest}?")),
        None => error.hint("exai config show lists every key and its names"),
    }
}
