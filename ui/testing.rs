//! What the tests of the dashboard work with: a house that tells what a test wants, and a stage that keys are pressed on and
//! whose screen is looked at, as text and as meanings.

pub(crate) mod svg;

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use exai_core::protocol::{LogLine, News, Snapshot};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use serde_json::{Value, json};

use crate::effect::Effect;
use crate::model::{Model, Settings};
use crate::msg::{Feed, Link, Msg};
use crate::theme::{Slot, Theme};
use crate::{draw, settle, update};

/// When everything here happens, in milliseconds since 1970.
pub(crate) const NOW: i64 = 1_795_348_800_000;

/// The id of a call that was accepted so many milliseconds ago.
pub(crate) fn id(ago: i64) -> String {
    let time = format!("{:012x}", NOW - ago);
    format!("{}-{}-7000-8000-{ago:012x}", &time[..8], &time[8..])
}

/// A moment as JSON has it.
pub(crate) fn moment(ago: i64) -> String {
    let millis = (NOW - ago).rem_euclid(86_400_000);
    format!(
        "2026-11-22T{:02}:{:02}:{:02}.{:03}Z",
        millis / 3_600_000,
        millis / 60_000 % 60,
        millis / 1_000 % 60,
        millis % 1_000
    )
}

/// A row of a call.
pub(crate) fn call(ago: i64, tool: &str, model: &str, state: &str, phase: Option<&str>) -> Value {
    let provider = model.split('-').next();
    let elapsed = if state == "running" { ago as f64 / 1e3 } else { (31 + ago % 9_000 / 100) as f64 / 10.0 };
    json!({"call_id": id(ago), "tool": tool, "session_id": "0199ab3c-d5e6-7000", "owner": "default", "state": state, "phase": phase,
        "provider": provider, "model": model, "elapsed_s": elapsed, "queued_s": 0.4, "attempts": 1 + u32::from(state == "failed") * 2,
        "tokens": if state == "running" { Value::Null } else { json!(1_200 + ago % 7_000) },
        "cause": if state == "failed" { json!("rate_limited") } else { Value::Null }})
}

fn provider(name: &str, model: &str, breaker: &str, errors: u64, p95: u64) -> Value {
    json!({"name": name, "model": model, "breaker": breaker, "health": "ok", "inflight": 1, "limit": 2, "requests": 120, "errors": errors,
        "failures": {"rate_limited": errors - errors / 3, "server": errors / 3, "timeout": 0, "other": 0},
        "p50_ms": 1_900, "p95_ms": p95, "p99_ms": p95 * 2, "ttft_ms": 640, "tokens_per_s": 81.2, "tokens": 340_000, "cost_usd": 0.42})
}

fn session(client: &str, connected: bool, ago: i64) -> Value {
    json!({"session_id": format!("0199ab3c-{ago:04x}-7000"), "owner": if ago > 5_000 { "ci" } else { "default" }, "client": client,
        "address": "127.0.0.1:40000", "connected": connected, "inflight": u8::from(connected), "calls": 14, "errors": 1,
        "last_seen": moment(ago), "tokens": 34_000, "cost_usd": 0.12})
}

/// A house where nothing has happened yet.
pub(crate) fn empty() -> Value {
    let free = |limit: u32| json!({"in_use": 0, "limit": limit, "waiting": 0});
    json!({"t": moment(0), "seq": 1, "daemon": {"version": "0.1.0", "pid": 4711, "uptime_s": 12, "state": "running"},
        "verdict": {"word": "OK", "cause": "0 calls in the last 15 min, 0 failed"},
        "permits": {"global": free(5), "providers": {"glm": free(2), "kimi": free(3)}},
        "latency": {"buckets_ms": [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000], "counts": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]},
        "calls": [], "rates": {"calls_per_s": 0.0, "errors_per_s": 0.0, "tokens_per_s": 0.0},
        "prompts": {"requests": 0, "bytes": 0, "tokens": 0, "fullest_percent": 0}})
}

/// A house at work, which became slow.
pub(crate) fn at_work() -> Value {
    let mut house = empty();
    house["daemon"]["uptime_s"] = 11_520.into();
    house["verdict"] = json!({"word": "SLOW", "cause": "glm-5.3 (glm) became slow: 95 of 100 requests took up to 9.8 s in the last 5 min, 3.2 s before"});
    house["diagnoses"] = json!([
        {"rule": "slow", "text": house["verdict"]["cause"], "rows": ["glm-5.3"]},
        {"rule": "queue_slow", "text": "calls that wait for a permit: 1, the longest for 61 s", "rows": [id(4_000)]}]);
    house["permits"] = json!({"global": {"in_use": 3, "limit": 5, "waiting": 1}, "providers": {
        "glm": {"in_use": 2, "limit": 2, "waiting": 1}, "kimi": {"in_use": 1, "limit": 3, "waiting": 0}}});
    house["rates"] = json!({"calls_per_s": 4.2, "errors_per_s": 0.05, "tokens_per_s": 812.0});
    house["latency"]["counts"] = json!([1, 3, 9, 24, 40, 31, 12, 5, 2, 1]);
    house["providers"] =
        json!([provider("glm", "glm-5.3", "closed", 3, 9_800), provider("kimi", "kimi-k3.1-pro", "closed", 0, 2_100)]);
    house["sessions"] = json!([
        session("augment 1.2", true, 800),
        session("claude-code 2.1", true, 2_000),
        session("exai 0.1.0", false, 61_000)
    ]);
    house["sessions_total"] = 3.into();
    let tools = ["debug", "codereview", "thinkdeep", "chat", "precommit", "secaudit", "analyze"];
    let mut calls = vec![
        call(4_000, "thinkdeep", "glm-5.3", "running", Some("queued")),
        call(7_000, "debug", "glm-5.3", "running", Some("thinking")),
        call(12_000, "codereview", "kimi-k3.1-pro", "running", Some("answering")),
        call(14_000, "chat", "glm-5.3", "failed", None),
    ];
    for at in 0..60_i64 {
        let tool = tools[usize::try_from(at).unwrap() % tools.len()];
        let model = if at % 3 == 0 { "kimi-k3.1-pro" } else { "glm-5.3" };
        let state = ["succeeded", "succeeded", "succeeded", "cancelled", "succeeded", "timed_out"]
            [usize::try_from(at).unwrap() % 6];
        calls.push(call(20_000 + at * 3_700, tool, model, state, None));
    }
    house["calls"] = calls.into();
    house
}

pub(crate) fn snapshot(house: Value) -> Feed {
    Feed::Snapshot(Box::new(serde_json::from_value::<Snapshot>(house).unwrap()))
}

/// A step of the call that was accepted so long ago.
pub(crate) fn step(seq: u64, ago: i64, n: u32, at_ago: i64, kind: &Value) -> Feed {
    let mut news = json!({"seq": seq, "t": 0.0, "owner": "default", "session_id": "0199ab3c-d5e6-7000", "call_id": id(ago), "n": n, "at": moment(at_ago)});
    news.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
    Feed::Event(serde_json::from_value::<News>(news).unwrap())
}

pub(crate) fn log(ago: i64, level: &str, message: &str, fields: &Value) -> Feed {
    let mut line = json!({"t": moment(ago), "level": level, "target": "server", "message": message});
    line.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    Feed::Log(serde_json::from_value::<LogLine>(line).unwrap())
}

/// All that the busy house tells.
pub(crate) fn busy() -> Vec<Feed> {
    vec![
        step(1, 14_000, 1, 14_000, &json!({"kind": "accepted", "tool": "chat", "timeout_s": 300.0})),
        step(2, 14_000, 2, 13_900, &json!({"kind": "queued", "position": 1, "waiting_for": "provider"})),
        step(3, 14_000, 3, 13_000, &json!({"kind": "sent", "attempt": 1, "provider": "glm", "model": "glm-5.3"})),
        step(
            4,
            14_000,
            4,
            12_200,
            &json!({"kind": "retrying", "after_s": 1.5, "cause": "rate_limited: too many requests"}),
        ),
        step(5, 14_000, 5, 10_700, &json!({"kind": "sent", "attempt": 2, "provider": "glm", "model": "glm-5.3"})),
        step(6, 14_000, 6, 10_100, &json!({"kind": "finished", "state": "failed"})),
        step(7, 7_000, 1, 7_000, &json!({"kind": "accepted", "tool": "debug", "timeout_s": 300.0})),
        step(8, 7_000, 2, 6_500, &json!({"kind": "sent", "attempt": 1, "provider": "glm", "model": "glm-5.3"})),
        step(9, 7_000, 3, 2_000, &json!({"kind": "first_token"})),
        log(9_000, "info", "connected", &json!({"address": "127.0.0.1:40000"})),
        log(
            8_000,
            "warn",
            "call failed",
            &json!({"call_id": id(14_000), "code": "PROVIDER_ERROR", "tried": "glm-5.3:server,glm-5.3:rate_limited"}),
        ),
        log(900, "error", "the disk is nearly full", &json!({"free_mb": 12})),
        snapshot(at_work()),
    ]
}

/// A dashboard that is pressed and looked at.
pub(crate) struct Stage {
    pub(crate) model: Model,
    pub(crate) effects: Vec<Effect>,
}

impl Stage {
    pub(crate) fn new(size: (u16, u16)) -> Self {
        Self::with(Settings::default(), size)
    }

    pub(crate) fn with(settings: Settings, size: (u16, u16)) -> Self {
        Self { model: Model::new(settings, size), effects: Vec::new() }
    }

    /// Connected, to a house that tells this.
    pub(crate) fn of(size: (u16, u16), news: Vec<Feed>) -> Self {
        Self::new(size).link(Link::Live { place: "ws://127.0.0.1:8079".to_owned() }).hear(news)
    }

    pub(crate) fn link(self, link: Link) -> Self {
        self.take(Msg::Link(link))
    }

    pub(crate) fn hear(self, news: Vec<Feed>) -> Self {
        news.into_iter().fold(self, |stage, feed| stage.take(Msg::Feed(feed)))
    }

    pub(crate) fn take(mut self, msg: Msg) -> Self {
        self.effects.extend(update(&mut self.model, msg));
        self
    }

    /// Time passes until then.
    pub(crate) fn at(self, seconds: f64) -> Self {
        self.take(Msg::Tick(Duration::from_secs_f64(seconds)))
    }

    /// Presses keys by their names in the table, one word each.
    pub(crate) fn press(self, keys: &str) -> Self {
        keys.split_whitespace().fold(self, |stage, name| stage.take(Msg::Key(key(name))))
    }

    pub(crate) fn type_(self, text: &str) -> Self {
        text.chars()
            .fold(self, |stage, letter| stage.take(Msg::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE))))
    }

    pub(crate) fn drawn(&mut self) -> Buffer {
        settle(&mut self.model);
        let (width, height) = self.model.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(&self.model, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The screen as text.
    pub(crate) fn screen(&mut self) -> String {
        crate::runtime::lines(&self.drawn())
    }

    /// The screen as text, and which part of which line means what.
    pub(crate) fn screen_and_meanings(&mut self) -> String {
        let buffer = self.drawn();
        format!("{}\n{}", crate::runtime::lines(&buffer), meanings(&buffer, &self.model.settings.theme))
    }
}

pub(crate) fn key(name: &str) -> KeyEvent {
    let (modifiers, name) = match name.strip_prefix("ctrl-") {
        Some(rest) => (KeyModifiers::CONTROL, rest),
        None => (KeyModifiers::NONE, name),
    };
    let code = match name {
        "space" => KeyCode::Char(' '),
        "esc" => KeyCode::Esc,
        "enter" => KeyCode::Enter,
        "tab" => KeyCode::Tab,
        "shift-tab" => KeyCode::BackTab,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "backspace" => KeyCode::Backspace,
        name => KeyCode::Char(name.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}

/// `row: from-to meaning` for all that is not plain text. Letters that are only pressed into the ground of a selection count as
/// both.
fn meanings(buffer: &Buffer, theme: &Theme) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in 0..buffer.area.width {
            let style = buffer.cell((x, y)).unwrap().style();
            let name = name(style, theme);
            match runs.last_mut() {
                Some((_, to, last)) if *last == name && *to + 1 == x => *to = x,
                _ => runs.push((x, x, name)),
            }
        }
        let told: Vec<_> = runs
            .iter()
            .filter(|(.., name)| name != "text")
            .map(|(from, to, name)| format!("{from}-{to} {name}"))
            .collect();
        if !told.is_empty() {
            text.push_str(&format!("{y}: {}\n", told.join(", ")));
        }
    }
    text
}

fn name(style: ratatui::style::Style, theme: &Theme) -> String {
    let slot = |slot: &&Slot| {
        let own = theme.style(**slot);
        own.fg.is_some() && own.fg == style.fg
            || own.fg.is_none()
                && style.fg == Some(ratatui::style::Color::Reset)
                && own.bg.is_none()
                && own.add_modifier == style.add_modifier
    };
    let mut name =
        Slot::ALL.iter().find(slot).map_or_else(|| "text".to_owned(), |slot| format!("{slot:?}").to_lowercase());
    let selection = theme.style(Slot::Selection);
    if selection.bg.is_some() && selection.bg == style.bg {
        name += "+selection";
    }
    if style.add_modifier.contains(ratatui::style::Modifier::REVERSED) {
        name += "+reversed";
    }
    if style.add_modifier.contains(ratatui::style::Modifier::DIM) {
        name += "+dim";
    }
    name
}
