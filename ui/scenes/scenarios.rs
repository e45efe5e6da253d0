use exai_core::protocol::LogLevel;
use exai_core::protocol::wire::Admin;
use serde_json::json;

use crate::effect::{Effect, Wish};
use crate::model::Settings;
use crate::msg::{Answer, Feed, Link, Msg};
use crate::testing::{Stage, at_work, busy, call, id, log, snapshot, step};
use crate::{Form, Teller};

const SIZE: (u16, u16) = (120, 36);

fn stage() -> Stage {
    Stage::of(SIZE, busy()).at(0.4)
}

/// The line of the screen that has this text.
#[track_caller]
fn line(stage: &mut Stage, text: &str) -> String {
    let screen = stage.screen();
    let found = screen.lines().find(|line| line.contains(text));
    found.unwrap_or_else(|| panic!("no line has {text:?}:\n{screen}")).to_owned()
}

#[track_caller]
fn shows(stage: &mut Stage, text: &str) {
    line(stage, text);
}

#[track_caller]
fn shows_not(stage: &mut Stage, text: &str) {
    let screen = stage.screen();
    assert!(!screen.contains(text), "{text:?} is there:\n{screen}");
}

#[test]
fn what_is_typed_filters_at_once_and_esc_clears_it() {
    let mut stage = stage().press("/").type_("secaudit");
    shows(&mut stage, "/secaudit");
    shows(&mut stage, "8/64");
    shows_not(&mut stage, "thinkdeep");
    let mut stage = stage.press("enter");
    shows(&mut stage, "/secaudit");
    let mut stage = stage.press("esc");
    shows(&mut stage, "thinkdeep");
    shows_not(&mut stage, "/secaudit");
}

#[test]
fn an_unfinished_filter_leaves_the_rows_of_the_last_one() {
    let mut stage = stage().press("/").type_("tool:secaudit >");
    shows(&mut stage, "> wants a number behind it");
    shows(&mut stage, "8/64");
    // Enter does not take what can not be understood.
    let mut stage = stage.press("enter backspace enter");
    shows(&mut stage, "/tool:secaudit");
}

#[test]
fn the_selected_call_stays_selected_when_rows_move() {
    let mut stage = stage().press("down down");
    let before = line(&mut stage, "▸");
    assert!(before.contains("codereview") && before.contains("answering"), "{before}");
    let mut house = at_work();
    let calls = house["calls"].as_array_mut().unwrap();
    calls.insert(0, call(100, "precommit", "glm-5.3", "running", Some("evidence")));
    calls.insert(0, call(50, "precommit", "glm-5.3", "running", Some("evidence")));
    let mut stage = stage.hear(vec![snapshot(house)]);
    assert!(line(&mut stage, "▸").contains("codereview"));
    // Who chose nothing is at the top, whatever comes.
    let mut stage = stage.press("home").hear(vec![step(
        90,
        10,
        1,
        10,
        &json!({"kind": "accepted", "tool": "tracer", "timeout_s": 9.0}),
    )]);
    assert!(line(&mut stage, "▸").contains("tracer"));
}

#[test]
fn rows_are_sorted_by_any_column_in_both_directions() {
    let mut stage = stage().press(">");
    shows(&mut stage, "time▼");
    assert!(line(&mut stage, "▸").contains("12.0s"), "{}", line(&mut stage, "▸"));
    let mut stage = stage.press("r home");
    shows(&mut stage, "time▲");
    assert!(line(&mut stage, "▸").contains("3."), "{}", line(&mut stage, "▸"));
    let mut stage = stage.press("< <").press("home");
    shows(&mut stage, "state▼");
    assert!(line(&mut stage, "▸").contains("failed"));
}

#[test]
fn a_frozen_picture_stands_still_while_everything_is_collected() {
    let mut stage = stage().press("space");
    let mut house = at_work();
    house["verdict"] = json!({"word": "DOWN", "cause": "everything is on fire"});
    let mut stage = {
        stage.screen();
        stage.hear(vec![snapshot(house), log(0, "error", "on fire", &json!({}))]).at(63.0)
    };
    shows(&mut stage, "FROZEN 01:02 +2");
    shows_not(&mut stage, "on fire");
    let mut stage = stage.press("space");
    shows(&mut stage, "DOWN");
    shows(&mut stage, "on fire");
}

#[test]
fn an_action_is_asked_for_once_and_done_once() {
    let mut stage = stage().press("down c");
    shows(&mut stage, "Cancel call");
    assert_eq!(stage.effects, []);
    let mut refused = stage.press("n");
    shows_not(&mut refused, "Cancel call");
    assert_eq!(refused.effects, []);
    let mut stage = refused.press("c y");
    let wish = Effect::Ask(Wish::Admin(Admin::Cancel { call_id: id(7_000) }));
    assert_eq!(stage.effects, [wish]);
    shows_not(&mut stage, "Are you sure");
    let mut stage = stage.take(Msg::Answer(Answer::Done("cancel: call 0199 was running".to_owned())));
    shows(&mut stage, "✓ cancel: call 0199 was running");
    let mut stage = stage.at(9.0);
    shows_not(&mut stage, "was running");
}

#[test]
fn limits_sessions_and_breakers_are_changed_where_they_stand() {
    let mut house = at_work();
    house["providers"][0]["breaker"] = "open".into();
    let stage = Stage::of(SIZE, vec![snapshot(house)]);
    let stage = stage.press("2 l backspace").type_("4").press("enter y");
    let stage = stage.press("down b y").press("3 c y");
    let actions = stage.effects.iter().map(|effect| match effect {
        Effect::Ask(Wish::Admin(action)) => action.clone(),
        other => panic!("{other:?}"),
    });
    let actions: Vec<_> = actions.collect();
    assert_eq!(
        actions,
        [
            Admin::SetLimit { name: "glm".to_owned(), limit: 4 },
            Admin::ResetBreaker { model: Some("glm-5.3".to_owned()) },
            Admin::CloseSession { session_id: "0199ab3c-0320-7000".to_owned() },
        ]
    );
}

#[test]
fn who_may_only_read_is_told_why_nothing_is_changed() {
    let settings = Settings { read_only: true, ..Settings::default() };
    let mut stage = Stage::with(settings, SIZE).link(Link::Live { place: "ws://x".to_owned() }).hear(busy());
    for keys in ["down c", "2 l", "3 c"] {
        stage = stage.press(keys);
        shows(&mut stage, "was started with --read-only");
        assert_eq!(stage.effects, []);
    }
    stage = stage.press("?").type_("limit");
    shows(&mut stage, "not now: the monitor was started with --read-only");
}

#[test]
fn what_can_not_be_done_now_says_why() {
    let mut stage = stage().press("end c");
    shows(&mut stage, "the call has ended already");
    stage = stage.press("t");
    shows(&mut stage, "--show-content");
    stage = stage.press("R");
    shows(&mut stage, "there is nothing to reconnect");
    stage = stage.link(Link::Journal { place: "/state".to_owned() }).press("2 l");
    shows(&mut stage, "this needs a daemon");
}

#[test]
fn a_diagnosis_leads_to_its_rows() {
    let mut stage = stage().press("w");
    shows(&mut stage, "What is wrong");
    let mut at_model = stage.press("enter");
    assert!(line(&mut at_model, "▸").contains("glm-5.3"), "{}", at_model.screen());
    let mut at_call = at_model.press("w down enter");
    assert!(line(&mut at_call, "▸").contains("queued"));
}

#[test]
fn the_detail_of_a_call_asks_the_journal_and_follows_the_selection() {
    let stage = stage().press("down enter");
    assert_eq!(stage.effects, [Effect::Ask(Wish::Look(id(7_000).into()))]);
    let mut stage = stage.press("down down");
    assert_eq!(stage.effects.last(), Some(&Effect::Ask(Wish::Look(id(14_000).into()))));
    shows(&mut stage, "rate_limited: too many");
    shows(&mut stage, "queued");
    let answer = Answer::NoRecord { call: id(14_000).into(), why: "no call is called so".to_owned() };
    let mut stage = stage.take(Msg::Answer(answer));
    shows(&mut stage, "no call is called so");
    let mut stage = stage.press("esc");
    shows(&mut stage, "2 Providers");
}

#[test]
fn text_is_shown_only_to_those_who_asked_for_it_at_the_start() {
    let settings = Settings { show_content: true, ..Settings::default() };
    let stage = Stage::with(settings, SIZE).link(Link::Live { place: "ws://x".to_owned() }).hear(busy());
    let stage = stage.press("down t");
    let call: exai_core::protocol::CallId = id(7_000).into();
    assert_eq!(stage.effects, [Effect::Ask(Wish::Look(call.clone())), Effect::Ask(Wish::Follow(Some(call.clone())))]);
    let piece = |piece: &str| Msg::Answer(Answer::Text { call: call.clone(), piece: piece.to_owned() });
    let mut stage = stage.take(piece("The list ")).take(piece("is empty."));
    shows(&mut stage, "The list is empty.");
    let stage = stage.press("t");
    assert_eq!(stage.effects.last(), Some(&Effect::Ask(Wish::Follow(None))));
}

#[test]
fn everything_that_a_key_does_can_be_found_by_its_name() {
    let mut stage = stage().press(":").type_("freez");
    shows(&mut stage, "Stop the picture");
    let mut stage = stage.press("enter");
    shows(&mut stage, "FROZEN");
    let mut stage = stage.press(":").type_("level").press("enter");
    shows(&mut stage, " info ");
}

#[test]
fn the_help_is_searched_by_typing() {
    let mut stage = stage().press("?").type_("clipboard");
    shows(&mut stage, "no key does that");
    let mut stage = stage.press("esc").type_("csv");
    shows(&mut stage, "export csv");
    shows_not(&mut stage, "reverse");
    let mut stage = stage.press("esc esc");
    shows_not(&mut stage, "search:");
}

#[test]
fn the_log_shows_less_and_what_belongs_to_a_call() {
    let mut stage = stage().press("5 v v");
    shows(&mut stage, "warnings");
    shows_not(&mut stage, "connected");
    let mut stage = stage.press("1 down down down 5 i");
    shows(&mut stage, "call failed");
    shows_not(&mut stage, "the disk is nearly full");
}

#[test]
fn events_are_counted_once_and_lost_ones_are_told() {
    let event = || step(40, 30, 1, 30, &json!({"kind": "accepted", "tool": "tracer", "timeout_s": 9.0}));
    let mut stage = stage().hear(vec![event()]).press("space").hear(vec![event(), event()]);
    shows(&mut stage, "+0");
    let mut stage = stage.press("space").hear(vec![Feed::Lost(7)]);
    shows(&mut stage, "dropped 7");
    // What the daemon dropped counts anew with each connection.
    let told = |dropped: u64| {
        let mut house = at_work();
        house["dropped"] = dropped.into();
        snapshot(house)
    };
    let mut stage = stage.hear(vec![told(30), told(31), told(2)]);
    shows(&mut stage, "dropped 40");
}

#[test]
fn lines_say_how_many_frames_are_missing() {
    let mut teller = Teller::new(Form::Text, true);
    let mut told = |dropped: u64| {
        let mut house = at_work();
        house["dropped"] = dropped.into();
        teller.tell(&snapshot(house))
    };
    assert!(!told(0).contains("dropped"));
    let lines = [told(3), told(3), told(4), told(2)].map(|lines| lines.trim_end().to_owned());
    assert_eq!(lines, ["3 frames were dropped", "", "1 frames were dropped", "2 frames were dropped"]);
}

#[test]
fn nothing_is_done_to_what_is_too_small_to_be_seen() {
    for before in ["", "down c", "2 l", "/"] {
        let mut stage = stage().press(before).take(Msg::Resize(30, 6)).press("c y enter").type_("state:err");
        stage = stage.take(Msg::Paste("glm".to_owned())).press("esc y enter");
        shows(&mut stage, "q quits");
        let asked = stage.effects.iter().filter(|effect| !matches!(effect, Effect::Ask(Wish::Look(_)))).count();
        assert_eq!(asked, 0, "{before:?}: {:?}", stage.effects);
        for (key, keeps_picture) in [("q", false), ("Q", true)] {
            stage = stage.press(key);
            assert_eq!(stage.effects.last(), Some(&Effect::Quit { keeps_picture }), "{before:?} {key}");
        }
    }
}

#[test]
fn a_column_to_sort_by_is_chosen_from_a_list() {
    let mut stage = stage().press("S");
    shows(&mut stage, "what takes longest first");
    // It begins at the column that it is sorted by: age.
    let mut stage = stage.press("down enter");
    shows(&mut stage, "time▼");
    let mut stage = stage.press("S enter");
    shows(&mut stage, "time▲");
    let mut stage = stage.press("S home esc");
    shows(&mut stage, "time▲");
    shows_not(&mut stage, "Sort by");
    // From wherever it is asked for.
    let mut stage = stage.press("5 :").type_("sort menu").press("enter home enter");
    shows(&mut stage, "by id▼");
}

#[test]
fn the_dashboard_is_suspended_whatever_is_open() {
    for open in ["down", "/", "?", "down c", "S"] {
        assert_eq!(stage().press(open).press("ctrl-z").effects.last(), Some(&Effect::Suspend), "{open}");
    }
}

#[test]
fn silence_is_told() {
    let mut stage = stage().at(7.0);
    shows(&mut stage, "no news for 7s");
    let mut stage = stage.hear(vec![snapshot(at_work())]);
    shows_not(&mut stage, "no news");
}

#[test]
fn another_daemon_is_followed_although_its_numbers_begin_anew() {
    let away =
        Link::Away { place: "ws://x".to_owned(), why: "gone".to_owned(), retry: std::time::Duration::from_secs(1) };
    let accepted = step(1, 20, 1, 20, &json!({"kind": "accepted", "tool": "tracer", "timeout_s": 9.0}));
    let mut stage = stage().link(away).at(0.5);
    shows(&mut stage, "next try in 1s");
    let mut stage = stage.link(Link::Live { place: "ws://x".to_owned() }).hear(vec![accepted]);
    shows(&mut stage, "tracer");
}

#[test]
fn leaving_says_whether_the_picture_stays() {
    assert_eq!(stage().press("q").effects, [Effect::Quit { keeps_picture: false }]);
    assert_eq!(stage().press("Q").effects, [Effect::Quit { keeps_picture: true }]);
    for open in ["/", "?", ":", "w", "down c"] {
        let stage = stage().press(open).press("ctrl-c");
        assert_eq!(stage.effects, [Effect::Quit { keeps_picture: false }], "{open}");
    }
}

#[test]
fn what_is_shown_can_be_taken_along() {
    let stage = stage().press("down y");
    assert_eq!(stage.effects, [Effect::Copy(id(7_000))]);
    let stage = stage.press("/").type_("state:failed").press("enter x");
    let Some(Effect::Export { ending: "csv", content }) = stage.effects.last() else { panic!("{:?}", stage.effects) };
    assert_eq!(content.lines().count(), 2, "{content}");
    assert!(content.contains(&format!("{},chat,failed,,glm,glm-5.3,", id(14_000))), "{content}");
}

#[test]
fn a_session_stays_selected_when_rows_move() {
    let mut house = at_work();
    let mut stage = Stage::of(SIZE, vec![snapshot(house.clone())]).press("3 down");
    let sessions = house["sessions"].as_array_mut().unwrap();
    let chosen = sessions[1]["session_id"].as_str().unwrap().to_owned();
    sessions.swap(0, 1);
    let mut stage = {
        stage.screen();
        stage.hear(vec![snapshot(house)]).press("c y")
    };
    stage.screen();
    let wish = Effect::Ask(Wish::Admin(Admin::CloseSession { session_id: chosen }));
    assert!(stage.effects.contains(&wish), "{:?}", stage.effects);
}

#[test]
fn the_detail_stays_with_its_call_and_is_asked_for_again_when_that_ends() {
    let mut stage = stage();
    stage.screen();
    let mut stage = stage.press("enter");
    let asked = stage.effects.iter().find_map(|effect| match effect {
        Effect::Ask(Wish::Look(call)) => Some(call.clone()),
        _ => None,
    });
    let asked = asked.unwrap();
    stage.effects.clear();
    stage.screen();
    // A newer call takes the first row, and the one that is looked at goes on.
    let newer = json!({"kind": "accepted", "tool": "chat", "timeout_s": 300.0});
    let ended = json!({"kind": "finished", "state": "failed"});
    assert_eq!(asked.as_str(), id(4_000));
    let stage = stage.hear(vec![step(900, 1_000, 1, 1_000, &newer), step(901, 4_000, 9, 500, &ended)]);
    assert_eq!(stage.effects, [Effect::Ask(Wish::Look(asked))]);
}

#[test]
fn who_looks_back_in_the_log_stays_at_the_lines_that_are_looked_at() {
    let mut stage = stage();
    stage.model.log.level = LogLevel::Error;
    stage.model.log.back = 1;
    let line = |level| log(0, level, "more", &json!({}));
    let stage = stage.hear(vec![line("info"), line("error"), line("debug")]);
    assert_eq!(stage.model.log.back, 2, "only a line that is shown moves the others");
}

#[test]
fn lines_tell_a_change_once_wherever_the_news_come_from() {
    let mut teller = Teller::new(Form::Json, true);
    teller.comes_with_events(false);
    assert!(teller.tell(&snapshot(at_work())).contains("\"kind\":\"call\""), "without events the pictures tell");
    let mut ended = at_work();
    ended["calls"][0]["state"] = "failed".into();
    teller.comes_with_events(true);
    assert!(!teller.tell(&snapshot(ended)).contains("\"kind\":\"call\""), "with them, they do");
}
