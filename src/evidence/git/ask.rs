//! Answers a question about a repository from the file system and the `git` program of this machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::answer::{Changes, Part, Patch};
use super::diff::{Comparison, left_out};
use super::enclosure::Enclosure;
use super::pathspec::pathspecs;
use super::program::{Program, failed};
use super::question::GitQuestion;
use super::repository::Repository;
use super::revision;
use crate::config::Environment;
use crate::error::{Error, Result};
use crate::evidence::local::{blocking, grouped};
use crate::evidence::paths::Rules;

/// How much text one answer holds.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// The names of all files of an index.
const MAX_INDEX_LIST_BYTES: u64 = 256 * 1024 * 1024;
/// An id, or a word about why there is none.
const SHORT: u64 = 4_096;

/// Answers `question` under `rules`, with `index` in place of the repository's own.
pub(in crate::evidence) async fn ask(
    rules: &Arc<Rules>,
    environment: Environment,
    index: Option<&Path>,
    question: &GitQuestion,
) -> Result<Changes> {
    let own = Arc::clone(rules);
    let program = blocking(move || Program::find(&environment, |path| own.admits(path))).await??;
    let repository = Arc::new(Repository::find(&program, rules, index, question.path()).await?);
    let (own, its, only) = (Arc::clone(rules), Arc::clone(&repository), question.only().to_vec());
    let paths = blocking(move || pathspecs(&own, &its, &only)).await??;
    let asked = Asked { program, rules, repository, paths };
    let mut changes = match question {
        GitQuestion::WorkTree { path, staged, unstaged, untracked, text, .. } => {
            let parts = [(*staged, Part::Staged), (*unstaged, Part::Unstaged), (*untracked, Part::Untracked)];
            asked.work_tree(path, &parts.map(|(wanted, part)| wanted.then_some(part)), *text).await?
        }
        GitQuestion::Range { base, head, text, .. } => asked.range(base, head, *text).await?,
    };
    keep_to(MAX_ANSWER_BYTES, &mut changes);
    Ok(changes)
}

/// A repository that is being asked.
struct Asked<'a> {
    program: Program,
    rules: &'a Rules,
    repository: Arc<Repository>,
    paths: Vec<PathBuf>,
}

impl Asked<'_> {
    async fn work_tree(&self, path: &str, parts: &[Option<Part>], text: bool) -> Result<Changes> {
        let Some(top) = self.repository.top.clone() else {
            let message = format!("the repository of {path:?} is bare: it has no files that could have changed");
            return Err(Error::validation("path", path, "a repository with a work tree", message)
                .hint("ask for a range of its commits instead"));
        };
        let enclosure = self.enclosure(true, None).await?;
        self.check_index(&enclosure, path).await?;
        let base = self.repository.last_commit(&self.program).await?;
        let mut changes = Changes { repository: self.rules.show(&top), base, ..Changes::default() };
        let comparison = self.comparison(&enclosure, text);
        for part in parts.iter().flatten() {
            let gaps = &mut changes.gaps;
            let files = match part {
                Part::Staged => {
                    let base = match &changes.base {
                        Some(commit) => commit.clone(),
                        None => self.empty_tree(&enclosure).await?,
                    };
                    comparison.run(*part, &["--cached", &base], gaps).await?
                }
                Part::Untracked => comparison.untracked(&top, gaps).await?,
                // Of a conflict, what the file holds is compared with our side.
                _ => comparison.run(*part, &["--ours"], gaps).await?,
            };
            changes.files.extend(files);
        }
        Ok(changes)
    }

    async fn range(&self, base: &str, head: &str, text: bool) -> Result<Changes> {
        let (program, repository) = (&self.program, &self.repository);
        let head_id = repository.commit(program, "head", head).await?;
        let base_id =
            if revision::is_nothing(base) { None } else { Some(repository.commit(program, "base", base).await?) };
        let enclosure = self.enclosure(false, base_id.clone()).await?;
        let since = match &base_id {
            Some(id) => Some(self.parting(&enclosure, (base, id), (head, &head_id)).await?),
            None => None,
        };
        let from = match &since {
            Some(commit) => commit.clone(),
            None => self.empty_tree(&enclosure).await?,
        };
        let shown = repository.top.as_deref().unwrap_or(&repository.git_dir);
        let mut changes = Changes { repository: self.rules.show(shown), base: since, ..Changes::default() };
        let comparison = self.comparison(&enclosure, text);
        changes.files = comparison.run(Part::Range, &[&from, &head_id], &mut changes.gaps).await?;
        changes.head = Some(head_id);
        Ok(changes)
    }

    fn comparison<'a>(&'a self, enclosure: &'a Enclosure, text: bool) -> Comparison<'a> {
        let top = self.repository.top.as_deref();
        Comparison { program: &self.program, enclosure, rules: self.rules, top, pathspecs: &self.paths, text }
    }

    /// With the files, or for commits alone.
    async fn enclosure(&self, with_files: bool, attributes_of: Option<String>) -> Result<Enclosure> {
        let settings = self.repository.settings(&self.program).await?;
        let (repository, ignore_file) = (Arc::clone(&self.repository), self.program.ignore_file());
        let build = move || {
            let top = repository.top.as_deref().filter(|_| with_files);
            Enclosure::new(&repository, &settings, ignore_file.as_deref(), top, attributes_of)
        };
        blocking(build).await?
    }

    /// Refuses an index that leads out of its work tree: git itself makes none, but reads the files of one.
    async fn check_index(&self, enclosure: &Enclosure, path: &str) -> Result<()> {
        let said = enclosure.ask(&self.program, ["ls-files", "-z"], None, MAX_INDEX_LIST_BYTES).await?;
        if !said.is_whole {
            let message = format!("the index of {path:?} names more files than can be looked at");
            return Err(Error::validation("path", path, "a smaller repository", message));
        }
        let leads_out =
            |name: &[u8]| name.starts_with(b"/") || name.split(|byte| *byte == b'/').any(|part| part == b"..");
        match said.bytes.split(|&byte| byte == 0).find(|name| leads_out(name)) {
            None => Ok(()),
            Some(name) => {
                let message =
                    format!("the index of {path:?} names a file outside of it: {:?}", String::from_utf8_lossy(name));
                Err(Error::validation("path", path, "a repository that git made", message)
                    .hint("do not trust this repository; a fresh clone has a sound index"))
            }
        }
    }

    /// Where both sides parted.
    async fn parting(&self, enclosure: &Enclosure, base: (&str, &str), head: (&str, &str)) -> Result<String> {
        let said = enclosure.hear(&self.program, ["merge-base", base.1, head.1], SHORT).await?;
        let found = String::from_utf8_lossy(&said.bytes).trim().to_owned();
        if said.status.is_some_and(|status| status.success()) && !found.is_empty() {
            return Ok(found);
        }
        if !said.complaint.is_empty() {
            return Err(failed(&said.complaint));
        }
        let message = format!("{:?} and {:?} have no common ancestor", base.0, head.0);
        let error = Error::validation("base", base.0, "a revision that head comes from", message);
        Err(if self.repository.is_shallow() {
            error.hint("the clone is shallow: fetch more of it, such as with `git fetch --unshallow`")
        } else {
            error.hint("name a base that the head comes from")
        })
    }

    /// The name of the tree that has nothing, which every repository knows.
    async fn empty_tree(&self, enclosure: &Enclosure) -> Result<String> {
        let nothing = enclosure.input(b"")?;
        let said = enclosure.ask(&self.program, ["hash-object", "-t", "tree", "--stdin"], Some(nothing), SHORT).await?;
        Ok(String::from_utf8_lossy(&said.bytes).trim().to_owned())
    }
}

/// Leaves out the changed lines that are too much for one answer; the files are told all the same.
fn keep_to(most: usize, changes: &mut Changes) {
    let mut left = most;
    for file in &mut changes.files {
        let Patch::Text { hunks } = &file.patch else { continue };
        if let Some(rest) = left.checked_sub(hunks.len()) {
            left = rest;
        } else {
            let most = grouped(most as u64);
            file.patch = left_out(format!("beyond the {most} bytes of changes that are read at once"));
        }
    }
}
