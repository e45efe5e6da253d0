//! One call in full: why? Where its time went, its steps, its requests, and what the model writes when that may be shown.

use exai_core::protocol::{AttemptRecord, CallEvent, EventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::calls::turn;
use super::frame;
use super::pen::width;
use crate::layout::Screen;
use crate::model::calls::Call;
use crate::model::columns::{state_sign, state_word};
use crate::model::{Detail, Model};
use crate::text;
use crate::theme::{Slot, Theme};

pub(super) fn draw(model: &Model, screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let title = Line::from(Span::styled(" Call ", theme.style(Slot::Title)));
    let close = Line::from(Span::styled(" esc closes ", theme.style(Slot::Muted))).right_aligned();
    frame::block(model, screen, true).title(title).title(close).render(area, buffer);
    let inside = screen.inside(area);
    let (Some(call), Some(detail)) = (model.selected_call(), &model.detail) else {
        return frame::nothing(model, inside, "no call is selected", buffer);
    };
    let page = Page { theme, columns: usize::from(inside.width).saturating_sub(2) };
    let mut lines = page.facts(model, call);
    page.spent(model, call, &mut lines);
    page.steps(call, &mut lines);
    // What is known of another call is not shown under this one's name.
    let (own, unknown) = (detail.asked.as_ref() == Some(&call.row.call_id), Detail::default());
    let detail = if own { detail } else { &unknown };
    page.requests(detail, &mut lines);
    page.result(detail, &mut lines);
    if model.settings.show_content {
        page.text(detail, &mut lines);
    }
    let top = detail.top.min(lines.len().saturating_sub(usize::from(inside.height)));
    for (line, y) in lines.iter().skip(top).zip(inside.y..inside.bottom()) {
        buffer.set_line(inside.x + 1, y, line, inside.width.saturating_sub(2));
    }
}

/// What lines are made with.
struct Page<'a> {
    theme: &'a Theme,
    columns: usize,
}

type Lines = Vec<Line<'static>>;

impl Page<'_> {
    fn span(&self, text: impl Into<String>, slot: Slot) -> Span<'static> {
        Span::styled(text.into(), self.theme.style(slot))
    }

    fn title(&self, text: &str) -> Line<'static> {
        Line::from(self.span(text, Slot::Title))
    }

    fn fact(&self, label: &str, value: Vec<Span<'static>>) -> Line<'static> {
        let mut spans = vec![self.span(format!("{label:<9}"), Slot::Muted)];
        spans.extend(value);
        Line::from(spans)
    }

    fn facts(&self, model: &Model, call: &Call) -> Lines {
        let row = &call.row;
        let (sign, slot) = state_sign(call, self.theme, turn(model));
        let or_none = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        let asked = match (&row.model, &row.provider) {
            (Some(model), Some(provider)) => format!("{model} ({provider})"),
            (Some(model), None) => model.clone(),
            _ => "-".to_owned(),
        };
        let times = format!("{} in all, {} queued", text::seconds(row.elapsed_s), text::seconds(row.queued_s));
        let tokens = row.tokens.map_or_else(|| "-".to_owned(), text::count);
        let tries = format!("{tokens} in {} {}", row.attempts, if row.attempts == 1 { "try" } else { "tries" });
        let mut lines = vec![
            self.fact("call", vec![self.span(row.call_id.as_str(), Slot::Text)]),
            self.fact("tool", vec![self.span(row.tool.as_str(), Slot::Text)]),
            self.fact("model", vec![self.span(asked, Slot::Text)]),
            self.fact("state", vec![self.span(format!("{sign} {}", state_word(call)), slot)]),
            self.fact("time", vec![self.span(times, Slot::Text)]),
            self.fact("tokens", vec![self.span(tries, Slot::Text)]),
            self.fact("session", vec![self.span(or_none(&row.session_id), Slot::Text)]),
            self.fact("owner", vec![self.span(or_none(&row.owner), Slot::Text)]),
        ];
        if let Some(cause) = call.last_cause() {
            lines.push(self.fact("cause", vec![self.span(cause, Slot::Bad)]));
        }
        lines
    }

    /// Where the time went, as one bar.
    fn spent(&self, model: &Model, call: &Call, lines: &mut Lines) {
        let parts = parts(call, model.now_ms());
        let all: i64 = parts.iter().map(|(_, millis)| millis).sum();
        if all <= 0 {
            return;
        }
        let slots = [Slot::Muted, Slot::Warn, Slot::Accent, Slot::Ok];
        let names = ["reading", "queued", "waiting", "answering"];
        let room = i64::try_from(self.columns.min(100)).unwrap_or(0);
        let mut bar = Vec::new();
        let mut legend = Vec::new();
        for (kind, millis) in parts {
            let columns = usize::try_from((millis * room / all).max(i64::from(millis > 0))).unwrap_or(0);
            bar.push(self.span(self.theme.glyphs.phases[kind].repeat(columns), slots[kind]));
            if millis > 0 {
                let time = text::seconds(millis as f64 / 1e3);
                legend.push(self.span(format!("{} {} ", self.theme.glyphs.phases[kind], names[kind]), slots[kind]));
                legend.push(self.span(format!("{time}  "), Slot::Text));
            }
        }
        lines.extend([Line::default(), Line::from(bar), Line::from(legend)]);
    }

    fn steps(&self, call: &Call, lines: &mut Lines) {
        if call.steps.is_empty() {
            return;
        }
        lines.extend([Line::default(), self.title("Steps")]);
        let first = call.steps[0].at.as_millis();
        for step in &call.steps {
            let at = step.at.as_millis();
            let slot = match &step.kind {
                EventKind::Retrying { .. } => Slot::Warn,
                EventKind::Finished { state } if state.as_str() == "succeeded" => Slot::Ok,
                EventKind::Finished { .. } => Slot::Bad,
                _ => Slot::Text,
            };
            let time = format!("{}  +{:<7}", text::clock(at), text::seconds((at - first) as f64 / 1e3));
            let indent = width(&time) + 1;
            let words = wrapped(&step.kind.to_string(), self.columns.saturating_sub(indent));
            for (row, part) in words.into_iter().enumerate() {
                let before = if row == 0 { time.clone() } else { " ".repeat(width(&time)) };
                lines.push(Line::from(vec![self.span(before, Slot::Muted), self.span(part, slot)]));
            }
        }
    }

    fn requests(&self, detail: &Detail, lines: &mut Lines) {
        if let Some(trouble) = &detail.trouble {
            lines.push(Line::default());
            let parts = wrapped(trouble, self.columns);
            lines.extend(parts.into_iter().map(|part| Line::from(self.span(part, Slot::Warn))));
        }
        let Some(record) = detail.record.as_ref().filter(|record| !record.attempts.is_empty()) else { return };
        lines.extend([Line::default(), self.title("Requests")]);
        for (at, attempt) in record.attempts.iter().enumerate() {
            lines.push(self.request(at + 1, attempt));
            for part in attempt.message.iter().flat_map(|message| wrapped(message, self.columns.saturating_sub(4))) {
                lines.push(Line::from(self.span(format!("    {part}"), Slot::Muted)));
            }
        }
    }

    fn request(&self, number: usize, attempt: &AttemptRecord) -> Line<'static> {
        let outcome = attempt.outcome.as_deref().unwrap_or("under way");
        let slot = match outcome {
            "ok" => Slot::Ok,
            "under way" => Slot::Busy,
            _ => Slot::Bad,
        };
        let took = attempt.finished_at.map(|end| end.as_millis() - attempt.started_at.as_millis());
        let took = took.map_or_else(String::new, |millis| format!(" after {}", text::seconds(millis as f64 / 1e3)));
        let cost = attempt.cost_usd.map_or_else(String::new, |cost| format!("  {}", text::dollars(Some(cost))));
        Line::from(vec![
            self.span(format!("{number:>2}  {} ({})  ", attempt.model, attempt.provider), Slot::Text),
            self.span(format!("{outcome}{took}"), slot),
            self.span(cost, Slot::Muted),
        ])
    }

    fn result(&self, detail: &Detail, lines: &mut Lines) {
        let Some(error) = detail.record.as_ref().and_then(|record| record.result.error.as_ref()) else { return };
        lines.extend([Line::default(), self.title("Error")]);
        for part in wrapped(&error.message, self.columns) {
            lines.push(Line::from(self.span(part, Slot::Bad)));
        }
        for hint in &error.hints {
            let parts = wrapped(&format!("hint: {hint}"), self.columns);
            lines.extend(parts.into_iter().map(|part| Line::from(self.span(part, Slot::Accent))));
        }
    }

    fn text(&self, detail: &Detail, lines: &mut Lines) {
        let kept = detail.record.as_ref().map(|record| record.result.text.as_str()).unwrap_or_default();
        let text = if detail.follows && !detail.text.is_empty() { &detail.text } else { kept };
        if text.is_empty() && !detail.follows {
            return;
        }
        lines.extend([Line::default(), self.title(if detail.follows { "Text, as it is written" } else { "Text" })]);
        for line in text.lines() {
            for part in wrapped(line, self.columns) {
                lines.push(Line::from(self.span(part, Slot::Text)));
            }
        }
    }
}

/// Reading, queued, waiting and answering, in milliseconds, as the steps tell.
fn parts(call: &Call, now: i64) -> [(usize, i64); 4] {
    let mut parts = [(0, 0), (1, 0), (2, 0), (3, 0)];
    let mut add = |kind: Option<usize>, from: i64, to: i64| {
        if let Some(kind) = kind {
            parts[kind].1 += (to - from).max(0);
        }
    };
    let (mut kind, mut since) = (None, 0);
    for CallEvent { at, kind: step, .. } in &call.steps {
        let at = at.as_millis();
        let next = match step {
            EventKind::Accepted { .. } => Some(0),
            EventKind::Queued { .. } | EventKind::Retrying { .. } => Some(1),
            EventKind::Sent { .. } => Some(2),
            EventKind::FirstToken => Some(3),
            EventKind::Note { .. } => kind,
            EventKind::Finished { .. } => None,
        };
        add(kind, since, at);
        (kind, since) = (next, at);
    }
    if call.is_running() {
        add(kind, since, now);
    }
    parts
}

/// The text in lines of so many columns, broken between words where that is possible.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(8);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let taken = width(word.trim_end());
        if used > 0 && used + taken > columns {
            lines.push(String::new());
            used = 0;
        }
        for letter in word.chars().filter(|letter| !letter.is_control()) {
            let own = width(letter.encode_utf8(&mut [0; 4]));
            if used + own > columns {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push(letter);
            }
            used += own;
        }
    }
    lines
}
