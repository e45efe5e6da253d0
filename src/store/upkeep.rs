//! What has been kept for its time goes, in small commits that other writes come in between.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use tokio::time::Instant;

use super::Store;
use crate::clock::Timestamp;
use crate::error::Result;

#[cfg(test)]
mod tests;

/// How often it is done for one state directory, whoever does it.
const EVERY: Duration = Duration::from_hours(1);
/// Rows that go in one commit.
const BATCH: usize = 32;

/// How long things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Text and data of a result, after the call's end.
    pub results: Duration,
    /// Calls with their steps, requests and usage, after the call's end; and the entries of the audit log.
    pub calls: Duration,
    /// Conversations, after their last turn.
    pub threads: Duration,
    /// Bytes of answers that are kept for reuse; the oldest go first.
    pub answers: u64,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Rows that went or lost their body.
    pub rows: usize,
    /// The time was over first; whoever comes next goes on.
    pub unfinished: bool,
}

type Step = fn(&Connection, &Retention, Timestamp) -> rusqlite::Result<usize>;

impl Store {
    /// Removes what has been kept for its time, unless that was done within the hour; takes little longer than
    /// `allowed`. Meant for a moment when nobody waits.
    pub async fn tidy(&self, retention: Retention, now: Timestamp, allowed: Duration) -> Result<Option<Tidied>> {
        if !self.read(move |connection| is_due(connection, now)).await?
            || !self.write(move |connection| claim(connection, now)).await?
        {
            return Ok(None);
        }
        let until = Instant::now() + allowed;
        let mut tidied = Tidied::default();
        let steps: [Step; 6] = [
            empty_results,
            remove_calls,
            remove_audit_entries,
            remove_threads,
            remove_expired_answers,
            remove_oldest_answers,
        ];
        for step in steps {
            loop {
                if Instant::now() >= until {
                    self.write(unclaim).await?;
                    tidied.unfinished = true;
                    return Ok(Some(tidied));
                }
                let gone = self.write(move |connection| step(connection, &retention, now)).await?;
                tidied.rows += gone;
                if gone < BATCH {
                    break;
                }
            }
        }
        Ok(Some(tidied))
    }
}

/// A time in the future is a clock that was wrong.
const DUE: &str = "(at <= ?1 OR at > ?2)";

fn is_due(connection: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    let sql = format!("SELECT {DUE} FROM upkeep WHERE task = 'tidy'");
    let due = connection.query_row(&sql, times(now), |row| row.get(0)).optional()?;
    Ok(due.unwrap_or(true))
}

/// Takes the turn; `false` when another process was first.
fn claim(connection: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    let sql = format!(
        "INSERT INTO upkeep (task, at) VALUES ('tidy', ?2) ON CONFLICT (task) DO UPDATE SET at = ?2 WHERE {DUE}"
    );
    Ok(connection.execute(&sql, times(now))? == 1)
}

/// Leaves the rest to whoever comes next.
fn unclaim(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM upkeep WHERE task = 'tidy'", []).map(drop)
}

fn times(now: Timestamp) -> [i64; 2] {
    [now.before(EVERY).as_millis(), now.as_millis()]
}

/// The result's text and data go; its outcome, error, model and usage stay with the call.
fn empty_results(connection: &Connection, retention: &Retention, now: Timestamp) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            r#"UPDATE calls SET result = NULL, kept = CASE WHEN json_valid(result) THEN json_set(
                      result, '$.text', '', '$.data', NULL, '$.findings', json('[]'),
                      '$.coverage', json('{"selected":[],"sent":[],"skipped":[]}')) END
               WHERE id IN (SELECT id FROM calls WHERE result IS NOT NULL AND finished_at < ?1 LIMIT ?2)"#,
        )?
        .execute(params![now.before(retention.results).as_millis(), BATCH])
}

fn remove_calls(connection: &Connection, retention: &Retention, now: Timestamp) -> rusqlite::Result<usize> {
    let before = now.before(retention.calls).as_millis();
    // A call ends after it was accepted: the index on that finds candidates, the end decides.
    let found = keys(
        connection,
        "SELECT id FROM calls WHERE created_at < ?1 AND finished_at < ?1 LIMIT ?2",
        params![before, BATCH],
    )?;
    for id in &found {
        connection.prepare_cached("DELETE FROM call_events WHERE call_id = ?1")?.execute([id])?;
        connection.prepare_cached("DELETE FROM attempts WHERE call_id = ?1")?.execute([id])?;
        connection.prepare_cached("DELETE FROM calls WHERE id = ?1")?.execute([id])?;
    }
    Ok(found.len())
}

/// Who did what is asked about the calls that are there.
fn remove_audit_entries(connection: &Connection, retention: &Retention, now: Timestamp) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("DELETE FROM audit_logs WHERE id IN (SELECT id FROM audit_logs WHERE at < ?1 LIMIT ?2)")?
        .execute(params![now.before(retention.calls).as_millis(), BATCH])
}

/// A conversation that a running call continues is not idle.
fn remove_threads(connection: &Connection, retention: &Retention, now: Timestamp) -> rusqlite::Result<usize> {
    let found = keys(
        connection,
        "SELECT id FROM conversations WHERE updated_at < ?1
           AND id NOT IN (SELECT thread_id FROM calls WHERE state = 'running' AND thread_id IS NOT NULL) LIMIT ?2",
        params![now.before(retention.threads).as_millis(), BATCH],
    )?;
    for id in &found {
        connection.prepare_cached("DELETE FROM conversation_messages WHERE conversation_id = ?1")?.execute([id])?;
        connection.prepare_cached("DELETE FROM conversations WHERE id = ?1")?.execute([id])?;
    }
    Ok(found.len())
}

fn remove_expired_answers(connection: &Connection, _: &Retention, now: Timestamp) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("DELETE FROM answers WHERE key IN (SELECT key FROM answers WHERE expires_at <= ?1 LIMIT ?2)")?
        .execute(params![now.as_millis(), BATCH])
}

fn remove_oldest_answers(connection: &Connection, retention: &Retention, _: Timestamp) -> rusqlite::Result<usize> {
    // Both questions are answered by the index `answers_by_size`, without reading an answer.
    let held: u64 = connection
        .prepare_cached("SELECT coalesce(sum(octet_length(body)), 0) FROM answers")?
        .query_row([], |row| row.get(0))?;
    let mut excess = held.saturating_sub(retention.answers);
    let mut gone = 0;
    if excess > 0 {
        let mut statement =
            connection.prepare_cached("SELECT key, octet_length(body) FROM answers ORDER BY created_at LIMIT ?1")?;
        let oldest = statement.query_map([BATCH], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u64>(1)?)))?;
        for answer in oldest.collect::<rusqlite::Result<Vec<_>>>()? {
            if excess == 0 {
                break;
            }
            excess = excess.saturating_sub(answer.1);
            gone += connection.prepare_cached("DELETE FROM answers WHERE key = ?1")?.execute([&answer.0])?;
        }
    }
    Ok(gone)
}

fn keys(connection: &Connection, sql: &str, limits: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Vec<String>> {
    connection.prepare_cached(sql)?.query_map(limits, |row| row.get(0))?.collect()
}
