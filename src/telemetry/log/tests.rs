//! What is told, to whom, and what it costs when nobody asked.

use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::AtomicI64;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::broadcast::error::TryRecvError;
use tracing::dispatcher::with_default;

use super::*;
use crate::clock::Timestamp;
use crate::config::LogFormat;

fn keys(level: Level, format: LogFormat) -> LogKeys {
    LogKeys { level, format, files: 3 }
}

/// Runs `work` with a log of its own and returns what was written.
fn written(keys: &LogKeys, work: impl FnOnce(&LogGuard)) -> String {
    let dir = tempfile::tempdir().unwrap();
    let (dispatch, guard) = prepare(dir.path(), keys).unwrap();
    with_default(&dispatch, || work(&guard));
    drop(guard);
    files(&dir).into_iter().map(|(_, text)| text).collect()
}

/// Names and contents, the oldest first.
fn files(dir: &TempDir) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(dir.path().join(DIRECTORY))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Something whose text nobody may ask for.
struct Untold;

impl fmt::Display for Untold {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("this was formatted for nobody")
    }
}

/// Two lines inside a request and its call.
fn two_lines() {
    let request = tracing::error_span!("request", request_id = "r 1");
    let call = request.in_scope(|| tracing::error_span!("call", call_id = "c-1", session_id = "s", owner = "alice"));
    call.in_scope(|| {
        tracing::warn!(code = "TIMEOUT", tried = 2_u32, "call failed");
        tracing::info!(target: "exai_core::gateway::pilot", "request sent");
    });
}

#[test]
fn a_line_names_the_call_and_the_request_that_it_belongs_to() {
    let text = written(&keys(Level::Info, LogFormat::Text), |_| two_lines());
    let lines: Vec<&str> = text.lines().map(|line| line.split_once("Z ").unwrap().1).collect();
    assert_eq!(
        lines,
        [
            "WARN  telemetry::log::tests: call failed call_id=c-1 session_id=s owner=alice request_id=\"r 1\" code=TIMEOUT tried=2",
            "INFO  gateway::pilot: request sent call_id=c-1 session_id=s owner=alice request_id=\"r 1\"",
        ]
    );
}

#[test]
fn a_line_in_json_is_an_object_with_the_same_in_it() {
    let text = written(&keys(Level::Warn, LogFormat::Json), |_| two_lines());
    let mut line: Value = serde_json::from_str(&text).unwrap();
    let t = line.as_object_mut().unwrap().shift_remove("t").unwrap();
    let _: jiff::Timestamp = t.as_str().unwrap().parse().unwrap();
    assert!(t.as_str().unwrap().ends_with('Z'), "{t} is UTC");
    assert_eq!(
        line,
        json!({
            "level": "warn", "target": "telemetry::log::tests", "message": "call failed", "call_id": "c-1",
            "session_id": "s", "owner": "alice", "request_id": "r 1", "code": "TIMEOUT", "tried": 2,
        })
    );
}

#[test]
fn what_is_switched_off_is_not_even_formatted_and_makes_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let (dispatch, guard) = prepare(dir.path(), &keys(Level::Off, LogFormat::Text)).unwrap();
    with_default(&dispatch, || {
        let span = tracing::error_span!("call", name = %Untold);
        assert!(span.is_disabled());
        span.in_scope(|| tracing::error!(what = %Untold, "{}", Untold));
        guard.set_level(Level::Warn);
        tracing::info!("{}", Untold);
    });
    drop(guard);
    assert_eq!(files(&dir), []);
}

#[test]
fn the_level_can_be_changed_while_the_program_runs() {
    let line = || tracing::debug!("a step");
    let text = written(&keys(Level::Info, LogFormat::Text), |guard| {
        line();
        guard.set_level(Level::Debug);
        line();
        set_level(Level::Error);
        line();
    });
    assert_eq!(text.matches("a step").count(), 1, "{text}");
}

#[test]
fn other_crates_are_heard_from_warn_on_whatever_the_level() {
    let text = written(&keys(Level::Trace, LogFormat::Text), |_| {
        tracing::trace!(target: "hyper::proto", "authorization: Bearer a-header");
        tracing::info!(target: "reqwest::connect", "a detail");
        tracing::warn!(target: "rustls::conn", level = 2_u32, "a warning");
        tracing::error!(target: "rmcp::service", "what an agent sent");
        tracing::trace!(target: "exai_core::calls", "a step of ours");
    });
    assert!(!text.contains("a-header") && !text.contains("a detail"), "{text}");
    assert!(text.contains("WARN  rustls::conn: a warning level_=2\n"), "{text}");
    assert!(!text.contains("what an agent sent"), "{text}");
    assert!(text.contains("TRACE calls: a step of ours\n"), "{text}");
}

#[test]
fn listeners_hear_what_the_files_hold_and_a_slow_one_is_told_what_it_missed() {
    let (mut heard, mut missed) = (Vec::new(), 0);
    let text = written(&keys(Level::Info, LogFormat::Text), |guard| {
        tracing::info!("before");
        let (mut listener, mut slow) = (listen(), guard.listen());
        two_lines();
        while let Ok(line) = listener.try_recv() {
            heard.push(line);
        }
        for _ in 0..BACKLOG {
            tracing::info!("more");
        }
        let Err(TryRecvError::Lagged(count)) = slow.try_recv() else { panic!("nothing was dropped") };
        missed = count;
    });
    let texts: Vec<String> = heard.iter().map(ToString::to_string).collect();
    assert_eq!(texts, text.lines().skip(1).take(2).collect::<Vec<_>>());
    let line: LogLine = serde_json::from_str(&serde_json::to_string(&heard[0]).unwrap()).unwrap();
    assert_eq!((&line, line.owner.as_deref(), missed), (&heard[0], Some("alice"), 2));
}

#[test]
fn without_a_log_there_is_nothing_to_hear_and_no_directory() {
    assert_eq!(listen().try_recv(), Err(TryRecvError::Closed));
    assert_eq!(directory(), None);
    written(&keys(Level::Off, LogFormat::Text), |guard| {
        assert_eq!(directory().as_deref(), Some(guard.directory()));
    });
}

#[test]
fn a_line_can_not_be_forged_by_what_is_logged() {
    let evil = "x\n2026-01-01T00:00:00Z ERROR calls: forged\u{1b}[2J";
    let text = written(&keys(Level::Info, LogFormat::Text), |_| tracing::info!(evil, "{evil} a=b"));
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(!text.contains('\u{1b}') && text.contains(r"x\n2026"), "{text}");
    let json = written(&keys(Level::Info, LogFormat::Json), |_| tracing::info!(evil, "{evil}"));
    let line: LogLine = serde_json::from_str(&json).unwrap();
    assert_eq!((json.lines().count(), line.message.as_str()), (1, evil));
}

#[test]
fn a_text_of_any_length_makes_a_line_of_bounded_length() {
    const LONG: usize = 100_000;
    let long = "ü".repeat(LONG);
    let text = written(&keys(Level::Info, LogFormat::Text), |_| tracing::info!(long, "{long}"));
    assert!(text.len() < LONG, "{} bytes", text.len());
}

#[test]
fn the_directory_and_its_files_are_their_owners_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (dispatch, guard) = prepare(dir.path(), &keys(Level::Info, LogFormat::Text)).unwrap();
    with_default(&dispatch, || tracing::info!("hello"));
    drop(guard);
    let logs = dir.path().join(DIRECTORY);
    assert_eq!(mode(&logs), 0o700);
    for (name, text) in files(&dir) {
        assert_eq!(mode(&logs.join(&name)), 0o600, "{name}");
        assert!(name.starts_with("exai.log.20") && text.contains("hello"), "{name}: {text}");
    }
}

#[test]
fn each_day_has_a_file_and_only_so_many_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join(DIRECTORY);
    // 2026-02-27T23:59:59.999Z
    let now = Arc::new(AtomicI64::new(1_772_236_799_999));
    let clock = Arc::clone(&now);
    let mut file = DailyFile::new(&logs, 3, Arc::default())
        .unwrap()
        .by(move || Timestamp::from_millis(clock.load(Ordering::Relaxed)));
    std::fs::write(logs.join("exai.log.notes"), "mine").unwrap();
    for (day, after) in [1, 24 * 3_600_000, 24 * 3_600_000, 0].into_iter().enumerate() {
        std::io::Write::write_all(&mut file, format!("line {day}\n").as_bytes()).unwrap();
        now.fetch_add(after, Ordering::Relaxed);
    }
    drop(file);
    let expected = [
        ("exai.log.2026-02-28", "line 1\n"),
        ("exai.log.2026-03-01", "line 2\n"),
        ("exai.log.2026-03-02", "line 3\n"),
        ("exai.log.notes", "mine"),
    ];
    assert_eq!(files(&dir), expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
}

#[test]
fn a_directory_of_no_use_is_an_error_that_names_it() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(DIRECTORY), "a file").unwrap();
    let error = prepare(dir.path(), &keys(Level::Info, LogFormat::Text)).unwrap_err();
    assert!(error.message.contains(dir.path().join(DIRECTORY).to_str().unwrap()), "{}", error.message);
    assert!(error.hints[0].contains("EXAI_LOG_LEVEL=off"), "{:?}", error.hints);
}

#[test]
fn lines_that_can_not_be_written_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let lost = Arc::<AtomicU64>::default();
    let mut file = DailyFile::new(&dir.path().join(DIRECTORY), 3, Arc::clone(&lost)).unwrap();
    std::fs::remove_dir(dir.path().join(DIRECTORY)).unwrap();
    for _ in 0..2 {
        std::io::Write::write_all(&mut file, b"a line\n").unwrap();
    }
    assert_eq!(lost.load(Ordering::Relaxed), 2);
}
