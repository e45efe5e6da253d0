//! Providers with their permits, and their models below them.

use exai_core::protocol::{FailureKind, Failures, PermitGauge, ProviderRow};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::frame;
use super::pen::{Pen, width};
use crate::layout::Screen;
use crate::model::providers::{Row, rows};
use crate::model::{Model, Pane};
use crate::text;
use crate::theme::Slot;

pub(super) fn draw(model: &Model, screen: &Screen, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let span = Span::styled(format!(" load of {} ", text::age(model.span as f64)), theme.style(Slot::Muted));
    let inside = frame::pane(model, screen, Pane::Providers, area, vec![span], buffer);
    let Some(snapshot) = model.snapshot() else { return };
    let rows = rows(snapshot);
    if rows.is_empty() {
        frame::nothing(model, inside, "no provider is configured", buffer);
    }
    let shown = rows.iter().enumerate().skip(model.providers.top);
    for ((at, row), y) in shown.zip(inside.y..inside.bottom()) {
        let area = Rect { y, height: 1, ..inside };
        let has_keys = at == model.providers.selected && model.focus == Pane::Providers;
        if has_keys {
            buffer.set_style(area, theme.style(Slot::Selection));
        }
        let mut pen = Pen::row(buffer, theme, area, y);
        pen.cell(if has_keys { theme.glyphs.pointer } else { " " }, 1, Slot::Accent);
        match row {
            Row::Provider(name, gauge) => provider(model, name, *gauge, &mut pen),
            Row::Model(row) => model_row(row, &mut pen),
        }
    }
}

fn provider(model: &Model, name: &str, gauge: Option<PermitGauge>, pen: &mut Pen<'_>) {
    pen.cell(name, 8, Slot::Title);
    let Some(PermitGauge { in_use, limit, waiting }) = gauge else {
        pen.space(1);
        pen.put("no limit  ", Slot::Muted);
        errors(model, name, 0, pen);
        return;
    };
    let slot = if waiting > 0 || in_use > limit {
        Slot::Warn
    } else if in_use > 0 {
        Slot::Busy
    } else {
        Slot::Muted
    };
    pen.figure(&format!("{in_use}/{limit}"), 5, slot);
    pen.space(1);
    pen.gauge(in_use, limit, limit.clamp(2, 8), slot);
    pen.space(8 - limit.clamp(2, 8) + 1);
    pen.cell(&format!("q{waiting}"), 4, if waiting > 0 { Slot::Warn } else { Slot::Muted });
    pen.space(1);
    // A load of fewer columns says nothing any more.
    errors(model, name, 4, pen);
    let columns = pen.room().saturating_sub(1).min(60);
    if let Some(load) = model.data().trends.load.get(name) {
        let values = load.columns(model.span, columns);
        let highest = values.iter().copied().max().unwrap_or(0).max(u32::try_from(limit).unwrap_or(u32::MAX));
        pen.spark(&values, highest, slot);
    }
}

/// Puts how many requests failed lately by kind, as far as that leaves `spare` columns.
fn errors(model: &Model, name: &str, spare: usize, pen: &mut Pen<'_>) {
    for (kind, count) in failures(model, name) {
        let text = format!("{}:{} ", kind.as_str(), text::count(count));
        if pen.room() < width(&text) + spare {
            return;
        }
        pen.put(&text, Slot::Bad);
    }
}

/// How many requests to all models of a provider failed lately, by kind; only kinds that there are.
fn failures(model: &Model, name: &str) -> Vec<(FailureKind, u64)> {
    let mut sum = Failures::default();
    let rows = model.snapshot().map(|snapshot| snapshot.providers.as_slice()).unwrap_or_default();
    rows.iter().filter(|row| row.name == name).for_each(|row| sum.merge(&row.failures));
    FailureKind::ALL.map(|kind| (kind, sum.of(kind))).into_iter().filter(|(_, count)| *count > 0).collect()
}

fn model_row(row: &ProviderRow, pen: &mut Pen<'_>) {
    let glyphs = pen.theme.glyphs;
    let (sign, slot) = match row.breaker.as_str() {
        "closed" if row.health == "down" => (glyphs.failed, Slot::Bad),
        "closed" if row.health == "degraded" => (glyphs.warning, Slot::Warn),
        "closed" if row.errors == 0 => (glyphs.done, Slot::Ok),
        "closed" => (glyphs.done, Slot::Text),
        "open" => (glyphs.failed, Slot::Bad),
        _ => (glyphs.waits, Slot::Warn),
    };
    let wide = pen.room() >= 62;
    let name = pen.room().saturating_sub(if wide { 46 } else { 37 }).clamp(8, 30);
    pen.space(1);
    pen.cell(sign, 2, slot);
    pen.cell(&row.model, name, Slot::Text);
    pen.space(1);
    if row.breaker == "closed" {
        pen.figure(&text::count(row.requests), 5, Slot::Text);
        pen.space(1);
        let bad = if row.errors > 0 { Slot::Bad } else { Slot::Muted };
        pen.cell(&format!("{}{}", glyphs.failed, text::count(row.errors)), 7, bad);
    } else {
        pen.cell(if row.breaker == "open" { "breaker open" } else { "trying again" }, 13, slot);
    }
    let percentiles = [("p50", row.p50_ms), ("p95", row.p95_ms), ("p99", row.p99_ms)];
    for (label, value) in percentiles.into_iter().take(if wide { 3 } else { 2 }) {
        pen.space(1);
        pen.put(label, Slot::Muted);
        pen.figure(&text::millis(value), 6, Slot::Text);
    }
}
