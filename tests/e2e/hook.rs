//! Reviews started by git's hooks: they look at what is about to be committed or pushed.

use std::os::unix::fs::PermissionsExt;

use exai_fake::{Fake, Scenario};
use serde_json::Value;

use crate::support::User;

const NO_FINDINGS: &str = r#"{"summary": "Fine.", "findings": []}"#;

/// A user with a repository that has a commit.
fn user(fake: &Fake) -> User {
    let user = User::with(fake);
    user.git(&["init", "-q", "-b", "main"]);
    user.write("src/stack.rs", "fn push() {}\n");
    commit(&user, &["-qm", "first"], true);
    user
}

fn commit(user: &User, more: &[&str], adds: bool) {
    if adds {
        user.git(&["add", "src"]);
    }
    user.git(&[&["-c", "user.name=A", "-c", "user.email=a@example.org", "commit"], more].concat());
}

/// Has git run `exai call precommit` before it commits, and keep what it prints.
fn install(user: &User, fake: &Fake) {
    let script = format!(
        "#!/bin/sh\nexport GLM_API_KEY=test-key GLM_API_URL={}\nexec {} call precommit --no-daemon --output json > hook.json\n",
        fake.glm_url(),
        env!("CARGO_BIN_EXE_exai")
    );
    let hook = user.project().join(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, script).unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn said(user: &User) -> Value {
    serde_json::from_str(&std::fs::read_to_string(user.project().join("hook.json")).unwrap()).unwrap()
}

#[test]
fn a_hook_reviews_the_index_that_is_being_committed() {
    let fake = Fake::start(Scenario::answer(NO_FINDINGS));
    let user = user(&fake);
    install(&user, &fake);
    let change = |line: &str| {
        for name in ["queue", "stack"] {
            user.write(&format!("src/{name}.rs"), &format!("fn {name}() {{}}\n// {line}\n"));
        }
    };
    // What is staged, then all of it, then one file of it: git makes an index of its own for the last two.
    change("one");
    user.git(&["add", "src/queue.rs"]);
    for (more, reviewed) in [
        (&["-qm", "staged"][..], vec!["src/queue.rs"]),
        (&["-qam", "all"], vec!["src/queue.rs", "src/stack.rs"]),
        (&["-qm", "named", "src/stack.rs"], vec!["src/stack.rs"]),
    ] {
        commit(&user, more, false);
        assert_eq!(said(&user)["coverage"]["sent"], serde_json::json!(reviewed), "{more:?}: {:#}", said(&user));
        change(more[1]);
    }
}

#[test]
fn an_index_that_is_not_the_repositorys_is_refused() {
    let fake = Fake::start(Scenario::answer(NO_FINDINGS));
    let user = user(&fake).set("GIT_INDEX_FILE", "/etc/passwd");
    user.write("src/queue.rs", "fn queue() {}\n");
    let ran = user.run(&["call", "precommit", "--staged"]).exits(2);
    assert!(ran.stderr.contains("GIT_INDEX_FILE is \"/etc/passwd\", which is not in the git directory"), "{ran:#?}");
    assert!(ran.stderr.contains("hint: unset GIT_INDEX_FILE") && fake.requests().is_empty(), "{ran:#?}");
}

#[test]
fn a_hook_of_pre_commit_reviews_the_range_that_it_is_told() {
    let fake = Fake::start(Scenario::answer(NO_FINDINGS));
    let user = user(&fake);
    user.write("src/queue.rs", "fn queue() {}\n");
    commit(&user, &["-qm", "second"], true);
    user.git(&["tag", "pushed"]);
    user.write("src/stack.rs", "fn stack() {}\n");
    commit(&user, &["-qm", "third"], true);
    let user = user.set("PRE_COMMIT_FROM_REF", "pushed~1").set("PRE_COMMIT_TO_REF", "pushed");
    let sent = |arguments: &[&str]| user.envelope(arguments)["coverage"]["sent"].clone();
    assert_eq!(sent(&["call", "precommit"]), serde_json::json!(["src/queue.rs"]));
    // Whoever says what to look at has the last word.
    assert_eq!(sent(&["call", "precommit", "--compare-to", "pushed"]), serde_json::json!(["src/stack.rs"]));
    let first = "0".repeat(40);
    let user = user.set("PRE_COMMIT_FROM_REF", &first);
    let all = user.envelope(&["call", "precommit"])["coverage"]["sent"].clone();
    assert_eq!(all, serde_json::json!(["src/queue.rs", "src/stack.rs"]), "nothing was pushed before");
    let user = user.set("PRE_COMMIT_TO_REF", "pushed~1").set("PRE_COMMIT_FROM_REF", "pushed~1");
    let ran = user.run(&["call", "precommit"]).exits(2);
    assert!(ran.stderr.contains("nothing is selected: there are no changes in \"pushed~1...pushed~1\""), "{ran:#?}");
}
