//! The tables. Migrations keep all that was written, in other tables where that is better, and run while nobody else has the
//! store open (`opening.rs`); a schema that is newer than the program is refused.

use std::path::Path;

use rusqlite::Connection;

use crate::error::{Error, ErrorCode};

/// Each entry takes the schema one version up; `user_version` counts them.
pub(super) type Migrations = &'static [&'static str];

/// The schema of this program.
pub(super) const MIGRATIONS: Migrations = &[FIRST, UPKEEP, AUDIT, ROWS, UPLOADS, RESULTS];

const FIRST: &str = "CREATE TABLE calls (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, session TEXT NOT NULL, instance TEXT NOT NULL,
        tool TEXT NOT NULL, arguments TEXT NOT NULL, thread_id TEXT, state TEXT NOT NULL,
        created_at INTEGER NOT NULL, deadline_at INTEGER NOT NULL, finished_at INTEGER, result TEXT,
        cancel_requested INTEGER NOT NULL DEFAULT 0
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX calls_by_age ON calls (owner, created_at);
     CREATE INDEX calls_running ON calls (instance) WHERE state = 'running';
     CREATE TABLE call_events (
        call_id TEXT NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (call_id, n)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE attempts (
        call_id TEXT NOT NULL, n INTEGER NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
        request_key TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER, outcome TEXT, message TEXT,
        input_tokens INTEGER, output_tokens INTEGER, reasoning_tokens INTEGER, cached_tokens INTEGER,
        usage_source TEXT NOT NULL DEFAULT '\"unknown\"', cost_nanodollars INTEGER, priced_on TEXT, extra TEXT,
        PRIMARY KEY (call_id, n)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE answers (
        key TEXT PRIMARY KEY, owner TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
        created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, body TEXT NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX answers_by_expiry ON answers (expires_at);
     CREATE TABLE conversations (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, tool TEXT NOT NULL, root TEXT, title TEXT NOT NULL,
        created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX conversations_by_age ON conversations (owner, updated_at);
     CREATE TABLE conversation_messages (
        conversation_id TEXT NOT NULL, turn INTEGER NOT NULL, role TEXT NOT NULL, content TEXT NOT NULL,
        files TEXT NOT NULL, tool TEXT NOT NULL, model TEXT, call_id TEXT NOT NULL, at INTEGER NOT NULL,
        state TEXT NOT NULL, PRIMARY KEY (conversation_id, turn)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE model_notes (
        provider TEXT NOT NULL, model TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
        until INTEGER NOT NULL, PRIMARY KEY (provider, model, account, kind, value)
     ) STRICT, WITHOUT ROWID;";

/// What has been kept for its time goes: when that was done last, what stays of a result, and how to find what is due.
const UPKEEP: &str = "CREATE TABLE upkeep (task TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     ALTER TABLE calls ADD COLUMN kept TEXT;
     CREATE INDEX calls_with_result ON calls (finished_at) WHERE result IS NOT NULL;
     CREATE INDEX answers_by_size ON answers (created_at, octet_length(body));";

/// Who told the daemon to do what.
const AUDIT: &str = "CREATE TABLE audit_logs (
        id TEXT PRIMARY KEY, at INTEGER NOT NULL, owner TEXT NOT NULL, session TEXT, address TEXT,
        action TEXT NOT NULL, target TEXT, details TEXT NOT NULL, ok INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX audit_logs_by_age ON audit_logs (at, id);";

/// Rows that hold whole answers stand in tables with a small index of their names. A table without row numbers is an index
/// itself: to find a name in it, SQLite reads the answers on the way there.
const ROWS: &str = "CREATE TABLE new_calls (
        id TEXT PRIMARY KEY NOT NULL, owner TEXT NOT NULL, session TEXT NOT NULL, instance TEXT NOT NULL,
        tool TEXT NOT NULL, arguments TEXT NOT NULL, thread_id TEXT, state TEXT NOT NULL,
        created_at INTEGER NOT NULL, deadline_at INTEGER NOT NULL, finished_at INTEGER, result TEXT,
        cancel_requested INTEGER NOT NULL DEFAULT 0, kept TEXT
     ) STRICT;
     INSERT INTO new_calls SELECT * FROM calls ORDER BY id;
     DROP TABLE calls;
     ALTER TABLE new_calls RENAME TO calls;
     CREATE INDEX calls_by_age ON calls (owner, created_at);
     CREATE INDEX calls_running ON calls (instance) WHERE state = 'running';
     CREATE INDEX calls_with_result ON calls (finished_at) WHERE result IS NOT NULL;
     CREATE TABLE new_answers (
        key TEXT PRIMARY KEY NOT NULL, owner TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
        created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, body TEXT NOT NULL
     ) STRICT;
     INSERT INTO new_answers SELECT * FROM answers ORDER BY created_at;
     DROP TABLE answers;
     ALTER TABLE new_answers RENAME TO answers;
     CREATE INDEX answers_by_expiry ON answers (expires_at);
     CREATE INDEX answers_by_size ON answers (created_at, octet_length(body), key);
     CREATE TABLE new_messages (
        conversation_id TEXT NOT NULL, turn INTEGER NOT NULL, role TEXT NOT NULL, content TEXT NOT NULL,
        files TEXT NOT NULL, tool TEXT NOT NULL, model TEXT, call_id TEXT NOT NULL, at INTEGER NOT NULL,
        state TEXT NOT NULL, PRIMARY KEY (conversation_id, turn)
     ) STRICT;
     INSERT INTO new_messages SELECT * FROM conversation_messages ORDER BY conversation_id, turn;
     DROP TABLE conversation_messages;
     ALTER TABLE new_messages RENAME TO conversation_messages;";

/// Files that providers keep.
const UPLOADS: &str = "CREATE TABLE file_uploads (
        owner TEXT NOT NULL, provider TEXT NOT NULL, account TEXT NOT NULL, purpose TEXT NOT NULL, sha256 TEXT NOT NULL,
        file_id TEXT NOT NULL, filename TEXT NOT NULL, location TEXT NOT NULL, bytes INTEGER NOT NULL,
        uploaded_at INTEGER NOT NULL, used_at INTEGER NOT NULL,
        PRIMARY KEY (owner, provider, account, purpose, sha256)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX file_uploads_by_id ON file_uploads (account, file_id);";

/// A call is written when it begins and its result when it ends, each once: a row that grows splits the page it stands in, and
/// a commit would write several pages for it. What a running call needs besides goes with its end, and its steps then stand
/// in one text (`events.rs`). `n` counts calls as they
/// come in, so that the oldest are found without an index of their age; `whole` says that a result still has its text and
/// data, and `upkeep` how far those have gone. Answers that have expired are found among the oldest.
const RESULTS: &str = "CREATE TABLE new_calls (
        n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, session TEXT NOT NULL,
        instance TEXT NOT NULL, tool TEXT NOT NULL, arguments TEXT NOT NULL, thread_id TEXT,
        created_at INTEGER NOT NULL, deadline_at INTEGER NOT NULL
     ) STRICT;
     INSERT INTO new_calls
        SELECT NULL, id, owner, session, instance, tool, arguments, thread_id, created_at, deadline_at FROM calls ORDER BY id;
     CREATE TABLE running_calls (
        call INTEGER PRIMARY KEY, instance TEXT NOT NULL, cancel_requested INTEGER NOT NULL DEFAULT 0
     ) STRICT;
     INSERT INTO running_calls
        SELECT n, calls.instance, cancel_requested FROM calls JOIN new_calls USING (id) WHERE state = 'running';
     CREATE TABLE results (
        call INTEGER PRIMARY KEY, state TEXT NOT NULL, finished_at INTEGER NOT NULL, thread_id TEXT,
        whole INTEGER NOT NULL, events TEXT NOT NULL, body TEXT
     ) STRICT;
     INSERT INTO results
        SELECT new.n, old.state, coalesce(old.finished_at, old.created_at), old.thread_id, old.result IS NOT NULL,
               (SELECT '[' || coalesce(group_concat('[' || n || ',' || at || ',' || body || ']', ',' ORDER BY n), '') || ']'
                FROM call_events WHERE call_id = old.id),
               coalesce(old.result, old.kept)
        FROM new_calls new JOIN calls old USING (id) WHERE old.state <> 'running' ORDER BY new.n;
     DELETE FROM call_events WHERE call_id NOT IN (SELECT id FROM calls WHERE state = 'running');
     DROP TABLE calls;
     ALTER TABLE new_calls RENAME TO calls;
     CREATE INDEX calls_by_age ON calls (owner, created_at);
     DROP INDEX answers_by_expiry;
     DROP INDEX answers_by_size;
     CREATE INDEX answers_by_age ON answers (created_at, expires_at, octet_length(body));";

/// Brings the schema to the version of this program, in one transaction. A schema that is newer stays as it is.
pub(super) fn migrate(connection: &Connection, migrations: Migrations) -> rusqlite::Result<()> {
    // Kept in the file. Two who switch at once refuse each other, so only who is alone does it.
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    // Should a step fail, closing the connection undoes those before it.
    let found = version(connection)?;
    for (index, migration) in migrations.iter().enumerate().skip(found) {
        connection.execute_batch(migration)?;
        connection.pragma_update(None, "user_version", index + 1)?;
    }
    connection.execute_batch("COMMIT")
}

/// The version of the schema; 0 of a new file.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// The refusal of a schema that this program does not know.
pub(super) fn newer(path: &Path, found: usize, migrations: Migrations) -> Error {
    let own = migrations.len();
    Error::new(
        ErrorCode::UnsupportedProtocol,
        format!("store {} has schema {found}, this program knows up to {own}", path.display()),
    )
    .hint("install the newer exai, or set EXAI_STATE_DIR to another directory")
}
