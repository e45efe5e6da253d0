//! Who is connected, or was lately.

use exai_core::protocol::SessionRow;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::frame;
use super::pen::Pen;
use crate::layout::Screen;
use crate::model::{Model, Pane};
use crate::text;
use crate::theme::Slot;

/// Columns of the figures: running, calls, errors, seen, tokens, cost.
const FIGURES: [(&str, usize); 6] = [("run", 4), ("calls", 6), ("err", 4), ("seen", 7), ("tokens", 7), ("cost", 8)];

pub(super) fn draw(model: &Model, screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let sessions = model.data().sessions();
    let total = model.snapshot().map_or(0, |snapshot| snapshot.sessions_total);
    let count = if total > sessions.len() { format!(" {} of {total} ", sessions.len()) } else { format!(" {total} ") };
    let count = Span::styled(count, theme.style(Slot::Muted));
    let inside = frame::pane(model, screen, Pane::Sessions, area, vec![count], buffer);
    let figures = fitting(usize::from(inside.width));
    let taken: usize = figures.iter().map(|(_, width)| width).sum();
    let name = usize::from(inside.width).saturating_sub(taken + 4);
    let mut pen = Pen::row(buffer, theme, inside, inside.y);
    pen.space(3);
    pen.cell("client", name, Slot::Title);
    for (title, width) in figures {
        pen.figure(title, *width, Slot::Title);
    }
    if sessions.is_empty() && model.snapshot().is_some() {
        let below = Rect { y: inside.y + 1.min(inside.height), height: inside.height.saturating_sub(1), ..inside };
        frame::nothing(model, below, "nobody is connected", buffer);
    }
    let shown = sessions.iter().enumerate().skip(model.sessions.top);
    for ((at, session), y) in shown.zip(inside.y + 1..inside.bottom()) {
        let area = Rect { y, height: 1, ..inside };
        let has_keys = at == model.sessions.selected && model.focus == Pane::Sessions;
        if has_keys {
            buffer.set_style(area, theme.style(Slot::Selection));
        }
        let mut pen = Pen::row(buffer, theme, area, y);
        pen.cell(if has_keys { theme.glyphs.pointer } else { " " }, 1, Slot::Accent);
        row(model, session, name, figures, &mut pen);
    }
}

fn fitting(width: usize) -> &'static [(&'static str, usize)] {
    let mut used = 20;
    let fits = FIGURES.iter().take_while(|(_, column)| {
        used += column;
        used <= width
    });
    let count = fits.count();
    &FIGURES[..count]
}

fn row(model: &Model, session: &SessionRow, name: usize, figures: &[(&str, usize)], pen: &mut Pen<'_>) {
    let glyphs = pen.theme.glyphs;
    let (sign, slot) = if session.connected { (glyphs.dot, Slot::Ok) } else { (glyphs.ring, Slot::Muted) };
    pen.cell(sign, 2, slot);
    let who = if session.owner == "default" {
        session.client.clone()
    } else {
        format!("{} ({})", session.client, session.owner)
    };
    pen.cell(&who, name, if session.connected { Slot::Text } else { Slot::Muted });
    let seen = (model.now_ms() - session.last_seen.as_millis()).max(0) as f64 / 1e3;
    let values = [
        (session.inflight.to_string(), if session.inflight > 0 { Slot::Busy } else { Slot::Muted }),
        (text::count(session.calls), Slot::Text),
        (text::count(session.errors), if session.errors > 0 { Slot::Bad } else { Slot::Muted }),
        (text::age(seen), Slot::Muted),
        (text::count(session.tokens), Slot::Text),
        (text::dollars(session.cost_usd), Slot::Text),
    ];
    for ((value, slot), (_, width)) in values.iter().zip(figures) {
        pen.figure(value, *width, *slot);
    }
}
