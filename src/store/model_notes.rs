//! What providers said about their models that holds longer than one call.

use rusqlite::params;

use super::Store;
use crate::clock::Timestamp;
use crate::error::Result;

/// One thing to remember about a model at an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelNote {
    /// The provider.
    pub provider: String,
    /// The model's id.
    pub model: String,
    /// A fingerprint of the address and the key: another account is another matter.
    pub account: String,
    /// What kind of thing.
    pub kind: String,
    /// The thing.
    pub value: String,
    /// How long it holds.
    pub until: Timestamp,
}

impl Store {
    /// All notes that still hold.
    pub async fn model_notes(&self, now: Timestamp) -> Result<Vec<ModelNote>> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT provider, model, account, kind, value, until FROM model_notes WHERE until > ?1",
            )?;
            let rows = statement.query_map([now.as_millis()], |row| {
                Ok(ModelNote {
                    provider: row.get(0)?,
                    model: row.get(1)?,
                    account: row.get(2)?,
                    kind: row.get(3)?,
                    value: row.get(4)?,
                    until: Timestamp::from_millis(row.get(5)?),
                })
            })?;
            rows.collect()
        })
        .await
    }

    /// Keeps a note, in place of an older one of its kind and value, and forgets those that are over.
    pub fn save_model_note_later(&self, note: ModelNote, now: Timestamp) -> bool {
        self.write_later(move |connection| {
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO model_notes (provider, model, account, kind, value, until)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![
                    note.provider,
                    note.model,
                    note.account,
                    note.kind,
                    note.value,
                    note.until.as_millis()
                ])?;
            connection.prepare_cached("DELETE FROM model_notes WHERE until <= ?1")?.execute([now.as_millis()]).map(drop)
        })
    }
}
