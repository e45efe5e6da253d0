//! What changed in a repository: plain data, so that it can also go over a socket.

use serde::{Deserialize, Serialize};

use crate::evidence::local::grouped;

/// The answer to one question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The top of the repository, as shown.
    pub repository: String,
    /// The commit that the changes are since; of a range, where both sides parted. None before the first commit.
    pub base: Option<String>,
    /// The commit that the changes lead to; none when they lead to the index or the files.
    pub head: Option<String>,
    /// Every file that changed: staged, then unstaged, then untracked ones, each in git's order.
    pub files: Vec<ChangedFile>,
    /// What keeps the list itself from being complete, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
}

impl Changes {
    /// Leaves changed lines out, the largest first, until all of it is at most `bytes` long as JSON. The files are told
    /// all the same.
    pub fn fit(&mut self, bytes: usize) {
        let length = |value: &str| serde_json::to_string(value).map_or(value.len(), |json| json.len());
        let whole = serde_json::to_string(self).map_or(0, |json| json.len());
        let mut over = whole.saturating_sub(bytes);
        let mut patches: Vec<(usize, &mut Patch)> = self
            .files
            .iter_mut()
            .filter_map(|file| match &file.patch {
                Patch::Text { hunks } => Some((length(hunks), &mut file.patch)),
                _ => None,
            })
            .collect();
        patches.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
        for (length, patch) in patches {
            if over == 0 {
                break;
            }
            let reason = format!("larger than a message may be ({} bytes in all)", grouped(bytes as u64));
            over = over.saturating_sub(length.saturating_sub(reason.len()));
            *patch = Patch::LeftOut { reason };
        }
    }
}

/// One file that changed. A file that is both staged and changed again since stands there twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFile {
    /// As shown: relative to the caller's root when inside it. What is not UTF-8 is replaced.
    pub path: String,
    /// What it was called before, as shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_path: Option<String>,
    /// Between which states.
    pub part: Part,
    /// What became of it.
    pub status: Status,
    /// What it is.
    pub kind: FileKind,
    /// Its mode before and after, in git's octal digits, when that changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modes: Option<(String, String)>,
    /// The changed lines.
    pub patch: Patch,
}

/// Between which states a file changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// From the last commit to the index.
    Staged,
    /// From the index to the file.
    Unstaged,
    /// Not known to git.
    Untracked,
    /// From one commit to another.
    Range,
}

impl Part {
    /// Its word in a text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Unstaged => "unstaged",
            Self::Untracked => "untracked",
            Self::Range => "committed",
        }
    }
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is new.
    Added,
    /// It has other content or another mode.
    Modified,
    /// It is gone.
    Deleted,
    /// It has another name.
    Renamed,
    /// It is a copy of another file.
    Copied,
    /// It became something else, such as a link.
    TypeChanged,
    /// A merge left it in conflict.
    Conflicted,
}

impl Status {
    /// Its word in a text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
            Self::Renamed => "renamed",
            Self::Copied => "copied",
            Self::TypeChanged => "type changed",
            Self::Conflicted => "in conflict",
        }
    }
}

/// What a changed file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Text that people write.
    Text,
    /// No text.
    Binary,
    /// Text that programs write, lock files among it.
    Generated,
    /// Another repository.
    Submodule,
    /// A symbolic link.
    Symlink,
}

/// The changed lines of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Patch {
    /// Hunks of a unified diff, from the first `@@` on.
    Text {
        /// The hunks; what is not UTF-8 is replaced, line ends are as they were.
        hunks: String,
    },
    /// There are none: only name or mode changed, or the file is empty.
    Empty,
    /// They were not asked for.
    Unasked,
    /// They are left out.
    LeftOut {
        /// Why.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, hunks: String) -> ChangedFile {
        ChangedFile {
            path: path.to_owned(),
            old_path: None,
            part: Part::Staged,
            status: Status::Modified,
            kind: FileKind::Text,
            modes: None,
            patch: Patch::Text { hunks },
        }
    }

    #[test]
    fn an_answer_that_is_too_long_loses_its_largest_changes_and_no_file() {
        let files = [("a", 100), ("b", 5_000), ("c", 300), ("d", 4_000)];
        let files = files.map(|(path, lines)| file(path, "+\"quoted\"\n".repeat(lines))).to_vec();
        let mut changes = Changes { files, ..Changes::default() };
        changes.fit(20_000);
        let left_out =
            |file: &ChangedFile| matches!(&file.patch, Patch::LeftOut { reason } if reason.contains("20,000"));
        assert_eq!(changes.files.iter().map(left_out).collect::<Vec<_>>(), [false, true, false, true]);
        assert!(serde_json::to_string(&changes).unwrap().len() <= 20_000);
        let before = changes.clone();
        changes.fit(20_000);
        assert_eq!(changes, before);
    }
}
