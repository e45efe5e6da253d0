//! Answers of models, kept a while so that an equal request need not be paid twice.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::{Store, to_json};
use crate::clock::Timestamp;
use crate::error::Result;

/// An answer to keep.
#[derive(Debug, Clone)]
pub struct NewAnswer {
    /// What makes two requests equal; holds the owner, so that no owner finds another's answer.
    pub key: String,
    /// Whose it is.
    pub owner: Arc<str>,
    /// Who answered.
    pub provider: String,
    /// Which model.
    pub model: String,
    /// How long it may be reused.
    pub keep: Duration,
    /// The answer.
    pub body: Value,
    /// Goes with it, when it is committed or never will be: so who has made it knows whether others may find it.
    pub under_way: Arc<()>,
}

impl Store {
    /// The answer kept under `key`, unless its time is over.
    pub async fn find_answer(&self, key: String, now: Timestamp) -> Result<Option<Value>> {
        self.read(move |connection| find(connection, &key, now)).await
    }
}

pub(super) fn find(connection: &Connection, key: &str, now: Timestamp) -> rusqlite::Result<Option<Value>> {
    connection
        .prepare_cached("SELECT body FROM answers WHERE key = ?1 AND expires_at > ?2")?
        .query_row(params![key, now.as_millis()], |row| super::json_column(row, 0))
        .optional()
}

pub(super) fn insert(connection: &Connection, answer: &NewAnswer, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO answers (key, owner, provider, model, created_at, expires_at, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (key) DO UPDATE SET created_at = ?5, expires_at = ?6, body = ?7 WHERE created_at <= ?5",
        )?
        .execute(params![
            answer.key,
            answer.owner,
            answer.provider,
            answer.model,
            now.as_millis(),
            now.after(answer.keep).as_millis(),
            to_json(&answer.body),
        ])?;
    // More go than come, but never so many that a call waits for it. What is kept for a shorter time than those before it goes
    // with the upkeep.
    connection
        .prepare_cached(
            "DELETE FROM answers WHERE rowid IN (
                SELECT rowid FROM (SELECT rowid, expires_at FROM answers ORDER BY created_at LIMIT 8) WHERE expires_at <= ?1)",
        )?
        .execute([now.as_millis()])
        .map(drop)
}
