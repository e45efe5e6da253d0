//! Facts about source code for a prompt or an answer: found here, by reading, so that nobody has to guess.

use std::time::Duration;

use serde_json::json;

use super::workflow::{Collected, Scene, members};
use crate::clock::Deadline;
use crate::error::{ErrorCode, Result};
use crate::outline::{self, FellBack, Outlines, TraceRequest};

/// The share of the room for files that facts about them may take: the files themselves say more.
const FACTS: u64 = 6;
/// How long the code of a call is read at the most: what was not looked at by then is named.
const PATIENCE: Duration = Duration::from_secs(20);
/// Names of a description that are looked for until one is found.
const TRIED: usize = 4;

/// What the files define: for who has to know more than the files that are shown.
pub(super) async fn overview<O: Sync>(scene: &Scene<'_, O>) -> Result<Collected> {
    let Some(outlines) = read(scene).await? else { return Ok(Collected::default()) };
    let text = outline::summary(&outlines.files, scene.budget / FACTS);
    Ok(Collected::section("Outline, found by reading the code", &format!("{text}{}", caveats(&outlines.fell_back))))
}

/// Public functions that no test names.
pub(super) async fn untested<O: Sync>(scene: &Scene<'_, O>) -> Result<Collected> {
    let Some(outlines) = read(scene).await? else { return Ok(Collected::default()) };
    let untested = outline::untested(&outlines.files);
    let text = format!("{}{}", untested.text(scene.budget / FACTS), caveats(&outlines.fell_back));
    Ok(Collected::section("Tests, found by reading the code", &text))
}

/// Public items without documentation, counted.
pub(super) async fn undocumented<O: Sync>(scene: &Scene<'_, O>) -> Result<Collected> {
    let outlines = outline::outlines(&*scene.context.workspace, &paths(scene), deadline(scene)).await?;
    let undocumented = outline::undocumented(&outlines.files);
    let text = format!("{}{}", undocumented.text(scene.budget), caveats(&outlines.fell_back));
    Ok(Collected {
        members: members(json!({
            "undocumented_files": undocumented.by_file().len(),
            "undocumented_items": undocumented.symbols.len(),
        })),
        ..Collected::section("Documentation, found by reading the code", &text)
    })
}

/// Where what a description names is defined, who calls it and what it calls. The names are tried in turn, until one is
/// defined somewhere.
pub(super) async fn trace<O: Sync>(scene: &Scene<'_, O>, description: &str) -> Result<Collected> {
    let (deadline, paths) = (deadline(scene), paths(scene));
    let mut best: Option<outline::Trace> = None;
    for target in targets(description).into_iter().take(TRIED) {
        let request = TraceRequest { target, paths: paths.clone(), deadline };
        let trace = match outline::trace(&*scene.context.workspace, &request).await {
            Ok(trace) => trace,
            // A word with a slash or a dot that is no path.
            Err(error) if error.code == ErrorCode::NotFound || error.code == ErrorCode::ValidationError => continue,
            Err(error) => return Err(error),
        };
        let is_found = !trace.definitions.is_empty();
        if is_found || best.is_none() {
            best = Some(trace);
        }
        if is_found {
            break;
        }
    }
    let Some(trace) = best else { return Ok(Collected::default()) };
    let figures = json!({
        "target": trace.target, "definitions": trace.definitions, "callers": trace.callers, "callees": trace.callees,
        "imports": trace.imports, "notes": trace.notes, "files_searched": trace.files_searched,
        "left_out": trace.left_out, "fell_back": trace.fell_back,
    });
    Ok(Collected {
        members: members(json!({"local_trace": figures})),
        ..Collected::section("Found by reading the code", &trace.text(scene.budget))
    })
}

/// What a description may mean, the most telling first: what looks like code, then other words that could be names.
fn targets(description: &str) -> Vec<String> {
    let words: Vec<&str> = description
        .split_whitespace()
        .map(|word| {
            let word = word.trim_matches(|letter: char| !letter.is_alphanumeric() && !"_/:~<>".contains(letter));
            word.trim_end_matches([':', '.']).trim_end_matches("()")
        })
        .filter(|word| word.chars().any(char::is_alphabetic))
        .collect();
    let is_path = |word: &str| word.contains('/') || outline::ends_as_code(word);
    let is_code = |word: &str| {
        let inner_capital = word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
        word.contains("::") || word.contains('_') || word.contains('.') || inner_capital
    };
    let is_name = |word: &str| word.chars().all(|letter| letter.is_alphanumeric() || "_:.~<>".contains(letter));
    let path = words.iter().find(|word| is_path(word) && !word.contains(':'));
    let mut found: Vec<String> =
        words.iter().filter(|word| is_path(word) && word.contains(':')).map(|word| (*word).to_owned()).collect();
    let names = words.iter().filter(|word| !is_path(word) && is_name(word));
    let (code, plain): (Vec<&&str>, Vec<&&str>) = names.partition(|word| is_code(word));
    for name in code.into_iter().chain(plain) {
        // In that file, if one is named; anywhere, if it is not there.
        found.extend(path.map(|path| format!("{path}:{name}")));
        found.push((*name).to_owned());
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|target| seen.insert(target.clone()));
    found
}

/// The outlines of the files of the work; `None` without files.
async fn read<O: Sync>(scene: &Scene<'_, O>) -> Result<Option<Outlines>> {
    let paths = paths(scene);
    if paths.is_empty() {
        return Ok(None);
    }
    let outlines = outline::outlines(&*scene.context.workspace, &paths, deadline(scene)).await?;
    Ok(Some(outlines).filter(|outlines| !outlines.files.is_empty()))
}

fn paths<O>(scene: &Scene<'_, O>) -> Vec<String> {
    let earlier = scene.work.relevant_files().into_iter().map(str::to_owned);
    let mut paths: Vec<String> = scene.files.iter().cloned().chain(earlier).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Leaves time for the rest of the call.
fn deadline<O>(scene: &Scene<'_, O>) -> Deadline {
    Deadline::after(PATIENCE.min(scene.context.deadline.remaining() / 3))
}

fn caveats(fell_back: &[FellBack]) -> String {
    fell_back
        .iter()
        .map(|FellBack { language, why, files }| format!("{files} files of {language} were searched as text: {why}.\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_description_names_is_tried_before_its_other_words() {
        for (description, first) in [
            ("Queue::pop in src/queue.rs", &["src/queue.rs:Queue::pop", "Queue::pop"][..]),
            ("how does `parse_header()` fail?", &["parse_header"]),
            ("Trace the QueueReader.", &["QueueReader"]),
            ("src/queue.rs:12", &["src/queue.rs:12"]),
            ("drain", &["drain"]),
            ("who calls Server.handle and why", &["Server.handle"]),
        ] {
            let targets = targets(description);
            assert_eq!(&targets[..first.len()], first, "{description}: {targets:?}");
        }
        assert_eq!(targets("… ?"), Vec::<String>::new());
    }
}
