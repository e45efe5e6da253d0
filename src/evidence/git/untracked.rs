//! Files that git does not know: what they hold is new, line by line.

use std::path::{Path, PathBuf};

use super::answer::{ChangedFile, FileKind, Part, Patch, Status};
use super::attributes::attributes;
use super::diff::{Comparison, MAX_FILES, left_out};
use super::generated::generated;
use super::program::words;
use super::repository::path_of;
use crate::error::Result;
use crate::evidence::local::{MAX_FILE_BYTES, blocking, grouped};
use crate::evidence::paths::{Rules, cause};
use crate::evidence::read::{self, Content};

/// How much of the list is read.
const MAX_LIST_BYTES: u64 = 4 * 1024 * 1024;
/// How much of all files together is read.
const MAX_ALL_BYTES: u64 = 24 * 1024 * 1024;

/// A file that is to be read.
struct Wanted {
    place: PathBuf,
    shown: String,
    /// Why it is not read.
    kept: Option<(FileKind, String)>,
}

impl Comparison<'_> {
    /// The files below `top` that git neither knows nor ignores.
    pub(super) async fn untracked(&self, top: &Path, gaps: &mut Vec<String>) -> Result<Vec<ChangedFile>> {
        let mut arguments = words(["ls-files", "--others", "--exclude-standard", "-z", "--"]);
        arguments.extend(words(self.pathspecs));
        let said = self.enclosure.ask(self.program, arguments, None, MAX_LIST_BYTES).await?;
        let mut paths: Vec<&[u8]> = said.bytes.split(|&byte| byte == 0).filter(|path| !path.is_empty()).collect();
        if !said.is_whole || paths.len() > MAX_FILES {
            paths.truncate(paths.len().saturating_sub(1).min(MAX_FILES));
            gaps.push(format!("of the untracked files only the first {} are named", grouped(paths.len() as u64)));
        }
        let said = attributes(self.program, self.enclosure, &paths).await?;
        let wanted = paths.into_iter().map(|path| {
            let place = top.join(path_of(path));
            let shown = self.rules.show(&place);
            let own = said.get(path).cloned().unwrap_or_default();
            let kept = if path.ends_with(b"/") {
                Some((FileKind::Submodule, "a repository of its own".to_owned()))
            } else if let Some(what) = generated(&shown) {
                Some((FileKind::Generated, what.to_owned()))
            } else if own.is_generated {
                Some((FileKind::Generated, "generated file, as .gitattributes says".to_owned()))
            } else {
                // The filter may be there to hide what the file holds.
                own.filter.map(|filter| {
                    (FileKind::Text, format!("its content goes through the filter {filter:?}, which is not run"))
                })
            };
            Wanted { place, shown, kept }
        });
        let (wanted, rules, text): (Vec<Wanted>, Rules, bool) = (wanted.collect(), self.rules.clone(), self.text);
        let read = move || {
            let mut left = MAX_ALL_BYTES;
            wanted.into_iter().map(|wanted| new_file(wanted, &rules, text, &mut left)).collect()
        };
        blocking(read).await
    }
}

fn new_file(wanted: Wanted, rules: &Rules, text: bool, left: &mut u64) -> ChangedFile {
    let Wanted { place, shown, kept } = wanted;
    let (kind, patch) = match kept {
        Some((kind, reason)) => (kind, left_out(reason)),
        None if !text => (FileKind::Text, Patch::Unasked),
        None => content(&place, rules, left),
    };
    let patch = if text { patch } else { Patch::Unasked };
    ChangedFile { path: shown, old_path: None, part: Part::Untracked, status: Status::Added, kind, modes: None, patch }
}

fn content(place: &Path, rules: &Rules, left: &mut u64) -> (FileKind, Patch) {
    // Git does not go through links, but what was a directory may have become one since.
    let is_within = place.parent().and_then(|parent| std::fs::canonicalize(parent).ok());
    if !is_within.is_some_and(|parent| rules.admits(&parent) || rules.admits(place)) {
        return (FileKind::Text, left_out("outside the allowed roots"));
    }
    if let Ok(target) = std::fs::read_link(place) {
        return (FileKind::Symlink, Patch::Text { hunks: all_new(&target.to_string_lossy()) });
    }
    match read::whole(place, MAX_FILE_BYTES.min(*left)) {
        Ok(Content::Whole(bytes)) => {
            *left -= bytes.len() as u64;
            let hunks = all_new(&String::from_utf8_lossy(&bytes));
            (FileKind::Text, if hunks.is_empty() { Patch::Empty } else { Patch::Text { hunks } })
        }
        Ok(Content::Binary) => (FileKind::Binary, left_out("binary file")),
        Ok(Content::TooLarge) if *left >= MAX_FILE_BYTES => {
            (FileKind::Text, left_out(format!("larger than {} bytes", grouped(MAX_FILE_BYTES))))
        }
        Ok(Content::TooLarge) => (FileKind::Text, left_out("more changes than are read at once")),
        Ok(Content::NotRegular) => (FileKind::Binary, left_out("not a regular file")),
        Err(error) => (FileKind::Text, left_out(format!("can not be read: {}", cause(&error)))),
    }
}

/// A hunk in which every line is new.
fn all_new(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let lines = text.split_inclusive('\n');
    let count = lines.clone().count();
    let mut hunk = format!("@@ -0,0 +1,{count} @@\n");
    for line in lines {
        hunk.push('+');
        hunk.push_str(line);
    }
    if !text.ends_with('\n') {
        hunk.push_str("\n\\ No newline at end of file\n");
    }
    hunk
}
