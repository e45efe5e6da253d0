//! A daemon that has nothing: it runs as another user, in an empty directory, and may read none of its callers' files.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use exai_fake::Fake;
use exai_fake::Scenario;
use tempfile::TempDir;

use crate::support::daemon::Daemon;
use crate::support::{User, finish};

/// The user that owns nothing.
const NOBODY: u32 = 65_534;
const TOKEN: &str = "the-token-of-a-daemon-of-nobody";

/// What nobody has: a copy of the program, and an empty directory to run it in.
struct Place {
    _dir: TempDir,
    program: PathBuf,
    empty: PathBuf,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(
            std::fs::metadata(dir.path()).unwrap().uid(),
            0,
            "only root can run a daemon as another user: run this test as root, as CI does (sudo, or a container)"
        );
        std::fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
        let (program, empty) = (dir.path().join("exai"), dir.path().join("empty"));
        std::fs::copy(env!("CARGO_BIN_EXE_exai"), &program).unwrap();
        std::fs::create_dir(&empty).unwrap();
        chown(&empty, Some(NOBODY), Some(NOBODY)).unwrap();
        Self { _dir: dir, program, empty }
    }

    /// A command of this other user, with the environment of `user`.
    fn command(&self, program: &Path, user: &User) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.empty).stdin(std::process::Stdio::null()).uid(NOBODY).gid(NOBODY);
        user.dress(&mut command);
        command
    }

    /// A daemon with the keys of `nobody`, whose home it owns.
    fn daemon(&self, nobody: &User) -> Daemon {
        give(nobody.project().parent().unwrap());
        let mut command = self.command(&self.program, nobody);
        command.arg("daemon");
        Daemon::start_as(command, nobody)
    }
}

/// Hands a directory and all below it to nobody.
fn give(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path());
        }
    }
}

/// The daemon's user: has the keys, and any free ports.
fn nobody(fake: &Fake) -> User {
    ["EXAI_WS_PORT", "MONITORING_PORT", "HEALTH_CHECK_PORT", "METRICS_PORT"]
        .iter()
        .fold(User::with(fake), |user, port| user.set(port, "0"))
        .set("EXAI_CUSTOM_URL", &fake.custom_url())
        .set("EXAI_CUSTOM_CONTEXT_TOKENS", "10000000")
        .set("EXAI_WS_TOKEN", TOKEN)
}

/// The caller: has no key, knows the token, and lets nobody else look at the project.
fn caller() -> User {
    let caller = User::new().set("EXAI_WS_TOKEN", TOKEN).set("EXAI_WS_PORT", "0");
    std::fs::set_permissions(caller.project(), Permissions::from_mode(0o700)).unwrap();
    caller
}

#[test]
fn a_daemon_that_may_read_nothing_reviews_the_files_of_its_caller() {
    let (place, fake) = (Place::new(), Fake::start(Scenario::load("debug_json")));
    let (nobody, caller) = (nobody(&fake), caller());
    let daemon = place.daemon(&nobody);
    let file = caller.project().join("src/queue.rs");
    let mut cat = place.command(Path::new("cat"), &nobody);
    cat.arg(&file);
    assert!(finish(cat).exits(1).stderr.contains("Permission denied"), "the daemon's user can not read it");

    let url = daemon.url();
    let debug =
        ["call", "debug", "drain() runs twice", "--relevant-files", "src", "--output", "json", "--daemon", &url];
    let told = caller.run(&debug).exits(0).json();
    assert_eq!(told["coverage"]["sent"], serde_json::json!(["src/queue.rs"]), "{told:#}");
    let shown = fake.requests()[0].user_text();
    assert!(shown.contains("--- BEGIN FILE: src/queue.rs ---\n   1│ fn pop() {\n   2│     drain();\n"), "{shown}");
    // The other way round, what the daemon's user can read and the caller's rules forbid stays unread.
    let refused = caller.run(&["call", "chat", "who?", "--files", "/etc", "--daemon", &url]).exits(2);
    assert!(refused.stderr.contains("/etc"), "{refused:#?}");
    assert_eq!(std::fs::read_dir(&place.empty).unwrap().count(), 0, "nothing was left where it runs");
    daemon.stop().exits(0);
}

#[test]
fn hundreds_of_files_and_more_bytes_than_a_message_holds_go_to_the_daemon_in_one_call() {
    const FILES: usize = 400;
    let (place, fake) = (Place::new(), Fake::start(Scenario::answer("Too many words.")));
    let (nobody, caller) = (nobody(&fake), caller());
    // 22 kB each: together 9 MB, of which one answer about files holds 8 MiB at most.
    for number in 0..FILES {
        let line = format!("the words of part {number:03} are many{}\n", " and say little".repeat(20));
        caller.write(&format!("docs/part{number:03}.md"), &line.repeat(22_000 / line.len()));
    }
    let daemon = place.daemon(&nobody);
    let url = daemon.url();
    let chat =
        ["call", "chat", "which one?", "--files", "docs", "--model", "custom/any", "-o", "json", "--daemon", &url];
    let told = caller.run(&chat).exits(0).json();
    let names: Vec<_> = (0..FILES).map(|number| format!("docs/part{number:03}.md")).collect();
    assert_eq!(told["coverage"]["skipped"][0], serde_json::Value::Null);
    assert_eq!(told["coverage"]["sent"], serde_json::json!(names));
    assert_eq!((fake.requests().len(), &told["text"]), (1, &"Too many words.".into()));
    let request = fake.requests().remove(0);
    assert!(request.body_text.len() > 8 * 1024 * 1024, "{} bytes", request.body_text.len());
    let shown = request.user_text();
    for (number, name) in names.iter().enumerate() {
        let begin = format!("--- BEGIN FILE: {name} ---\n   1│ the words of part {number:03} are many");
        assert!(shown.contains(&begin), "{name} is missing");
    }
    daemon.stop().exits(0);
}
