//! Writes a line from left to right, by display columns, and never past its end.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use crate::theme::{Slot, Theme};

/// A place on a line.
pub(super) struct Pen<'a> {
    buffer: &'a mut Buffer,
    pub(super) theme: &'a Theme,
    x: u16,
    y: u16,
    end: u16,
}

impl<'a> Pen<'a> {
    /// At the beginning of the row `y` of `area`.
    pub(super) fn row(buffer: &'a mut Buffer, theme: &'a Theme, area: Rect, y: u16) -> Self {
        let inside = area.intersection(buffer.area);
        let end = if (inside.y..inside.bottom()).contains(&y) { inside.right() } else { inside.x };
        Self { buffer, theme, x: inside.x, y, end }
    }

    /// Columns that are left.
    pub(super) fn room(&self) -> usize {
        usize::from(self.end.saturating_sub(self.x))
    }

    pub(super) fn position(&self) -> (u16, u16) {
        (self.x.min(self.end.saturating_sub(1)), self.y)
    }

    pub(super) fn put(&mut self, text: &str, slot: Slot) {
        self.styled(text, self.theme.style(slot));
    }

    pub(super) fn styled(&mut self, text: &str, style: Style) {
        let room = self.room();
        if room == 0 {
            return;
        }
        if width(text) <= room {
            self.x = self.buffer.set_stringn(self.x, self.y, text, room, style).0;
        } else {
            let (x, y) = self.buffer.set_stringn(self.x, self.y, text, room - 1, style);
            self.buffer.set_stringn(x, y, self.theme.glyphs.cut, 1, style);
            self.x = self.end;
        }
    }

    pub(super) fn space(&mut self, columns: usize) {
        self.x = self.x.saturating_add(u16::try_from(columns).unwrap_or(u16::MAX)).min(self.end);
    }

    /// A text in a column of its own; what is too long is cut.
    pub(super) fn cell(&mut self, text: &str, columns: usize, slot: Slot) {
        let (end, start) = (self.end, self.x);
        self.end = end.min(start.saturating_add(u16::try_from(columns).unwrap_or(u16::MAX)));
        self.put(text, slot);
        self.x = self.end;
        self.end = end;
    }

    /// A figure, at the right end of its column.
    pub(super) fn figure(&mut self, text: &str, columns: usize, slot: Slot) {
        let before = columns.saturating_sub(width(text));
        self.space(before);
        self.cell(text, columns - before, slot);
    }

    /// A label and its value.
    pub(super) fn labelled(&mut self, label: &str, value: &str, slot: Slot) {
        if self.room() < width(label) + 1 + width(value) {
            // A label without its figure says nothing, and neither does half a figure.
            self.x = self.end;
            return;
        }
        self.put(label, Slot::Muted);
        self.space(1);
        self.put(value, slot);
    }

    /// Goes to where `columns` are left.
    pub(super) fn right(&mut self, columns: usize) {
        let columns = u16::try_from(columns).unwrap_or(u16::MAX);
        self.x = self.x.max(self.end.saturating_sub(columns));
    }

    /// A word that stands out.
    pub(super) fn badge(&mut self, text: &str, slot: Slot) {
        let style = self.theme.style(slot).add_modifier(Modifier::REVERSED | Modifier::BOLD);
        self.styled(text, style);
    }

    /// Figures as bars of eight heights.
    pub(super) fn spark(&mut self, columns: &[u32], highest: u32, slot: Slot) {
        let levels = self.theme.glyphs.levels;
        let text: String = columns.iter().map(|value| levels[level(*value, highest)]).collect();
        self.put(&text, slot);
    }

    /// How much of a limit is used.
    pub(super) fn gauge(&mut self, used: usize, limit: usize, columns: usize, slot: Slot) {
        let full = if limit == 0 { columns } else { (used * columns).div_ceil(limit).min(columns) };
        let [on, off] = self.theme.glyphs.gauge;
        self.put(&on.repeat(full), slot);
        self.put(&off.repeat(columns - full), Slot::Border);
    }
}

/// Which of the eight heights; what is there at all is seen.
fn level(value: u32, highest: u32) -> usize {
    if value == 0 || highest == 0 {
        return 0;
    }
    let eighths = u64::from(value.min(highest)) * 8;
    usize::try_from(eighths.div_ceil(u64::from(highest))).unwrap_or(8)
}

/// Columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    Span::raw(text).width()
}
