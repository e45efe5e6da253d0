//! The questions about a repository. None of them carries an argument for `git`.

use serde::{Deserialize, Serialize};

/// What is asked about a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum GitQuestion {
    /// What is not committed yet.
    WorkTree {
        /// Any directory or file of the repository, as the caller wrote it.
        path: String,
        /// What to look at, files and directories; all that the caller may read when empty.
        #[serde(default)]
        only: Vec<String>,
        /// What the index has and the last commit has not.
        #[serde(default)]
        staged: bool,
        /// What the files have and the index has not.
        #[serde(default)]
        unstaged: bool,
        /// Files that git does not know and does not ignore.
        #[serde(default)]
        untracked: bool,
        /// Whether the changed lines are wanted, or only which files.
        #[serde(default)]
        text: bool,
    },
    /// What `head` has brought since it parted from `base`: `base...head` in git's words.
    Range {
        /// Any directory or file of the repository, as the caller wrote it.
        path: String,
        /// What to look at, files and directories; all that the caller may read when empty.
        #[serde(default)]
        only: Vec<String>,
        /// A revision; all zeros mean before the first commit, as hooks say it.
        base: String,
        /// A revision, such as `HEAD`.
        head: String,
        /// Whether the changed lines are wanted, or only which files.
        #[serde(default)]
        text: bool,
    },
}

impl GitQuestion {
    /// The path that says which repository is meant.
    pub fn path(&self) -> &str {
        match self {
            Self::WorkTree { path, .. } | Self::Range { path, .. } => path,
        }
    }

    pub(super) fn only(&self) -> &[String] {
        match self {
            Self::WorkTree { only, .. } | Self::Range { only, .. } => only,
        }
    }
}
