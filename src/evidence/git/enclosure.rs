//! A git directory of ours with a repository's objects and a copy of its index: git that works in it never reads the
//! repository's configuration, hooks or remotes, and writes nothing that is the repository's.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::program::{Ask, Program, Said, words};
use super::repository::Repository;
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::local::{MAX_FILE_BYTES, grouped};
use crate::evidence::read;

/// What holds for every command: no question at a terminal, no lock, nothing fetched, no object in another's place.
pub(super) const OF_ALL: [(&str, &str); 8] = [
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("LC_ALL", "C"),
];

/// The largest index that is copied.
const MAX_INDEX_BYTES: u64 = 512 * 1024 * 1024;
/// The largest of the small files: patterns, attributes, where the history is cut off.
const MAX_NOTE_BYTES: u64 = 1024 * 1024;
/// How many parts of a split index are copied.
const MAX_INDEX_PARTS: usize = 16;

/// The directory; it goes when this is dropped.
#[derive(Debug)]
pub(super) struct Enclosure {
    directory: TempDir,
    objects: PathBuf,
    work_tree: Option<PathBuf>,
    attributes_of: Option<String>,
}

impl Enclosure {
    /// Builds it. With a work tree it has the index too; without one, attributes are read from the commit
    /// `attributes_of`, where git can do that (2.41), so that a range can not change how it is looked at.
    pub(super) fn new(
        repository: &Repository,
        settings: &[(String, String)],
        ignore_file: Option<&Path>,
        work_tree: Option<&Path>,
        attributes_of: Option<String>,
    ) -> Result<Self> {
        let build = || -> io::Result<Self> {
            let directory = tempfile::Builder::new().prefix("exai-git-").tempdir()?;
            let own = directory.path();
            for name in ["refs", "objects", "info"] {
                fs::create_dir(own.join(name))?;
            }
            fs::write(own.join("HEAD"), "ref: refs/heads/none\n")?;
            fs::write(own.join("none"), "")?;
            let settings = configuration(repository, settings, ignore_file, work_tree.is_none(), own);
            fs::write(own.join("config"), settings)?;
            let common = &repository.common_dir;
            for note in ["info/attributes", "info/exclude", "shallow"] {
                copy(&common.join(note), &own.join(note), MAX_NOTE_BYTES)?;
            }
            if work_tree.is_some() {
                copy_index(repository, own)?;
            }
            let objects = common.join("objects");
            Ok(Self { directory, objects, work_tree: work_tree.map(Path::to_owned), attributes_of })
        };
        build().map_err(|error| {
            let message = format!("the repository can not be looked at: {error}");
            Error::new(ErrorCode::ToolExecutionError, message)
        })
    }

    /// Asks git, in here.
    pub(super) async fn ask<S: AsRef<OsStr>>(
        &self,
        program: &Program,
        arguments: impl IntoIterator<Item = S>,
        input: Option<File>,
        most: u64,
    ) -> Result<Said> {
        program.ask(self.command(arguments, input, most)).await
    }

    /// As [`Self::ask`]; what the exit status means is the caller's business.
    pub(super) async fn hear<S: AsRef<OsStr>>(
        &self,
        program: &Program,
        arguments: impl IntoIterator<Item = S>,
        most: u64,
    ) -> Result<Said> {
        program.hear(self.command(arguments, None, most)).await
    }

    fn command<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        input: Option<File>,
        most: u64,
    ) -> Ask<'_> {
        let own = self.directory.path();
        let mut variables: Vec<(&'static str, OsString)> = vec![
            ("GIT_CONFIG_GLOBAL", own.join("none").into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("GIT_DIR", own.into()),
            ("GIT_INDEX_FILE", own.join("index").into()),
            ("GIT_OBJECT_DIRECTORY", self.objects.clone().into()),
            ("HOME", own.into()),
        ];
        variables.extend(OF_ALL.map(|(name, value)| (name, value.into())));
        variables.extend(self.work_tree.iter().map(|top| ("GIT_WORK_TREE", top.clone().into())));
        variables.extend(self.attributes_of.iter().map(|commit| ("GIT_ATTR_SOURCE", commit.into())));
        let mut all = words(["--no-pager"]);
        all.extend(words(arguments));
        Ask { arguments: all, directory: self.work_tree.as_deref().unwrap_or(own), variables, input, most }
    }

    /// A file that a command reads `bytes` from.
    pub(super) fn input(&self, bytes: &[u8]) -> Result<File> {
        let write = || -> io::Result<File> {
            let mut file = tempfile::tempfile_in(self.directory.path())?;
            file.write_all(bytes)?;
            file.rewind()?;
            Ok(file)
        };
        write().map_err(|error| Error::internal(format!("a question to git can not be written: {error}")))
    }
}

/// Ours, with the few settings that say how content is stored.
fn configuration(
    repository: &Repository,
    settings: &[(String, String)],
    ignore_file: Option<&Path>,
    is_bare: bool,
    own: &Path,
) -> String {
    let none = own.join("none");
    // A file that is larger counts as binary, so that git does not even read it.
    let largest = (MAX_FILE_BYTES + 1).to_string();
    let ignored = ignore_file.map(|path| path.to_string_lossy().into_owned());
    let mut all: Vec<(&str, String)> = vec![
        ("repositoryformatversion", "1".to_owned()),
        ("bare", is_bare.to_string()),
        ("bigfilethreshold", largest),
        ("attributesfile", none.to_string_lossy().into_owned()),
        ("excludesfile", ignored.unwrap_or_default()),
    ];
    all.extend(settings.iter().filter_map(|(name, value)| Some((name.strip_prefix("core.")?, value.clone()))));
    let mut text = "[core]\n".to_owned();
    for (name, value) in all {
        text.push_str(&format!("\t{name} = {}\n", quoted(&value)));
    }
    text.push_str(&format!("[extensions]\n\tobjectformat = {}\n", quoted(&repository.object_format)));
    text
}

/// A value as a configuration file has it.
fn quoted(value: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\0', "");
    format!("\"{escaped}\"")
}

/// The index and the parts that it is split into.
fn copy_index(repository: &Repository, own: &Path) -> io::Result<()> {
    copy(&repository.index, &own.join("index"), MAX_INDEX_BYTES)?;
    let parts = fs::read_dir(&repository.git_dir)?
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("sharedindex."));
    for part in parts.take(MAX_INDEX_PARTS) {
        copy(&part.path(), &own.join(part.file_name()), MAX_INDEX_BYTES)?;
    }
    Ok(())
}

/// Copies a regular file, if there is one, with its time: git tells by the time of an index which files may have
/// changed since.
fn copy(from: &Path, to: &Path, limit: u64) -> io::Result<()> {
    let source = match read::regular(from) {
        Ok(Some(source)) => source,
        Ok(None) => return Err(io::Error::other(format!("{} is not a regular file", from.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let metadata = source.metadata()?;
    if metadata.len() > limit {
        return Err(io::Error::other(format!("{} is larger than {} bytes", from.display(), grouped(limit))));
    }
    let mut target = File::create(to)?;
    io::copy(&mut source.take(limit), &mut target)?;
    target.set_modified(metadata.modified()?)
}
