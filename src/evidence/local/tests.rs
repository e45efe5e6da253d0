//! The file system as a workspace.

use std::fs;

use tempfile::TempDir;

use super::*;

fn workspace(files: &[(&str, &[u8])]) -> (TempDir, PathBuf, LocalWorkspace) {
    let directory = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(directory.path()).unwrap();
    for (path, bytes) in files {
        fs::write(root.join(path), bytes).unwrap();
    }
    let workspace = LocalWorkspace::new(std::slice::from_ref(&root), &root, None, &[]).unwrap();
    (directory, root, workspace)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn skipped(reason: &str) -> ReadResult {
    ReadResult::Skipped { reason: reason.to_owned() }
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_questions() {
    let (_directory, _root, workspace) = workspace(&[("a.rs", b"one"), ("b.rs", b"two!")]);
    let stats = workspace.stat(&names(&["b.rs", "nothing", ".", "../.."])).await.unwrap();
    assert!(matches!(&stats[0], Stat::File(found) if found.path == "b.rs" && found.bytes == 4));
    assert_eq!(stats[1], Stat::Missing);
    assert!(matches!(&stats[2], Stat::Directory { path, .. } if path == "."));
    assert!(matches!(&stats[3], Stat::Refused { error } if error.message.contains("outside")));
    let read = workspace.read(&names(&["b.rs", "nothing", "a.rs"]), 1_000).await.unwrap();
    assert_eq!(read[0], ReadResult::Text { text: "two!".to_owned(), bytes: 4 });
    assert_eq!(read[1], ReadResult::Missing);
    assert_eq!(read[2], ReadResult::Text { text: "one".to_owned(), bytes: 3 });
}

#[tokio::test]
async fn binary_and_large_files_are_skipped_and_broken_text_is_mended() {
    let large = vec![b'a'; 1_000_001];
    let (_directory, _root, workspace) =
        workspace(&[("a.bin", b"a\0b"), ("large.txt", &large), ("full.txt", &large[1..]), ("latin.txt", b"caf\xe9")]);
    let asked = names(&["a.bin", "large.txt", "full.txt", "latin.txt"]);
    let read = workspace.read(&asked, u64::MAX).await.unwrap();
    assert_eq!(read[0], skipped("binary file"));
    assert_eq!(read[1], skipped("larger than 1,000,000 bytes"));
    assert!(matches!(read[2], ReadResult::Text { bytes: 1_000_000, .. }));
    assert_eq!(read[3], ReadResult::Text { text: "caf\u{fffd}".to_owned(), bytes: 4 });
    assert_eq!(workspace.read(&asked[3..], 3).await.unwrap(), [skipped("larger than 3 bytes")]);
}

#[tokio::test]
async fn one_answer_holds_no_more_than_its_bound() {
    let (_directory, _root, workspace) = workspace(&[("full.txt", &vec![b'a'; 1_000_000])]);
    let read = workspace.read(&vec!["full.txt".to_owned(); 70], u64::MAX).await.unwrap();
    let texts = read.iter().filter(|result| matches!(result, ReadResult::Text { .. })).count();
    assert_eq!(texts as u64, MAX_READ_BYTES / 1_000_000);
    assert!(matches!(&read[69], ReadResult::Refused { error } if !error.hints.is_empty()));
}

#[tokio::test]
async fn a_typed_path_outside_the_roots_can_be_read_once_it_is_allowed() {
    let (_directory, root, _) = workspace(&[("a.rs", b"one")]);
    fs::create_dir(root.join("project")).unwrap();
    let mut workspace = LocalWorkspace::new(&[root.join("project")], &root, Some(&root), &[]).unwrap();
    assert!(matches!(workspace.read(&names(&["a.rs"]), 10).await.unwrap()[0], ReadResult::Refused { .. }));
    workspace.allow("a.rs").unwrap();
    assert!(matches!(workspace.read(&names(&["a.rs"]), 10).await.unwrap()[0], ReadResult::Text { .. }));
    assert!(workspace.allow(".").unwrap_err().message.contains("can not be a root"));
}

#[tokio::test]
async fn answers_survive_the_way_over_a_socket() {
    let (_directory, _root, workspace) = workspace(&[("a.rs", b"one")]);
    let asked = names(&[".", "a.rs", "nothing", "/"]);
    let listings = workspace.list(&asked).await.unwrap();
    let wire = serde_json::to_string(&listings).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Listing>>(&wire).unwrap(), listings);
    let read = workspace.read(&asked, 10).await.unwrap();
    let wire = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<Vec<ReadResult>>(&wire).unwrap(), read);
    let stats = workspace.stat(&asked).await.unwrap();
    let wire = serde_json::to_string(&stats).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Stat>>(&wire).unwrap(), stats);
}

#[cfg(unix)]
#[tokio::test]
async fn fifos_devices_and_directories_are_refused_and_never_waited_for() {
    let (_directory, root, mut workspace) = workspace(&[]);
    assert!(std::process::Command::new("mkfifo").arg(root.join("pipe.rs")).status().unwrap().success());
    workspace.allow("/dev/zero").unwrap();
    for path in ["pipe.rs", "/dev/zero", "."] {
        let read = workspace.read(&names(&[path]), 10).await.unwrap();
        assert!(
            matches!(&read[0], ReadResult::Refused { error } if error.message.contains("not a regular file")),
            "{path}: {read:?}"
        );
    }
    let listed = workspace.list(&names(&["pipe.rs"])).await.unwrap();
    assert!(matches!(&listed[0], Listing::Refused { .. }));
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_may_not_be_read_is_refused_by_name() {
    use std::os::unix::fs::PermissionsExt;
    let (_directory, root, workspace) = workspace(&[("locked.rs", b"one")]);
    fs::set_permissions(root.join("locked.rs"), fs::Permissions::from_mode(0o000)).unwrap();
    let read = workspace.read(&names(&["locked.rs"]), 10).await.unwrap();
    match &read[0] {
        ReadResult::Refused { error } => assert!(error.message.contains("locked.rs"), "{error}"),
        // The superuser reads everything.
        other => assert!(fs::read(root.join("locked.rs")).is_ok(), "{other:?}"),
    }
}

#[test]
fn thousands_are_grouped() {
    assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
}
