//! The recording and the picture of the README. `UPDATE_DOCUMENTS=1` writes both anew.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::msg::Link;
use crate::record;
use crate::testing::svg::svg;
use crate::testing::{Stage, at_work, busy, moment, snapshot};

/// Compares a file of the repository with what it should be.
#[track_caller]
fn is_current(name: &str, current: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    #[expect(clippy::disallowed_methods, reason = "the variable is the test's own")]
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&file, current).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == current,
        "docs/{name} is out of date: UPDATE_DOCUMENTS=1 cargo nextest run -p exai-ui documents"
    );
}

/// A minute of a house that gets more and more to do.
fn recording() -> String {
    let mut text = record::head();
    for second in 0..60_i64 {
        let mut house = at_work();
        house["t"] = moment((60 - second) * 1_000).into();
        (house["calls"], house["sessions"], house["diagnoses"]) = (json!([]), json!([]), json!([]));
        house["verdict"] = json!({"word": "OK", "cause": "12 calls in the last 15 min, 0 failed"});
        let glm = &mut house["permits"]["providers"]["glm"];
        (glm["in_use"], glm["waiting"]) = ((1 + second / 30).into(), (second % 7 / 3 * (second / 20)).into());
        house["permits"]["providers"]["kimi"]["in_use"] = (second * 7 % 4).into();
        text.push_str(&record::entry(Duration::from_millis(u64::try_from(second).unwrap() * 100), &snapshot(house)));
    }
    for (at, feed) in busy().iter().enumerate() {
        text.push_str(&record::entry(Duration::from_millis(6_000 + at as u64 * 50), feed));
    }
    text
}

#[test]
fn the_picture_of_the_readme_is_a_replay_of_the_recording_beside_it() {
    is_current("monitor.jsonl", &recording());
    let committed = recording();
    let mut lines = committed.lines();
    record::check(lines.next().unwrap()).unwrap();
    let told = lines.map(|line| record::read(line.as_bytes()).unwrap().1).collect();
    let live = Link::Live { place: "ws://127.0.0.1:8079".to_owned() };
    let mut stage = Stage::new((140, 38)).link(live).hear(told).at(0.4).press("down");
    is_current("monitor.svg", &svg(&stage.drawn(), "exai monitor at work"));
}
