//! Where everything is on the screen. `update` asks it as well as `view`: scrolling and the mouse need to know.
//!
//! ```text
//! 120 columns and more             80 and more            40 and more
//! ┌ header, 3 lines ───────────┐   ┌ header, 3 lines ─┐   ┌ header, 2 lines ┐
//! │ calls          │ providers │   │ calls            │   │ the pane that   │
//! │                │ latency   │   │                  │   │ keys go to      │
//! │ log            │ sessions  │   │ another pane     │   │                 │
//! └ footer ────────────────────┘   └ footer ──────────┘   └ footer ─────────┘
//! ```
//! The detail of a call takes the right half, or the whole body.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::model::providers;
use crate::model::{Model, Pane};

/// Less than this is too small for anything but the verdict.
pub(crate) const LEAST: (u16, u16) = (40, 10);

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Room {
    TooSmall,
    Narrow,
    Medium,
    Wide,
}

impl Room {
    pub(crate) fn of((width, height): (u16, u16)) -> Self {
        match width {
            _ if width < LEAST.0 || height < LEAST.1 => Self::TooSmall,
            _ if width < 80 || height < 20 => Self::Narrow,
            80..120 => Self::Medium,
            _ if height < 28 => Self::Medium,
            _ => Self::Wide,
        }
    }
}

/// The screen in parts.
#[derive(Debug, Clone)]
pub(crate) struct Screen {
    pub(crate) room: Room,
    pub(crate) header: Rect,
    pub(crate) panes: Vec<(Pane, Rect)>,
    pub(crate) detail: Option<Rect>,
    pub(crate) body: Rect,
    pub(crate) footer: Rect,
}

impl Screen {
    /// Divides the screen for what `model` shows.
    pub(crate) fn of(model: &Model) -> Self {
        let (width, height) = model.size;
        let room = Room::of(model.size);
        let whole = Rect::new(0, 0, width, height);
        let head = if room <= Room::Narrow { 2 } else { 3 };
        let [header, body, footer] =
            Layout::vertical([Constraint::Length(head), Constraint::Min(0), Constraint::Length(1)]).areas(whole);
        let mut screen = Self { room, header, panes: Vec::new(), detail: None, body, footer };
        let has_detail = model.detail.is_some() && model.focus == Pane::Calls;
        if room == Room::TooSmall {
            return screen;
        }
        if has_detail && (room < Room::Wide || model.expanded) {
            screen.detail = Some(body);
        } else if room == Room::Narrow || model.expanded {
            screen.panes.push((model.focus, body));
        } else if room == Room::Medium {
            screen.panes = medium(model, body);
        } else {
            screen.wide(model);
        }
        screen
    }

    fn wide(&mut self, model: &Model) {
        let right = (self.body.width * 2 / 5).clamp(50, 84);
        let [left, right] = Layout::horizontal([Constraint::Min(0), Constraint::Length(right)]).areas(self.body);
        let log = (left.height / 4).max(6);
        let [calls, log] = Layout::vertical([Constraint::Min(0), Constraint::Length(log)]).areas(left);
        self.panes = vec![(Pane::Calls, calls)];
        if model.detail.is_some() {
            self.detail = Some(right);
        } else {
            let rows = model.snapshot().map_or(0, |snapshot| providers::rows(snapshot).len());
            let rows = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(2);
            let providers = rows.clamp(5, right.height * 2 / 5);
            let latency = (right.height / 3).max(9);
            let heights = [Constraint::Length(providers), Constraint::Length(latency), Constraint::Min(0)];
            let [providers, latency, sessions] = Layout::vertical(heights).areas(right);
            self.panes.extend([(Pane::Providers, providers), (Pane::Sessions, sessions), (Pane::Latency, latency)]);
        }
        self.panes.push((Pane::Log, log));
    }

    /// Where a pane is, when it is shown.
    pub(crate) fn pane(&self, pane: Pane) -> Option<Rect> {
        self.panes.iter().find(|(shown, _)| *shown == pane).map(|(_, area)| *area)
    }

    /// The inside of a pane: narrow screens have a line above it only.
    pub(crate) fn inside(&self, area: Rect) -> Rect {
        let side = u16::from(self.room > Room::Narrow);
        Rect {
            x: area.x + side.min(area.width),
            y: area.y + 1.min(area.height),
            width: area.width.saturating_sub(2 * side),
            height: area.height.saturating_sub(1 + side),
        }
    }

    /// Rows of a pane that are shown, its heading apart.
    pub(crate) fn rows(&self, pane: Pane) -> usize {
        let heading = usize::from(matches!(pane, Pane::Calls | Pane::Sessions));
        self.pane(pane).map_or(0, |area| usize::from(self.inside(area).height).saturating_sub(heading))
    }
}

fn medium(model: &Model, body: Rect) -> Vec<(Pane, Rect)> {
    let lower = (body.height * 2 / 5).max(7);
    let [calls, lower] = Layout::vertical([Constraint::Min(0), Constraint::Length(lower)]).areas(body);
    vec![(Pane::Calls, calls), (model.beside, lower)]
}
