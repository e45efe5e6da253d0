//! What a trace is asked for, as people write it.

use super::language;
use super::word::is_word_byte;
use crate::error::{Error, Result};

/// A name to trace, or a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The file it is defined in.
    pub(super) path: Option<String>,
    /// What is asked for.
    pub(super) what: What,
}

/// A name or a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A name.
    Name {
        /// The type or module it belongs to.
        owner: Option<String>,
        /// The name itself.
        name: String,
    },
    /// The definition that this line is part of.
    Line(usize),
}

impl Target {
    /// Reads `name`, `Type::method`, `Type.method`, `path/file.rs:name` or `path/file.rs:12`.
    pub(super) fn parse(written: &str) -> Result<Self> {
        let text = written.trim().trim_matches('`').trim();
        let (path, rest) = match split_path(text) {
            Some((path, rest)) => (Some(path.to_owned()), rest),
            None => (None, text),
        };
        if let (Some(_), Ok(line)) = (&path, rest.parse::<usize>()) {
            return Ok(Self { path, what: What::Line(line) });
        }
        names(rest).map(|what| Self { path, what }).ok_or_else(|| unreadable(written))
    }
}

/// `path:rest`, where what is before the colon reads like a file.
fn split_path(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let colons = memchr::memchr_iter(b':', bytes);
    let alone = colons.filter(|&at| bytes.get(at + 1) != Some(&b':') && (at == 0 || bytes.get(at - 1) != Some(&b':')));
    // `C:\file.rs:name` has a colon more.
    let mut splits = alone.map(|at| (&text[..at], text[at + 1..].trim()));
    splits.rfind(|(path, _)| path.contains('/') || language::name_of(path).is_some())
}

fn names(text: &str) -> Option<What> {
    let text = text.trim_end_matches(['(', ')', '!', ' ']);
    let plain = text.replace("::", ".").replace("->", ".").replace('#', ".");
    let mut parts =
        plain.rsplit('.').map(|part| part.split('<').next().unwrap_or(part).trim().trim_start_matches(['&', '*']));
    let name = parts.next()?.to_owned();
    let is_name = |part: &str| {
        !part.is_empty()
            && part.len() <= super::bounds::MAX_NAME_BYTES
            && part.trim_start_matches('~').bytes().all(is_word_byte)
    };
    let owner = parts.find(|part| !part.is_empty()).map(str::to_owned);
    (is_name(&name) && owner.as_deref().is_none_or(is_name)).then_some(What::Name { owner, name })
}

fn unreadable(written: &str) -> Error {
    let allowed = "name, Type::method, Type.method, path/file.rs:name or path/file.rs:12";
    Error::validation("target", written, allowed, format!("{written:?} names nothing that can be traced"))
        .hint("give one name, with its type or file where several have it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(owner: Option<&str>, name: &str) -> What {
        What::Name { owner: owner.map(str::to_owned), name: name.to_owned() }
    }

    #[test]
    fn a_target_is_read_in_each_of_its_forms() {
        for (written, path, what) in [
            ("expand", None, name(None, "expand")),
            ("`expand()`", None, name(None, "expand")),
            ("LocalWorkspace::list", None, name(Some("LocalWorkspace"), "list")),
            ("evidence::Store<T>::open", None, name(Some("Store"), "open")),
            ("Store.open", None, name(Some("Store"), "open")),
            ("Store#open", None, name(Some("Store"), "open")),
            ("println!", None, name(None, "println")),
            ("src/a.rs:expand", Some("src/a.rs"), name(None, "expand")),
            ("a.rs:Walk::place", Some("a.rs"), name(Some("Walk"), "place")),
            ("src/a.rs:12", Some("src/a.rs"), What::Line(12)),
            (r"C:\a.rs:expand", Some(r"C:\a.rs"), name(None, "expand")),
        ] {
            let target = Target::parse(written).unwrap();
            assert_eq!(target, Target { path: path.map(str::to_owned), what }, "{written}");
        }
    }

    #[test]
    fn what_names_nothing_is_refused_with_the_forms_that_do() {
        for written in ["", "  ", "src/a.rs:", "how does it work", "a::", "::"] {
            let error = Target::parse(written).unwrap_err();
            assert!(error.details.unwrap().to_string().contains("Type::method"), "{written}");
        }
    }
}
