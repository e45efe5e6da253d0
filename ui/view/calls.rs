//! The calls: who is guilty?

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::frame;
use super::pen::{self, Pen};
use crate::layout::Screen;
use crate::model::calls::Call;
use crate::model::columns::{Column, state_sign, state_word};
use crate::model::{Model, Over, Pane};
use crate::msg::Link;
use crate::theme::Slot;

pub(super) fn draw(model: &Model, screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let columns = Column::fitting(usize::from(screen.inside(area).width).saturating_sub(2));
    let inside = frame::pane(model, screen, Pane::Calls, area, about(model, &columns), buffer);
    let view = &model.calls;
    let rows = screen.rows(Pane::Calls);
    heading(model, inside, &columns, buffer);
    let all = model.data().calls.all();
    let shown = view.order.iter().skip(view.cursor.top).take(rows).filter_map(|at| all.get(*at));
    for ((offset, call), y) in shown.enumerate().zip(inside.y + 1..inside.bottom()) {
        let is_selected = view.cursor.top + offset == view.cursor.selected;
        row(model, call, is_selected, &columns, Rect { y, height: 1, ..inside }, buffer);
    }
    if view.order.is_empty() {
        let below = Rect { y: inside.y + 1.min(inside.height), height: inside.height.saturating_sub(1), ..inside };
        frame::nothing(model, below, &why_nothing(model), buffer);
    }
}

fn why_nothing(model: &Model) -> String {
    if !model.data().calls.all().is_empty() {
        return "no call matches the filter; esc clears it".to_owned();
    }
    match model.link {
        Link::Seeking { .. } => "looking for the daemon",
        _ if model.snapshot().is_none() => "",
        _ => "no calls yet: `exai call chat 'hello' --model mock:echo` makes one",
    }
    .to_owned()
}

/// How many are shown, and by what.
fn about(model: &Model, columns: &[(Column, usize)]) -> Vec<Span<'static>> {
    let theme = &model.settings.theme;
    let sort = model.calls.sort;
    let (shown, all) = (model.calls.order.len(), model.data().calls.all().len());
    let mut about = Vec::new();
    if !model.calls.filter_text.is_empty() && !matches!(model.over, Over::Filter(_)) {
        about.push(Span::styled(format!(" /{} ", model.calls.filter_text), theme.style(Slot::Accent)));
    }
    let is_usual = sort == Column::default() && !model.calls.reversed;
    if !is_usual && columns.iter().all(|(column, _)| *column != sort) {
        // There is no room for the column, whose head would say it.
        let sign = theme.glyphs.sorted[usize::from(!model.calls.reversed)];
        about.push(Span::styled(format!(" by {}{sign} ", sort.title()), theme.style(Slot::Accent)));
    }
    let count = if model.calls.filter.is_empty() { all.to_string() } else { format!("{shown}/{all}") };
    about.push(Span::styled(format!(" {count} "), theme.style(Slot::Muted)));
    about
}

fn heading(model: &Model, inside: Rect, columns: &[(Column, usize)], buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let mut pen = Pen::row(buffer, theme, inside, inside.y);
    pen.space(2);
    for (column, width) in columns {
        let is_sorted = *column == model.calls.sort;
        let sign = match (is_sorted, model.calls.reversed) {
            (false, _) => "",
            (true, reversed) => theme.glyphs.sorted[usize::from(!reversed)],
        };
        let slot = if is_sorted { Slot::Accent } else { Slot::Title };
        let text = format!("{}{sign}", column.title());
        // The sign may take the gap behind the column.
        let more = usize::from(pen::width(&text) > *width && pen.room() > *width);
        if column.is_figure() {
            pen.figure(&text, *width + more, slot);
        } else {
            pen.cell(&text, *width + more, slot);
        }
        pen.space(1 - more);
    }
}

fn row(model: &Model, call: &Call, is_selected: bool, columns: &[(Column, usize)], area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    if is_selected {
        let has_keys = model.focus == Pane::Calls;
        buffer.set_style(area, theme.style(if has_keys { Slot::Selection } else { Slot::Text }));
    }
    let mut pen = Pen::row(buffer, theme, area, area.y);
    pen.cell(if is_selected { theme.glyphs.pointer } else { " " }, 2, Slot::Accent);
    // What is over steps back, unless it went wrong.
    let aside = if call.is_running() || call.is_bad() { Slot::Text } else { Slot::Muted };
    for (column, width) in columns {
        match column {
            Column::State => {
                let (sign, slot) = state_sign(call, theme, turn(model));
                pen.cell(sign, 2, slot);
                pen.cell(state_word(call), width - 2, slot);
            }
            Column::Tool => pen.cell(&column.cell(call, model.now_ms()), *width, Slot::Text),
            Column::Tries if call.row.attempts > 1 => {
                pen.figure(&column.cell(call, model.now_ms()), *width, Slot::Warn);
            }
            column if column.is_figure() => pen.figure(&column.cell(call, model.now_ms()), *width, aside),
            column => pen.cell(&column.cell(call, model.now_ms()), *width, aside),
        }
        pen.space(1);
    }
}

/// How far what turns has turned: five steps a second.
pub(super) fn turn(model: &Model) -> usize {
    if model.frozen.is_some() || model.is_away() {
        return 0;
    }
    usize::try_from(model.now.as_millis() / 200).unwrap_or(0)
}
