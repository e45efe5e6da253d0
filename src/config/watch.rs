//! Tells whether a file changed that the configuration came from; cheap enough to be asked every other second.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::place::config_file;
use super::{Config, Sources};

/// The files of one configuration, as they were when they were last looked at.
#[derive(Debug, Clone)]
pub struct Watch {
    /// Files that count whatever is in them.
    sources: Vec<PathBuf>,
    /// The file and the directory that the configuration names.
    models: Option<PathBuf>,
    prompts: Option<PathBuf>,
    seen: BTreeMap<PathBuf, Option<Stamp>>,
}

/// What changes when a file does. A file that is replaced has another inode; one that is written again in the same
/// tick of the clock mostly has another size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: (i64, i64),
    /// Also changes when the time of the file is set back, as when it is copied with its times.
    changed: (i64, i64),
    size: u64,
    inode: u64,
}

impl Watch {
    /// Watches what `config` came from, as it is now: user's files, the env file, the models, the prompts.
    pub fn new(sources: &Sources, config: &Config) -> Self {
        let environment = &sources.environment;
        let files =
            [config_file(environment, "config.toml"), config_file(environment, ".env"), sources.env_file.clone()];
        let mut watch = Self {
            sources: files.into_iter().flatten().collect(),
            models: config.models.file.clone(),
            prompts: config.prompts_dir.clone(),
            seen: BTreeMap::new(),
        };
        watch.seen = watch.look();
        watch
    }

    /// Whether a file came, went or changed since this was last asked.
    pub fn changed(&mut self) -> bool {
        let now = self.look();
        let changed = now != self.seen;
        self.seen = now;
        changed
    }

    /// Watches what another configuration of the same sources names. What was seen of other files stays as it was: a
    /// change that came while they were read is not missed.
    pub fn follow(&mut self, config: &Config) {
        self.models.clone_from(&config.models.file);
        self.prompts.clone_from(&config.prompts_dir);
        let mut now = self.look();
        for (path, stamp) in &mut now {
            if let Some(seen) = self.seen.get(path) {
                *stamp = *seen;
            }
        }
        self.seen = now;
    }

    fn look(&self) -> BTreeMap<PathBuf, Option<Stamp>> {
        let files = self.sources.iter().chain(&self.models).chain(&self.prompts).cloned();
        let prompts = self.prompts.iter().filter_map(|dir| std::fs::read_dir(dir).ok()).flatten();
        let prompts = prompts.filter_map(|entry| Some(entry.ok()?.path()));
        files
            .chain(prompts)
            .map(|path| {
                let stamp = stamp(&path);
                (path, stamp)
            })
            .collect()
    }
}

/// What a path leads to; `None` when that is nothing.
fn stamp(path: &Path) -> Option<Stamp> {
    let of = |found: Metadata| Stamp {
        modified: (found.mtime(), found.mtime_nsec()),
        changed: (found.ctime(), found.ctime_nsec()),
        size: found.size(),
        inode: found.ino(),
    };
    std::fs::metadata(path).ok().map(of)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::{Environment, Override};

    /// A user with a configuration, a `.env`, an env file, models and prompts.
    struct Home {
        dir: tempfile::TempDir,
        sources: Sources,
    }

    impl Home {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            fs::create_dir_all(dir.path().join(".config/exai")).unwrap();
            fs::create_dir(dir.path().join("prompts")).unwrap();
            fs::write(dir.path().join("models.toml"), "").unwrap();
            fs::write(dir.path().join("env"), "").unwrap();
            let value = |key: &str, name: &str| Override {
                key: key.to_owned(),
                value: dir.path().join(name).to_str().unwrap().to_owned(),
                origin: "--set".to_owned(),
            };
            let sources = Sources {
                environment: Environment::from_pairs([("HOME", dir.path())]),
                env_file: Some(dir.path().join("env")),
                overrides: vec![value("models.file", "models.toml"), value("prompts_dir", "prompts")],
            };
            Self { dir, sources }
        }

        fn config(&self) -> Config {
            Config::load(&self.sources).unwrap().config
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.dir.path().join(name), text).unwrap();
        }
    }

    #[test]
    fn each_file_of_the_configuration_is_watched_and_each_change_told_once() {
        let home = Home::new();
        let mut watch = Watch::new(&home.sources, &home.config());
        assert!(!watch.changed(), "nothing happened yet");
        let files = [".config/exai/config.toml", ".config/exai/.env", "env", "models.toml", "prompts/debug.md"];
        for file in files {
            home.write(file, "# a comment\n");
            assert!(watch.changed(), "{file}");
            assert!(!watch.changed(), "{file} is told once");
        }
        home.write("prompts/debug.md", "Another prompt.");
        assert!(watch.changed(), "a prompt that was there");
        fs::remove_file(home.dir.path().join(files[0])).unwrap();
        assert!(watch.changed(), "a file that went");
        home.write("notes.txt", "nobody's business");
        assert!(!watch.changed());
    }

    #[test]
    fn a_file_that_is_replaced_by_one_of_its_size_and_time_is_another_one() {
        let home = Home::new();
        home.write("models.toml", "# one");
        let mut watch = Watch::new(&home.sources, &home.config());
        let (old, new) = (home.dir.path().join("models.toml"), home.dir.path().join("new"));
        let modified = fs::metadata(&old).unwrap().modified().unwrap();
        fs::write(&new, "# two").unwrap();
        fs::File::options().append(true).open(&new).unwrap().set_modified(modified).unwrap();
        fs::rename(&new, &old).unwrap();
        assert!(watch.changed());
    }

    #[test]
    fn another_configuration_brings_its_own_files_and_hides_no_change_of_the_others() {
        let mut home = Home::new();
        home.sources.overrides.clear();
        let mut watch = Watch::new(&home.sources, &home.config());
        home.write("own.toml", "");
        home.write("env", &format!("EXAI_MODELS_FILE={}", home.dir.path().join("own.toml").display()));
        assert!(watch.changed());
        let config = home.config();
        home.write(".config/exai/.env", "# written while the others were read\n");
        watch.follow(&config);
        assert!(watch.changed(), "what came meanwhile");
        home.write("own.toml", "# a comment\n");
        assert!(watch.changed(), "what the new configuration names");
    }
}
