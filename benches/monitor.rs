//! What the dashboard takes: a picture at 250x80 with 10,000 calls in memory, and the time from a key to its picture while
//! 1,000 events a second arrive. Drawn into memory; printed beside a floor, which is one look at the same cells. Not a test.
//!
//! `cargo bench --bench monitor`

#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::unwrap_used, reason = "a benchmark that can not go on stops")]

use std::hint::black_box;
use std::time::Duration;

use exai_ui::{Feed, Link, Model, Msg, Settings, draw, settle, update};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Value, json};
use tokio::time::Instant;

const NOW: i64 = 1_795_348_800_000;
const SIZE: (u16, u16) = (250, 80);
const CALLS: i64 = 10_000;
const ROUNDS: usize = 1_000;

fn id(n: i64) -> String {
    let time = format!("{:012x}", NOW + n);
    format!("{}-{}-7000-8000-{n:012x}", &time[..8], &time[8..])
}

fn event(seq: i64, call: i64, n: i64, kind: &Value) -> Msg {
    let mut event = json!({"seq": seq, "t": 0.0, "owner": "default", "session_id": "0199ab3c", "call_id": id(call), "n": n,
        "at": "2026-11-22T12:00:00.500Z"});
    event.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
    Msg::Feed(Feed::Event(serde_json::from_value(event).unwrap()))
}

fn steps(call: i64) -> [Value; 4] {
    let model = ["glm-5.3", "kimi-k3.1-pro", "glm-5.3-flash"][usize::try_from(call % 3).unwrap()];
    [
        json!({"kind": "accepted", "tool": "codereview", "timeout_s": 300.0}),
        json!({"kind": "sent", "attempt": 1, "provider": "glm", "model": model}),
        json!({"kind": "first_token"}),
        json!({"kind": "finished", "state": if call % 9 == 0 { "failed" } else { "succeeded" }}),
    ]
}

fn snapshot() -> Msg {
    let calls: Vec<_> = (0..200)
        .map(|n| {
            json!({"call_id": id(n), "tool": "debug", "state": "running", "phase": "thinking", "provider": "glm", "model": "glm-5.3",
            "elapsed_s": 3.0, "attempts": 1, "tokens": null})
        })
        .collect();
    let house = json!({"t": "2026-11-22T12:00:00Z", "daemon": {"version": "0.1.0", "pid": 1, "state": "running"},
        "verdict": {"word": "OK", "cause": "well"}, "permits": {"global": {"in_use": 2, "limit": 5, "waiting": 0},
        "providers": {"glm": {"in_use": 2, "limit": 2, "waiting": 0}}}, "calls": calls,
        "rates": {"calls_per_s": 250.0, "errors_per_s": 1.0, "tokens_per_s": 900.0},
        "prompts": {"requests": 0, "bytes": 0, "tokens": 0, "fullest_percent": 0}});
    Msg::Feed(Feed::Snapshot(serde_json::from_value(house).unwrap()))
}

/// A dashboard that has seen so many calls.
fn seen() -> (Model, i64) {
    let mut model = Model::new(Settings::default(), SIZE);
    update(&mut model, Msg::Link(Link::Live { place: "ws://127.0.0.1:8079".to_owned() }));
    update(&mut model, snapshot());
    let mut seq = 0;
    for call in 0..CALLS {
        for (n, kind) in steps(call).iter().enumerate() {
            seq += 1;
            update(&mut model, event(seq, call, i64::try_from(n).unwrap() + 1, kind));
        }
    }
    (model, seq)
}

fn main() {
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
    let (mut model, mut seq) = seen();
    let floor = timed(|_| {
        let write = |frame: &mut ratatui::Frame<'_>| {
            for cell in &mut frame.buffer_mut().content {
                cell.set_char('x');
            }
        };
        terminal.draw(write).unwrap();
    });
    println!("{CALLS} calls in memory, {}x{}, {ROUNDS} rounds; milliseconds", SIZE.0, SIZE.1);
    report("floor: every cell written once", &floor);

    // Fifty events come between two pictures: 1,000 a second at 20 pictures a second. They are made before they are timed.
    let mut batch = |round: usize| -> Vec<Msg> {
        let base = CALLS + i64::try_from(round).unwrap() * 13;
        let events = (0..50).map(|at| {
            seq += 1;
            let call = base + at / 4;
            event(seq, call, at % 4 + 1, &steps(call)[usize::try_from(at % 4).unwrap()])
        });
        events.collect()
    };
    let batches: Vec<_> = (0..ROUNDS).map(&mut batch).collect();
    let still = timed(|_| {
        settle(&mut model);
        terminal.draw(|frame| draw(&model, frame)).unwrap();
    });
    report("picture, nothing new", &still);

    let key = |letter| Msg::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE));
    let mut news = batches.into_iter();
    let busy = timed(|round| {
        // The worst case: a whole batch stands before the key.
        for msg in news.next().unwrap() {
            black_box(update(&mut model, msg));
        }
        if round % 10 == 0 {
            update(&mut model, snapshot());
        }
        update(&mut model, key(if round % 2 == 0 { 'j' } else { 'k' }));
        settle(&mut model);
        terminal.draw(|frame| draw(&model, frame)).unwrap();
    });
    report("key to picture, 50 events before it", &busy);

    for letter in "/glm !failed".chars() {
        update(&mut model, key(letter));
    }
    let filtered = timed(|round| {
        update(&mut model, event(1_000_000 + i64::try_from(round).unwrap(), 5, 1, &steps(5)[0]));
        settle(&mut model);
        terminal.draw(|frame| draw(&model, frame)).unwrap();
    });
    report("picture with a filter, one event before it", &filtered);
}

fn timed(mut round: impl FnMut(usize)) -> Vec<Duration> {
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|number| {
            let began = Instant::now();
            round(number);
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    times
}

fn report(what: &str, times: &[Duration]) {
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!("{what:<44} p50 {:>7.3}  p95 {:>7.3}  p99 {:>7.3}", at(50), at(95), at(99));
}
