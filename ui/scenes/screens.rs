//! Whole screens. A change of any of them is a change that somebody sees: look at it before accepting it.

use std::time::Duration;

use serde_json::json;

use crate::model::Settings;
use crate::msg::Link;
use crate::testing::{Stage, at_work, busy, call, empty, snapshot};
use crate::theme::{Ability, Colors, Theme, ThemeName};

const SIZES: [(u16, u16); 4] = [(160, 48), (120, 36), (80, 24), (40, 12)];

/// Looks at a scene in all sizes.
#[track_caller]
fn in_all_sizes(name: &str, play: impl Fn(Stage) -> Stage) {
    for (width, height) in SIZES {
        let mut stage = play(Stage::new((width, height)));
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), stage.screen_and_meanings());
    }
}

fn live() -> Link {
    Link::Live { place: "ws://127.0.0.1:8079".to_owned() }
}

fn at_a_busy_house(stage: Stage) -> Stage {
    stage.link(live()).hear(busy()).at(0.4)
}

#[test]
fn nothing_has_happened_yet() {
    in_all_sizes("empty", |stage| stage.link(live()).hear(vec![snapshot(empty())]));
}

#[test]
fn a_house_at_work() {
    in_all_sizes("busy", at_a_busy_house);
}

#[test]
fn only_some_calls_are_shown() {
    in_all_sizes("filtered", |stage| at_a_busy_house(stage).press("/").type_("model:glm !state:done").press("enter"));
}

#[test]
fn a_filter_that_can_not_be_understood_is_told_while_it_is_typed() {
    in_all_sizes("filter_error", |stage| at_a_busy_house(stage).press("/").type_("colour:red"));
}

#[test]
fn a_frozen_picture_says_so() {
    in_all_sizes("frozen", |stage| {
        let mut later = at_work();
        later["verdict"] = json!({"word": "OK", "cause": "all is well again"});
        at_a_busy_house(stage).press("space").hear(vec![snapshot(later.clone()), snapshot(later)]).at(42.4)
    });
}

#[test]
fn one_call_in_full() {
    in_all_sizes("detail", |stage| at_a_busy_house(stage).press("down down down enter"));
}

#[test]
fn all_keys() {
    in_all_sizes("help", |stage| at_a_busy_house(stage).press("?"));
}

#[test]
fn an_action_by_its_name() {
    in_all_sizes("palette", |stage| at_a_busy_house(stage).press(":").type_("br"));
}

#[test]
fn columns_to_sort_by() {
    in_all_sizes("sort_menu", |stage| at_a_busy_house(stage).press("> S down down"));
}

#[test]
fn the_daemon_is_away() {
    in_all_sizes("disconnected", |stage| {
        let away = Link::Away {
            place: "ws://127.0.0.1:8079".to_owned(),
            why: "the connection broke: the daemon closed it (draining)".to_owned(),
            retry: Duration::from_secs(3),
        };
        at_a_busy_house(stage).link(away).at(1.4)
    });
}

#[test]
fn part_of_it_fails() {
    in_all_sizes("degraded", |stage| {
        let mut house = at_work();
        house["verdict"] = json!({"word": "DEGRADED", "cause": "glm-5.3 (glm) failed several times in a row and is left alone for a moment"});
        house["diagnoses"][0] = json!({"rule": "breaker_open", "text": house["verdict"]["cause"], "rows": ["glm-5.3"]});
        house["providers"][0]["breaker"] = "open".into();
        house["dropped"] = 318.into();
        stage.link(live()).hear(vec![snapshot(house)]).at(0.4).press("w")
    });
}

#[test]
fn a_call_that_failed() {
    in_all_sizes("error_row", |stage| at_a_busy_house(stage).press("/").type_("state:failed").press("enter"));
}

#[test]
fn names_in_any_script() {
    in_all_sizes("wide", |stage| {
        let mut house = at_work();
        let mut calls = vec![
            call(1_000, "コードレビューと分析と説明", "模型-大-很长的名字-5.3", "running", Some("thinking")),
            call(2_000, "👩‍👩‍👧‍👦 family", "🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀", "succeeded", None),
            call(3_000, "naïve e\u{301}tude", "Ω-модель", "failed", None),
            call(3_500, "\u{1b}[31mred\u{7}", "glm\u{202e}txt", "cancelled", None),
        ];
        calls.extend(house["calls"].as_array().unwrap().iter().take(6).cloned());
        house["calls"] = calls.into();
        house["sessions"][0]["client"] = "編集者 🦀 1.0".into();
        stage.link(live()).hear(vec![snapshot(house)]).at(0.4)
    });
}

#[test]
fn a_question_before_something_is_changed() {
    in_all_sizes("question", |stage| at_a_busy_house(stage).press("down c"));
}

#[test]
fn without_colours_and_letters_beyond_ascii() {
    type Play = fn(Stage) -> Stage;
    let scenes: [(&str, Play); 3] = [
        ("busy", at_a_busy_house),
        ("detail", |stage| at_a_busy_house(stage).press("down down down enter")),
        ("degraded", |stage| {
            let mut house = at_work();
            house["verdict"] = json!({"word": "DOWN", "cause": "all 12 calls of the last 15 min failed"});
            house["providers"][0]["breaker"] = "open".into();
            stage.link(live()).hear(vec![snapshot(house)]).at(0.4)
        }),
    ];
    for (name, play) in scenes {
        let ability = Ability { colors: Colors::None, unicode: false, is_light: false };
        let settings = Settings { theme: Theme::new(ThemeName::Auto, ability), ..Settings::default() };
        let mut stage = play(Stage::with(settings, (120, 36)));
        let screen = stage.screen_and_meanings();
        assert!(screen.is_ascii(), "{name}");
        insta::assert_snapshot!(format!("mono_{name}"), screen);
    }
}

#[test]
fn a_screen_that_is_too_small_says_what_it_needs() {
    let mut stage = Stage::of((39, 12), busy());
    insta::assert_snapshot!(stage.screen(), @r"
    exai monitor SLOW
    needs 40x10, has 39x12
    q quits
    ");
}
