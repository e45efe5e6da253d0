//! The mouse, for those who switch it on: a click goes to a pane and a row, a head of a column sorts, the wheel scrolls.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{actions, settle};
use crate::effect::Effect;
use crate::keymap::Action;
use crate::layout::Screen;
use crate::model::columns::Column;
use crate::model::{Model, Over, Pane};

/// Rows that one step of the wheel scrolls.
const WHEEL: usize = 3;

pub(super) fn act(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    if !model.has_mouse || model.over != Over::Nothing {
        return Vec::new();
    }
    settle(model);
    let screen = Screen::of(model);
    let at = Position::new(event.column, event.row);
    let hit = screen.panes.iter().find(|(_, area)| area.contains(at)).copied();
    let in_detail = screen.detail.is_some_and(|area| area.contains(at));
    match event.kind {
        MouseEventKind::ScrollUp if in_detail => actions::step(model, Action::PageUp),
        MouseEventKind::ScrollDown if in_detail => actions::step(model, Action::PageDown),
        MouseEventKind::ScrollUp => wheel(model, hit, Action::Up),
        MouseEventKind::ScrollDown => wheel(model, hit, Action::Down),
        MouseEventKind::Down(MouseButton::Left) => {
            if let Some((pane, area)) = hit {
                click(model, pane, screen.inside(area), at);
            }
        }
        _ => {}
    }
    model.is_stale = true;
    actions::looked(model)
}

fn wheel(model: &mut Model, hit: Option<(Pane, Rect)>, action: Action) {
    let Some((pane, _)) = hit else { return };
    let keys = std::mem::replace(&mut model.focus, pane);
    for _ in 0..WHEEL {
        actions::step(model, action);
    }
    model.focus = keys;
}

fn click(model: &mut Model, pane: Pane, inside: Rect, at: Position) {
    if model.focus != pane {
        actions::focus(model, pane);
    }
    let Some(row) = at.y.checked_sub(inside.y).map(usize::from) else { return };
    match pane {
        Pane::Calls if row == 0 => {
            let columns = Column::fitting(usize::from(inside.width).saturating_sub(2));
            let mut edge = usize::from(inside.x) + 2;
            for (column, width) in columns {
                if (edge..=edge + width).contains(&usize::from(at.x)) {
                    return actions::sort_by(model, column);
                }
                edge += width + 1;
            }
        }
        Pane::Calls => {
            let row = model.calls.cursor.top + row - 1;
            if row < model.calls.order.len() {
                model.calls.cursor.selected = row;
                model.calls.chosen = model.selected_call().map(|call| call.row.call_id.clone());
            }
        }
        Pane::Providers => model.providers.selected = model.providers.top + row,
        Pane::Sessions => model.sessions.selected = (model.sessions.top + row).saturating_sub(1),
        Pane::Latency | Pane::Log => {}
    }
    settle::remember(model);
}
