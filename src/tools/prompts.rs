//! The prompts: those of the program, and files of the user's own that stand in for them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Error, Result};

/// Each prompt by its name: `prompts/NAME.md`, which `NAME.md` in `prompts_dir` stands in for. `evidence` and `findings`
/// follow the prompts of workflow tools: what they are shown, and the form of the answer that is read.
const EMBEDDED: &[(&str, &str)] = &[
    ("analyze", include_str!("prompts/analyze.md")),
    ("chat", include_str!("prompts/chat.md")),
    ("codereview", include_str!("prompts/codereview.md")),
    ("consensus", include_str!("prompts/consensus.md")),
    ("consensus_against", include_str!("prompts/consensus_against.md")),
    ("consensus_for", include_str!("prompts/consensus_for.md")),
    ("consensus_neutral", include_str!("prompts/consensus_neutral.md")),
    ("debug", include_str!("prompts/debug.md")),
    ("evidence", include_str!("prompts/evidence.md")),
    ("findings", include_str!("prompts/findings.md")),
    ("kimi_intent_analysis", include_str!("prompts/kimi_intent_analysis.md")),
    ("precommit", include_str!("prompts/precommit.md")),
    ("refactor", include_str!("prompts/refactor.md")),
    ("secaudit", include_str!("prompts/secaudit.md")),
    ("testgen", include_str!("prompts/testgen.md")),
    ("thinkdeep", include_str!("prompts/thinkdeep.md")),
];

/// What models are told they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prompts {
    own: BTreeMap<&'static str, String>,
}

impl Prompts {
    /// The prompts of the program, with those in `dir` in their place. A file that is none of them is an error:
    /// whoever writes a prompt would wait for its effect in vain. What editors leave beside a file does not count.
    pub fn load(dir: &Path) -> Result<Self> {
        let entries = std::fs::read_dir(dir).map_err(|error| unreadable(dir, &error))?;
        let mut own = BTreeMap::new();
        for entry in entries {
            let path = entry.map_err(|error| unreadable(dir, &error))?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            if is_left_by_an_editor(&file) {
                continue;
            }
            let known = file.strip_suffix(".md").and_then(|name| EMBEDDED.iter().find(|(known, _)| *known == name));
            let (name, _) = known.ok_or_else(|| unknown(&path))?;
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            if text.trim().is_empty() {
                return Err(Error::invalid(format!("prompt {} is empty", path.display()))
                    .hint("remove the file to use the built-in prompt"));
            }
            own.insert(*name, text);
        }
        Ok(Self { own })
    }

    /// The prompt called `name`.
    pub fn get(&self, name: &str) -> Result<&str> {
        let embedded = || EMBEDDED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        let found = self.own.get(name).map(String::as_str).or_else(embedded);
        found.ok_or_else(|| Error::internal(format!("there is no prompt called `{name}`")))
    }
}

/// Hidden files, backups and locks.
fn is_left_by_an_editor(file: &str) -> bool {
    file.starts_with(['.', '#']) || file.ends_with('~')
}

fn unknown(path: &Path) -> Error {
    let possible: Vec<String> = EMBEDDED.iter().map(|(name, _)| format!("{name}.md")).collect();
    Error::invalid(format!("{} in prompts_dir stands in for no prompt", path.display()))
        .hint(format!("possible names: {}", possible.join(", ")))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::invalid(format!("{} of prompts_dir can not be read: {error}", path.display()))
        .hint("change prompts_dir (EXAI_PROMPTS_DIR), or unset it to use the built-in prompts")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn dir(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(dir.path().join(name), text).unwrap();
        }
        dir
    }

    #[test]
    fn every_prompt_of_the_program_can_be_stood_in_for() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/prompts");
        let mut files: Vec<String> =
            fs::read_dir(sources).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        let mut known: Vec<String> = EMBEDDED.iter().map(|(name, _)| format!("{name}.md")).collect();
        known.sort();
        assert_eq!(known, files);
    }

    #[test]
    fn a_file_stands_in_for_its_prompt_and_for_no_other() {
        let dir = dir(&[("debug.md", "Find it."), (".debug.md.swp", "x"), ("debug.md~", "x"), ("#chat.md#", "x")]);
        let prompts = Prompts::load(dir.path()).unwrap();
        assert_eq!(prompts.get("debug").unwrap(), "Find it.");
        assert_eq!(prompts.get("chat").unwrap(), include_str!("prompts/chat.md"));
        assert!(prompts.get("version").unwrap_err().message.contains("`version`"));
    }

    #[test]
    fn a_file_that_is_no_prompt_is_named_with_the_names_that_are() {
        for name in ["debgu.md", "debug.txt", "notes"] {
            let dir = dir(&[("chat.md", "Be brief."), (name, "x")]);
            let error = Prompts::load(dir.path()).unwrap_err();
            assert!(error.message.contains(dir.path().join(name).to_str().unwrap()), "{}", error.message);
            assert!(error.hints[0].contains("chat.md, codereview.md"), "{:?}", error.hints);
        }
    }

    #[test]
    fn a_prompt_that_can_not_be_read_is_named() {
        let empty = dir(&[("chat.md", " \n")]);
        let broken = dir(&[]);
        fs::write(broken.path().join("chat.md"), [0xff]).unwrap();
        let directory = dir(&[]);
        fs::create_dir(directory.path().join("chat.md")).unwrap();
        for dir in [&empty, &broken, &directory] {
            let error = Prompts::load(dir.path()).unwrap_err();
            assert!(error.message.contains(dir.path().join("chat.md").to_str().unwrap()), "{}", error.message);
        }
        let gone = empty.path().join("gone");
        let error = Prompts::load(&gone).unwrap_err();
        assert!(error.message.contains(gone.to_str().unwrap()) && error.hints[0].contains("EXAI_PROMPTS_DIR"));
    }
}
