//! One file made into its outline: with its grammar if that is possible, else as text.

use super::bounds::{MAX_LINE_BYTES, MAX_PARSED_BYTES};
use super::facts::{How, Outline};
use super::language::{Language, name_of};
use super::lines::Lines;
use super::text_search;

/// Ends work from outside, between two steps.
pub(super) trait Stop: Sync {
    /// Whether nobody waits for it any more.
    fn is_stopped(&self) -> bool;
}

/// Nothing ends it but its own bounds.
#[derive(Debug)]
struct Never;

impl Stop for Never {
    fn is_stopped(&self) -> bool {
        false
    }
}

impl Outline {
    /// The outline of the file at `path` with the content `text`: bounded in time and size whatever the text is.
    ///
    /// Takes milliseconds for most files and up to some seconds for the worst: not for the runtime.
    pub fn of(path: &str, text: &str) -> Self {
        outline(path, text, None, &Never)
    }
}

/// The outline of a file, with every use of the name that is `watched`.
pub(super) fn outline(path: &str, text: &str, watched: Option<&str>, stop: &dyn Stop) -> Outline {
    let language = Language::of(path, text);
    let name = language.map(Language::name).or_else(|| name_of(path)).unwrap_or("text");
    let why = match language {
        None => format!("there is no grammar for {name}"),
        Some(_) if text.len() > MAX_PARSED_BYTES => {
            format!("larger than the {MAX_PARSED_BYTES} bytes a grammar is used for")
        }
        Some(_) if Lines::of(text).longest() > MAX_LINE_BYTES => {
            "its lines are too long to be written by hand".to_owned()
        }
        Some(language) => match parsed(path, text, language, watched, stop) {
            Ok(outline) => return outline,
            Err(why) => why,
        },
    };
    let how = How::TextSearch { language: name.to_owned(), why };
    text_search::outline(path, text, how, watched)
}

#[cfg(feature = "outline")]
fn parsed(
    path: &str,
    text: &str,
    language: Language,
    watched: Option<&str>,
    stop: &dyn Stop,
) -> Result<Outline, String> {
    let is_test = super::test_code::is_test_path(path);
    let request = super::parse::Request { path, text, language, is_test, watched };
    let parsed = super::parse::parse(&request, stop)?;
    Ok(Outline {
        path: path.to_owned(),
        how: How::Parsed { language },
        is_test,
        symbols: parsed.symbols,
        references: parsed.references,
        imports: parsed.imports,
        tested_names: parsed.tested_names,
        left_out: parsed.left_out,
    })
}

#[cfg(not(feature = "outline"))]
fn parsed(_: &str, _: &str, _: Language, _: Option<&str>, _: &dyn Stop) -> Result<Outline, String> {
    Err("this exai was built without grammars".to_owned())
}
