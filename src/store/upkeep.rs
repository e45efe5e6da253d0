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
/// Results that are looked at, from the oldest call on, for those whose time is over.
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

type Step = fn(&Connection, &Retention, Timestamp) -> rusqlite::Result<Done>;

/// What one commit did.
#[derive(Debug, Clone, Copy)]
struct Done {
    rows: usize,
    /// There may be more to do.
    more: bool,
}

impl Done {
    /// Of rows that go in batches.
    fn batch(rows: usize) -> Self {
        Self { rows, more: rows >= BATCH }
    }
}

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
                let done = self.write(move |connection| step(connection, &retention, now)).await?;
                tidied.rows += done.rows;
                if !done.more {
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

/// A result, as far as its age goes.
#[derive(Debug)]
struct Ended {
    call: i64,
    at: i64,
    /// It still has its text and data.
    is_whole: bool,
}

/// Results behind that of a call, in the order in which their calls came.
fn ended(connection: &Connection, behind: i64) -> rusqlite::Result<Vec<Ended>> {
    let mut statement = connection
        .prepare_cached("SELECT call, finished_at, whole FROM results WHERE call > ?1 ORDER BY call LIMIT ?2")?;
    let rows = statement.query_map(params![behind, OLDEST], |row| {
        Ok(Ended { call: row.get(0)?, at: row.get(1)?, is_whole: row.get(2)? })
    })?;
    rows.collect()
}

/// Those that ended before a moment. A time in the future is a clock that was wrong: such a call is as old as one that came
/// after it.
fn due(ended: &[Ended], before: Timestamp, now: Timestamp) -> impl Iterator<Item = &Ended> {
    let (before, now) = (before.as_millis(), now.as_millis());
    let last = ended.iter().filter(|result| result.at < before).map(|result| result.call).max();
    let is_older = move |result: &Ended| result.at > now && last.is_some_and(|last| result.call < last);
    ended.iter().filter(move |result| result.at < before || is_older(result))
}

/// The result's text and data go; its outcome, error, model and usage stay with the call. What comes before the first that
/// still has them, or runs, is not looked at again.
fn empty_results(connection: &Connection, retention: &Retention, now: Timestamp) -> rusqlite::Result<Done> {
    let emptied: i64 = connection
        .prepare_cached("SELECT at FROM upkeep WHERE task = 'emptied'")?
        .query_row([], |row| row.get(0))
        .optional()?
        .unwrap_or_default();
    let results = ended(connection, emptied)?;
    let Some(last) = results.last() else { return Ok(Done::batch(0)) };
    let due = due(&results, now.before(retention.results), now).filter(|result| result.is_whole);
    let due: Vec<i64> = due.map(|result| result.call).take(BATCH).collect();
    for call in &due {
        connection
            .prepare_cached(
                r#"UPDATE results SET whole = 0, body = CASE WHEN json_valid(body) THEN json_set(
                          body, '$.text', '', '$.data', NULL, '$.findings', json('[]'),
                          '$.coverage', json('{"selected":[],"sent":[],"skipped":[]}')) END
                   WHERE call = ?1"#,
            )?
            .execute([call])?;
    }
    let left = results.iter().find(|result| result.is_whole && !due.contains(&result.call)).map(|result| result.call);
    let running: Option<i64> =
        connection.prepare_cached("SELECT min(call) FROM running_calls")?.query_row([], |row| row.get(0))?;
    let settled = left.into_iter().chain(running).map(|call| call - 1).chain([last.call]).min().unwrap_or(emptied);
    if settled > emptied {
        connection
            .prepare_cached("INSERT OR REPLACE INTO upkeep (task, at) VALUES ('emptied', ?1)")?
            .execute([settled])?;
    }
    let more = due.len() == BATCH || settled == last.call && results.len() == OLDEST;
    Ok(Done { rows: due.len(), more })
}

fn remove_calls(connection: &Connection, retention: &Retention, now: Timestamp) -> rusqlite::Result<Done> {
    let results = ended(connection, 0)?;
    let due: Vec<i64> = due(&results, now.before(retention.calls), now).map(|result| result.call).take(BATCH).collect();
    for call in &due {
        for table in ["attempts", "call_events"] {
            let sql = format!("DELETE FROM {table} WHERE call_id = (SELECT id FROM calls WHERE n = ?1)");
            connection.prepare_cached(&sql)?.execute([call])?;
        }
        connection.prepare_cached("DELETE FROM results WHERE call = ?1")?.execute([call])?;
        connection.prepare_cached("DELETE FROM calls WHERE n = ?1")?.execute([call])?;
    }
    if !due.is_empty() {
        // Numbers begin anew behind the last call that is left.
        let sql = "UPDATE upkeep SET at = min(at, (SELECT coalesce(max(n), 0) FROM calls)) WHERE task = 'emptied'";
        connection.prepare_cached(sql)?.execute([])?;
    }
    Ok(Done::batch(due.len()))
}

/// Who did what is asked about the calls that are there.
fn remove_audit_entries(connection: &Connection, retention: &Retention, now: Timestamp) -> rusqlite::Result<Done> {
    connection
        .prepare_cached("DELETE FROM audit_logs WHERE id IN (SELECT id FROM audit_logs WHERE at < ?1 LIMIT ?2)")?
        .execute(params![now.before(retention.calls).as_millis(), BATCH])
        .map(Done::batch)
}

/// A conversation that a running call continues is not idle.
fn remove_threads(connection: &Connection, retention: &Retention, now: Timestamp) -> rusqlite::Result<Done> {
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
    Ok(Done::batch(found.len()))
}

/// Processes that share a state directory may keep answers for different times, so all are looked at.
fn remove_expired_answers(connection: &Connection, _: &Retention, now: Timestamp) -> rusqlite::Result<Done> {
    connection
        .prepare_cached(
            "DELETE FROM answers WHERE rowid IN (
                SELECT rowid FROM answers INDEXED BY answers_by_age WHERE expires_at <= ?1 LIMIT ?2)",
        )?
        .execute(params![now.as_millis(), BATCH])
        .map(Done::batch)
}

fn remove_oldest_answers(connection: &Connection, retention: &Retention, _: Timestamp) -> rusqlite::Result<Done> {
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
    Ok(Done::batch(gone))
}

fn keys(connection: &Connection, sql: &str, limits: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Vec<String>> {
    connection.prepare_cached(sql)?.query_map(limits, |row| row.get(0))?.collect()
}
