use super::*;
use crate::error::ErrorCode;

#[tokio::test]
async fn a_range_is_what_the_head_has_brought_since_both_parted() {
    let repository = Repository::with(&[("a.rs", "a\n")]);
    let parting = repository.git(["rev-parse", "HEAD"]).trim().to_owned();
    repository.git(["checkout", "--quiet", "-b", "topic"]);
    repository.write("topic.rs", "topic\n");
    let head = repository.commit("topic");
    repository.git(["checkout", "--quiet", "main"]);
    repository.write("main.rs", "main\n");
    repository.commit("main");
    // What is not committed is no part of it.
    repository.write("a.rs", "not committed\n");
    let changes = repository.ask(range("main", "topic")).await.unwrap();
    assert_eq!(listed(&changes), [("topic.rs", Part::Range, Status::Added)]);
    assert_eq!((changes.base, changes.head), (Some(parting), Some(head.clone())));
    let all = repository.ask(range(&"0".repeat(40), &head)).await.unwrap();
    assert_eq!(listed(&all).len(), 2);
    assert_eq!(all.base, None);
}

#[tokio::test]
async fn a_range_can_not_change_how_it_is_looked_at() {
    let repository = Repository::with(&[("a.rs", "a\n")]);
    repository.write(".gitattributes", "*.rs -diff linguist-generated\n");
    repository.write("a.rs", "hidden\n");
    repository.commit("hide");
    let changes = repository.ask(range("HEAD~1", "HEAD")).await.unwrap();
    assert!(hunks(&changes.files[1]).contains("+hidden\n"), "{changes:?}");
}

#[tokio::test]
async fn a_revision_that_is_none_is_refused_by_name() {
    let repository = Repository::with(&[("a.rs", "a\n")]);
    for (revision, why) in [
        ("nowhere", "names no commit"),
        ("--output=/tmp/x", "begins with a dash"),
        ("-", "begins with a dash"),
        ("", "is empty"),
        ("a..b", "is a range"),
        ("a\nb", "control character"),
        ("HEAD:a.rs", "names no commit"),
        (&"x".repeat(300), "longer than 256 bytes"),
    ] {
        for question in [range(revision, "HEAD"), range("HEAD", revision)] {
            let error = repository.ask(question).await.unwrap_err();
            assert!(error.message.contains(why), "{revision}: {error}");
            assert_eq!(error.code, ErrorCode::ValidationError);
        }
    }
}

#[tokio::test]
async fn histories_without_a_common_ancestor_are_told_apart_from_a_shallow_clone() {
    let repository = Repository::with(&[("a.rs", "a\n")]);
    repository.git(["checkout", "--quiet", "--orphan", "island"]);
    repository.commit("island");
    let error = repository.ask(range("main", "island")).await.unwrap_err();
    assert!(error.message.contains("no common ancestor") && !error.hints[0].contains("shallow"), "{error:?}");

    repository.git(["checkout", "--quiet", "main"]);
    repository.git(["checkout", "--quiet", "-b", "topic"]);
    repository.write("a.rs", "topic\n");
    repository.commit("topic");
    let from = format!("file://{}", repository.root.display());
    let shallow = repository.outside("shallow");
    repository.git(["clone", "--quiet", "--depth=1", "--no-single-branch", &from, shallow.to_str().unwrap()]);
    let workspace = repository.workspace_of(&shallow);
    let error = workspace.git(&range("origin/main", "origin/topic")).await.unwrap_err();
    assert!(error.hints[0].contains("--unshallow"), "{error:?}");
    let error = workspace.git(&range("origin/main~1", "origin/topic")).await.unwrap_err();
    assert!(error.hints[0].contains("--unshallow"), "{error:?}");
    let changes = workspace.git(&range("origin/main", "origin/main")).await.unwrap();
    assert_eq!(listed(&changes), []);
}

#[tokio::test]
async fn a_bare_repository_has_ranges_and_no_files() {
    let repository = Repository::with(&[("a.rs", "a\n"), ("b.rs", "b\n")]);
    repository.write("a.rs", "A\n");
    repository.write("b.rs", "B\n");
    repository.commit("second");
    let bare = repository.outside("bare.git");
    repository.git([OsStr::new("clone"), "--quiet".as_ref(), "--bare".as_ref(), ".".as_ref(), bare.as_os_str()]);
    let workspace = repository.workspace_of(&bare);
    let changes = workspace.git(&range("main~1", "main")).await.unwrap();
    assert_eq!(changes.files.len(), 2);
    assert!(hunks(&changes.files[0]).contains("-a\n+A\n"), "{changes:?}");
    let error = workspace.git(&work_tree(true, true, true)).await.unwrap_err();
    assert!(error.message.contains("bare"), "{error}");
}

#[tokio::test]
async fn ids_of_the_longer_kind_are_understood() {
    let repository = Repository::new();
    fs::remove_dir_all(repository.root.join(".git")).unwrap();
    repository.git(["init", "--quiet", "--initial-branch=main", "--object-format=sha256"]);
    repository.write("a.rs", "a\n");
    repository.commit("first");
    repository.write("a.rs", "b\n");
    repository.commit("second");
    repository.write("a.rs", "c\n");
    let changes = repository.ask(range("main~1", "main")).await.unwrap();
    assert_eq!(changes.head.unwrap().len(), 64);
    assert!(hunks(&changes.files[0]).contains("-a\n+b\n"));
    assert!(hunks(&repository.changes().await.files[0]).contains("-b\n+c\n"));
}
