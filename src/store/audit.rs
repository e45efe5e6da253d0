//! The audit log: who told the daemon to do what, and whether it did.
//! Not here: what is worth an entry.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Store, json_column, to_json};
use crate::clock::Timestamp;
use crate::error::Result;

/// Fields of requests that hold a token or a code for one. Whoever writes an entry leaves them out; should one be
/// forgotten, its value is not kept.
const TOKENS: [&str; 7] = ["token", "old", "new", "code", "password", "secret", "authorization"];
/// Stands where a token was.
const HIDDEN: &str = "***";

/// One deed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub owner: String,
    /// Through which session.
    pub session: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// What was done, such as `set_limit`.
    pub action: String,
    /// To what: a call, a session, a limit.
    pub target: Option<String>,
    /// Particulars; never a token.
    pub details: Value,
    /// Whether it was done.
    pub ok: bool,
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Its id, which sorts by age.
    pub id: String,
    /// The deed.
    #[serde(flatten)]
    pub entry: AuditEntry,
}

impl Store {
    /// Keeps an entry, and returns once it is on disk.
    pub async fn audit(&self, entry: AuditEntry) -> Result<()> {
        let record = record(entry);
        self.write(move |connection| insert(connection, &record)).await
    }

    /// Keeps an entry without waiting for it; `false` when it could not be queued.
    pub fn audit_later(&self, entry: AuditEntry) -> bool {
        let record = record(entry);
        self.write_later(move |connection| insert(connection, &record))
    }

    /// The newest entries, those of one owner or all.
    pub async fn audit_log(&self, owner: Option<String>, limit: u32) -> Result<Vec<AuditRecord>> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, at, owner, session, address, action, target, details, ok FROM audit_logs
                 WHERE ?1 IS NULL OR owner = ?1 ORDER BY at DESC, id DESC LIMIT ?2",
            )?;
            statement.query_map(params![owner, limit], read)?.collect()
        })
        .await
    }
}

fn record(mut entry: AuditEntry) -> AuditRecord {
    hide_tokens(&mut entry.details);
    AuditRecord { id: uuid::Uuid::now_v7().to_string(), entry }
}

fn hide_tokens(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if TOKENS.iter().any(|token| name.eq_ignore_ascii_case(token)) {
                    *field = HIDDEN.into();
                } else {
                    hide_tokens(field);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_tokens),
        _ => {}
    }
}

fn insert(connection: &Connection, AuditRecord { id, entry }: &AuditRecord) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO audit_logs (id, at, owner, session, address, action, target, details, ok)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            id,
            entry.at.as_millis(),
            entry.owner,
            entry.session,
            entry.address,
            entry.action,
            entry.target,
            to_json(&entry.details),
            entry.ok,
        ])
        .map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<AuditRecord> {
    Ok(AuditRecord {
        id: row.get(0)?,
        entry: AuditEntry {
            at: Timestamp::from_millis(row.get(1)?),
            owner: row.get(2)?,
            session: row.get(3)?,
            address: row.get(4)?,
            action: row.get(5)?,
            target: row.get(6)?,
            details: json_column(row, 7)?,
            ok: row.get(8)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    const NOON: Timestamp = Timestamp::from_millis(1_900_000_000_000);

    fn entry(owner: &str, action: &str, age: Duration) -> AuditEntry {
        AuditEntry {
            at: NOON.before(age),
            owner: owner.to_owned(),
            session: Some("s".to_owned()),
            address: Some("127.0.0.1".to_owned()),
            action: action.to_owned(),
            target: None,
            details: json!({"provider": "glm", "limit": 4}),
            ok: true,
        }
    }

    async fn store() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        (dir, store)
    }

    #[tokio::test]
    async fn entries_are_read_back_as_they_were_written_the_newest_first() {
        let (_dir, store) = store().await;
        let denied = AuditEntry {
            session: None,
            address: None,
            target: Some("c-1".to_owned()),
            details: Value::Null,
            ok: false,
            ..entry("alice", "cancel", Duration::ZERO)
        };
        let older = entry("default", "set_limit", Duration::from_secs(1));
        store.audit(denied.clone()).await.unwrap();
        store.audit(older.clone()).await.unwrap();
        let all = store.audit_log(None, 10).await.unwrap();
        assert_eq!(all.iter().map(|record| &record.entry).collect::<Vec<_>>(), [&denied, &older]);
        let of_alice = store.audit_log(Some("alice".to_owned()), 10).await.unwrap();
        assert_eq!(of_alice, all[..1]);
        assert_eq!(store.audit_log(None, 1).await.unwrap(), all[..1]);
    }

    #[tokio::test]
    async fn an_entry_that_nobody_waits_for_is_kept_too() {
        let (dir, store) = store().await;
        assert!(store.audit_later(entry("default", "reload", Duration::ZERO)));
        drop(store);
        let store = Store::open(dir.path()).await.unwrap();
        assert_eq!(store.audit_log(None, 10).await.unwrap()[0].entry.action, "reload");
    }

    #[tokio::test]
    async fn a_token_is_not_kept_wherever_it_stands() {
        let (_dir, store) = store().await;
        let secret = "a-token-of-sixteen";
        let details =
            json!({"New": secret, "steps": [{"token": secret}], "authorization": {"is": secret}, "name": "a"});
        store.audit(AuditEntry { details, ..entry("default", "rotate_token", Duration::ZERO) }).await.unwrap();
        let kept = &store.audit_log(None, 1).await.unwrap()[0].entry.details;
        let hidden = json!({"New": "***", "steps": [{"token": "***"}], "authorization": "***", "name": "a"});
        assert_eq!(kept, &hidden);
    }
}
