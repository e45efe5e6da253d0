//! Outlines and traces of small programs of our own, one in each language, and of this repository.
#![cfg(feature = "outline")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::*;
use crate::clock::Deadline;
use crate::evidence::LocalWorkspace;

mod answers;
mod callers;
mod properties;
mod repository;

/// The root of this repository.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// The files of a small program in `language`.
fn program(language: &str) -> LocalWorkspace {
    workspace(&repository().join("tests/fixtures/outline").join(language))
}

fn workspace(root: &Path) -> LocalWorkspace {
    LocalWorkspace::new(&[root.to_owned()], root, None, &[]).unwrap()
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_mins(2))
}

async fn outlines_of(language: &str) -> Vec<Outline> {
    outlines(&program(language), &[], soon()).await.unwrap().files
}

async fn traced(language: &str, target: &str) -> Trace {
    let request = TraceRequest { target: target.to_owned(), paths: Vec::new(), deadline: soon() };
    trace(&program(language), &request).await.unwrap()
}

/// All that an outline says, one line a fact.
fn facts(outline: &Outline) -> String {
    let how = match &outline.how {
        How::Parsed { language } => language.name().to_owned(),
        How::TextSearch { language, why } => format!("{language} as text: {why}"),
    };
    let mut text = format!("{} ({how}){}\n", outline.path, if outline.is_test { " test" } else { "" });
    for import in &outline.imports {
        text.push_str(&format!("  {:>3} import {}\n", import.line, import.text));
    }
    for symbol in &outline.symbols {
        let marks = [(symbol.is_public, "public"), (symbol.is_documented, "documented"), (symbol.is_test, "test")];
        let marks: Vec<&str> = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
        text.push_str(&format!(
            "  {:>3}-{} {} {} [{}] {}\n",
            symbol.line,
            symbol.end_line,
            symbol.kind.as_str(),
            symbol.qualified_name(),
            marks.join(" "),
            symbol.signature
        ));
    }
    for reference in &outline.references {
        let on = reference.receiver.as_ref().map(|receiver| format!("{receiver} . ")).unwrap_or_default();
        let from = reference.from.as_deref().unwrap_or("-");
        text.push_str(&format!("  {:>3} {from} calls {on}{}\n", reference.line, reference.name));
    }
    text
}

#[tokio::test]
async fn the_outline_of_each_language_is_what_a_person_would_write() {
    for language in ["c", "cpp", "go", "java", "javascript", "python", "ruby", "rust", "typescript"] {
        let outlines = outlines_of(language).await;
        insta::assert_snapshot!(format!("outline_{language}"), outlines.iter().map(facts).collect::<String>());
    }
}
