//! Questions about real repositories, made by git itself.

mod hostile; // what a repository plants and must never run
mod outside; // what lies outside of the roots
mod program; // git that is missing, or hangs
mod range; // commits
mod shown; // what a model reads
mod work_tree; // what is not committed yet

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{ChangedFile, Changes, GitQuestion, Part, Patch, Status};
use crate::config::Environment;
use crate::error::Result;
use crate::evidence::{LocalWorkspace, Workspace};

/// A directory with a home and a project that is a repository.
pub(super) struct Repository {
    directory: TempDir,
    pub(super) root: PathBuf,
}

impl Repository {
    /// An empty one.
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let top = fs::canonicalize(directory.path()).unwrap();
        let root = top.join("project");
        fs::create_dir(&root).unwrap();
        fs::create_dir(top.join("home")).unwrap();
        let repository = Self { directory, root };
        repository.git(["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// One with a first commit of these files.
    pub(super) fn with(files: &[(&str, &str)]) -> Self {
        let repository = Self::new();
        for (path, text) in files {
            repository.write(path, text);
        }
        repository.commit("first");
        repository
    }

    pub(super) fn home(&self) -> PathBuf {
        self.root.parent().unwrap().join("home")
    }

    pub(super) fn outside(&self, name: &str) -> PathBuf {
        assert!(self.directory.path().exists());
        self.root.parent().unwrap().join(name)
    }

    pub(super) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Adds all there is and commits it.
    pub(super) fn commit(&self, message: &str) -> String {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(["rev-parse", "HEAD"]).trim().to_owned()
    }

    pub(super) fn git<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        git(&self.root, &self.home(), arguments)
    }

    pub(super) fn workspace(&self) -> LocalWorkspace {
        self.workspace_of(&self.root)
    }

    pub(super) fn workspace_of(&self, root: &Path) -> LocalWorkspace {
        let workspace = LocalWorkspace::new(&[root.to_owned()], root, None, &[]).unwrap();
        workspace.with_environment(environment(&self.home()))
    }

    pub(super) async fn ask(&self, question: GitQuestion) -> Result<Changes> {
        self.workspace().git(&question).await
    }

    /// What changed since the last commit, with its text.
    pub(super) async fn changes(&self) -> Changes {
        self.ask(work_tree(true, true, true)).await.unwrap()
    }
}

/// Runs git as the user of the test, and wants it to succeed.
pub(super) fn git<S: AsRef<OsStr>>(directory: &Path, home: &Path, arguments: impl IntoIterator<Item = S>) -> String {
    let ran = command(directory, home).args(arguments).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

/// Git as the user of the test.
pub(super) fn command(directory: &Path, home: &Path) -> Command {
    let mut command = Command::new("git");
    command.env_clear().env("PATH", path()).env("HOME", home).current_dir(directory);
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "A").env(format!("GIT_{who}_EMAIL"), "a@example.org");
    }
    command
}

/// Where the programs of this machine are.
pub(super) fn path() -> String {
    Environment::of_process().get("PATH").unwrap().to_owned()
}

pub(super) fn environment(home: &Path) -> Environment {
    Environment::from_pairs([("PATH", path()), ("HOME", home.to_string_lossy().into_owned())])
}

pub(super) fn work_tree(staged: bool, unstaged: bool, untracked: bool) -> GitQuestion {
    GitQuestion::WorkTree { path: ".".to_owned(), only: Vec::new(), staged, unstaged, untracked, text: true }
}

pub(super) fn range(base: &str, head: &str) -> GitQuestion {
    let (base, head) = (base.to_owned(), head.to_owned());
    GitQuestion::Range { path: ".".to_owned(), only: Vec::new(), base, head, text: true }
}

/// Which files, in which part, and what became of them.
pub(super) fn listed(changes: &Changes) -> Vec<(&str, Part, Status)> {
    changes.files.iter().map(|file| (file.path.as_str(), file.part, file.status)).collect()
}

/// The lines of a patch.
pub(super) fn hunks(file: &ChangedFile) -> &str {
    match &file.patch {
        Patch::Text { hunks } => hunks,
        other => panic!("{}: {other:?}", file.path),
    }
}

/// Why a file is left out.
pub(super) fn reason(file: &ChangedFile) -> &str {
    match &file.patch {
        Patch::LeftOut { reason } => reason,
        other => panic!("{}: {other:?}", file.path),
    }
}
