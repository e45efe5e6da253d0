//! The calls that were seen, each with its steps; the oldest finished ones are forgotten.

use std::collections::HashMap;

use exai_core::protocol::{CallEvent, CallId, CallRow, CallState, EventKind, FailureKind, News, Phase};

/// Calls that are kept, and how many more may come before the oldest are forgotten, all at once.
pub(crate) const MOST: usize = 10_000;
const SLACK: usize = 1_000;
/// Steps that are kept of a call.
const STEPS: usize = 64;

/// One call as far as it is known.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) row: CallRow,
    /// When it was accepted, in milliseconds since 1970; its id says so.
    pub(crate) created: Option<i64>,
    /// Its steps, in order.
    pub(crate) steps: Vec<CallEvent>,
    /// The house does not list it any more and did not say how it ended.
    pub(crate) is_lost: bool,
    /// When something was last heard of it, in milliseconds since 1970.
    heard: i64,
    /// All that words of a filter are looked for in.
    haystack: String,
}

impl From<CallRow> for Call {
    fn from(row: CallRow) -> Self {
        let created = created(row.call_id.as_str());
        let mut call = Self { row, created, steps: Vec::new(), is_lost: false, heard: 0, haystack: String::new() };
        call.index();
        call
    }
}

impl Call {
    pub(crate) fn is_running(&self) -> bool {
        self.row.state == CallState::Running && !self.is_lost
    }

    /// Whether it ended in a way that somebody should look at.
    pub(crate) fn is_bad(&self) -> bool {
        matches!(self.row.state, CallState::Failed | CallState::TimedOut | CallState::Interrupted)
    }

    /// What of it can be searched, in small letters.
    pub(crate) fn haystack(&self) -> &str {
        &self.haystack
    }

    /// What kind of failure ended it, when that is known.
    pub(crate) fn failure(&self) -> Option<FailureKind> {
        self.row.cause.as_deref().map(FailureKind::of)
    }

    /// The cause of its last failed request.
    pub(crate) fn last_cause(&self) -> Option<&str> {
        let tried_again = self.steps.iter().rev().find_map(|step| match &step.kind {
            EventKind::Retrying { cause, .. } => Some(cause.as_str()),
            _ => None,
        });
        // The cause of the end is newer than that of a try before it, which has more words.
        let last = self.row.cause.as_deref();
        last.filter(|last| !tried_again.is_some_and(|words| words.starts_with(last))).or(tried_again)
    }

    fn index(&mut self) {
        let row = &self.row;
        let parts = [
            row.call_id.as_str(),
            &row.tool,
            row.model.as_deref().unwrap_or_default(),
            row.provider.as_deref().unwrap_or_default(),
            row.state.as_str(),
            row.cause.as_deref().unwrap_or_default(),
            self.failure().map_or("", FailureKind::as_str),
            row.phase.map_or("", Phase::as_str),
            &row.session_id,
            &row.owner,
        ];
        self.haystack = parts.join(" ").to_lowercase();
    }

    /// Takes what a picture of the house says. Steps that were heard since it was taken are newer.
    fn update(&mut self, row: &CallRow) {
        if !self.is_running() && row.state == CallState::Running && !self.is_lost {
            return;
        }
        let is_other = self.row.state != row.state
            || self.row.cause != row.cause
            || self.row.phase != row.phase
            || self.row.model != row.model;
        self.row.clone_from(row);
        self.is_lost = false;
        if is_other {
            self.index();
        }
    }

    fn step(&mut self, event: &CallEvent) {
        if self.steps.iter().any(|step| step.n == event.n) {
            return;
        }
        self.heard = event.at.as_millis();
        let row = &mut self.row;
        if let Some(created) = self.created {
            row.elapsed_s = (event.at.as_millis() - created).max(0) as f64 / 1e3;
        }
        match &event.kind {
            EventKind::Accepted { tool, .. } => row.tool.clone_from(tool),
            EventKind::Queued { .. } => row.phase = Some(Phase::Queued),
            EventKind::Sent { provider, model, joined, reused, .. } => {
                row.provider = Some(provider.clone());
                row.model = Some(model.clone());
                row.phase = Some(Phase::Waiting);
                row.attempts += u32::from(!joined && !reused);
            }
            EventKind::FirstToken => row.phase = Some(Phase::Answering),
            EventKind::Retrying { .. } => row.phase = Some(Phase::Retrying),
            EventKind::Note { .. } => {}
            EventKind::Finished { state } => {
                (row.state, row.phase) = (*state, None);
                self.is_lost = false;
            }
        }
        if self.steps.len() < STEPS || matches!(event.kind, EventKind::Finished { .. }) {
            self.steps.push(event.clone());
        }
        self.index();
    }
}

/// The calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls {
    slots: Vec<Call>,
    places: HashMap<CallId, usize>,
}

impl Calls {
    /// All of them, in no order.
    pub(crate) fn all(&self) -> &[Call] {
        &self.slots
    }

    /// One of them.
    pub(crate) fn get(&self, id: &CallId) -> Option<&Call> {
        self.places.get(id).map(|at| &self.slots[*at])
    }

    /// Takes the rows of a picture that was taken at `t`.
    pub(crate) fn take(&mut self, rows: &[CallRow], t: i64) {
        /// Steps may be told a little later than they happen.
        const LEEWAY: i64 = 2_000;
        let listed: std::collections::HashSet<&CallId> = rows.iter().map(|row| &row.call_id).collect();
        for call in &mut self.slots {
            if call.is_running() && call.heard + LEEWAY < t && !listed.contains(&call.row.call_id) {
                call.is_lost = true;
            }
        }
        for row in rows {
            match self.places.get(&row.call_id) {
                Some(at) => self.slots[*at].update(row),
                None => self.add(Call::from(row.clone())),
            }
        }
        self.forget();
    }

    /// Takes a step of a call.
    pub(crate) fn step(&mut self, event: &CallEvent, news: &News) {
        let at = *self.places.entry(event.call_id.clone()).or_insert_with(|| {
            self.slots.push(Call::from(CallRow {
                call_id: event.call_id.clone(),
                tool: String::new(),
                session_id: news.session_id.clone(),
                owner: news.owner.clone(),
                state: CallState::Running,
                phase: None,
                provider: None,
                model: None,
                elapsed_s: 0.0,
                queued_s: 0.0,
                attempts: 0,
                tokens: None,
                cause: None,
            }));
            self.slots.len() - 1
        });
        self.slots[at].step(event);
        self.forget();
    }

    /// Takes the steps that the journal has of a call.
    pub(crate) fn recall(&mut self, id: &CallId, steps: &[CallEvent]) {
        if let Some(at) = self.places.get(id) {
            let call = &mut self.slots[*at];
            if steps.len() >= call.steps.len() {
                call.steps = steps.iter().take(STEPS).cloned().collect();
            }
        }
    }

    fn add(&mut self, call: Call) {
        self.places.insert(call.row.call_id.clone(), self.slots.len());
        self.slots.push(call);
    }

    /// Forgets the oldest finished calls.
    fn forget(&mut self) {
        if self.slots.len() <= MOST + SLACK {
            return;
        }
        self.slots.sort_unstable_by(|one, other| {
            (other.is_running(), &other.row.call_id).cmp(&(one.is_running(), &one.row.call_id))
        });
        self.slots.truncate(MOST);
        self.places = self.slots.iter().enumerate().map(|(at, call)| (call.row.call_id.clone(), at)).collect();
    }
}

/// When an id was made: its first 48 bits are milliseconds since 1970, if it is a UUID of version 7.
fn created(id: &str) -> Option<i64> {
    let bytes = id.as_bytes();
    let is_v7 = bytes.len() == 36 && bytes[8] == b'-' && bytes[14] == b'7';
    if !is_v7 {
        return None;
    }
    let digits = format!("{}{}", id.get(..8)?, id.get(9..13)?);
    i64::from_str_radix(&digits, 16).ok()
}

#[cfg(test)]
mod tests;
