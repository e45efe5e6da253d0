//! The last line: what was just done, or what the keys do here; or the filter that is being typed.

use ratatui::buffer::Buffer;

use super::pen::{Pen, width};
use crate::keymap::{BINDINGS, Binding};
use crate::layout::Screen;
use crate::model::{Model, Notice, Over};
use crate::theme::Slot;
use crate::update::refusal;

pub(super) fn draw(model: &Model, screen: &Screen, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let mut pen = Pen::row(buffer, theme, screen.footer, screen.footer.y);
    pen.space(1);
    match &model.notice {
        Some((Notice::Good(text), _)) => return pen.put(&format!("{} {text}", theme.glyphs.done), Slot::Ok),
        Some((Notice::Bad(text), _)) => return pen.put(&format!("{} {text}", theme.glyphs.warning), Slot::Warn),
        None => {}
    }
    for binding in hints(model) {
        let key = binding.keys.first().map(ToString::to_string).unwrap_or_default();
        if width(&key) + width(binding.name) + 1 > pen.room() {
            break;
        }
        let is_off = refusal(model, binding.action).is_some();
        pen.put(&key, if is_off { Slot::Muted } else { Slot::Accent });
        pen.space(1);
        pen.put(binding.name, if is_off { Slot::Border } else { Slot::Muted });
        pen.space(2);
    }
}

/// What is worth a hint here, the most useful first.
fn hints(model: &Model) -> Vec<&'static Binding> {
    let scopes = model.scopes();
    let mut hints: Vec<_> =
        BINDINGS.iter().filter(|binding| binding.hint.is_some() && scopes.contains(&binding.scope)).collect();
    hints.sort_by_key(|binding| binding.hint);
    hints
}

/// The filter that is being typed, with what is wrong with it. Returns where the cursor is.
pub(super) fn filter(model: &Model, screen: &Screen, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let Over::Filter(line) = &model.over else { return None };
    let theme = &model.settings.theme;
    let mut pen = Pen::row(buffer, theme, screen.footer, screen.footer.y);
    pen.space(1);
    pen.put("/", Slot::Accent);
    let most = pen.room().saturating_sub(2);
    let skip = width(line.text()).saturating_sub(most);
    let seen: String = line.text().chars().skip(skip).collect();
    pen.put(&seen, Slot::Text);
    let cursor = pen.position();
    pen.space(2);
    if let Some(why) = &model.calls.filter_error {
        pen.put(why, Slot::Bad);
    } else {
        let (shown, all) = (model.calls.order.len(), model.data().calls.all().len());
        pen.put(&format!("{shown}/{all}"), Slot::Muted);
        pen.space(2);
        pen.put("tool:debug model:glm state:err >2s !word   enter keeps, esc clears", Slot::Border);
    }
    Some(cursor)
}
