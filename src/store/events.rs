//! The steps of calls: those of a running call in rows of their own, as they come; those of one that has ended in one text
//! beside its result, so that its end is one row and not one for each step.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::to_json;
use crate::clock::Timestamp;
use crate::protocol::{CallEvent, CallId, EventKind};

/// Steps as they stand beside a result: number, milliseconds, what happened.
type Listed<T> = Vec<(u32, i64, T)>;

/// Writes steps of a running call. They may be offered twice; each is kept once.
pub(super) fn insert<'a>(connection: &Connection, events: impl Iterator<Item = &'a CallEvent>) -> rusqlite::Result<()> {
    let mut statement = connection
        .prepare_cached("INSERT OR IGNORE INTO call_events (call_id, n, at, body) VALUES (?1, ?2, ?3, ?4)")?;
    for event in events {
        statement.execute(params![event.call_id.as_str(), event.n, event.at.as_millis(), to_json(&event.kind)])?;
    }
    Ok(())
}

/// The steps that are written of a running call, in order.
pub(super) fn of_running(connection: &Connection, call: &str) -> rusqlite::Result<Vec<CallEvent>> {
    let mut statement =
        connection.prepare_cached("SELECT n, at, body FROM call_events WHERE call_id = ?1 ORDER BY n")?;
    let rows = statement.query_map([call], |row| {
        Ok(CallEvent {
            call_id: CallId::from(call.to_owned()),
            n: row.get(0)?,
            at: Timestamp::from_millis(row.get(1)?),
            kind: super::json_column(row, 2)?,
        })
    })?;
    rows.collect()
}

/// The number of the next step of a running call.
pub(super) fn next(connection: &Connection, call: &CallId) -> rusqlite::Result<u32> {
    let sql = "SELECT coalesce(max(n), 0) + 1 FROM call_events WHERE call_id = ?1";
    connection.prepare_cached(sql)?.query_row([call.as_str()], |row| row.get(0))
}

/// The steps of a running call that are written in rows, those before the `last` ones, each as it stands in [`whole`].
pub(super) fn written(
    connection: &Connection,
    call: &CallId,
    last: &[Arc<CallEvent>],
) -> rusqlite::Result<Vec<String>> {
    let first = last.first().map_or(u32::MAX, |event| event.n);
    let mut statement =
        connection.prepare_cached("SELECT n, at, body FROM call_events WHERE call_id = ?1 AND n < ?2 ORDER BY n")?;
    let rows = statement.query_map(params![call.as_str(), first], |row| {
        let (n, at, body): (u32, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(format!("[{n},{at},{body}]"))
    })?;
    rows.collect()
}

/// All steps of a call that ends, as text: those that are `written`, then the `last` ones.
pub(super) fn whole(written: &[String], last: &[Arc<CallEvent>]) -> String {
    let last: Listed<_> = last.iter().map(|event| (event.n, event.at.as_millis(), &event.kind)).collect();
    match (written, to_json(&last)) {
        ([], last) => last,
        (written, last) if last == "[]" => format!("[{}]", written.join(",")),
        (written, last) => format!("[{},{}", written.join(","), &last[1..]),
    }
}

/// The rows of a call that has ended go.
pub(super) fn remove(connection: &Connection, call: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM call_events WHERE call_id = ?1")?.execute([call]).map(drop)
}

/// Steps out of the text beside a result, in column `index`.
pub(super) fn listed(row: &rusqlite::Row<'_>, index: usize, call: &str) -> rusqlite::Result<Vec<CallEvent>> {
    let listed: Listed<EventKind> = super::json_column(row, index)?;
    let event =
        |(n, at, kind)| CallEvent { call_id: CallId::from(call.to_owned()), n, at: Timestamp::from_millis(at), kind };
    Ok(listed.into_iter().map(event).collect())
}
