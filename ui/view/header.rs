//! The first lines: is it healthy? Where it comes from, the verdict, the figures, and the cause.

use std::time::Duration;

use exai_core::protocol::{Snapshot, Word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pen::{Pen, width};
use crate::layout::{Room, Screen};
use crate::model::Model;
use crate::msg::Link;
use crate::text;
use crate::theme::Slot;
use crate::update;

pub(super) fn draw(model: &Model, screen: &Screen, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let area = screen.header;
    let mut pen = Pen::row(buffer, theme, area, area.y);
    pen.space(1);
    link(model, screen.room, &mut pen);
    let (badge, slot) = verdict(model);
    let mut pen = Pen::row(buffer, theme, area, area.y);
    pen.right(width(&badge) + 1);
    pen.badge(&badge, slot);
    if screen.room > Room::Narrow {
        let mark = mark(model);
        let taken = if mark.is_empty() { 0 } else { u16::try_from(width(&mark) + 2).unwrap_or(0) };
        let left = Rect { width: area.width.saturating_sub(taken), ..area };
        let mut pen = Pen::row(buffer, theme, left, area.y + 1);
        pen.space(1);
        figures(model, screen.room, &mut pen);
        let mut pen = Pen::row(buffer, theme, area, area.y + 1);
        pen.right(width(&mark) + 1);
        pen.badge(&mark, Slot::Accent);
    }
    let mut pen = Pen::row(buffer, theme, area, area.bottom().saturating_sub(1));
    pen.space(1);
    if screen.room <= Room::Narrow {
        let mark = mark(model);
        if !mark.is_empty() {
            pen.badge(&mark, Slot::Accent);
            pen.space(1);
        }
    }
    cause(model, screen.room, &mut pen);
}

/// The word, as it is shown; what is not known is not called well.
fn verdict(model: &Model) -> (String, Slot) {
    let glyphs = model.settings.theme.glyphs;
    let Some(snapshot) = model.snapshot() else {
        return (format!(" {} ", "…".replace('…', glyphs.cut)), Slot::Muted);
    };
    if model.is_away() {
        return (format!(" was {} ", snapshot.verdict.word.as_str()), Slot::Muted);
    }
    let (glyph, slot) = match snapshot.verdict.word {
        Word::Ok => (glyphs.done, Slot::Ok),
        Word::Slow => (glyphs.waits, Slot::Warn),
        Word::Degraded => (glyphs.warning, Slot::Warn),
        Word::Down => (glyphs.failed, Slot::Bad),
    };
    (format!(" {glyph} {} ", snapshot.verdict.word.as_str()), slot)
}

fn link(model: &Model, room: Room, pen: &mut Pen<'_>) {
    let glyphs = model.settings.theme.glyphs;
    if room > Room::Narrow {
        pen.put("exai monitor", Slot::Title);
        pen.space(2);
    } else {
        pen.put("exai", Slot::Title);
        pen.space(1);
    }
    let (sign, word, slot, place) = match &model.link {
        Link::Seeking { place } => (glyphs.ring, "looking".to_owned(), Slot::Muted, place),
        Link::Live { place } => (glyphs.dot, "live".to_owned(), Slot::Ok, place),
        Link::Away { place, retry, .. } => {
            let left = update::left(model, *retry);
            let word = if left < Duration::from_millis(100) {
                "away, trying now".to_owned()
            } else {
                format!("away, next try in {}", text::age(left.as_secs_f64().ceil()))
            };
            (glyphs.ring, word, Slot::Bad, place)
        }
        Link::Journal { place } => (glyphs.ring, "no daemon: journal of".to_owned(), Slot::Warn, place),
        Link::Replay { place, speed } => (glyphs.dot, format!("replay x{speed}"), Slot::Accent, place),
        Link::Ended { place } => (glyphs.ring, "the recording is over".to_owned(), Slot::Accent, place),
    };
    pen.put(&format!("{sign} {word}"), slot);
    pen.space(1);
    if room > Room::Narrow {
        pen.put(place, Slot::Text);
    }
    if room == Room::Wide
        && let Some(snapshot) = model.snapshot()
    {
        let daemon = &snapshot.daemon;
        pen.space(2);
        pen.put(&format!("v{}", daemon.version), Slot::Muted);
        if let Some(pid) = daemon.pid {
            pen.put(&format!("  pid {pid}  up {}", text::age(daemon.uptime_s as f64)), Slot::Muted);
        }
        if daemon.state == "draining" {
            pen.space(2);
            pen.put("draining", Slot::Warn);
        }
    }
}

/// What is special about what is shown.
fn mark(model: &Model) -> String {
    if let Some(frozen) = &model.frozen {
        let since = model.now.saturating_sub(frozen.since).as_secs();
        let new = model.live().heard.saturating_sub(frozen.data.heard);
        return format!(" FROZEN {:02}:{:02} +{new} ", since / 60, since % 60);
    }
    model.silence().map(|silent| format!(" no news for {} ", text::age(silent.as_secs_f64()))).unwrap_or_default()
}

fn figures(model: &Model, room: Room, pen: &mut Pen<'_>) {
    let gap = if room == Room::Wide { 3 } else { 2 };
    let Some(snapshot) = model.snapshot() else { return };
    let global = snapshot.permits.global;
    let running = model.data().calls.all().iter().filter(|call| call.is_running()).count();
    pen.labelled("calls", &format!("{}/s", text::rate(snapshot.rates.calls_per_s)), Slot::Text);
    pen.space(gap);
    pen.labelled("running", &running.to_string(), if running > 0 { Slot::Busy } else { Slot::Text });
    pen.space(gap);
    let full = if global.in_use >= global.limit { Slot::Warn } else { Slot::Text };
    pen.labelled("in flight", &format!("{}/{}", global.in_use, global.limit), full);
    pen.space(gap);
    let waiting = queue(snapshot);
    pen.labelled("queue", &waiting.to_string(), if waiting > 0 { Slot::Warn } else { Slot::Text });
    pen.space(gap);
    let share = share_of_errors(snapshot);
    pen.labelled("errors", &format!("{share:.1}%"), if share > 0.0 { Slot::Bad } else { Slot::Text });
    pen.space(gap);
    let dropped = model.data().dropped();
    if dropped > 0 {
        pen.labelled("dropped", &text::count(dropped), Slot::Bad);
        pen.space(gap);
    }
    if let Some(slowest) = snapshot.providers.iter().filter(|row| row.p95_ms.is_some()).max_by_key(|row| row.p95_ms) {
        pen.labelled("p50", &text::millis(slowest.p50_ms), Slot::Text);
        pen.space(1);
        pen.labelled("p95", &text::millis(slowest.p95_ms), Slot::Text);
        if snapshot.providers.len() > 1 {
            pen.put(&format!(" ({})", slowest.model), Slot::Muted);
        }
        pen.space(gap);
    }
    pen.labelled("tok/s", &text::rate(snapshot.rates.tokens_per_s), Slot::Text);
}

fn queue(snapshot: &Snapshot) -> usize {
    snapshot
        .permits
        .providers
        .values()
        .map(|gauge| gauge.waiting)
        .max()
        .unwrap_or(0)
        .max(snapshot.permits.global.waiting)
}

fn share_of_errors(snapshot: &Snapshot) -> f64 {
    let rates = snapshot.rates;
    if rates.calls_per_s > 0.0 { (rates.errors_per_s / rates.calls_per_s * 100.0).min(100.0) } else { 0.0 }
}

fn cause(model: &Model, room: Room, pen: &mut Pen<'_>) {
    let glyphs = model.settings.theme.glyphs;
    if let Link::Away { why, .. } = &model.link {
        pen.put(&format!("{} {why}", glyphs.warning), Slot::Bad);
        return;
    }
    let Some(snapshot) = model.snapshot() else {
        pen.put("waiting for the first picture of the house", Slot::Muted);
        return;
    };
    let word = snapshot.verdict.word;
    let slot = match word {
        Word::Ok => Slot::Muted,
        word if update::is_trouble(word) => Slot::Bad,
        _ => Slot::Warn,
    };
    let more = snapshot.diagnoses.len().saturating_sub(1);
    let hint = match (more, room) {
        (0, _) => String::new(),
        (more, Room::Narrow | Room::TooSmall) => format!(" +{more}"),
        (more, _) => format!("  w: {more} more"),
    };
    let room = pen.room().saturating_sub(width(&hint));
    let text = snapshot.verdict.cause.as_str();
    pen.cell(text, width(text).min(room), slot);
    pen.put(&hint, Slot::Accent);
}
