//! Conversations: who said what, in numbered turns.

use std::sync::Arc;

use rusqlite::{Connection, Row, params};
use serde_json::Value;

use super::{Store, json_column, to_json};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::protocol::{CallId, ThreadChoice, ThreadId, ThreadRecord, ThreadSummary, TurnRecord};

/// Turns to append to a conversation, which is made if it does not exist.
#[derive(Debug, Clone)]
pub struct ThreadWrite {
    /// The conversation.
    pub id: ThreadId,
    /// Whose it is.
    pub owner: Arc<str>,
    /// The tool that writes; the first one names the conversation.
    pub tool: String,
    /// The directory it is about.
    pub root: Option<String>,
    /// How it began.
    pub title: String,
    /// The last turn that the writer has seen; 0 for a new conversation.
    pub seen: u32,
    /// What to append.
    pub messages: Vec<NewMessage>,
}

/// One turn to append.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// `user` or `assistant`.
    pub role: &'static str,
    /// The text.
    pub content: String,
    /// Files it referred to.
    pub files: Vec<String>,
    /// The model, for an assistant's turn.
    pub model: Option<String>,
    /// The call.
    pub call_id: CallId,
    /// What the tool keeps for its next step.
    pub state: Value,
}

impl Store {
    /// Deletes conversations of `owner` with their turns; returns how many there were.
    pub async fn delete_threads(&self, owner: String, which: ThreadChoice) -> Result<u64> {
        self.write(move |connection| {
            let before = match &which {
                ThreadChoice::IdleSince(moment) => moment.as_millis(),
                ThreadChoice::All | ThreadChoice::Ids(_) => i64::MAX,
            };
            let mut statement =
                connection.prepare_cached("SELECT id FROM conversations WHERE owner = ?1 AND updated_at < ?2")?;
            let mut ids: Vec<String> =
                statement.query_map(params![owner, before], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            if let ThreadChoice::Ids(chosen) = &which {
                ids.retain(|id| chosen.iter().any(|chosen| chosen.as_str() == id));
            }
            for id in &ids {
                connection
                    .prepare_cached("DELETE FROM conversation_messages WHERE conversation_id = ?1")?
                    .execute([id])?;
                connection.prepare_cached("DELETE FROM conversations WHERE id = ?1")?.execute([id])?;
            }
            Ok(ids.len() as u64)
        })
        .await
    }

    /// Conversations of `owner`, the last used first.
    pub async fn list_threads(&self, owner: String, limit: u32) -> Result<Vec<ThreadSummary>> {
        self.read(move |connection| {
            let sql = format!("{SUMMARY} WHERE owner = ?1 ORDER BY updated_at DESC, id DESC LIMIT ?2");
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map(params![owner, limit], summary)?.collect()
        })
        .await
    }

    /// The conversation of `owner` whose id is `prefix` or begins with it.
    pub async fn get_thread(&self, owner: String, prefix: String) -> Result<ThreadRecord> {
        let id = self.find_id("conversations", "conversation", owner, prefix).await?;
        self.read(move |connection| {
            let summary = connection.query_row(&format!("{SUMMARY} WHERE id = ?1"), [&id], summary)?;
            let mut statement = connection.prepare_cached(
                "SELECT turn, role, content, files, tool, model, call_id, at, state
                 FROM conversation_messages WHERE conversation_id = ?1 ORDER BY turn",
            )?;
            let messages = statement.query_map([&id], turn)?.collect::<rusqlite::Result<_>>()?;
            Ok(ThreadRecord { summary, messages })
        })
        .await
    }

    /// The newest conversation of `owner` about `root`.
    pub async fn last_thread(&self, owner: String, root: String) -> Result<Option<ThreadId>> {
        use rusqlite::OptionalExtension;
        self.read(move |connection| {
            connection
                .query_row(
                    "SELECT id FROM conversations WHERE owner = ?1 AND root = ?2 ORDER BY updated_at DESC, id DESC",
                    params![owner, root],
                    |row| row.get::<_, String>(0).map(ThreadId::from),
                )
                .optional()
        })
        .await
    }
}

const SUMMARY: &str = "SELECT id, tool, root, created_at, updated_at, title,
    (SELECT count(*) FROM conversation_messages WHERE conversation_id = id) FROM conversations";

fn summary(row: &Row<'_>) -> rusqlite::Result<ThreadSummary> {
    Ok(ThreadSummary {
        thread_id: row.get::<_, String>(0)?.into(),
        tool: row.get(1)?,
        root: row.get(2)?,
        created_at: Timestamp::from_millis(row.get(3)?),
        updated_at: Timestamp::from_millis(row.get(4)?),
        title: row.get(5)?,
        turns: row.get(6)?,
    })
}

fn turn(row: &Row<'_>) -> rusqlite::Result<TurnRecord> {
    Ok(TurnRecord {
        turn: row.get(0)?,
        role: row.get(1)?,
        content: row.get(2)?,
        files: json_column(row, 3)?,
        tool: row.get(4)?,
        model: row.get(5)?,
        call_id: row.get::<_, String>(6)?.into(),
        at: Timestamp::from_millis(row.get(7)?),
        state: json_column(row, 8)?,
    })
}

/// The number of the last turn, 0 when there is none.
pub(super) fn last_turn(connection: &Connection, thread: &ThreadWrite) -> rusqlite::Result<u32> {
    connection
        .prepare_cached("SELECT coalesce(max(turn), 0) FROM conversation_messages WHERE conversation_id = ?1")?
        .query_row([thread.id.as_str()], |row| row.get(0))
}

/// What the caller is told when others came in since the writer looked: they are kept, and its turns follow.
pub(super) fn note(thread: &ThreadWrite, last: u32) -> Option<String> {
    let others = last.saturating_sub(thread.seen);
    (others > 0).then(|| {
        format!(
            "{others} turns by other calls came into conversation {} meanwhile; this answer was appended after them without having seen them",
            thread.id
        )
    })
}

/// Appends the turns behind the `last` one.
pub(super) fn append(connection: &Connection, thread: &ThreadWrite, last: u32, now: Timestamp) -> rusqlite::Result<()> {
    let id = thread.id.as_str();
    connection
        .prepare_cached(
            "INSERT INTO conversations (id, owner, tool, root, title, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT (id) DO UPDATE SET updated_at = ?6",
        )?
        .execute(params![id, thread.owner, thread.tool, thread.root, thread.title, now.as_millis()])?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO conversation_messages
         (conversation_id, turn, role, content, files, tool, model, call_id, at, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for (turn, message) in (last + 1..).zip(&thread.messages) {
        statement.execute(params![
            id,
            turn,
            message.role,
            message.content,
            to_json(&message.files),
            thread.tool,
            message.model,
            message.call_id.as_str(),
            now.as_millis(),
            to_json(&message.state),
        ])?;
    }
    Ok(())
}
