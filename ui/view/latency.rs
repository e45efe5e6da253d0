//! How long calls took, as a histogram; below it speed, tokens and cost of each model.

use exai_core::protocol::{Latency, ProviderRow};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::frame;
use super::pen::Pen;
use crate::layout::Screen;
use crate::model::{Model, Pane};
use crate::text;
use crate::theme::Slot;

/// Columns of the figures.
const FIGURES: [(&str, usize); 4] = [("ttft", 7), ("tok/s", 7), ("tokens", 7), ("cost", 9)];

pub(super) fn draw(model: &Model, screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let Some(snapshot) = model.snapshot() else {
        frame::pane(model, screen, Pane::Latency, area, Vec::new(), buffer);
        return;
    };
    let total: u64 = snapshot.latency.counts.iter().sum();
    let count = Span::styled(format!(" {} calls of 15 min ", text::count(total)), theme.style(Slot::Muted));
    let inside = frame::pane(model, screen, Pane::Latency, area, vec![count], buffer);
    let models = &snapshot.providers;
    // The table takes what it needs and leaves the histogram three rows.
    let table = u16::try_from(models.len() + 1).unwrap_or(u16::MAX).min(inside.height.saturating_sub(4));
    let table = if table < 2 { 0 } else { table };
    let upper = Rect { height: inside.height - table, ..inside };
    if total == 0 {
        frame::nothing(model, upper, "no call has ended yet", buffer);
    } else {
        histogram(model, &snapshot.latency, upper, buffer);
    }
    if table > 0 {
        figures(model, models, Rect { y: upper.bottom(), height: table, ..inside }, buffer);
    }
}

fn histogram(model: &Model, latency: &Latency, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let buckets = latency.counts.len().max(1);
    let wide = (usize::from(area.width).saturating_sub(2) / buckets).clamp(1, 8);
    let highest = latency.counts.iter().copied().max().unwrap_or(0).max(1);
    let rows = u64::from(area.height.saturating_sub(1)).max(1);
    for row in 0..rows {
        let y = area.y + u16::try_from(row).unwrap_or(0);
        let mut pen = Pen::row(buffer, theme, area, y);
        pen.space(1);
        for (at, count) in latency.counts.iter().enumerate() {
            let eighths = (count * rows * 8).div_ceil(highest);
            let below = (rows - 1 - row) * 8;
            let level = usize::try_from(eighths.saturating_sub(below).min(8)).unwrap_or(8);
            let slot = if is_long(latency, at) { Slot::Warn } else { Slot::Busy };
            let bar = theme.glyphs.levels[level];
            let gap = usize::from(wide > 1);
            pen.put(&bar.repeat(wide - gap), slot);
            pen.space(gap);
        }
    }
    axis(model, latency, wide, area, buffer);
}

/// The upper ends of the buckets, as many as can be read.
fn axis(model: &Model, latency: &Latency, wide: usize, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let mut free = 0;
    for (at, bound) in latency.buckets_ms.iter().enumerate() {
        let x = 1 + at * wide;
        let label = short(*bound);
        if x >= free && x + label.len() < usize::from(area.width) {
            let mut pen = Pen::row(buffer, theme, area, area.bottom().saturating_sub(1));
            pen.space(x);
            pen.put(&label, Slot::Muted);
            free = x + label.len() + 1;
        }
    }
}

/// Whether a bucket is beyond ten seconds: what people notice.
fn is_long(latency: &Latency, at: usize) -> bool {
    latency.buckets_ms.get(at).is_none_or(|bound| *bound > 10_000)
}

fn short(millis: u64) -> String {
    match millis {
        0..=999 => format!("{millis}"),
        1_000..=59_999 if millis.is_multiple_of(1_000) => format!("{}s", millis / 1_000),
        1_000..=59_999 => format!("{:.1}s", millis as f64 / 1e3),
        _ => format!("{}m", millis / 60_000),
    }
}

fn figures(model: &Model, models: &[ProviderRow], area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let taken: usize = FIGURES.iter().map(|(_, width)| width).sum();
    let name = usize::from(area.width).saturating_sub(taken + 2).min(40);
    let mut pen = Pen::row(buffer, theme, area, area.y);
    pen.space(1);
    pen.cell("model", name, Slot::Title);
    for (title, width) in FIGURES {
        pen.figure(title, width, Slot::Title);
    }
    let rows = usize::from(area.height).saturating_sub(1);
    let top = (model.latency.selected + 1).saturating_sub(rows.max(1));
    for ((at, row), y) in models.iter().enumerate().skip(top).zip(area.y + 1..area.bottom()) {
        let line = Rect { y, height: 1, ..area };
        if at == model.latency.selected && model.focus == Pane::Latency {
            buffer.set_style(line, theme.style(Slot::Selection));
        }
        let mut pen = Pen::row(buffer, theme, line, y);
        pen.space(1);
        pen.cell(&row.model, name, Slot::Text);
        let speed = row.tokens_per_s.map_or_else(|| "-".to_owned(), text::rate);
        let values = [text::millis(row.ttft_ms), speed, text::count(row.tokens), text::dollars(row.cost_usd)];
        for (value, (_, width)) in values.iter().zip(FIGURES) {
            pen.figure(value, width, Slot::Text);
        }
    }
}
