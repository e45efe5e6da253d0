//! All keys, from the one table; what is typed is searched for.

use ratatui::buffer::Buffer;

use super::over::window;
use super::pen::Pen;
use crate::layout::Screen;
use crate::model::Model;
use crate::theme::Slot;
use crate::update::{help_lines, refusal};

pub(super) fn draw(model: &Model, screen: &Screen, search: &str, top: usize, buffer: &mut Buffer) -> (u16, u16) {
    let theme = &model.settings.theme;
    let lines = help_lines(search);
    let inside = window(model, screen, "Keys", 92, u16::try_from(lines.len() + 6).unwrap_or(u16::MAX), buffer);
    let mut pen = Pen::row(buffer, theme, inside, inside.y);
    pen.put(" search: ", Slot::Muted);
    pen.put(search, Slot::Text);
    let cursor = pen.position();
    let mut y = inside.y + 1;
    let mut scope = "";
    for binding in lines.iter().skip(top) {
        if binding.scope.title() != scope {
            scope = binding.scope.title();
            Pen::row(buffer, theme, inside, y).put(&format!(" {scope}"), Slot::Title);
            y += 1;
        }
        if y >= inside.bottom() {
            break;
        }
        let mut pen = Pen::row(buffer, theme, inside, y);
        pen.space(2);
        pen.cell(&binding.shown(), 15, Slot::Accent);
        pen.cell(binding.name, 15, Slot::Text);
        match refusal(model, binding.action) {
            Some(why) => pen.put(&format!("not now: {why}"), Slot::Warn),
            None => pen.put(binding.help, Slot::Muted),
        }
        y += 1;
    }
    if lines.is_empty() {
        Pen::row(buffer, theme, inside, y).put("  no key does that", Slot::Muted);
    }
    cursor
}
