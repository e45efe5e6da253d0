use super::*;
use crate::evidence::git::FileKind;

#[tokio::test]
async fn before_the_first_commit_all_that_is_staged_is_new() {
    let repository = Repository::new();
    repository.write("a.rs", "one\n");
    repository.git(["add", "a.rs"]);
    repository.write("b.rs", "two\n");
    let changes = repository.changes().await;
    assert_eq!((changes.repository.as_str(), changes.base.as_deref()), (".", None));
    let expected = [("a.rs", Part::Staged, Status::Added), ("b.rs", Part::Untracked, Status::Added)];
    assert_eq!(listed(&changes), expected);
    assert_eq!(hunks(&changes.files[0]), "@@ -0,0 +1 @@\n+one\n");
    assert_eq!(hunks(&changes.files[1]), "@@ -0,0 +1,1 @@\n+two\n");
}

#[tokio::test]
async fn each_part_tells_its_own_change_of_one_file() {
    let repository = Repository::with(&[("a.rs", "one\ntwo\n"), ("c.rs", "c\n")]);
    let first = repository.git(["rev-parse", "HEAD"]).trim().to_owned();
    repository.write("a.rs", "one\nTWO\n");
    repository.git(["add", "a.rs"]);
    repository.write("a.rs", "ONE\nTWO\n");
    fs::remove_file(repository.root.join("c.rs")).unwrap();
    let changes = repository.changes().await;
    assert_eq!(changes.base, Some(first));
    let expected = [
        ("a.rs", Part::Staged, Status::Modified),
        ("a.rs", Part::Unstaged, Status::Modified),
        ("c.rs", Part::Unstaged, Status::Deleted),
    ];
    assert_eq!(listed(&changes), expected);
    assert!(hunks(&changes.files[0]).contains("-two\n+TWO\n") && !hunks(&changes.files[0]).contains("ONE"));
    assert!(hunks(&changes.files[1]).contains("-one\n+ONE\n"));
    assert_eq!(hunks(&changes.files[2]), "@@ -1 +0,0 @@\n-c\n");

    let staged = repository.ask(work_tree(true, false, false)).await.unwrap();
    assert_eq!(listed(&staged), expected[..1]);
    let names = GitQuestion::WorkTree {
        path: "a.rs".into(),
        only: Vec::new(),
        staged: false,
        unstaged: true,
        untracked: false,
        text: false,
    };
    let names = repository.ask(names).await.unwrap();
    assert_eq!(listed(&names), expected[1..]);
    assert!(names.files.iter().all(|file| file.patch == Patch::Unasked));
}

#[tokio::test]
async fn only_what_was_named_is_looked_at_also_what_is_gone() {
    let repository = Repository::with(&[("a/a.rs", "a\n"), ("b/b.rs", "b\n"), ("c.rs", "c\n")]);
    for path in ["a/a.rs", "b/b.rs"] {
        repository.write(path, "changed\n");
    }
    repository.write("b/new.rs", "new\n");
    fs::remove_file(repository.root.join("c.rs")).unwrap();
    let ask = |only: &[&str]| GitQuestion::WorkTree {
        path: ".".to_owned(),
        only: only.iter().map(|&path| path.to_owned()).collect(),
        staged: true,
        unstaged: true,
        untracked: true,
        text: true,
    };
    let changes = repository.ask(ask(&["b", "c.rs"])).await.unwrap();
    let expected = [
        ("b/b.rs", Part::Unstaged, Status::Modified),
        ("c.rs", Part::Unstaged, Status::Deleted),
        ("b/new.rs", Part::Untracked, Status::Added),
    ];
    assert_eq!(listed(&changes), expected);
    assert!(repository.ask(ask(&[":(top)a", "*.rs"])).await.unwrap().files.is_empty());
    let error = repository.ask(ask(&["../home"])).await.unwrap_err();
    assert!(error.message.contains("outside the allowed roots"), "{error}");
}

#[tokio::test]
async fn a_rename_is_told_with_both_names_and_a_change_of_mode_alone_has_no_line() {
    let repository = Repository::with(&[("old.rs", &"line\n".repeat(30)), ("run.sh", "true\n"), ("gone", "")]);
    repository.git(["mv", "old.rs", "new.rs"]);
    repository.git(["update-index", "--chmod=+x", "run.sh"]);
    repository.git(["rm", "--quiet", "gone"]);
    let changes = repository.ask(work_tree(true, false, false)).await.unwrap();
    let expected = [
        ("gone", Part::Staged, Status::Deleted),
        ("new.rs", Part::Staged, Status::Renamed),
        ("run.sh", Part::Staged, Status::Modified),
    ];
    assert_eq!(listed(&changes), expected);
    assert_eq!(changes.files[1].old_path.as_deref(), Some("old.rs"));
    assert_eq!(changes.files[2].modes, Some(("100644".to_owned(), "100755".to_owned())));
    assert!(changes.files.iter().all(|file| file.patch == Patch::Empty), "{changes:?}");
}

#[tokio::test]
async fn what_is_no_text_too_large_or_written_by_programs_is_left_out_with_a_reason() {
    let files =
        [("a.bin", "x"), ("big.txt", "x"), ("Cargo.lock", "x"), ("gen.rs", "x"), ("hidden.rs", "x"), ("l.dat", "x")];
    let repository = Repository::with(&files);
    repository.write(".gitattributes", "gen.rs linguist-generated\nhidden.rs -diff\n*.dat filter=lfs\n");
    repository.commit("attributes");
    for (path, text) in files.into_iter().chain([("b.bin", ""), ("c.txt", ""), ("yarn.lock", ""), ("m.dat", "")]) {
        repository.write(path, format!("{text} and more\n"));
    }
    for path in ["a.bin", "b.bin"] {
        repository.write(path, b"x\0y");
    }
    for path in ["big.txt", "c.txt"] {
        repository.write(path, "0123456789\n".repeat(100_000));
    }
    let changes = repository.changes().await;
    let reasons: Vec<_> = changes.files.iter().map(|file| (file.path.as_str(), file.kind, reason(file))).collect();
    let attributes = "the repository's .gitattributes say that it has no text to compare (-diff)";
    let filtered = "its content goes through the filter \"lfs\", which is not run";
    let expected = [
        ("Cargo.lock", FileKind::Generated, "lock file"),
        ("a.bin", FileKind::Binary, "binary file"),
        ("big.txt", FileKind::Binary, "larger than 1,000,000 bytes"),
        ("gen.rs", FileKind::Generated, "generated file, as .gitattributes says"),
        ("hidden.rs", FileKind::Binary, attributes),
        ("l.dat", FileKind::Text, filtered),
        ("b.bin", FileKind::Binary, "binary file"),
        ("c.txt", FileKind::Text, "larger than 1,000,000 bytes"),
        ("m.dat", FileKind::Text, filtered),
        ("yarn.lock", FileKind::Generated, "lock file"),
    ];
    assert_eq!(reasons, expected);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn names_and_content_that_are_not_utf_8_are_shown_as_far_as_they_can_be() {
    use std::os::unix::ffi::OsStrExt;
    let repository = Repository::with(&[("latin.txt", "a\n")]);
    repository.write("latin.txt", b"caf\xe9\n");
    fs::write(repository.root.join(OsStr::from_bytes(b"na\xefve.rs")), "x\n").unwrap();
    repository.write("two\nlines.rs", "y\n");
    let changes = repository.changes().await;
    let names: Vec<_> = changes.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(names, ["latin.txt", "na\u{fffd}ve.rs", "two\nlines.rs"]);
    assert!(hunks(&changes.files[0]).contains("+caf\u{fffd}\n"));
    assert_eq!(hunks(&changes.files[1]), "@@ -0,0 +1,1 @@\n+x\n");
    repository.commit("all");
    let changes = repository.ask(range("HEAD~1", "HEAD")).await.unwrap();
    assert_eq!(changes.files.len(), 3, "{changes:?}");
}

#[tokio::test]
async fn line_ends_that_git_itself_would_convert_are_no_change() {
    let repository = Repository::with(&[("a.txt", "one\ntwo\n")]);
    repository.git(["config", "core.autocrlf", "true"]);
    repository.write("a.txt", "one\r\ntwo\r\n");
    assert_eq!(listed(&repository.changes().await), []);
    repository.git(["config", "core.autocrlf", "false"]);
    let changes = repository.changes().await;
    assert!(hunks(&changes.files[0]).contains("+one\r\n"), "{changes:?}");
}

#[tokio::test]
async fn a_file_that_was_touched_but_not_changed_is_no_change() {
    let repository = Repository::with(&[("a.txt", "one\n")]);
    let file = fs::File::options().write(true).open(repository.root.join("a.txt")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    let index = fs::read(repository.root.join(".git/index")).unwrap();
    assert_eq!(listed(&repository.changes().await), []);
    assert_eq!(fs::read(repository.root.join(".git/index")).unwrap(), index, "the index was written");
}

#[tokio::test]
async fn a_change_that_is_as_long_and_as_old_as_what_it_replaces_is_seen() {
    let repository = Repository::new();
    repository.write("a.txt", "one\n");
    repository.git(["add", "a.txt"]);
    // At once: by time and size alone nothing has changed.
    repository.write("a.txt", "two\n");
    let index = repository.root.join(".git/index");
    let time = fs::metadata(&index).unwrap().modified().unwrap();
    let file = fs::File::options().write(true).open(repository.root.join("a.txt")).unwrap();
    file.set_modified(time).unwrap();
    let changes = repository.ask(work_tree(false, true, false)).await.unwrap();
    assert!(hunks(&changes.files[0]).contains("-one\n+two\n"), "{changes:?}");
}

#[tokio::test]
async fn a_submodule_is_told_by_its_commits_and_never_entered() {
    let repository = Repository::with(&[("a.rs", "a\n")]);
    let library = repository.root.join("library");
    git(&repository.root, &repository.home(), ["init", "--quiet", "library"]);
    let commit = || git(&library, &repository.home(), ["commit", "--quiet", "--allow-empty", "--message", "one"]);
    commit();
    repository.git(["-c", "advice.addEmbeddedRepo=false", "add", "library"]);
    let changes = repository.ask(work_tree(true, false, false)).await.unwrap();
    assert_eq!(changes.files[0].kind, FileKind::Submodule);
    assert!(hunks(&changes.files[0]).contains("+Subproject commit "), "{changes:?}");
    repository.git(["commit", "--quiet", "--message", "library"]);
    fs::write(library.join("dirty"), "dirt\n").unwrap();
    assert_eq!(listed(&repository.changes().await), []);
    commit();
    let changes = repository.changes().await;
    assert_eq!(listed(&changes), [("library", Part::Unstaged, Status::Modified)]);
    // One that nobody added.
    git(&repository.root, &repository.home(), ["init", "--quiet", "other"]);
    fs::write(repository.root.join("other/x"), "x").unwrap();
    let changes = repository.ask(work_tree(false, false, true)).await.unwrap();
    assert_eq!((changes.files[0].path.as_str(), reason(&changes.files[0])), ("other", "a repository of its own"));
}

#[tokio::test]
async fn a_conflict_is_told_once_with_what_the_file_holds() {
    let repository = Repository::with(&[("a.rs", "one\n")]);
    repository.git(["checkout", "--quiet", "-b", "other"]);
    repository.write("a.rs", "theirs\n");
    repository.commit("theirs");
    repository.git(["checkout", "--quiet", "main"]);
    repository.write("a.rs", "ours\n");
    repository.commit("ours");
    assert!(!command(&repository.root, &repository.home()).args(["merge", "other"]).output().unwrap().status.success());
    let changes = repository.ask(work_tree(false, true, true)).await.unwrap();
    assert_eq!(listed(&changes), [("a.rs", Part::Unstaged, Status::Conflicted)]);
    assert!(hunks(&changes.files[0]).contains("+<<<<<<< HEAD\n"), "{changes:?}");
    let changes = repository.ask(work_tree(true, false, false)).await.unwrap();
    assert_eq!(listed(&changes), [("a.rs", Part::Staged, Status::Conflicted)]);
    assert!(reason(&changes.files[0]).contains("conflict"), "{changes:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_is_told_by_where_it_leads_and_never_followed() {
    let repository = Repository::with(&[("a.rs", "a\n"), ("b.rs", "b\n")]);
    fs::write(repository.outside("secret"), "SECRET\n").unwrap();
    for path in ["b.rs", "new"] {
        let _ = fs::remove_file(repository.root.join(path));
        std::os::unix::fs::symlink("../secret", repository.root.join(path)).unwrap();
    }
    let changes = repository.changes().await;
    assert_eq!(listed(&changes)[0], ("b.rs", Part::Unstaged, Status::TypeChanged));
    assert_eq!(listed(&changes)[1], ("new", Part::Untracked, Status::Added));
    for file in &changes.files {
        assert_eq!(file.kind, FileKind::Symlink);
        assert!(hunks(file).contains("+../secret\n") && !hunks(file).contains("SECRET"), "{file:?}");
    }
}

#[tokio::test]
async fn a_linked_work_tree_has_its_own_changes() {
    let repository = Repository::with(&[("a.rs", "a\n")]);
    let linked = repository.outside("linked");
    repository.git([OsStr::new("worktree"), OsStr::new("add"), OsStr::new("--quiet"), linked.as_os_str()]);
    fs::write(linked.join("a.rs"), "linked\n").unwrap();
    let changes = repository.workspace_of(&linked).git(&work_tree(true, true, true)).await.unwrap();
    assert!(hunks(&changes.files[0]).contains("+linked\n"), "{changes:?}");
    assert_eq!(listed(&repository.changes().await), []);
}

#[tokio::test]
async fn an_index_in_parts_is_read_whole() {
    let repository = Repository::with(&[("a.rs", "a\n"), ("b.rs", "b\n")]);
    repository.git(["update-index", "--split-index"]);
    repository.write("a.rs", "changed\n");
    repository.git(["add", "a.rs"]);
    assert_eq!(listed(&repository.changes().await), [("a.rs", Part::Staged, Status::Modified)]);
}

#[tokio::test]
async fn files_that_the_user_ignores_everywhere_are_ignored() {
    let repository = Repository::with(&[("a.rs", "a\n"), (".gitignore", "*.log\n")]);
    fs::create_dir_all(repository.home().join(".config/git")).unwrap();
    fs::write(repository.home().join(".config/git/ignore"), "*.swp\n").unwrap();
    fs::write(repository.root.join(".git/info/exclude"), "*.tmp\n").unwrap();
    for name in ["x.log", "x.swp", "x.tmp", "x.mine", "x.rs"] {
        repository.write(name, "x\n");
    }
    let names = |changes: &Changes| changes.files.iter().map(|file| file.path.clone()).collect::<Vec<_>>();
    assert_eq!(names(&repository.changes().await), ["x.mine", "x.rs"]);
    fs::write(repository.home().join("mine"), "*.mine\n").unwrap();
    fs::write(repository.home().join(".gitconfig"), "[core]\n\texcludesFile = ~/mine\n").unwrap();
    assert_eq!(names(&repository.changes().await), ["x.rs", "x.swp"]);
}
