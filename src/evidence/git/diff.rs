//! One comparison, by git in an enclosure, as changed files.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::answer::{ChangedFile, FileKind, Part, Patch, Status};
use super::attributes::{Attributes, attributes};
use super::enclosure::Enclosure;
use super::generated::generated;
use super::patch::{Entry, Section, parse};
use super::program::{Program, words};
use super::repository::path_of;
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::local::{MAX_FILE_BYTES, blocking, grouped};
use crate::evidence::paths::Rules;

/// How much of one comparison is read.
const MAX_DIFF_BYTES: u64 = 24 * 1024 * 1024;
/// How many changed files are told.
pub(super) const MAX_FILES: usize = 10_000;

/// What to compare, where.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    pub(super) program: &'a Program,
    pub(super) enclosure: &'a Enclosure,
    pub(super) rules: &'a Rules,
    /// The top of the files; none in a bare repository.
    pub(super) top: Option<&'a Path>,
    pub(super) pathspecs: &'a [PathBuf],
    pub(super) text: bool,
}

impl Comparison<'_> {
    /// Compares the sides that `sides` names, such as `--cached` and a commit.
    pub(super) async fn run(&self, part: Part, sides: &[&str], gaps: &mut Vec<String>) -> Result<Vec<ChangedFile>> {
        let mut arguments: Vec<OsString> = words(["diff", "--raw", "-z", "--no-abbrev", "--find-renames", "-l1000"]);
        arguments.extend(words(["--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=dirty"]));
        arguments.extend(words(["--submodule=short", "--src-prefix=a/", "--dst-prefix=b/"]));
        if self.text {
            arguments.push("--patch".into());
        }
        arguments.extend(words(sides));
        arguments.push("--".into());
        arguments.extend(words(self.pathspecs));
        let said = self.enclosure.ask(self.program, arguments, None, MAX_DIFF_BYTES).await?;
        let (mut entries, is_all) = parse(&said.bytes, said.is_whole, self.text).map_err(|why| {
            Error::new(ErrorCode::ToolExecutionError, format!("git's diff can not be understood: {why}"))
        })?;
        settle_conflicts(&mut entries);
        if !is_all || entries.len() > MAX_FILES {
            entries.truncate(MAX_FILES);
            gaps.push(format!(
                "of the {} files only the first {} are named",
                part.as_str(),
                grouped(entries.len() as u64)
            ));
        }
        let paths: Vec<&[u8]> = entries.iter().map(|entry| entry.path.as_slice()).collect();
        let said = attributes(self.program, self.enclosure, &paths).await?;
        let sizes = self.sizes(part, &entries).await?;
        Ok(entries.into_iter().map(|entry| self.file(part, entry, &said, &sizes)).collect())
    }

    fn file(
        &self,
        part: Part,
        entry: Entry,
        said: &BTreeMap<Vec<u8>, Attributes>,
        sizes: &BTreeMap<Vec<u8>, u64>,
    ) -> ChangedFile {
        let attributes = said.get(&entry.path).cloned().unwrap_or_default();
        let path = self.show(&entry.path);
        let (kind, why) = kind(&entry, &path, &attributes);
        // What git compares with a file has gone through the filter, which is not run; what it would make of the file
        // is not known, and the file itself may be what the filter is there to hide.
        let filter = attributes.filter.as_ref().filter(|_| part == Part::Unstaged && kind != FileKind::Submodule);
        let patch = match (entry.section, why) {
            (Section::Missing, _) if !self.text => Patch::Unasked,
            (_, Some(reason)) => Patch::LeftOut { reason },
            (Section::None, _) => left_out("a merge left it in conflict, and there is no one version to compare"),
            _ if filter.is_some() => {
                let filter = filter.map(String::as_str).unwrap_or_default();
                left_out(format!("its content goes through the filter {filter:?}, which is not run"))
            }
            (Section::Binary, _) => {
                if sizes.get(&entry.path).is_some_and(|bytes| *bytes > MAX_FILE_BYTES) {
                    left_out(format!("larger than {} bytes", grouped(MAX_FILE_BYTES)))
                } else if attributes.has_no_diff {
                    left_out("the repository's .gitattributes say that it has no text to compare (-diff)")
                } else {
                    left_out("binary file")
                }
            }
            (Section::Missing, _) => left_out("more changes than are read at once"),
            (Section::Hunks(hunks), _) if hunks.len() as u64 > MAX_FILE_BYTES => {
                left_out(format!("its changes are larger than {} bytes", grouped(MAX_FILE_BYTES)))
            }
            (Section::Hunks(hunks), _) if hunks.is_empty() => Patch::Empty,
            (Section::Hunks(hunks), _) => Patch::Text { hunks },
        };
        let is_another = entry.old_mode != entry.new_mode;
        let modes = is_another && !matches!(entry.status, Status::Added | Status::Deleted | Status::Conflicted);
        ChangedFile {
            path,
            old_path: entry.old_path.as_deref().map(|path| self.show(path)),
            part,
            status: entry.status,
            kind,
            modes: modes.then_some((entry.old_mode, entry.new_mode)),
            patch,
        }
    }

    /// A path of the repository as people and models see it.
    fn show(&self, path: &[u8]) -> String {
        match self.top {
            Some(top) => self.rules.show(&top.join(path_of(path))),
            None => String::from_utf8_lossy(path).into_owned(),
        }
    }

    /// The sizes of what git calls binary, the larger side of each: it may only be too large.
    async fn sizes(&self, part: Part, entries: &[Entry]) -> Result<BTreeMap<Vec<u8>, u64>> {
        let binary: Vec<&Entry> = entries.iter().filter(|entry| entry.section == Section::Binary).collect();
        let ids: Vec<&str> = binary
            .iter()
            .flat_map(|entry| entry.ids.iter().map(String::as_str))
            .filter(|id| id.bytes().any(|digit| digit != b'0'))
            .collect();
        if binary.is_empty() {
            return Ok(BTreeMap::new());
        }
        let input = self.enclosure.input((ids.join("\n") + "\n").as_bytes())?;
        let asked = ["cat-file", "--batch-check=%(objectname) %(objectsize)"];
        let said = self.enclosure.ask(self.program, asked, Some(input), MAX_DIFF_BYTES).await?;
        let text = String::from_utf8_lossy(&said.bytes);
        let stored: BTreeMap<&str, u64> = text
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(id, size)| Some((id, size.parse().ok()?)))
            .collect();
        let mut sizes: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
        for entry in &binary {
            let largest = entry.ids.iter().filter_map(|id| stored.get(id.as_str())).max();
            sizes.insert(entry.path.clone(), largest.copied().unwrap_or(0));
        }
        let Some(top) = self.top.filter(|_| part == Part::Unstaged).map(Path::to_owned) else { return Ok(sizes) };
        let measure = move || {
            for (path, size) in &mut sizes {
                let own = std::fs::symlink_metadata(top.join(path_of(path))).map_or(0, |metadata| metadata.len());
                *size = own.max(*size);
            }
            sizes
        };
        blocking(measure).await
    }
}

/// What a file is, and why it is not shown if that follows from it.
fn kind(entry: &Entry, path: &str, attributes: &Attributes) -> (FileKind, Option<String>) {
    const LINK: &str = "120000";
    const SUBMODULE: &str = "160000";
    let is = |mode: &str| entry.new_mode == mode || (entry.status == Status::Deleted && entry.old_mode == mode);
    if is(SUBMODULE) {
        return (FileKind::Submodule, None);
    }
    if is(LINK) {
        return (FileKind::Symlink, None);
    }
    if let Some(what) = generated(path) {
        return (FileKind::Generated, Some(what.to_owned()));
    }
    if attributes.is_generated {
        return (FileKind::Generated, Some("generated file, as .gitattributes says".to_owned()));
    }
    (if entry.section == Section::Binary { FileKind::Binary } else { FileKind::Text }, None)
}

/// A conflict is named apart from what the file holds now: one entry is made of both.
fn settle_conflicts(entries: &mut Vec<Entry>) {
    let mut at = 0;
    while at + 1 < entries.len() {
        if entries[at].status == Status::Conflicted && entries[at + 1].path == entries[at].path {
            entries.remove(at);
            entries[at].status = Status::Conflicted;
        }
        at += 1;
    }
}

pub(super) fn left_out(reason: impl Into<String>) -> Patch {
    Patch::LeftOut { reason: reason.into() }
}
