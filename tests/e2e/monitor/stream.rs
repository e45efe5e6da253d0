use std::path::PathBuf;

use serde_json::Value;

use crate::support::User;
use crate::support::daemon::{Daemon, until};

/// What `exai monitor` with these arguments prints while a call is made at a daemon; it is ended by a signal.
fn printed_while_a_call_is_made(arguments: &[&str]) -> String {
    let user = User::new();
    let daemon = Daemon::start(&user);
    let file = user.project().join("printed");
    let mut command = user.command(["monitor"].iter().chain(arguments));
    command.stdout(std::fs::File::create(&file).unwrap()).stderr(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    let read = || std::fs::read_to_string(&file).unwrap();
    until("the first line", || (!read().is_empty()).then_some(()));
    user.run(&["call", "chat", "hello", "--model", "mock:echo"]).exits(0);
    let printed = until("the end of the call", || Some(read()).filter(|text| text.contains("finished")));
    child.kill().unwrap();
    child.wait().unwrap();
    daemon.stop().exits(0);
    printed
}

#[test]
fn into_a_pipe_it_prints_a_line_an_event() {
    let printed = printed_while_a_call_is_made(&[]);
    let lines: Vec<_> = printed.lines().collect();
    assert!(lines[0].contains("  verdict "), "{printed}");
    for step in ["accepted, ", "sent to mock:echo (mock), attempt 1", "first token", "finished: succeeded"] {
        assert_eq!(lines.iter().filter(|line| line.contains(step)).count(), 1, "{step}: {printed}");
    }
    assert!(!printed.contains('\u{1b}'), "{printed}");
}

#[test]
fn with_json_each_line_is_an_object_that_says_its_kind() {
    let printed = printed_while_a_call_is_made(&["--json"]);
    let whole = printed.rfind('\n').map_or("", |end| &printed[..end]);
    let kinds: Vec<_> = whole
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect();
    for kind in ["verdict", "accepted", "sent", "finished"] {
        assert!(kinds.iter().any(|found| found == kind), "{kind}: {kinds:?}");
    }
}

/// A recording of one call at a daemon that is gone by now.
pub(super) fn recorded(user: &User) -> PathBuf {
    let recording = user.project().join("seen.jsonl");
    let path = recording.to_str().unwrap();
    let daemon = Daemon::start(user);
    let mut command = user.command(["monitor", "--record", path]);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    until("the beginning", || recording.metadata().is_ok_and(|file| file.len() > 100).then_some(()));
    user.run(&["call", "chat", "hello", "--model", "mock:echo"]).exits(0);
    until("the end of the call", || {
        let text = std::fs::read_to_string(&recording).unwrap();
        (text.contains("finished") && text.contains("succeeded")).then_some(())
    });
    child.kill().unwrap();
    child.wait().unwrap();
    daemon.stop().exits(0);
    recording
}

#[test]
fn a_recording_that_was_cut_inside_a_letter_is_played_to_there() {
    let user = User::new();
    let recording = recorded(&user);
    let whole = user.run(&["monitor", "--replay", "seen.jsonl"]).exits(0).stdout;
    let mut bytes = std::fs::read(&recording).unwrap();
    // Whatever the recorder left unfinished goes first.
    bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').unwrap() + 1);
    bytes.extend(br#"{"at_ms":9,"log":{"t":"2026-11-22T12:00:00Z","level":"info","target":"x","message":"caf"#);
    bytes.push(0xc3);
    std::fs::write(&recording, bytes).unwrap();
    let cut = user.run(&["monitor", "--replay", "seen.jsonl"]).exits(0);
    assert_eq!(cut.stdout, whole);
    assert!(cut.stderr.contains("the last line of the recording is cut off"), "{}", cut.stderr);
    let once = user.run(&["monitor", "--replay", "seen.jsonl", "--once"]);
    assert!(once.stderr.contains("the last line of the recording is cut off"), "{}", once.stderr);
}

#[test]
fn what_was_recorded_is_printed_again_and_has_a_last_picture() {
    let user = User::new();
    let recording = recorded(&user);
    let path = recording.to_str().unwrap();
    let replayed = user.run(&["monitor", "--replay", path]).exits(0).stdout;
    assert!(replayed.contains("finished: succeeded"), "{replayed}");
    let once = user.run(&["monitor", "--replay", path, "--once", "--json"]);
    let snapshot: Value = serde_json::from_str(&once.stdout).unwrap();
    assert!(snapshot["daemon"]["pid"].is_u64(), "{snapshot}");
    // A recording is never written over.
    let refused = user.run(&["monitor", "--record", path]).exits(2);
    assert!(refused.stderr.contains("does not exist yet"), "{}", refused.stderr);
    user.write("other.txt", "hello\n");
    let wrong = user.run(&["monitor", "--replay", "other.txt"]).exits(2);
    assert!(wrong.stderr.contains("no recording"), "{}", wrong.stderr);
}
