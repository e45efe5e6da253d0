//! What has been kept for its time goes, in small commits that other writes come in between.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use tokio::time::Instant;

use super::{Store, answers};
use crate::clock::Timestamp;
use crate::error::Result;

#[cfg(test)]
mod tests;

/// How often it is done for one state directory, whoever does it.
const EVERY: Duration = Duration::from_hours(1);
/// Rows that go in one commit.
const BATCH: usize = 32;
/// Calls that are looked at, from the oldest one on, for those whose time is over.
const OLDEST: usize = 256;

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

/// The result's text and data go; its outcome, error, model and usage stay with the call. Results are gone through in the
/// order in which their calls came, from where that ended last time up to one whose time is not over.
fn empty_results(connection: &Connection, retention: &Retention, now: Timestamp) -> rusqlite::Result<usize> {
    let before = now.before(retention.results).as_millis();
    let done: i64 = connection
        // Numbers begin anew when no call is left.
        .prepare_cached("SELECT at FROM upkeep WHERE task = 'emptied' AND at <= (SELECT max(call) FROM results)")?
        .query_row([], |row| row.get(0))
        .optional()?
        .unwrap_or_default();
    let mut statement = connection
        .prepare_cached("SELECT call, finished_at < ?2 FROM results WHERE call > ?1 ORDER BY call LIMIT ?3")?;
    let next = statement.query_map(params![done, before, BATCH], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))?;
    let next: Vec<(i64, bool)> = next.collect::<rusqlite::Result<_>>()?;
    let due: Vec<i64> = next.into_iter().take_while(|(_, is_due)| *is_due).map(|(call, _)| call).collect();
    let Some(last) = due.last() else { return Ok(0) };
    connection
        .prepare_cached(
            r#"UPDATE results SET whole = 0, body = CASE WHEN json_valid(body) THEN json_set(
                      body, '$.text', '', '$.data', NULL, '$.findings', json('[]'),
                      '$.coverage', json('{"selected":[],"sent":[],"skipped":[]}')) END
               WHERE call > ?1 AND call <= ?2 AND whole"#,
        )?
        .execute(params![done, last])?;
    connection.prepare_cached("INSERT OR REPLACE INTO upkeep (task, at) VALUES ('emptied', ?1)")?.execute([last])?;
    Ok(due.len())
}

fn remove_calls(connection: &Connection, retention: &Retention, now: Timestamp) -> rusqlite::Result<usize> {
    let before = now.before(retention.calls).as_millis();
    // Of the oldest, those that are due: they came in about the order in which they ended.
    let found = keys(
        connection,
        "SELECT id FROM (SELECT c.id, r.finished_at FROM calls c JOIN results r ON r.call = c.n ORDER BY c.n LIMIT ?3)
         WHERE finished_at < ?1 LIMIT ?2",
        params![before, BATCH, OLDEST],
    )?;
    for id in &found {
        connection.prepare_cached("DELETE FROM attempts WHERE call_id = ?1")?.execute([id])?;
        let own = "DELETE FROM results WHERE call = (SELECT n FROM calls WHERE id = ?1)";
        connection.prepare_cached(own)?.execute([id])?;
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
           AND id NOT IN (SELECT thread_id FROM running_calls r JOIN calls c ON c.n = r.call WHERE thread_id IS NOT NULL)
         LIMIT ?2",
        params![now.before(retention.threads).as_millis(), BATCH],
    )?;
    for id in &found {
        connection.prepare_cached("DELETE FROM conversation_messages WHERE conversation_id = ?1")?.execute([id])?;
        connection.prepare_cached("DELETE FROM conversations WHERE id = ?1")?.execute([id])?;
    }
    Ok(found.len())
}

fn remove_expired_answers(connection: &Connection, _: &Retention, now: Timestamp) -> rusqlite::Result<usize> {
    answers::remove_expired(connection, BATCH, now)
}

fn remove_oldest_answers(connection: &Connection, retention: &Retention, _: Timestamp) -> rusqlite::Result<usize> {
    // Both questions are answered by the index `answers_by_age`, without reading an answer.
    let held: u64 = connection
        .prepare_cached("SELECT coalesce(sum(octet_length(body)), 0) FROM answers")?
        .query_row([], |row| row.get(0))?;
    let mut excess = held.saturating_sub(retention.answers);
    let mut gone = 0;
    if excess > 0 {
        let mut statement =
            connection.prepare_cached("SELECT rowid, octet_length(body) FROM answers ORDER BY created_at LIMIT ?1")?;
        let oldest = statement.query_map([BATCH], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u64>(1)?)))?;
        for answer in oldest.collect::<rusqlite::Result<Vec<_>>>()? {
            if excess == 0 {
                break;
            }
            excess = excess.saturating_sub(answer.1);
            gone += connection.prepare_cached("DELETE FROM answers WHERE rowid = ?1")?.execute([answer.0])?;
        }
    }
    Ok(gone)
}

fn keys(connection: &Connection, sql: &str, limits: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Vec<String>> {
    connection.prepare_cached(sql)?.query_map(limits, |row| row.get(0))?.collect()
}
