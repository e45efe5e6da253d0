//! The last lines of the daemon's log.

use exai_core::protocol::{FailureKind, LogLevel, LogLine};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::frame;
use super::pen::Pen;
use crate::layout::Screen;
use crate::model::{Model, Pane};
use crate::msg::Link;
use crate::text;
use crate::theme::Slot;

pub(super) fn draw(model: &Model, screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let mut about = Vec::new();
    if model.log.tied {
        about.push(Span::styled(" of the selected call ", theme.style(Slot::Accent)));
    }
    if model.log.back > 0 {
        about.push(Span::styled(format!(" {} newer below ", model.log.back), theme.style(Slot::Accent)));
    }
    about.push(Span::styled(format!(" {} ", model.log.level_name()), theme.style(Slot::Muted)));
    let inside = frame::pane(model, screen, Pane::Log, area, about, buffer);
    let lines = model.log_lines();
    let rows = usize::from(inside.height);
    let end = lines.len().saturating_sub(model.log.back);
    let begin = end.saturating_sub(rows);
    for (line, y) in lines[begin..end].iter().zip(inside.y..inside.bottom()) {
        let mut pen = Pen::row(buffer, theme, inside, y);
        pen.space(1);
        row(line, &mut pen);
    }
    if lines.is_empty() {
        let why = match model.link {
            Link::Journal { .. } => "only a daemon has a log that can be followed",
            _ if model.log.tied => "no line of the selected call yet",
            _ => "no line yet",
        };
        frame::nothing(model, inside, why, buffer);
    }
}

/// Fields that say why.
const FIRST: [&str; 4] = ["cause", "tried", "code", "model"];

/// What kind of failure of a provider the line is about, if it is about one.
fn failure(line: &LogLine) -> Option<FailureKind> {
    if line.level > LogLevel::Warn {
        return None;
    }
    let word = |name| line.fields.get(name).and_then(|value| value.as_str());
    // The last of `model:outcome,model:outcome`; a model may have colons of its own.
    let tried = || word("tried")?.rsplit(':').next().filter(|outcome| *outcome != "ok");
    let kind = FailureKind::of(word("cause").or_else(tried)?);
    (kind != FailureKind::Other).then_some(kind)
}

fn row(line: &LogLine, pen: &mut Pen<'_>) {
    let slot = match line.level {
        LogLevel::Error => Slot::Bad,
        LogLevel::Warn => Slot::Warn,
        LogLevel::Info => Slot::Ok,
        LogLevel::Debug | LogLevel::Trace => Slot::Muted,
    };
    let clock = text::clock(line.t.as_millis());
    // Milliseconds are the first to go.
    pen.put(if pen.room() > 60 { &clock } else { &clock[..8] }, Slot::Muted);
    pen.space(1);
    pen.cell(line.level.as_str(), 5, slot);
    pen.space(1);
    pen.put(&line.message, Slot::Text);
    if let Some(kind) = failure(line) {
        pen.put(&format!(" {}", kind.as_str()), slot);
    }
    // Why comes first: the end of a line is often not seen.
    let mut fields: Vec<_> = line.fields.iter().collect();
    fields.sort_by_key(|(name, _)| FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len()));
    for (name, value) in fields {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        pen.put(&format!(" {name}="), Slot::Muted);
        pen.put(&value, Slot::Text);
    }
    if let Some(call) = &line.call_id {
        pen.put(" call=", Slot::Muted);
        pen.put(text::short(call.as_str()), Slot::Text);
    }
}
