//! What lies over the panes: help, palette, diagnoses, questions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Widget};

use super::help;
use super::pen::{Pen, width};
use crate::layout::Screen;
use crate::model::columns::Column;
use crate::model::{Model, Over, Question};
use crate::theme::Slot;
use crate::update::refusal;

/// Draws it; returns where the cursor is, when something is typed.
pub(super) fn draw(model: &Model, screen: &Screen, buffer: &mut Buffer) -> Option<(u16, u16)> {
    match &model.over {
        Over::Help { search, top } => Some(help::draw(model, screen, search.text(), *top, buffer)),
        Over::Palette { search, selected } => Some(palette(model, screen, search.text(), *selected, buffer)),
        Over::Diagnoses { selected } => {
            diagnoses(model, screen, *selected, buffer);
            None
        }
        Over::Sort { selected } => {
            sort(model, screen, *selected, buffer);
            None
        }
        Over::Question(asked) => {
            question(model, screen, asked, buffer);
            None
        }
        Over::Limit { name, line } => {
            let title = format!("Limit of {name}");
            let inside = window(model, screen, &title, 50, 3, buffer);
            let mut pen = Pen::row(buffer, &model.settings.theme, inside, inside.y);
            pen.put(" requests at once: ", Slot::Muted);
            pen.put(line.text(), Slot::Text);
            let cursor = pen.position();
            Pen::row(buffer, &model.settings.theme, inside, inside.y + 2)
                .put(" enter goes on, esc leaves it", Slot::Muted);
            Some(cursor)
        }
        Over::Nothing | Over::Filter(_) => None,
    }
}

/// A window in the middle; returns its inside.
pub(super) fn window(
    model: &Model,
    screen: &Screen,
    title: &str,
    columns: u16,
    rows: u16,
    buffer: &mut Buffer,
) -> Rect {
    let theme = &model.settings.theme;
    let body = screen.body;
    let (columns, rows) = ((columns + 2).min(body.width), (rows + 2).min(body.height));
    let area = Rect {
        x: body.x + (body.width - columns) / 2,
        y: body.y + (body.height - rows) / 3,
        width: columns,
        height: rows,
    };
    Clear.render(area, buffer);
    buffer.set_style(area, theme.style(Slot::Text));
    let title = Line::from(Span::styled(format!(" {title} "), theme.style(Slot::Title)));
    let frame = Block::bordered().border_set(theme.glyphs.border).border_style(theme.style(Slot::Focus)).title(title);
    let inside = frame.inner(area);
    frame.render(area, buffer);
    inside
}

fn palette(model: &Model, screen: &Screen, search: &str, selected: usize, buffer: &mut Buffer) -> (u16, u16) {
    let theme = &model.settings.theme;
    let lines = crate::update::palette_lines(search);
    let inside = window(model, screen, "Do", 76, 14, buffer);
    let mut pen = Pen::row(buffer, theme, inside, inside.y);
    pen.put(" : ", Slot::Accent);
    pen.put(search, Slot::Text);
    let cursor = pen.position();
    let rows = usize::from(inside.height).saturating_sub(1);
    let top = (selected + 1).saturating_sub(rows.max(1));
    for ((at, binding), y) in lines.iter().enumerate().skip(top).zip(inside.y + 1..inside.bottom()) {
        let area = Rect { y, height: 1, ..inside };
        if at == selected {
            buffer.set_style(area, theme.style(Slot::Selection));
        }
        let mut pen = Pen::row(buffer, theme, area, y);
        pen.cell(if at == selected { theme.glyphs.pointer } else { "" }, 2, Slot::Accent);
        let off = refusal(model, binding.action);
        pen.cell(binding.name, 16, if off.is_some() { Slot::Muted } else { Slot::Text });
        pen.cell(&binding.shown(), 12, Slot::Accent);
        pen.put(off.as_deref().unwrap_or(binding.help), Slot::Muted);
    }
    if lines.is_empty() {
        Pen::row(buffer, theme, inside, inside.y + 1).put("   nothing is called so", Slot::Muted);
    }
    cursor
}

fn diagnoses(model: &Model, screen: &Screen, selected: usize, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let Some(snapshot) = model.snapshot() else { return };
    let rows = u16::try_from(snapshot.diagnoses.len()).unwrap_or(u16::MAX).saturating_mul(2).saturating_add(1);
    let inside = window(model, screen, "What is wrong", 100, rows.max(3), buffer);
    let fit = (usize::from(inside.height).saturating_sub(1) / 2).max(1);
    let top = (selected + 1).saturating_sub(fit);
    let mut y = inside.y;
    for (at, diagnosis) in snapshot.diagnoses.iter().enumerate().skip(top).take(fit) {
        let area = Rect { y, height: 1, ..inside };
        if at == selected {
            buffer.set_style(area, theme.style(Slot::Selection));
        }
        let mut pen = Pen::row(buffer, theme, area, y);
        pen.cell(if at == selected { theme.glyphs.pointer } else { "" }, 2, Slot::Accent);
        pen.put(&diagnosis.text, Slot::Text);
        let about = match diagnosis.rows.as_slice() {
            [] => diagnosis.rule.clone(),
            [one] => format!("{}: {one}", diagnosis.rule),
            [one, rest @ ..] => format!("{}: {one} and {} more", diagnosis.rule, rest.len()),
        };
        let mut pen = Pen::row(buffer, theme, inside, y + 1);
        pen.space(2);
        pen.put(&about, Slot::Muted);
        y += 2;
    }
    Pen::row(buffer, theme, inside, inside.bottom() - 1).put("  enter goes to the rows, esc closes", Slot::Muted);
}

fn sort(model: &Model, screen: &Screen, selected: usize, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let rows = u16::try_from(Column::ALL.len()).unwrap_or(u16::MAX);
    let inside = window(model, screen, "Sort by", 52, rows + 2, buffer);
    let fit = usize::from(inside.height).saturating_sub(1).max(1);
    let top = (selected + 1).saturating_sub(fit);
    for ((at, column), y) in Column::ALL.iter().enumerate().skip(top).take(fit).zip(inside.y..) {
        let area = Rect { y, height: 1, ..inside };
        if at == selected {
            buffer.set_style(area, theme.style(Slot::Selection));
        }
        let mut pen = Pen::row(buffer, theme, area, y);
        pen.cell(if at == selected { theme.glyphs.pointer } else { "" }, 2, Slot::Accent);
        let is_sorted = *column == model.calls.sort;
        let sign = if is_sorted { theme.glyphs.sorted[usize::from(!model.calls.reversed)] } else { "" };
        pen.cell(&format!("{}{sign}", column.title()), 11, if is_sorted { Slot::Accent } else { Slot::Text });
        pen.put(column.first(), Slot::Muted);
    }
    let bottom = inside.bottom().saturating_sub(1);
    Pen::row(buffer, theme, inside, bottom).put("  enter sorts, once more turns around, esc leaves it", Slot::Muted);
}

fn question(model: &Model, screen: &Screen, asked: &Question, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let columns = width(&asked.text).max(width(&asked.detail)).clamp(30, 100) + 4;
    let inside = window(model, screen, "Are you sure?", u16::try_from(columns).unwrap_or(u16::MAX), 5, buffer);
    let lines = [(0, asked.text.as_str(), Slot::Text), (1, asked.detail.as_str(), Slot::Muted)];
    for (row, text, slot) in lines {
        let mut pen = Pen::row(buffer, theme, inside, inside.y + 1 + row);
        pen.space(2);
        pen.put(text, slot);
    }
    let mut pen = Pen::row(buffer, theme, inside, inside.y + 4);
    pen.space(2);
    for (key, word) in [("y", "yes"), ("n", "no")] {
        pen.put(key, Slot::Accent);
        pen.put(&format!(" {word}   "), Slot::Muted);
    }
}
