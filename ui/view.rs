//! Draws the model: pure, one file a pane. Tables are given the rows that are seen and no more.

mod calls;
mod detail;
mod footer;
mod frame;
mod header;
mod help;
mod latency;
mod log;
mod over;
mod pen;
mod providers;
mod sessions;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use self::pen::Pen;
use crate::layout::{LEAST, Room, Screen};
use crate::model::{Model, Over, Pane};
use crate::theme::Slot;

/// Draws one picture. Call [`crate::settle`] before.
pub fn draw(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    buffer.set_style(area, model.settings.theme.style(Slot::Text));
    if (area.width, area.height) != model.size {
        // The terminal was resized and says so with its next message.
        return;
    }
    let screen = Screen::of(model);
    if screen.room == Room::TooSmall {
        too_small(model, buffer, area);
        return;
    }
    for (pane, area) in &screen.panes {
        match pane {
            Pane::Calls => calls::draw(model, &screen, *area, buffer),
            Pane::Providers => providers::draw(model, &screen, *area, buffer),
            Pane::Sessions => sessions::draw(model, &screen, *area, buffer),
            Pane::Latency => latency::draw(model, &screen, *area, buffer),
            Pane::Log => log::draw(model, &screen, *area, buffer),
        }
    }
    if let Some(area) = screen.detail {
        detail::draw(model, &screen, area, buffer);
    }
    if model.is_away() || model.snapshot().is_none() {
        // What was last seen stays, and looks like the past.
        fade(buffer, screen.body, model);
    }
    header::draw(model, &screen, buffer);
    let cursor = match &model.over {
        Over::Nothing => None,
        Over::Filter(_) => footer::filter(model, &screen, buffer),
        _ => over::draw(model, &screen, buffer),
    };
    if !matches!(model.over, Over::Filter(_)) {
        footer::draw(model, &screen, buffer);
    }
    if let Some((x, y)) = cursor {
        frame.set_cursor_position(Position::new(x, y));
    }
}

fn fade(buffer: &mut Buffer, area: Rect, model: &Model) {
    let muted = model.settings.theme.style(Slot::Muted);
    let plain = Style::new().remove_modifier(Modifier::BOLD | Modifier::REVERSED).add_modifier(Modifier::DIM);
    buffer.set_style(area, muted.patch(plain));
}

fn too_small(model: &Model, buffer: &mut Buffer, area: Rect) {
    let (width, height) = model.size;
    let word = model.snapshot().map_or("", |snapshot| snapshot.verdict.word.as_str());
    let lines = [
        (format!("exai monitor {word}"), Slot::Title),
        (format!("needs {}x{}, has {width}x{height}", LEAST.0, LEAST.1), Slot::Warn),
        ("q quits".to_owned(), Slot::Muted),
    ];
    for (row, (text, slot)) in (area.y..area.bottom()).zip(lines) {
        Pen::row(buffer, &model.settings.theme, area, row).put(&text, slot);
    }
}
