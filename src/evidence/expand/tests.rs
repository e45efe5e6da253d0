//! What a directory stands for, also when somebody hostile made it.

use std::fs;

use tempfile::TempDir;

use super::super::ignored;
use super::*;

struct Tree {
    _directory: TempDir,
    root: PathBuf,
    globs: Vec<String>,
    limits: Limits,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(directory.path()).unwrap().join("project");
        fs::create_dir(&root).unwrap();
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self { _directory: directory, root, globs: Vec::new(), limits: Limits::default() }
    }

    fn of(names: &[&str]) -> Self {
        let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, "x")).collect();
        Self::new(&files)
    }

    fn expand(&self, directory: &str) -> Expansion {
        let rules = Rules::new(std::slice::from_ref(&self.root), &self.root, None).unwrap();
        let globs = ignored::globs(&self.root, &self.globs).unwrap();
        expand(&fs::canonicalize(self.root.join(directory)).unwrap(), &rules, &globs, self.limits)
    }

    fn files(&self, directory: &str) -> Vec<String> {
        self.expand(directory).files.into_iter().map(|found| found.path).collect()
    }

    fn skipped(&self) -> Vec<(String, String)> {
        self.expand(".").skipped.into_iter().map(|skipped| (skipped.path, skipped.reason)).collect()
    }
}

#[test]
fn known_files_are_found_sorted_and_all_others_left_out() {
    let tree = Tree::of(&[
        "src/z.rs",
        "src/a.rs",
        "Dockerfile",
        "logo.png",
        ".env",
        ".github/ci.yml",
        "node_modules/left/pad.js",
        "web/target/out.js",
        "README",
    ]);
    assert_eq!(tree.files("."), ["Dockerfile", "README", "src/a.rs", "src/z.rs"]);
    assert_eq!(tree.skipped(), []);
}

#[test]
fn a_hidden_or_excluded_directory_that_is_named_is_expanded() {
    let tree = Tree::of(&[".github/ci.yml", "vendor/a.c"]);
    assert_eq!(tree.files(".github"), [".github/ci.yml"]);
    assert_eq!(tree.files("vendor"), ["vendor/a.c"]);
}

#[test]
fn the_nearest_gitignore_decides() {
    let tree = Tree::new(&[
        (".gitignore", "*.log\n/generated/\n"),
        ("a.log", "x"),
        ("generated/a.rs", "x"),
        ("sub/.gitignore", "!keep.log\nlocal.rs\n"),
        ("sub/keep.log", "x"),
        ("sub/other.log", "x"),
        ("sub/local.rs", "x"),
        ("sub/generated/b.rs", "x"),
    ]);
    assert_eq!(tree.files("."), ["sub/generated/b.rs", "sub/keep.log"]);
    assert_eq!(tree.files("sub"), ["sub/generated/b.rs", "sub/keep.log"]);
}

#[test]
fn a_gitignore_above_the_root_is_not_read() {
    let tree = Tree::of(&["a.rs"]);
    fs::write(tree.root.with_file_name(".gitignore"), "*.rs\n").unwrap();
    assert_eq!(tree.files("."), ["a.rs"]);
}

#[test]
fn the_callers_globs_leave_files_and_directories_out() {
    let mut tree = Tree::of(&["src/a.rs", "src/a.snap.json", "fixtures/b.rs", "src/fixtures/c.rs"]);
    tree.globs = vec!["*.snap.json".to_owned(), "/fixtures".to_owned()];
    assert_eq!(tree.files("."), ["src/a.rs", "src/fixtures/c.rs"]);
    assert!(ignored::globs(&tree.root, &["a[".to_owned()]).is_err());
}

#[test]
fn the_bounds_for_files_names_and_depth_are_kept_and_told() {
    let mut tree = Tree::of(&["a.rs", "b.rs", "c.rs", "d/e.rs", "d/f/g.rs"]);
    tree.limits.files = 2;
    assert_eq!(tree.files("."), ["a.rs", "b.rs"]);
    assert_eq!(
        tree.skipped(),
        [(".".to_owned(), "holds 2 files or more: what comes later was not looked at".to_owned())]
    );
    tree.limits = Limits { entries: 3, ..Limits::default() };
    assert!(tree.files(".").len() <= 3);
    assert!(tree.skipped()[0].1.starts_with("holds 3 names or more"));
    tree.limits = Limits { depth: 2, ..Limits::default() };
    assert_eq!(tree.files("."), ["a.rs", "b.rs", "c.rs", "d/e.rs"]);
    assert_eq!(tree.skipped(), [("d/f".to_owned(), "deeper than 2 directories".to_owned())]);
}

/// Builds and takes apart twenty-one pieces of a hundred directories: a path of all of them would be too long for any call.
#[cfg(unix)]
#[test]
fn a_tree_deeper_than_any_path_can_name_ends_at_the_depth_that_is_looked_at() {
    const PIECE: usize = 100;
    let tree = Tree::of(&["a.rs"]);
    let (deep, piece) = (tree.root.join("d"), tree.root.with_file_name("piece"));
    let bottom = |top: &Path| (1..PIECE).fold(top.to_owned(), |path, _| path.join("d"));
    fs::create_dir_all(bottom(&deep)).unwrap();
    for _ in 1..21 {
        fs::create_dir_all(bottom(&piece)).unwrap();
        fs::rename(&deep, bottom(&piece).join("d")).unwrap();
        fs::rename(&piece, &deep).unwrap();
    }
    let found = tree.expand(".");
    assert_eq!((found.files.len(), found.skipped.len()), (1, 1));
    assert_eq!(found.skipped[0].reason, "deeper than 64 directories");
    for _ in 1..21 {
        fs::rename(&deep, &piece).unwrap();
        fs::rename(bottom(&piece).join("d"), &deep).unwrap();
        fs::remove_dir_all(&piece).unwrap();
    }
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_that_lead_outside_in_circles_or_nowhere_are_skipped_with_a_reason() {
        let tree = Tree::of(&["src/a.rs"]);
        let outside = tree.root.with_file_name("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("secret.rs"), "x").unwrap();
        symlink(&outside, tree.root.join("out")).unwrap();
        symlink(outside.join("secret.rs"), tree.root.join("b.rs")).unwrap();
        symlink("loop", tree.root.join("loop")).unwrap();
        symlink("nothing.rs", tree.root.join("gone.rs")).unwrap();
        symlink("..", tree.root.join("src/up")).unwrap();
        assert_eq!(tree.files("."), ["src/a.rs"]);
        let skipped = tree.skipped();
        let names: Vec<&str> = skipped.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(names, ["b.rs", "gone.rs", "loop", "out"]);
        assert_eq!(skipped[0].1, "link leads outside the allowed roots");
        assert!(skipped[1].1.starts_with("link leads nowhere"), "{}", skipped[1].1);
        assert_eq!(skipped[3].1, "link leads outside the allowed roots");
    }

    #[test]
    fn a_file_that_is_linked_to_many_times_is_found_once_under_its_own_name() {
        let tree = Tree::of(&["lib/shared/a.rs", "lib/b.rs", "src/c.rs"]);
        symlink("../lib/b.rs", tree.root.join("src/b.rs")).unwrap();
        symlink("../lib/shared", tree.root.join("src/shared")).unwrap();
        symlink("../lib/shared", tree.root.join("src/again")).unwrap();
        assert_eq!(tree.files("src"), ["lib/b.rs", "lib/shared/a.rs", "src/c.rs"]);
        assert_eq!(tree.files("."), ["lib/b.rs", "lib/shared/a.rs", "src/c.rs"]);
    }

    #[test]
    fn directories_that_link_to_each_other_are_walked_once_each() {
        let names: Vec<String> = (0..12).map(|number| format!("d{number}/a.rs")).collect();
        let tree = Tree::of(&names.iter().map(String::as_str).collect::<Vec<_>>());
        for from in 0..12 {
            for to in 0..12 {
                symlink(format!("../d{to}"), tree.root.join(format!("d{from}/to{to}"))).unwrap();
            }
        }
        assert_eq!(tree.files("d0").len(), 12);
    }

    #[test]
    fn a_link_does_not_bring_in_what_is_hidden_or_no_text() {
        let tree = Tree::of(&["a.rs", ".env", ".git/config", "photo.png"]);
        symlink(".env", tree.root.join("b.txt")).unwrap();
        symlink(".git", tree.root.join("git")).unwrap();
        symlink("photo.png", tree.root.join("c.txt")).unwrap();
        assert_eq!(tree.files("."), ["a.rs"]);
    }

    #[test]
    fn a_gitignore_that_is_a_link_or_a_fifo_is_not_obeyed() {
        let tree = Tree::of(&["a.rs", "sub/b.rs"]);
        symlink("/dev/zero", tree.root.join(".gitignore")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(tree.root.join("sub/.gitignore")).status();
        assert!(made.unwrap().success());
        assert_eq!(tree.files("."), ["a.rs", "sub/b.rs"]);
    }

    #[test]
    fn a_fifo_with_the_name_of_a_text_is_skipped_with_a_reason() {
        let tree = Tree::of(&["a.rs"]);
        assert!(std::process::Command::new("mkfifo").arg(tree.root.join("b.rs")).status().unwrap().success());
        assert_eq!(tree.files("."), ["a.rs"]);
        assert_eq!(tree.skipped(), [("b.rs".to_owned(), "not a regular file".to_owned())]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_that_is_not_utf8_is_skipped_and_shown_with_a_replacement() {
        let tree = Tree::of(&["a.rs"]);
        fs::write(tree.root.join(OsStr::from_bytes(b"caf\xe9.rs")), "x").unwrap();
        assert_eq!(tree.skipped(), [("caf\u{fffd}.rs".to_owned(), "its name is not UTF-8".to_owned())]);
    }
}
