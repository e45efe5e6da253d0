use std::time::Duration;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use serde_json::json;

use crate::msg::{Answer, Link, Msg};
use crate::testing::{Stage, at_work, busy, empty, key, log, snapshot, step};

const KEYS: [&str; 54] = [
    "q",
    "Q",
    "?",
    ":",
    "/",
    "esc",
    "tab",
    "shift-tab",
    "1",
    "2",
    "3",
    "4",
    "5",
    "up",
    "down",
    "pgup",
    "pgdn",
    "home",
    "end",
    "enter",
    "space",
    "w",
    "e",
    "+",
    "-",
    "T",
    "m",
    "y",
    "x",
    "X",
    "R",
    ">",
    "<",
    "r",
    "S",
    "ctrl-z",
    "c",
    "t",
    "l",
    "b",
    "v",
    "f",
    "i",
    "n",
    "ctrl-b",
    "ctrl-f",
    "ctrl-u",
    "ctrl-w",
    "backspace",
    "g",
    "G",
    "k",
    "j",
    "é",
];

fn any_msg() -> impl Strategy<Value = Msg> {
    prop_oneof![
        8 => prop::sample::select(KEYS.to_vec()).prop_map(|name| Msg::Key(key(name))),
        2 => (0_u16..320, 0_u16..120).prop_map(|(width, height)| Msg::Resize(width, height)),
        2 => (0_u16..320, 0_u16..120, 0_usize..3).prop_map(|(column, row, kind)| Msg::Mouse(MouseEvent {
            kind: [MouseEventKind::ScrollUp, MouseEventKind::ScrollDown, MouseEventKind::Down(MouseButton::Left)][kind],
            column, row, modifiers: KeyModifiers::NONE,
        })),
        1 => Just(Msg::Feed(snapshot(at_work()))),
        1 => Just(Msg::Feed(snapshot(empty()))),
        1 => (0_u64..9, 0_i64..90_000).prop_map(|(seq, ago)| Msg::Feed(step(seq, ago, 1, ago, &json!({"kind": "first_token"})))),
        1 => "[a-z\u{4e00}-\u{4e20}\u{1f600}-\u{1f620}\u{0}-\u{1f}]{0,80}".prop_map(|text| Msg::Feed(log(5, "warn", &text, &json!({"a": text})))),
        1 => "[a-z:>!\" \u{4e00}]{0,30}".prop_map(Msg::Paste),
        1 => (0_u64..100_000).prop_map(|millis| Msg::Tick(Duration::from_millis(millis))),
        1 => Just(Msg::Answer(Answer::Failed("no".to_owned()))),
        1 => prop::bool::ANY.prop_map(|up| Msg::Link(if up {
            Link::Live { place: "ws://x".to_owned() }
        } else {
            Link::Away { place: "ws://x".to_owned(), why: "gone".to_owned(), retry: Duration::from_secs(3) }
        })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_size_and_no_sequence_of_events_panics(
        (width, height) in (1_u16..=300, 1_u16..=100),
        messages in prop::collection::vec(any_msg(), 0..40),
    ) {
        let mut stage = Stage::of((width, height), busy());
        stage.screen();
        for msg in messages {
            stage = stage.take(msg);
        }
        stage.screen();
    }
}

#[test]
fn everything_can_be_drawn_at_the_edges_of_the_layouts() {
    const OPEN: [&str; 10] = ["", "enter", "?", "S", ":", "w", "down c", "e", "2", "5"];
    for (at, width) in [1, 2, 5, 39, 40, 41, 79, 80, 81, 119, 120, 121].into_iter().enumerate() {
        for (also, height) in [1, 2, 3, 9, 10, 11, 19, 20, 27, 28, 36].into_iter().enumerate() {
            Stage::of((width, height), busy()).press(OPEN[(at + also) % OPEN.len()]).screen();
        }
    }
}
