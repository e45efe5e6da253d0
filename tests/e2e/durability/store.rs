//! Stores that can not be used, or not any more: exit 7 or 8, what is wrong and what to do, and nothing lost.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use exai_fake::{Fake, Point, Reply, Scenario};

use super::database;
use crate::support::{Ran, Running, User, finish};

const CHAT: [&str; 3] = ["call", "chat", "hello"];

/// The messages that a verb fails with.
#[track_caller]
fn fails(user: &User, arguments: &[&str], code: i32) -> String {
    user.run(arguments).exits(code).stderr
}

#[track_caller]
fn says(stderr: &str, parts: &[&str]) {
    for part in parts {
        assert!(stderr.contains(part), "`{part}` in:\n{stderr}");
    }
}

/// A shell that lets the program write files of so many bytes at most, as a full disk would.
fn with_small_files(user: &User, kilobytes: u32, arguments: &[&str]) -> Ran {
    let mut shell = Command::new("sh");
    // Blocks of 512 bytes; with the signal ignored, writing fails instead.
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kilobytes * 2);
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_exai")]).args(arguments);
    shell.current_dir(user.project()).stdin(Stdio::null());
    user.dress(&mut shell);
    finish(shell)
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    user.run(&["call", "version"]).exits(0);
    database(&user).pragma_update(None, "user_version", 99).unwrap();
    for arguments in [&CHAT[..], &["calls", "list"], &["monitor", "--once"]] {
        says(&fails(&user, arguments, 7), &["exai.db has schema 99", "hint: install the newer exai"]);
    }
    let found: u32 = database(&user).pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!((found, fake.requests().len()), (99, 0));
}

#[test]
fn an_older_schema_that_is_in_use_is_refused_with_the_id_of_the_process_that_uses_it() {
    let fake = Fake::start(Scenario::of([Reply::answer("Yes.").wait("go", Point::BeforeHeaders)]));
    let user = User::with(&fake).set("EXAI_DRAIN_TIMEOUT_S", "0.2");
    let neighbour = Running::start(user.command(CHAT));
    fake.wait_until_held("go", 1);
    let current: u32 = database(&user).pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    database(&user).pragma_update(None, "user_version", current - 1).unwrap();
    let stderr = fails(&user, &["calls", "list"], 7);
    let who = format!("but process {} has it open; waited 0.2 s", neighbour.child.id());
    says(&stderr, &[&format!("has schema {} and must become {current}", current - 1), &who]);
    database(&user).pragma_update(None, "user_version", current).unwrap();
    fake.open("go");
    neighbour.finish().exits(0);
    assert_eq!(user.run(&["calls", "list", "--json"]).exits(0).json()[0]["state"], "succeeded");
}

#[test]
fn a_locked_store_is_waited_for_and_then_nothing_is_sent() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake).set("EXAI_STORE_TIMEOUT_S", "0.1");
    user.run(&["call", "version"]).exits(0);
    let other = database(&user);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    says(&fails(&user, &CHAT, 8), &["exai.db", "another process keeps it locked", "hint: try again"]);
    assert!(fake.requests().is_empty());
    user.run(&["calls", "list"]).exits(0);
    other.execute_batch("ROLLBACK").unwrap();
    user.run(&CHAT).exits(0);
}

#[test]
fn what_can_not_be_committed_is_not_sent() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    user.run(&["call", "version"]).exits(0);
    user.write("prompt.md", &"a long question ".repeat(60_000));
    let ran = with_small_files(&user, 400, &["call", "chat", "@prompt.md"]).exits(8);
    says(&ran.stderr, &["exai.db", "hint: check the disk, its free space"]);
    assert!(fake.requests().is_empty(), "a request that is not in the journal must not leave");
    assert!(ran.stdout.is_empty(), "{ran:#?}");
    assert_eq!(user.run(&["calls", "list", "--json"]).exits(0).json().as_array().unwrap().len(), 1, "the first one");
}

#[test]
fn an_answer_that_was_paid_for_is_told_although_it_can_not_be_kept() {
    let answer = format!("{} ", "long".repeat(1000)).repeat(200);
    let fake = Fake::start(Scenario::answer(answer.trim()));
    let user = User::with(&fake);
    user.run(&["call", "version"]).exits(0);
    let ran = with_small_files(&user, 400, &["call", "chat", "hello", "--output", "json"]).exits(8);
    let envelope = ran.json();
    assert_eq!(envelope["text"], answer.trim());
    assert_eq!(envelope["exit"]["code"], 8);
    assert_eq!(envelope["model"]["tried"][0]["outcome"], "ok", "what was paid for is told");
    let warning = envelope["warnings"].to_string();
    assert!(warning.contains("this result is not in the journal"), "{warning}");

    let lines = with_small_files(&user, 400, &["call", "chat", "hello", "--output", "jsonl"]).exits(8).stdout;
    assert!(lines.contains(r#""kind":"finished","state":"failed""#), "the event says what the envelope says");
    let plain = with_small_files(&user, 400, &["call", "chat", "hello"]).exits(8);
    assert_eq!(plain.stdout.trim_end(), answer.trim());
    assert_eq!(fake.requests().len(), 3);

    let calls = user.run(&["calls", "list", "--json"]).exits(0).json();
    assert_eq!((&calls[0]["state"], &calls[0]["attempts"]), (&"interrupted".into(), &1.into()), "the payment is seen");
}

#[test]
fn a_damaged_store_is_named_and_never_removed() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    std::fs::create_dir_all(user.state_dir()).unwrap();
    let path = user.state_dir().join("exai.db");
    std::fs::write(&path, "my notes, not a database\n".repeat(500)).unwrap();
    for arguments in [&CHAT[..], &["calls", "list"]] {
        says(&fails(&user, arguments, 8), &["exai.db is damaged", "hint: when no exai runs, move it aside"]);
    }
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("my notes"));
    assert!(fake.requests().is_empty());
    std::fs::rename(&path, path.with_extension("aside")).unwrap();
    user.run(&CHAT).exits(0);
}

#[test]
fn a_state_directory_that_is_a_file_is_said_to_be_one() {
    let user = User::new();
    std::fs::create_dir_all(user.state_dir().parent().unwrap()).unwrap();
    std::fs::write(user.state_dir(), "a file").unwrap();
    says(&fails(&user, &CHAT, 8), &["state directory", "not a directory", "hint: make it writable"]);
    assert_eq!(std::fs::read_to_string(user.state_dir()).unwrap(), "a file");
}

#[test]
fn a_state_directory_that_can_not_be_written_is_named() {
    let user = User::new();
    user.run(&["call", "version"]).exits(0);
    let mut command = user.command(CHAT);
    // Permissions do not stop root, so root's program runs as nobody, from a copy in a place that all reach.
    let place = tempfile::tempdir().unwrap();
    let state = place.path().join("state");
    permit(place.path(), 0o755);
    std::fs::create_dir_all(state.join("instances")).unwrap();
    std::fs::create_dir_all(state.join("permits")).unwrap();
    std::fs::copy(user.state_dir().join("exai.db"), state.join("exai.db")).unwrap();
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        let binary = place.path().join("exai");
        std::fs::copy(env!("CARGO_BIN_EXE_exai"), &binary).unwrap();
        command = Command::new(&binary);
        command.args(CHAT).stdin(Stdio::null()).uid(NOBODY).gid(NOBODY);
        user.dress(&mut command);
        for path in [&state, &state.join("instances"), &state.join("permits"), &state.join("exai.db")] {
            std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    command.current_dir(place.path()).env("HOME", place.path()).env("EXAI_STATE_DIR", &state);
    let mut refused = Vec::new();
    for closed in [&state, &state.join("instances")] {
        permit(&state, 0o700);
        permit(closed, 0o500);
        refused.push((closed.clone(), command.output().unwrap()));
    }
    for (closed, ran) in refused {
        let stderr = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(8), "{stderr}");
        says(&stderr, &[closed.to_str().unwrap(), "Permission denied", "hint: "]);
    }
    permit(&state, 0o700);
}

/// The user that owns nothing.
const NOBODY: u32 = 65_534;

fn permit(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_has_been_kept_for_its_time_goes_after_a_call_and_at_most_once_an_hour() {
    let fake = Fake::start(Scenario::answer("A long answer."));
    let user = User::with(&fake);
    let old = user.envelope(&CHAT)["call_id"].as_str().unwrap().to_owned();
    let days = |days: u32| format!("{days} * 86400000");
    let age = |by: String| {
        let sql =
            format!("UPDATE results SET finished_at = finished_at - {by} FROM calls WHERE n = call AND id = '{old}'");
        assert_eq!(database(&user).execute(&sql, []).unwrap(), 1);
    };
    let forget_the_hour =
        || database(&user).execute("UPDATE upkeep SET at = at - 3600000 WHERE task = 'tidy'", []).unwrap();
    let show = || user.run(&["calls", "show", &old]);

    age(days(2));
    user.run(&["call", "version"]).exits(0);
    says(&show().exits(0).stdout, &["A long answer."]);
    assert_eq!(forget_the_hour(), 1);
    user.run(&["call", "version"]).exits(0);
    let page = show().exits(0).stdout;
    says(&page, &["state succeeded (", "exit 0", "have been kept for their time and are gone", "sent to glm-5.3"]);
    assert!(!page.contains("A long answer."), "{page}");

    age(days(90));
    forget_the_hour();
    user.run(&["call", "version"]).exits(0);
    show().exits(2);
}
