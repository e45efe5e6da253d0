//! Golden files of the providers: requests as they leave, answers as they come (`tests/golden/<provider>/`).

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::intake::Intake;
use super::*;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden");

/// What is asked of which model.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    model: String,
    request: ChatRequest,
}

fn dialect(name: ProviderName) -> Dialect {
    match name {
        ProviderName::Glm => GLM,
        ProviderName::Kimi => KIMI,
        ProviderName::Custom | ProviderName::Mock => CUSTOM,
    }
}

fn files(provider: ProviderName, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(GOLDEN).join(provider.as_str())).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|found| found == extension));
    files.sort();
    assert!(!files.is_empty(), "no golden .{extension} files of {provider}");
    files
}

fn assert_golden(path: &Path, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(path.parent().unwrap());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(path.file_name().unwrap().to_str().unwrap(), text));
}

fn check_requests(provider: ProviderName) {
    let catalogue = Catalogue::embedded().unwrap();
    for path in files(provider, "json") {
        let case: Case = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let model = catalogue.resolve(&case.model).unwrap();
        assert_eq!(model.provider, provider, "{}", path.display());
        let body = dialect(provider).body(&model, &case.request);
        assert_golden(&path, &serde_json::to_string_pretty(&body).unwrap());
    }
}

/// Takes an answer in, in these reads, as the HTTP stream does.
fn take<'a>(provider: ProviderName, reads: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut intake = Intake::new(dialect(provider));
    for read in reads {
        intake.push(read);
    }
    intake.end(None);
    let mut text = String::new();
    while let Some(piece) = intake.next() {
        match piece {
            Ok(Piece::Text(piece)) => text.push_str(&piece),
            Ok(Piece::Reasoning(_)) => {}
            Err(error) => return format!("handed on: {text:?}\nfailed: {error:#?}"),
        }
    }
    let outcome = intake.finish();
    if let Ok(reply) = &outcome {
        assert_eq!(reply.text, text);
    }
    format!("handed on: {text:?}\n{outcome:#?}")
}

fn check_streams(provider: ProviderName) {
    for path in files(provider, "sse") {
        let bytes = fs::read(&path).unwrap();
        let whole = take(provider, [&bytes[..]]);
        assert_golden(&path, &whole);
        for cut in 1..bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(take(provider, [head, tail]), whole, "{} cut at {cut}", path.display());
        }
        assert_eq!(take(provider, bytes.chunks(1)), whole, "{} byte by byte", path.display());
    }
}

#[test]
fn requests_to_glm_are_as_recorded() {
    check_requests(ProviderName::Glm);
}

#[test]
fn requests_to_kimi_are_as_recorded() {
    check_requests(ProviderName::Kimi);
}

#[test]
fn requests_to_a_custom_endpoint_are_as_recorded() {
    check_requests(ProviderName::Custom);
}

#[test]
fn answers_of_glm_are_read_however_they_are_cut() {
    check_streams(ProviderName::Glm);
}

#[test]
fn answers_of_kimi_are_read_however_they_are_cut() {
    check_streams(ProviderName::Kimi);
}

#[test]
fn answers_of_a_custom_endpoint_are_read_however_they_are_cut() {
    check_streams(ProviderName::Custom);
}
