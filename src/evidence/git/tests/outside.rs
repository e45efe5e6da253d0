use super::*;

/// A repository beside the project that holds a secret.
fn private(repository: &Repository) -> PathBuf {
    let private = repository.outside("private");
    fs::create_dir(&private).unwrap();
    fs::write(private.join("secret.txt"), "SECRET\n").unwrap();
    let run = |arguments: &[&str]| git(&private, &repository.home(), arguments);
    run(&["init", "--quiet"]);
    run(&["add", "."]);
    run(&["commit", "--quiet", "--message", "secret"]);
    private
}

fn tells_nothing(answer: &Result<Changes>) {
    let told = format!("{answer:?}");
    assert!(!told.contains("SECRET") && answer.is_err(), "{told}");
}

#[tokio::test]
async fn a_path_outside_of_the_roots_is_refused() {
    let repository = Repository::with(&[("a.rs", "a\n")]);
    let private = private(&repository).display().to_string();
    for path in [private.as_str(), "../private", "/"] {
        let question = GitQuestion::WorkTree {
            path: path.to_owned(),
            only: Vec::new(),
            staged: true,
            unstaged: true,
            untracked: true,
            text: true,
        };
        let answer = repository.ask(question).await;
        tells_nothing(&answer);
        assert!(answer.unwrap_err().message.contains("outside the allowed roots"));
    }
}

#[tokio::test]
async fn a_git_file_that_points_to_somebody_elses_repository_is_refused() {
    let repository = Repository::new();
    let private = private(&repository);
    fs::remove_dir_all(repository.root.join(".git")).unwrap();
    repository.write(".git", format!("gitdir: {}/.git\n", private.display()));
    for question in [work_tree(true, true, true), range(&"0".repeat(40), "HEAD")] {
        tells_nothing(&repository.ask(question).await);
    }
    #[cfg(unix)]
    {
        fs::remove_file(repository.root.join(".git")).unwrap();
        std::os::unix::fs::symlink(private.join(".git"), repository.root.join(".git")).unwrap();
        tells_nothing(&repository.ask(work_tree(true, true, true)).await);
    }
}

#[tokio::test]
async fn a_repository_that_calls_another_directory_its_files_is_refused() {
    let repository = Repository::with(&[("a.rs", "a\n")]);
    let private = private(&repository);
    repository.git(["config", "core.worktree", private.to_str().unwrap()]);
    tells_nothing(&repository.ask(work_tree(true, true, true)).await);
}

#[tokio::test]
async fn an_index_that_leads_out_of_its_directory_is_refused() {
    let repository = Repository::with(&[("aa/private/secret.txt", "a\n")]);
    private(&repository);
    let path = repository.root.join(".git/index");
    let mut bytes = fs::read(&path).unwrap();
    let name = b"aa/private/secret.txt";
    let at = bytes.windows(name.len()).position(|window| window == name).unwrap();
    bytes[at..at + 2].copy_from_slice(b"..");
    // A sum of zeros is not looked at.
    let end = bytes.len();
    bytes[end - 20..].fill(0);
    fs::write(&path, bytes).unwrap();
    let answer = repository.ask(work_tree(false, true, false)).await;
    tells_nothing(&answer);
    assert!(answer.unwrap_err().message.contains("../private/secret.txt"));
}

#[tokio::test]
async fn of_a_repository_that_is_larger_than_the_roots_only_what_is_below_them_is_told() {
    let repository = Repository::with(&[("inside/a.rs", "a\n"), ("beside/secret.rs", "x\n")]);
    repository.write("inside/a.rs", "A\n");
    repository.write("beside/secret.rs", "SECRET\n");
    repository.write("beside/new.rs", "SECRET\n");
    let workspace = repository.workspace_of(&repository.root.join("inside"));
    let changes = workspace.git(&work_tree(true, true, true)).await.unwrap();
    assert_eq!(listed(&changes), [("a.rs", Part::Unstaged, Status::Modified)]);
    repository.commit("second");
    let changes = workspace.git(&range("HEAD~1", "HEAD")).await.unwrap();
    assert_eq!(listed(&changes), [("a.rs", Part::Range, Status::Modified)]);
}

#[tokio::test]
async fn what_is_no_repository_is_told() {
    let repository = Repository::new();
    fs::remove_dir_all(repository.root.join(".git")).unwrap();
    let error = repository.ask(work_tree(true, true, true)).await.unwrap_err();
    assert!(error.message.contains("is not in a git repository") && !error.hints.is_empty(), "{error:?}");
    let question = GitQuestion::WorkTree {
        path: "nothing".to_owned(),
        only: Vec::new(),
        staged: true,
        unstaged: false,
        untracked: false,
        text: true,
    };
    assert!(repository.ask(question).await.unwrap_err().message.contains("no such file"));
}
