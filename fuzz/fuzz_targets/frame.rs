//! What a client sends after its hello, a frame a line: whatever it is, each frame has one answer, which says what it
//! answers, and nothing else happens.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use exai_core::fuzzing::Room;
use exai_core::protocol::wire::{CallTool, Head};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Frames of one client.
const MOST: usize = 8;
/// Frames that are told of a call, or to who subscribed: they answer nothing.
const NEWS: &[&str] = &["call_tool_ack", "progress", "snapshot", "event", "log", "catalog_changed"];

static ROOM: LazyLock<Room> = LazyLock::new(|| {
    let home = tempfile::tempdir().expect("a directory").keep();
    Room::open(&home).expect("a house")
});

fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let frames: Vec<&str> = text.split('\n').take(MOST).collect();
    let told = ROOM.hear(&frames).expect("a session");
    let mut answers = 0;
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    for frame in told {
        let value: Value = serde_json::from_str(&frame).unwrap_or_else(|error| panic!("{error}: {frame}"));
        let op = value["op"].as_str().unwrap_or_else(|| panic!("an answer to what? {frame}"));
        let name = value["request_id"].as_str().map(str::to_owned);
        if let Some(name) = &name {
            assert!(frames.iter().any(|frame| name_in(frame).as_ref() == Some(name)), "nobody asked: {frame}");
        }
        if NEWS.contains(&op) {
            continue;
        }
        assert!(op == "error" || op.ends_with("_res"), "no answer: {frame}");
        answers += 1;
        if let Some(name) = name {
            *named.entry(name).or_default() += 1;
        }
    }
    let silent = frames.iter().filter(|frame| wants_no_answer(frame)).count();
    assert!(answers <= frames.len(), "{answers} answers to {} frames", frames.len());
    assert!(answers + silent >= frames.len(), "{answers} answers to {} frames, of which {silent} want none", frames.len());
    for (name, count) in named {
        let asked = frames.iter().filter(|frame| name_in(frame).as_ref() == Some(&name)).count();
        assert!(count <= asked, "{count} answers to {asked} requests called {name:?}");
    }
});

/// The name that a frame gives its request.
fn name_in(frame: &str) -> Option<String> {
    serde_json::from_str::<Head<'_>>(frame).ok()?.request_id.map(Into::into)
}

/// An answer itself, or a call that its caller leaves alone.
fn wants_no_answer(frame: &str) -> bool {
    let is_answer = serde_json::from_str::<Head<'_>>(frame).is_ok_and(|head| head.op == "workspace_res");
    is_answer || serde_json::from_str::<CallTool<'_>>(frame).is_ok_and(|call| call.detach)
}
