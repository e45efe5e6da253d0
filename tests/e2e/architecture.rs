//! The arrows of ARCHITECTURE.md, read from the sources.

use std::path::{Path, PathBuf};

use crate::support::repository;

/// Modules of `src/`, in groups: a module uses only what stands in earlier groups.
/// Within the first group, which is the vocabulary of all others, the order counts.
const GROUPS: [&[&str]; 18] = [
    &["error"],
    &["json"],
    &["clock"],
    &["feed"],
    &["protocol"],
    &["config"],
    &["telemetry"],
    &["redaction", "store", "coordination", "providers"],
    &["evidence"],
    &["outline"],
    &["threads", "findings", "gateway"],
    &["tools"],
    &["calls"],
    &["backend"],
    &["mcp"],
    &["mcp"],
    &["server"],
    &["fuzzing"],
];

fn group_of(module: &str) -> usize {
    let found = GROUPS.iter().position(|group| group.contains(&module));
    found.unwrap_or_else(|| panic!("module `{module}` has no place in the order"))
}

#[test]
fn a_module_uses_only_what_stands_to_its_left() {
    let mut wrong = Vec::new();
    let files = sources(&repository().join("src"));
    assert!(files.len() > 50, "only {} sources were found", files.len());
    for file in files {
        let module = module_of(&file);
        if module == "lib" {
            continue;
        }
        for used in uses(&file, "crate::") {
            if used != module && group_of(&used) >= group_of(&module) {
                wrong.push(format!("{} ({module}) uses {used}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_dashboard_uses_only_the_protocol() {
    for file in sources(&repository().join("ui")) {
        for used in uses(&file, "exai_core::") {
            assert_eq!(used, "protocol", "{}", file.display());
        }
    }
}

#[test]
fn only_the_gateway_speaks_to_providers() {
    // The types of a question and the catalogue are everybody's; sending is the gateway's alone.
    let senders = ["src/providers", "src/gateway"];
    for file in sources(&repository().join("src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let path = file.strip_prefix(repository()).unwrap().to_string_lossy().into_owned();
        let may = senders.iter().any(|sender| path.starts_with(sender));
        assert!(may || !text.contains(".open(&self.model"), "{path} sends to a provider");
        assert!(may || !text.contains("ReplyStream"), "{path} reads a provider's stream");
    }
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The module of `src/` that a file belongs to.
fn module_of(file: &Path) -> String {
    let inside = file.strip_prefix(repository().join("src")).unwrap();
    let first = inside.iter().next().unwrap().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// The modules named behind `prefix`, also inside braces; comments apart.
fn uses(file: &Path, prefix: &str) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut used = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        let names = if let Some(inside) = rest.strip_prefix('{') {
            inside[..inside.find('}').unwrap()].split(',').map(str::trim).collect()
        } else {
            vec![rest]
        };
        for name in names {
            let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(name.len());
            if !name[..end].is_empty() {
                used.push(name[..end].to_owned());
            }
        }
    }
    used
}
