//! Conversations: what was said, shown again to the model under a budget, and continued by any tool.
//! State lives in the store under the thread's id; nothing of it stays in memory between calls.
//! Not here: how turns are stored (`store`), what a tool keeps in them (`tools`).

mod history;

pub use history::History;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::error::{Error, ErrorCode, Result};
use crate::protocol::{CallId, ThreadId, TurnRecord};
use crate::store::{NewMessage, Store, ThreadWrite};

/// Finds and starts conversations.
#[derive(Debug, Clone)]
pub struct Threads {
    store: Store,
    /// Turns a conversation may have; one call adds two, the question and the answer.
    max_turns: u32,
}

/// One conversation, as a call sees it when it begins.
#[derive(Debug, Clone)]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// Its turns so far, oldest first.
    pub turns: Vec<TurnRecord>,
    owner: Arc<str>,
    max_turns: u32,
}

/// What a call adds to its conversation.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The tool.
    pub tool: String,
    /// The directory the conversation is about.
    pub root: Option<String>,
    /// The call.
    pub call_id: CallId,
    /// What the caller said.
    pub question: String,
    /// What came of it.
    pub answer: String,
    /// Where the files are that the caller referred to.
    pub files: Vec<String>,
    /// The model that answered, if one did.
    pub model: Option<String>,
    /// What the tool keeps for its next step.
    pub state: Value,
}

impl Threads {
    /// Conversations of `store`.
    pub fn new(store: Store, max_turns: u32) -> Self {
        Self { store, max_turns }
    }

    /// The conversation `id` of `owner`, or a new one that will be called `new`.
    pub async fn open(&self, owner: &str, id: Option<&str>, new: ThreadId) -> Result<Thread> {
        let Some(id) = id else {
            return Ok(self.thread(owner, new, Vec::new()));
        };
        let record =
            self.store.get_thread(owner.to_owned(), id.to_owned()).await.map_err(|error| match error.code {
                ErrorCode::NotFound => Error::not_found(format!("no conversation `{id}`: unknown, or expired"))
                    .hint("start a new one: repeat the call without the continuation id"),
                _ => error,
            })?;
        let thread = self.thread(owner, record.summary.thread_id, record.messages);
        if thread.remaining() == 0 {
            let message = format!("conversation {} has had its {} turns", thread.id, self.max_turns);
            return Err(
                Error::invalid(message).hint("start a new one, with a summary of this one as its first message")
            );
        }
        Ok(thread)
    }

    fn thread(&self, owner: &str, id: ThreadId, turns: Vec<TurnRecord>) -> Thread {
        Thread { id, turns, owner: owner.into(), max_turns: self.max_turns }
    }
}

impl Thread {
    /// Calls that may still be added.
    pub fn remaining(&self) -> u32 {
        self.max_turns.saturating_sub(self.seen()) / 2
    }

    /// What `tool` kept at each of its steps, oldest first.
    pub fn states_of(&self, tool: &str) -> impl Iterator<Item = &Value> {
        self.turns.iter().filter(move |turn| turn.role == "assistant" && turn.tool == tool).map(|turn| &turn.state)
    }

    /// Files of all turns, those of `except` apart, in the order of their first mention, each once.
    pub fn files(&self, except: Option<&str>) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let turns = self.turns.iter().filter(|turn| except != Some(turn.tool.as_str()));
        turns.flat_map(|turn| &turn.files).filter(|file| seen.insert(file.as_str())).cloned().collect()
    }

    /// The model that answered last; it is asked again when the caller names none.
    pub fn last_model(&self) -> Option<&str> {
        self.turns.iter().rev().find_map(|turn| turn.model.as_deref())
    }

    /// The turns to append for `exchange`.
    pub fn write(&self, exchange: Exchange) -> ThreadWrite {
        let message = |role, content, files, model, state| NewMessage {
            role,
            content,
            files,
            model,
            call_id: exchange.call_id.clone(),
            state,
        };
        ThreadWrite {
            id: self.id.clone(),
            owner: self.owner.clone(),
            tool: exchange.tool,
            root: exchange.root,
            title: title(&exchange.question),
            seen: self.seen(),
            messages: vec![
                message("user", exchange.question, exchange.files, None, Value::Null),
                message("assistant", exchange.answer, Vec::new(), exchange.model, exchange.state),
            ],
        }
    }

    fn seen(&self) -> u32 {
        self.turns.last().map_or(0, |turn| turn.turn)
    }
}

/// The first line, at most 80 characters of it.
fn title(question: &str) -> String {
    const LONGEST: usize = 80;
    let line = question.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
