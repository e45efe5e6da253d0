//! A directory as the files a reader would want to see of it: sorted, bounded, and the same every time.
//!
//! Directories are walked by their resolved path. A link to a file is taken as the file it leads to, a link to a
//! directory as one more place to walk; so no loop of links is ever followed and no file is met under two names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::gitignore::Gitignore;

use super::ignored::{Scope, is_ignored};
use super::known;
use super::paths::{Rules, cause};
use super::workspace::Found;
use crate::protocol::Skipped;

/// How deep below a directory files are looked for.
pub(super) const MAX_DEPTH: usize = 64;
/// How many files one directory stands for at most.
pub(super) const MAX_FILES: usize = 10_000;
/// How many names are looked at for one directory.
pub(super) const MAX_ENTRIES: usize = 200_000;

/// The bounds of one walk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) depth: usize,
    pub(super) files: usize,
    pub(super) entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: MAX_DEPTH, files: MAX_FILES, entries: MAX_ENTRIES }
    }
}

/// What was found below a directory, sorted by path.
#[derive(Debug)]
pub(super) struct Expansion {
    pub(super) files: Vec<Found>,
    pub(super) skipped: Vec<Skipped>,
}

/// Walks `directory`, a resolved path that `rules` admit.
pub(super) fn expand(directory: &Path, rules: &Rules, globs: &Gitignore, limits: Limits) -> Expansion {
    let mut walk = Walk {
        rules,
        globs,
        limits,
        files: BTreeMap::new(),
        skipped: BTreeMap::new(),
        places: vec![directory.to_owned()],
        walked: BTreeSet::new(),
        entries: 0,
        ignore_bytes: 0,
    };
    while let Some(place) = walk.places.pop() {
        walk.place(place);
    }
    if let Some(why) = walk.full() {
        walk.skip(directory, &why);
    }
    let skipped = walk.skipped.into_iter().map(|(path, reason)| Skipped { path, reason }).collect();
    Expansion { files: walk.files.into_values().collect(), skipped }
}

/// A directory that is still to be read.
struct Pending {
    path: PathBuf,
    depth: usize,
    scope: Option<Rc<Scope>>,
}

struct Walk<'a> {
    rules: &'a Rules,
    globs: &'a Gitignore,
    limits: Limits,
    files: BTreeMap<String, Found>,
    skipped: BTreeMap<String, String>,
    /// Directories that links lead to.
    places: Vec<PathBuf>,
    walked: BTreeSet<PathBuf>,
    entries: usize,
    ignore_bytes: u64,
}

impl Walk<'_> {
    fn place(&mut self, place: PathBuf) {
        if place.ancestors().any(|above| self.walked.contains(above)) {
            return;
        }
        let scope = self.scope_above(&place);
        self.walked.insert(place.clone());
        let mut stack = vec![Pending { path: place, depth: 0, scope }];
        while let Some(directory) = stack.pop() {
            let start = stack.len();
            self.directory(directory, &mut stack);
            stack[start..].reverse();
            if self.full().is_some() {
                return;
            }
        }
    }

    /// What the `.gitignore` files between the root and `place` say.
    fn scope_above(&mut self, place: &Path) -> Option<Rc<Scope>> {
        let root = self.rules.root_of(place)?;
        let mut between: Vec<&Path> = place.ancestors().skip(1).take_while(|above| above.starts_with(root)).collect();
        between.reverse();
        between.into_iter().fold(None, |scope, above| Scope::enter(above, scope, &mut self.ignore_bytes))
    }

    fn directory(&mut self, directory: Pending, below: &mut Vec<Pending>) {
        let entries = match fs::read_dir(&directory.path) {
            Ok(entries) => entries,
            Err(error) => return self.skip(&directory.path, &format!("can not be read: {}", cause(&error))),
        };
        let left = self.limits.entries.saturating_sub(self.entries);
        let mut entries: Vec<DirEntry> = entries.filter_map(Result::ok).take(left).collect();
        self.entries += entries.len();
        entries.sort_by_key(DirEntry::file_name);
        let scope = Scope::enter(&directory.path, directory.scope, &mut self.ignore_bytes);
        for entry in entries {
            if self.visit(&entry, scope.as_ref()) {
                let path = entry.path();
                if directory.depth + 1 >= self.limits.depth {
                    self.skip(&path, &format!("deeper than {} directories", self.limits.depth));
                } else {
                    below.push(Pending { path, depth: directory.depth + 1, scope: scope.clone() });
                }
            }
            if self.taken() >= self.limits.files {
                return;
            }
        }
    }

    /// Looks at one name; whether it is a directory to enter.
    fn visit(&mut self, entry: &DirEntry, scope: Option<&Rc<Scope>>) -> bool {
        let (path, name) = (entry.path(), entry.file_name());
        let (Ok(kind), lossy) = (entry.file_type(), name.to_string_lossy()) else { return false };
        if known::is_hidden(&lossy) || (kind.is_dir() && known::is_excluded_directory(&lossy)) {
            return false;
        }
        if self.globs.matched(&path, kind.is_dir()).is_ignore() || is_ignored(scope, &path, kind.is_dir()) {
            return false;
        }
        if kind.is_symlink() {
            self.link(&path, &lossy);
            return false;
        }
        if !kind.is_dir() && !known::is_wanted(&lossy) {
            return false;
        }
        if name.to_str().is_none() {
            self.skip(&path, "its name is not UTF-8");
        } else if kind.is_file() {
            self.take(&path, entry.metadata().map_or(0, |metadata| metadata.len()));
        } else if !kind.is_dir() {
            self.skip(&path, "not a regular file");
        } else {
            return true;
        }
        false
    }

    fn link(&mut self, path: &Path, name: &str) {
        let concerns_us = known::is_wanted(name) || !name.contains('.');
        match fs::canonicalize(path) {
            Err(error) if concerns_us => self.skip(path, &format!("link leads nowhere: {}", cause(&error))),
            Err(_) => {}
            Ok(target) if !self.rules.admits(&target) => {
                if concerns_us || target.is_dir() {
                    self.skip(path, "link leads outside the allowed roots");
                }
            }
            Ok(target) => self.target(path, target),
        }
    }

    /// Takes what a link leads to, if it would have been taken where it is.
    fn target(&mut self, link: &Path, target: PathBuf) {
        let Some(inside) = self.rules.root_of(&target).and_then(|root| target.strip_prefix(root).ok()) else { return };
        let names: Option<Vec<&str>> = inside.iter().map(|name| name.to_str()).collect();
        let Some(names) = names else { return self.skip(link, "the name it leads to is not UTF-8") };
        if names.iter().any(|name| known::is_hidden(name) || known::is_excluded_directory(name)) {
            return;
        }
        match fs::metadata(&target) {
            Ok(metadata) if metadata.is_dir() => self.places.push(target),
            Ok(_) if !names.last().is_some_and(|name| known::is_wanted(name)) => {}
            Ok(metadata) if metadata.is_file() => self.take(&target, metadata.len()),
            Ok(_) => self.skip(link, "not a regular file"),
            Err(error) => self.skip(link, &format!("link leads nowhere: {}", cause(&error))),
        }
    }

    fn take(&mut self, path: &Path, bytes: u64) {
        let shown = self.rules.show(path);
        match path.to_str() {
            Some(location) => {
                let found = Found { path: shown.clone(), location: location.to_owned(), bytes };
                self.files.insert(shown, found);
            }
            None => self.skip(path, "the path to it is not UTF-8"),
        }
    }

    fn skip(&mut self, path: &Path, reason: &str) {
        self.skipped.insert(self.rules.show(path), reason.to_owned());
    }

    fn taken(&self) -> usize {
        self.files.len() + self.skipped.len()
    }

    /// Why no more is looked at, if so.
    fn full(&self) -> Option<String> {
        if self.taken() >= self.limits.files {
            Some(format!("holds {} files or more: what comes later was not looked at", self.limits.files))
        } else if self.entries >= self.limits.entries {
            Some(format!("holds {} names or more: what comes later was not looked at", self.limits.entries))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests;
