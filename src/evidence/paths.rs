//! Which paths may be touched: symlinks are resolved first, then the result must lie under an allowed root.
//!
//! Whether a path outside the roots exists is not told: it is refused as being outside either way.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde_json::json;

use crate::error::{Error, ErrorCode, Result};

/// The longest path that is looked at.
pub const MAX_PATH_BYTES: usize = 4_096;

/// Directories that can not be roots themselves; projects are often kept below them.
const NO_ROOTS: &[&str] = &["/", "/home", "/root", "/run", "/usr", "/usr/local", "/var", "/Users", "/private/var"];
/// Directories that can not be roots, nor anything below them.
const NO_ROOTS_BELOW: &[&str] = &[
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/private/etc",
    "/proc",
    "/sbin",
    "/sys",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/sbin",
];

/// The rules of one caller.
#[derive(Debug, Clone)]
pub struct Rules {
    base: PathBuf,
    root: PathBuf,
    allowed: Vec<PathBuf>,
    home: Option<PathBuf>,
}

/// What a path comes to under [`Rules`].
#[derive(Debug)]
pub enum Place {
    /// An existing path under an allowed root, symlinks resolved.
    Found(PathBuf),
    /// A path that would be allowed, with nothing there.
    Missing,
    /// A path that may not be used.
    Refused(Error),
}

impl Rules {
    /// Rules that allow `roots` and resolve relative paths against `base`; `home` can not be a root itself.
    ///
    /// Paths are shown relative to the first root, or to `base` when there is none. Touches the file system.
    pub fn new(roots: &[PathBuf], base: &Path, home: Option<&Path>) -> Result<Self> {
        let home = home.map(|home| fs::canonicalize(home).unwrap_or_else(|_| home.to_owned()));
        let base = existing(base, "base")?;
        let mut allowed = Vec::with_capacity(roots.len());
        for root in roots {
            let resolved = existing(&base.join(root), "roots")?;
            if !resolved.is_dir() {
                return Err(no_root(root, "it is not a directory"));
            }
            if is_no_root(&resolved, home.as_deref()) || below_system(&resolved) || below_system(root) {
                return Err(no_root(root, "it holds more than one project"));
            }
            allowed.push(resolved);
        }
        let root = allowed.first().unwrap_or(&base).clone();
        Ok(Self { base, root, allowed, home })
    }

    /// Allows a path that the caller typed: a file, or a directory with all below it.
    pub fn allow(&mut self, path: &str) -> Result<()> {
        let joined = self.join(path)?;
        let resolved = fs::canonicalize(&joined).unwrap_or_else(|_| nearest(&joined));
        if resolved.is_dir() && is_no_root(&resolved, self.home.as_deref()) {
            return Err(no_root(Path::new(path), "it holds more than one project"));
        }
        self.allowed.push(resolved);
        Ok(())
    }

    /// The directory that paths are shown relative to.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Resolves a path as the caller wrote it. Touches the file system.
    pub fn resolve(&self, path: &str) -> Place {
        let joined = match self.join(path) {
            Ok(joined) => joined,
            Err(error) => return Place::Refused(error),
        };
        match fs::canonicalize(&joined) {
            Ok(resolved) if self.admits(&resolved) => Place::Found(resolved),
            Ok(_) => Place::Refused(self.outside(path)),
            Err(_) if !self.admits(&nearest(&joined)) => Place::Refused(self.outside(path)),
            Err(error) if is_absent(&error) => Place::Missing,
            Err(error) => Place::Refused(unreadable(path, &error)),
        }
    }

    /// Where a path is, or would be if there were something: under an allowed root, symlinks above it resolved. What
    /// it names itself is not followed. Touches the file system.
    pub fn place(&self, path: &str) -> Result<PathBuf> {
        let place = nearest(&self.join(path)?);
        if self.admits(&place) { Ok(place) } else { Err(self.outside(path)) }
    }

    /// The allowed roots.
    pub fn allowed(&self) -> impl Iterator<Item = &Path> {
        self.allowed.iter().map(PathBuf::as_path)
    }

    /// Whether a path without symlinks lies under an allowed root.
    pub fn admits(&self, resolved: &Path) -> bool {
        self.allowed.iter().any(|root| resolved.starts_with(root))
    }

    /// The outermost allowed root around a path without symlinks.
    pub fn root_of(&self, resolved: &Path) -> Option<&Path> {
        let around = self.allowed.iter().filter(|root| resolved.starts_with(root));
        around.min_by_key(|root| root.as_os_str().len()).map(PathBuf::as_path)
    }

    /// A path as people and models see it: relative to the root when inside it, with `/` between names.
    pub fn show(&self, resolved: &Path) -> String {
        match resolved.strip_prefix(&self.root) {
            Ok(inside) if inside.as_os_str().is_empty() => ".".to_owned(),
            Ok(inside) => {
                let names: Vec<_> = inside.iter().map(|name| name.to_string_lossy()).collect();
                names.join("/")
            }
            Err(_) => {
                let shown = resolved.to_string_lossy();
                // What Windows puts before a resolved path.
                shown.strip_prefix(r"\\?\").unwrap_or(&shown).to_owned()
            }
        }
    }

    fn join(&self, path: &str) -> Result<PathBuf> {
        let refused = |why: &str| Err(Error::validation("path", path, "a path", format!("path {path:?} {why}")));
        if path.is_empty() {
            return refused("is empty");
        }
        if path.contains('\0') {
            return refused("has a NUL byte");
        }
        if path.len() > MAX_PATH_BYTES {
            let start: String = path.chars().take(80).collect();
            let message = format!("path \"{start}…\" is longer than {MAX_PATH_BYTES} bytes");
            return Err(Error::validation("path", start, format!("at most {MAX_PATH_BYTES} bytes"), message));
        }
        Ok(self.base.join(path))
    }

    fn outside(&self, path: &str) -> Error {
        let allowed: Vec<String> = self.allowed.iter().map(|root| root.to_string_lossy().into_owned()).collect();
        let roots = if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") };
        let message = format!("path {path:?} is outside the allowed roots ({roots})");
        Error::validation("path", path, allowed, message)
            .hint("name a path below one of the roots, after symlinks are resolved, or add a root to the configuration")
    }
}

/// An error for a path that the operating system refuses.
pub(super) fn unreadable(path: &str, error: &io::Error) -> Error {
    Error::new(ErrorCode::ValidationError, format!("path {path:?} can not be read: {}", cause(error)))
        .details(json!({"field": "path", "value": path, "allowed": "a file that can be read"}))
}

/// An error for a path that is neither file nor directory.
pub(super) fn not_regular(path: &str) -> Error {
    Error::validation("path", path, "a regular file", format!("path {path:?} is not a regular file"))
}

/// What the operating system said, without its error number.
pub(super) fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    text.to_lowercase()
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn existing(path: &Path, field: &str) -> Result<PathBuf> {
    fs::canonicalize(path).map_err(|error| {
        let shown = path.to_string_lossy();
        let message = format!("directory {shown:?} can not be used: {}", cause(&error));
        Error::validation(field, shown.as_ref(), "an existing directory", message)
    })
}

fn no_root(path: &Path, why: &str) -> Error {
    let shown = path.to_string_lossy();
    let message = format!("directory {shown:?} can not be a root: {why}");
    Error::validation("roots", shown.as_ref(), "the directory of a project", message).hint("name a directory below it")
}

fn is_no_root(resolved: &Path, home: Option<&Path>) -> bool {
    resolved.parent().is_none()
        || home == Some(resolved)
        || NO_ROOTS.iter().any(|no| resolved == Path::new(no))
        || is_system(resolved)
}

fn is_system(path: &Path) -> bool {
    NO_ROOTS_BELOW.iter().any(|no| path == Path::new(no))
}

fn below_system(path: &Path) -> bool {
    NO_ROOTS_BELOW.iter().any(|no| path.starts_with(no))
}

/// Where a path that can not be resolved would be: its longest part that can, and the rest by name.
fn nearest(path: &Path) -> PathBuf {
    for ancestor in path.ancestors().skip(1) {
        let (Ok(resolved), Ok(rest)) = (fs::canonicalize(ancestor), path.strip_prefix(ancestor)) else { continue };
        return lexical(resolved, rest);
    }
    path.to_owned()
}

fn lexical(mut path: PathBuf, rest: &Path) -> PathBuf {
    for component in rest.components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    path
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
