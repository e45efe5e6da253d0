//! Every program that a repository can name is planted; none may run, whatever is asked.

use super::*;

/// A repository whose every setting, attribute and hook leads to a program that leaves a mark.
struct Trap {
    repository: Repository,
    mark: PathBuf,
}

impl Trap {
    fn new() -> Self {
        let repository = Repository::with(&[("a.txt", "one\n"), ("b.txt", "two\n"), ("dir/c.txt", "three\n")]);
        repository.write("a.txt", "second\n");
        repository.commit("second");
        let library = repository.root.join("library");
        repository.git(["init", "--quiet", "library"]);
        git(&library, &repository.home(), ["commit", "--quiet", "--allow-empty", "--message", "one"]);
        repository.git(["-c", "advice.addEmbeddedRepo=false", "add", "library"]);
        repository.git(["commit", "--quiet", "--message", "library"]);
        // Something to find for every question, made before anything is planted.
        repository.write("staged.txt", "staged\n");
        repository.git(["add", "staged.txt"]);
        let trap = Self { mark: repository.outside("mark"), repository };
        trap.plant(&trap.repository.root.join(".git"));
        trap.plant(&library.join(".git"));
        let attributes = "* filter=evil diff=evil merge=evil text\n";
        for path in [".gitattributes", "dir/.gitattributes", ".git/info/attributes", "library/.gitattributes"] {
            trap.repository.write(path, attributes);
        }
        for path in ["a.txt", "b.txt", "dir/c.txt", "library/dirty", "untracked.txt"] {
            trap.repository.write(path, "dirty\n");
        }
        trap
    }

    /// The command that leaves the mark and says `name`.
    fn program(&self, name: &str) -> String {
        format!("echo {name} >> '{}'; exit 1", self.mark.display())
    }

    fn plant(&self, git_dir: &Path) {
        let included = git_dir.join("more");
        let mut settings = format!("[include]\n\tpath = {}\n", included.display());
        let mut more = String::new();
        for (section, name) in PLANTS {
            let label = format!("{section}.{name}").replace(['"', ' '], "-");
            let value = self.program(&label).replace('\\', "\\\\").replace('"', "\\\"");
            let target = if name.len() % 2 == 0 { &mut settings } else { &mut more };
            target.push_str(&format!("[{section}]\n\t{name} = \"{value}\"\n"));
        }
        settings.push_str("[filter \"evil\"]\n\trequired = true\n[diff]\n\tautoRefreshIndex = true\n");
        settings.push_str("[remote \"origin\"]\n\tpromisor = true\n\tpartialclonefilter = blob:none\n");
        let url = self.program("remote").replace(' ', "% ").replace('"', "");
        settings.push_str(&format!("\turl = \"ext::sh -c {url}\"\n[protocol]\n\tallow = always\n"));
        fs::write(&included, more).unwrap();
        let mut config = fs::read_to_string(git_dir.join("config")).unwrap();
        config = config.replace("repositoryformatversion = 0", "repositoryformatversion = 1");
        config.push_str(&settings);
        config.push_str("[extensions]\n\tpartialClone = origin\n");
        fs::write(git_dir.join("config"), config).unwrap();
        for hook in ["post-index-change", "fsmonitor-watchman", "pre-commit", "post-checkout", "reference-transaction"]
        {
            self.script(&git_dir.join("hooks").join(hook), hook);
        }
    }

    fn script(&self, path: &Path, name: &str) {
        use std::os::unix::fs::PermissionsExt;
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("#!/bin/sh\n{}\n", self.program(name))).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn sprung(&self) -> String {
        fs::read_to_string(&self.mark).unwrap_or_default()
    }
}

/// Sections and names of settings that git runs.
const PLANTS: &[(&str, &str)] = &[
    ("core", "fsmonitor"),
    ("core", "pager"),
    ("core", "editor"),
    ("core", "sshCommand"),
    ("core", "askPass"),
    ("core", "gitProxy"),
    ("core", "alternateRefsCommand"),
    ("pager", "diff"),
    ("pager", "ls-files"),
    ("pager", "rev-parse"),
    ("pager", "config"),
    ("alias", "diff"),
    ("alias", "rev-parse"),
    ("diff", "external"),
    ("diff \"evil\"", "command"),
    ("diff \"evil\"", "textconv"),
    ("filter \"evil\"", "clean"),
    ("filter \"evil\"", "smudge"),
    ("filter \"evil\"", "process"),
    ("merge \"evil\"", "driver"),
    ("credential", "helper"),
    ("gpg", "program"),
    ("gpg \"ssh\"", "program"),
    ("interactive", "diffFilter"),
    ("remote \"origin\"", "uploadpack"),
    ("uploadpack", "packObjectsHook"),
    ("trailer \"evil\"", "command"),
];

fn all(path: &str) -> Vec<GitQuestion> {
    let mut questions = Vec::new();
    for text in [true, false] {
        for parts in 1..8 {
            let (staged, unstaged, untracked) = (parts & 1 != 0, parts & 2 != 0, parts & 4 != 0);
            let path = path.to_owned();
            questions.push(GitQuestion::WorkTree { path, only: Vec::new(), staged, unstaged, untracked, text });
        }
        let (base, head) = ("HEAD~2".to_owned(), "HEAD".to_owned());
        questions.push(GitQuestion::Range { path: path.to_owned(), only: Vec::new(), base, head, text });
    }
    questions
}

#[tokio::test]
async fn nothing_that_a_repository_plants_is_run_by_any_question() {
    let trap = Trap::new();
    for question in all(".").into_iter().chain(all("dir")) {
        let changes = trap.repository.ask(question.clone()).await.unwrap();
        assert!(!changes.files.is_empty(), "{question:?}");
        assert_eq!(trap.sprung(), "", "{question:?}");
    }
    let changes = trap.repository.changes().await;
    assert!(hunks(&changes.files[0]).contains("+staged\n"), "{changes:?}");
    // The traps do work: git as it is springs them.
    let run =
        |arguments: &[&str]| command(&trap.repository.root, &trap.repository.home()).args(arguments).output().unwrap();
    run(&["diff"]);
    run(&["-c", "filter.evil.process=", "-c", "filter.evil.required=false", "diff"]);
    run(&["-c", "diff.evil.command=", "log", "--patch"]);
    run(&["cat-file", "-t", "1234567890123456789012345678901234567890"]);
    let sprung = trap.sprung();
    for name in ["core.fsmonitor", "filter--evil-.process", "diff--evil-.command", "remote"] {
        assert!(sprung.contains(name), "{name}: {sprung}");
    }
}

#[tokio::test]
async fn objects_that_are_missing_are_not_fetched() {
    let trap = Trap::new();
    let blob = trap.repository.root.join(".git/objects");
    let id = "5626abf0f72e58d7a153368ba57db4c673c0e171";
    let path = blob.join(&id[..2]).join(&id[2..]);
    assert!(path.exists(), "what the first file held is stored by itself");
    fs::remove_file(path).unwrap();
    let error = trap.repository.ask(range("HEAD~2", "HEAD")).await.unwrap_err();
    assert!(error.message.contains("git could not answer"), "{error}");
    let unknown = "1234567890123456789012345678901234567890";
    let error = trap.repository.ask(range(unknown, "HEAD")).await.unwrap_err();
    assert!(error.message.contains("names no commit"), "{error}");
    assert_eq!(trap.sprung(), "");
}

#[tokio::test]
async fn a_program_called_git_that_the_repository_brings_along_is_not_taken() {
    let trap = Trap::new();
    trap.script(&trap.repository.root.join("bin/git"), "git");
    let below = trap.repository.root.join("bin");
    let path = format!("bin:{}:{}", below.display(), path());
    let environment = Environment::from_pairs([("PATH", path), ("HOME", trap.repository.home().display().to_string())]);
    let workspace = trap.repository.workspace().with_environment(environment);
    workspace.git(&work_tree(true, true, true)).await.unwrap();
    assert_eq!(trap.sprung(), "");
}
