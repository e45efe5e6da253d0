//! The columns of the calls: what they are called, how wide they are, what is in them, and how rows are ordered by them.

use std::cmp::Ordering;

use exai_core::protocol::{CallState, FailureKind, Phase};

use super::calls::Call;
use crate::text;
use crate::theme::{Slot, Theme};

/// One column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Column {
    Id,
    Session,
    Tool,
    Model,
    Provider,
    State,
    #[default]
    Age,
    Time,
    Tokens,
    Tries,
}

impl Column {
    /// All, from left to right.
    pub(crate) const ALL: [Self; 10] = [
        Self::Id,
        Self::Session,
        Self::Tool,
        Self::Model,
        Self::Provider,
        Self::State,
        Self::Age,
        Self::Time,
        Self::Tokens,
        Self::Tries,
    ];

    /// The most important first: what a narrow screen keeps.
    const BY_WEIGHT: [Self; 10] = [
        Self::State,
        Self::Tool,
        Self::Time,
        Self::Model,
        Self::Age,
        Self::Id,
        Self::Tokens,
        Self::Tries,
        Self::Provider,
        Self::Session,
    ];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Session => "session",
            Self::Tool => "tool",
            Self::Model => "model",
            Self::Provider => "provider",
            Self::State => "state",
            Self::Age => "age",
            Self::Time => "time",
            Self::Tokens => "tokens",
            Self::Tries => "tries",
        }
    }

    /// The least width, and the greatest that makes sense.
    const fn width(self) -> (usize, usize) {
        match self {
            Self::Id | Self::Session | Self::State => (13, 13),
            Self::Tool => (11, 26),
            Self::Model => (14, 30),
            Self::Provider => (8, 8),
            Self::Age | Self::Time | Self::Tokens | Self::Tries => (6, 6),
        }
    }

    pub(crate) const fn is_figure(self) -> bool {
        matches!(self, Self::Age | Self::Time | Self::Tokens | Self::Tries)
    }

    /// What fits into `width`, from left to right, each with its width.
    pub(crate) fn fitting(width: usize) -> Vec<(Self, usize)> {
        let mut chosen: Vec<Self> = Vec::new();
        let mut used = 0;
        for column in Self::BY_WEIGHT {
            let (least, _) = column.width();
            if used + least < width {
                used += least + 1;
                chosen.push(column);
            }
        }
        let mut spare = (width + 1).saturating_sub(used);
        let mut columns = Vec::new();
        for column in Self::ALL.into_iter().filter(|column| chosen.contains(column)) {
            let (least, most) = column.width();
            columns.push((column, least, most));
        }
        // Names of models are the longest.
        for wanted in [Self::Model, Self::Tool] {
            for (_, own, most) in columns.iter_mut().filter(|(column, ..)| *column == wanted) {
                let more = spare.min(*most - *own);
                *own += more;
                spare -= more;
            }
        }
        columns.into_iter().map(|(column, own, _)| (column, own)).collect()
    }

    /// What stands in it.
    pub(crate) fn cell(self, call: &Call, now_ms: i64) -> String {
        let row = &call.row;
        match self {
            Self::Id => text::short(row.call_id.as_str()).to_owned(),
            Self::Session => text::short(if row.session_id.is_empty() { "-" } else { &row.session_id }).to_owned(),
            Self::Tool => row.tool.clone(),
            Self::Model => row.model.clone().unwrap_or_else(|| "-".to_owned()),
            Self::Provider => row.provider.clone().unwrap_or_else(|| "-".to_owned()),
            Self::State => state_word(call).to_owned(),
            Self::Age => {
                call.created.map_or_else(|| "-".to_owned(), |created| text::age((now_ms - created).max(0) as f64 / 1e3))
            }
            Self::Time => text::seconds(row.elapsed_s),
            Self::Tokens => row.tokens.map_or_else(|| "-".to_owned(), text::count),
            Self::Tries => row.attempts.to_string(),
        }
    }

    /// How two calls stand to each other in it; `Less` comes first.
    pub(crate) fn order(self, one: &Call, other: &Call) -> Ordering {
        let (a, b) = (&one.row, &other.row);
        // What runs is on top, then the newest.
        let newest = || (other.is_running(), &b.call_id).cmp(&(one.is_running(), &a.call_id));
        let own = match self {
            Self::Age => return newest(),
            Self::Id => a.call_id.cmp(&b.call_id),
            Self::Session => a.session_id.cmp(&b.session_id),
            Self::Tool => a.tool.cmp(&b.tool),
            Self::Model => a.model.cmp(&b.model),
            Self::Provider => a.provider.cmp(&b.provider),
            Self::State => state_rank(one).cmp(&state_rank(other)),
            // The largest first: who looks for time or money wants to see who takes it.
            Self::Time => b.elapsed_s.total_cmp(&a.elapsed_s),
            Self::Tokens => b.tokens.cmp(&a.tokens),
            Self::Tries => b.attempts.cmp(&a.attempts),
        };
        own.then_with(newest)
    }

    /// Its place from the left.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// The column `by` further on.
    pub(crate) fn moved(self, by: usize) -> Self {
        Self::ALL[(self.index() + by) % Self::ALL.len()]
    }

    /// What comes first when calls are sorted by it.
    pub(crate) const fn first(self) -> &'static str {
        match self {
            Self::Id => "the oldest first",
            Self::Session | Self::Tool | Self::Model | Self::Provider => "by name",
            Self::State => "what went wrong first, then what runs",
            Self::Age => "what runs first, then the newest",
            Self::Time => "what takes longest first",
            Self::Tokens | Self::Tries => "the most first",
        }
    }
}

/// What is wrong comes first, then what runs.
fn state_rank(call: &Call) -> u8 {
    match call.row.state {
        CallState::Failed => 0,
        CallState::TimedOut => 1,
        CallState::Interrupted => 2,
        CallState::Running => 3,
        CallState::Cancelled => 4,
        CallState::Succeeded => 5,
    }
}

/// Where a call stands, in a word.
pub(crate) fn state_word(call: &Call) -> &'static str {
    if call.is_lost {
        return "unknown";
    }
    match (call.row.state, call.row.phase) {
        (CallState::Running, Some(phase)) => phase.as_str(),
        (CallState::Running, None) => "running",
        (CallState::Succeeded, _) => "done",
        (CallState::TimedOut, _) => "timed out",
        (CallState::Failed, _) => match call.failure() {
            Some(FailureKind::RateLimited) => "failed 429",
            Some(FailureKind::Server) => "failed 5xx",
            Some(FailureKind::Timeout) => "failed late",
            Some(FailureKind::Other) | None => "failed",
        },
        (state, _) => state.as_str(),
    }
}

/// The symbol and the colour of where a call stands.
pub(crate) fn state_sign(call: &Call, theme: &Theme, turn: usize) -> (&'static str, Slot) {
    let glyphs = theme.glyphs;
    if call.is_lost {
        return ("?", Slot::Muted);
    }
    match (call.row.state, call.row.phase) {
        (CallState::Running, Some(Phase::Queued)) => (glyphs.waits, Slot::Warn),
        (CallState::Running, Some(Phase::Retrying)) => (glyphs.waits, Slot::Bad),
        (CallState::Running, _) => (glyphs.spinner[turn % glyphs.spinner.len()], Slot::Busy),
        (CallState::Succeeded, _) => (glyphs.done, Slot::Ok),
        (CallState::Failed | CallState::TimedOut, _) => (glyphs.failed, Slot::Bad),
        (CallState::Cancelled, _) => (glyphs.ended, Slot::Muted),
        (CallState::Interrupted, _) => (glyphs.ended, Slot::Bad),
    }
}
