//! What happens, as lines for pipes and logs: one line an event, with the same columns always.

use std::collections::HashMap;

use exai_core::protocol::{CallId, CallState, Happening, LogLine, News, Snapshot, Word};
use serde_json::json;

use crate::msg::Feed;

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people: time, call, what.
    Text,
    /// One JSON object.
    Json,
}

/// Makes lines of what the house tells: each event, each change of the verdict; without a daemon, whose events nobody
/// tells, each change of a call's state.
#[derive(Debug)]
pub struct Teller {
    form: Form,
    has_events: bool,
    word: Option<Word>,
    states: HashMap<CallId, CallState>,
    /// Frames that were lost on the way, and those that the daemon dropped over this connection.
    lost: u64,
    dropped: u64,
}

impl Teller {
    /// One that has told nothing yet. `has_events` says whether events are told where the news come from.
    pub fn new(form: Form, has_events: bool) -> Self {
        Self { form, has_events, word: None, states: HashMap::new(), lost: 0, dropped: 0 }
    }

    /// The news come from elsewhere now, where events are told or not.
    pub fn comes_with_events(&mut self, has_events: bool) {
        self.has_events = has_events;
    }

    /// The lines about it, each with its line end.
    pub fn tell(&mut self, feed: &Feed) -> String {
        match feed {
            Feed::Event(news) => self.event(news),
            Feed::Snapshot(snapshot) => self.snapshot(snapshot),
            Feed::Log(line) => self.log(line),
            Feed::Lost(lost) => {
                let new = lost.saturating_sub(self.lost);
                self.lost += new;
                self.missed(new)
            }
        }
    }

    /// Says that a reader of these lines misses something.
    fn missed(&self, new: u64) -> String {
        if new == 0 {
            return String::new();
        }
        self.line(&json!({"kind": "dropped", "frames": new}), || format!("{new} frames were dropped"))
    }

    fn line(&self, json: &serde_json::Value, text: impl FnOnce() -> String) -> String {
        match self.form {
            Form::Text => tame(&text()) + "\n",
            Form::Json => format!("{json}\n"),
        }
    }

    fn event(&self, news: &News) -> String {
        let json = serde_json::to_value(news).unwrap_or_default();
        self.line(&json, || match &news.what {
            Happening::Call(event) => format!("{}  {}  {}", event.at, event.call_id, event.kind),
            // The time of a session's event is in seconds; lines of calls have it in words.
            Happening::Session { kind } => format!("{:.3}  {}  {kind}", news.t, news.session_id),
        })
    }

    fn log(&self, line: &LogLine) -> String {
        match self.form {
            // People who follow events have the log elsewhere.
            Form::Text => String::new(),
            Form::Json => {
                let mut json = serde_json::to_value(line).unwrap_or_default();
                json["kind"] = "log".into();
                format!("{json}\n")
            }
        }
    }

    fn snapshot(&mut self, snapshot: &Snapshot) -> String {
        // A new connection counts from nothing.
        let before = std::mem::replace(&mut self.dropped, snapshot.dropped);
        let new = snapshot.dropped.checked_sub(before).unwrap_or(snapshot.dropped);
        let mut lines = self.missed(new);
        let verdict = &snapshot.verdict;
        if self.word.replace(verdict.word) != Some(verdict.word) {
            let (word, cause, t) = (verdict.word.as_str(), &verdict.cause, snapshot.t);
            let json = json!({"kind": "verdict", "t": t, "word": word, "cause": cause});
            lines += &self.line(&json, || format!("{t}  verdict {word}: {cause}"));
        }
        if !self.has_events {
            for row in snapshot.calls.iter().rev() {
                if self.states.insert(row.call_id.clone(), row.state) != Some(row.state) {
                    let t = snapshot.t;
                    let mut json = serde_json::to_value(row).unwrap_or_default();
                    (json["kind"], json["t"]) = ("call".into(), json!(t));
                    let model = row.model.as_deref().unwrap_or("-");
                    let text = || {
                        format!(
                            "{t}  {}  {} {model} {}, {:.1} s",
                            row.call_id,
                            row.tool,
                            row.state.as_str(),
                            row.elapsed_s
                        )
                    };
                    lines += &self.line(&json, text);
                }
            }
            let listed: std::collections::HashSet<_> = snapshot.calls.iter().map(|row| &row.call_id).collect();
            self.states.retain(|call, _| listed.contains(call));
        }
        lines
    }
}

/// A line stays one line and moves no cursor, whatever a model or a file says.
fn tame(text: &str) -> String {
    text.replace(|letter: char| letter.is_control(), "\u{fffd}")
}
