//! The frame of a pane: its number, its name, what is special about it now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Widget};

use crate::layout::{Room, Screen};
use crate::model::{Model, Pane};
use crate::theme::Slot;

/// Draws the frame of `pane` and returns its inside.
pub(super) fn pane(
    model: &Model,
    screen: &Screen,
    pane: Pane,
    area: Rect,
    about: Vec<Span<'static>>,
    buffer: &mut Buffer,
) -> Rect {
    let theme = &model.settings.theme;
    let has_keys = model.focus == pane && (screen.detail.is_none() || pane != Pane::Calls);
    let mut title = vec![
        Span::styled(format!(" {}", pane.index() + 1), theme.style(Slot::Accent)),
        Span::styled(format!(" {} ", pane.title()), theme.style(Slot::Title)),
    ];
    if screen.room == Room::Medium && pane == model.beside && !model.expanded || screen.room == Room::Narrow {
        title = tabs(model, screen.room);
    }
    let frame = block(model, screen, has_keys).title(Line::from(title));
    let about = if about.is_empty() { Line::default() } else { Line::from(about) };
    frame.title(about.right_aligned()).render(area, buffer);
    screen.inside(area)
}

/// The names of the panes that could be here.
fn tabs(model: &Model, room: Room) -> Vec<Span<'static>> {
    let theme = &model.settings.theme;
    let shown = if room == Room::Narrow { model.focus } else { model.beside };
    let panes = Pane::ALL.into_iter().filter(|pane| room == Room::Narrow || *pane != Pane::Calls);
    let mut spans = vec![Span::raw(" ")];
    for pane in panes {
        if pane == shown {
            spans.push(Span::styled(format!("{} {} ", pane.index() + 1, pane.title()), theme.style(Slot::Title)));
        } else if room == Room::Narrow {
            spans.push(Span::styled(format!("{} ", pane.index() + 1), theme.style(Slot::Accent)));
        } else {
            spans.push(Span::styled(format!("{}", pane.index() + 1), theme.style(Slot::Accent)));
            spans.push(Span::styled(format!(" {} ", pane.title()), theme.style(Slot::Muted)));
        }
    }
    spans
}

/// A frame; on a narrow screen a line.
pub(super) fn block(model: &Model, screen: &Screen, has_keys: bool) -> Block<'static> {
    let theme = &model.settings.theme;
    let borders = if screen.room == Room::Narrow { Borders::TOP } else { Borders::ALL };
    let slot = if has_keys { Slot::Focus } else { Slot::Border };
    Block::new().borders(borders).border_set(theme.glyphs.border).border_style(theme.style(slot))
}

/// Says that there is nothing in a pane, and why.
pub(super) fn nothing(model: &Model, area: Rect, why: &str, buffer: &mut Buffer) {
    let row = area.y + area.height.min(3) / 2;
    if area.height == 0 {
        return;
    }
    let mut pen = super::Pen::row(buffer, &model.settings.theme, area, row);
    let before = pen.room().saturating_sub(super::pen::width(why)) / 2;
    pen.space(before);
    pen.put(why, Slot::Muted);
}
