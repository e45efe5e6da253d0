use std::time::Duration;

use super::*;
use crate::error::ErrorCode;

/// A directory of programs whose `git` is this script.
fn scripted(repository: &Repository, script: &str) -> LocalWorkspace {
    use std::os::unix::fs::PermissionsExt;
    let programs = repository.outside("programs");
    fs::create_dir(&programs).unwrap();
    let path = programs.join("git");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    repository.workspace().with_environment(Environment::from_pairs([("PATH", programs.display().to_string())]))
}

#[tokio::test]
async fn a_machine_without_git_is_told_what_to_do() {
    let repository = Repository::with(&[("a.rs", "a\n")]);
    let nowhere = Environment::from_pairs([("PATH", repository.outside("nowhere").display().to_string())]);
    for environment in [nowhere, Environment::default()] {
        let workspace = repository.workspace().with_environment(environment);
        let error = workspace.git(&work_tree(true, true, true)).await.unwrap_err();
        assert!(error.message.contains("git is not in PATH") && error.hints[0].contains("install git"), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_git_that_hangs_is_ended() {
    let repository = Repository::with(&[("a.rs", "a\n")]);
    let workspace = scripted(&repository, "while :; do /bin/sleep 1; done");
    let error = workspace.git(&work_tree(true, true, true)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Timeout);
    assert!(error.message.contains("git"), "{error}");
}

#[tokio::test]
async fn what_a_git_has_started_ends_with_the_question() {
    let repository = Repository::with(&[("a.rs", "a\n")]);
    let note = repository.outside("started");
    let script = format!("/bin/sleep 1000 & echo $$ > '{0}.new'; /bin/mv '{0}.new' '{0}'; wait", note.display());
    let workspace = scripted(&repository, &script);
    let question = work_tree(true, true, true);
    let started = until(|| fs::read_to_string(&note).ok());
    let group: i32 = tokio::select! {
        answer = workspace.git(&question) => panic!("{answer:?}"),
        group = started => group.trim().parse().unwrap(),
    };
    let group = nix::unistd::Pid::from_raw(group);
    until(|| nix::sys::signal::killpg(group, None).err()).await;
}

/// Waits until there is something.
async fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), looking).await.unwrap()
}

#[tokio::test]
async fn what_git_complains_about_is_told_in_its_own_words() {
    let repository = Repository::with(&[("a.rs", "a\n")]);
    let workspace = scripted(&repository, "echo 'fatal: it rained' >&2; exit 128");
    let error = workspace.git(&work_tree(true, true, true)).await.unwrap_err();
    assert_eq!(error.message, "git could not answer: it rained");
    repository.write(".git/index", "no index");
    let error = repository.ask(work_tree(true, true, true)).await.unwrap_err();
    assert!(error.message.starts_with("git could not answer:"), "{error}");
}

#[tokio::test]
async fn a_git_that_never_stops_talking_is_heard_up_to_a_bound() {
    let repository = Repository::with(&[("a.rs", "a\n")]);
    let workspace = scripted(&repository, "while :; do echo noise; done");
    let error = workspace.git(&work_tree(true, true, true)).await.unwrap_err();
    assert!(error.message.starts_with("git could not answer"), "{error}");
}
