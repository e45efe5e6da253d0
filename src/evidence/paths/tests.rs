//! What may be a root, and what lies under one.

use std::fs;

use tempfile::TempDir;

use super::*;

fn project() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(directory.path()).unwrap().join("project");
    fs::create_dir_all(root.join("src")).unwrap();
    fs::write(root.join("src/lib.rs"), "").unwrap();
    fs::write(root.parent().unwrap().join("secret.txt"), "").unwrap();
    (directory, root)
}

fn rules(root: &Path) -> Rules {
    Rules::new(&[root.to_owned()], root, None).unwrap()
}

fn refusal(place: Place) -> Error {
    match place {
        Place::Refused(error) => error,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_relative_path_is_resolved_against_the_base_and_shown_relative_to_the_root() {
    let (_directory, root) = project();
    let rules = Rules::new(std::slice::from_ref(&root), &root.join("src"), None).unwrap();
    let Place::Found(found) = rules.resolve("../src/./lib.rs") else { panic!("not found") };
    assert_eq!(rules.show(&found), "src/lib.rs");
    assert_eq!(rules.show(&root), ".");
}

#[test]
fn a_path_that_climbs_out_is_refused_with_the_roots_and_a_hint() {
    let (_directory, root) = project();
    let error = refusal(rules(&root).resolve("../secret.txt"));
    assert_eq!(error.code, ErrorCode::ValidationError);
    assert!(error.message.contains("../secret.txt") && error.message.contains(root.to_str().unwrap()), "{error}");
    assert!(!error.hints.is_empty());
}

#[test]
fn a_sibling_whose_name_starts_like_the_root_is_outside() {
    let (_directory, root) = project();
    fs::write(root.with_file_name("project-2"), "").unwrap();
    refusal(rules(&root).resolve("../project-2"));
}

#[test]
fn nobody_learns_whether_a_path_outside_exists() {
    let (_directory, root) = project();
    let rules = rules(&root);
    for path in
        ["../secret.txt", "../nothing.txt", "nothing/../../secret.txt", "nothing/../../nothing", "/no/such/path"]
    {
        let error = refusal(rules.resolve(path));
        assert!(error.message.contains("outside the allowed roots"), "{error}");
    }
    assert!(matches!(rules.resolve("src/nothing.rs"), Place::Missing));
    assert!(matches!(rules.resolve("src/lib.rs/nothing.rs"), Place::Missing));
}

#[test]
fn an_empty_an_endless_and_a_path_with_a_nul_byte_are_refused() {
    let (_directory, root) = project();
    for path in ["", "src/lib.rs\0.txt", &"a/".repeat(100_000)] {
        assert_eq!(refusal(rules(&root).resolve(path)).code, ErrorCode::ValidationError);
    }
}

#[test]
fn the_home_directory_and_those_of_the_system_can_not_be_roots() {
    let (_directory, root) = project();
    let home = root.parent().unwrap();
    assert!(Rules::new(&[home.to_owned()], home, Some(home)).is_err());
    assert!(Rules::new(std::slice::from_ref(&root), home, Some(home)).is_ok());
    assert!(Rules::new(&[root.join("src/lib.rs")], home, None).is_err());
    assert!(Rules::new(&[root.join("nothing")], home, None).is_err());
    for no in NO_ROOTS.iter().chain(NO_ROOTS_BELOW) {
        assert!(is_no_root(Path::new(no), None), "{no}");
    }
    for ours in ["/usr/src/app", "/var/lib/ci/work", "/root/project", "/home/someone/project"] {
        assert!(!is_no_root(Path::new(ours), None) && !below_system(Path::new(ours)), "{ours}");
    }
    assert!(below_system(Path::new("/etc/ssl")) && below_system(Path::new("/proc/self")));
}

#[cfg(unix)]
#[test]
fn the_root_of_the_file_system_is_refused_by_name_and_through_a_link() {
    let (_directory, root) = project();
    std::os::unix::fs::symlink("/", root.join("all")).unwrap();
    for path in [PathBuf::from("/"), root.join("all"), PathBuf::from("/etc")] {
        let error = Rules::new(&[path], &root, None).unwrap_err();
        assert!(error.message.contains("can not be a root"), "{error}");
    }
}

#[test]
fn a_typed_file_is_allowed_without_its_neighbours() {
    let (_directory, root) = project();
    let mut rules = rules(&root);
    rules.allow("../secret.txt").unwrap();
    let Place::Found(found) = rules.resolve("../secret.txt") else { panic!("not found") };
    assert!(Path::new(&rules.show(&found)).is_absolute());
    fs::write(root.with_file_name("other.txt"), "").unwrap();
    refusal(rules.resolve("../other.txt"));
    rules.allow("../typo.txt").unwrap();
    assert!(matches!(rules.resolve("../typo.txt"), Place::Missing));
}

#[test]
fn without_roots_nothing_is_allowed() {
    let (_directory, root) = project();
    let rules = Rules::new(&[], &root, None).unwrap();
    assert!(refusal(rules.resolve("src/lib.rs")).message.contains("(none)"));
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_before_the_roots_are_asked() {
    use std::os::unix::fs::symlink;
    let (_directory, root) = project();
    symlink(root.with_file_name("secret.txt"), root.join("inside.txt")).unwrap();
    symlink("src/lib.rs", root.join("alias.rs")).unwrap();
    symlink("loop.rs", root.join("loop.rs")).unwrap();
    let rules = rules(&root);
    refusal(rules.resolve("inside.txt"));
    let Place::Found(found) = rules.resolve("alias.rs") else { panic!("not found") };
    assert_eq!(rules.show(&found), "src/lib.rs");
    assert!(refusal(rules.resolve("loop.rs")).message.contains("can not be read"));
}
