//! Rows of calls and their events.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};

use super::{EndedAttempt, Store, ThreadWrite, attempts, conversations, events, json_column, to_json};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::{
    AttemptRecord, CallEvent, CallFilter, CallId, CallRecord, CallState, CallSummary, Cost, Envelope, EventKind,
    InstanceId, ThreadId, Tried, Usage, Written,
};

/// No call takes longer than this, in milliseconds.
const LONGEST_MS: i64 = 3_600_000;

/// What is known of a call when it is accepted.
#[derive(Debug, Clone)]
pub struct CallStart {
    /// The call.
    pub id: CallId,
    /// Whose it is.
    pub owner: Arc<str>,
    /// The caller's session.
    pub session: Arc<str>,
    /// The process that runs it.
    pub instance: InstanceId,
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: Map<String, Value>,
    /// The conversation.
    pub thread_id: Option<ThreadId>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When its time is over.
    pub deadline_at: Timestamp,
}

/// What happened to a call since its last commit. Saying something twice changes nothing.
#[derive(Debug, Clone, Default)]
pub struct CallNews {
    /// Its row is in the store, as far as is known: what is looked for first.
    pub has_row: bool,
    /// Steps.
    pub events: Vec<Arc<CallEvent>>,
    /// Requests that are over.
    pub ended: Vec<EndedAttempt>,
}

impl CallNews {
    /// Steps alone.
    pub fn of(events: impl IntoIterator<Item = CallEvent>) -> Self {
        Self { events: events.into_iter().map(Arc::new).collect(), ..Self::default() }
    }

    /// Writes what is new of a call, and its row, if it is not there. The steps of one that has ended are there already.
    pub(super) fn insert(&self, connection: &Connection, start: &CallStart) -> rusqlite::Result<()> {
        if insert_call(connection, start)? {
            events::insert(connection, self.events.iter().map(AsRef::as_ref))?;
        }
        self.end_attempts(connection, &start.id)
    }

    fn end_attempts(&self, connection: &Connection, call: &CallId) -> rusqlite::Result<()> {
        self.ended.iter().try_for_each(|ended| attempts::end_row(connection, call, ended))
    }
}

/// How a call ended.
#[derive(Debug)]
pub struct CallEnd {
    /// The call.
    pub start: Arc<CallStart>,
    /// What happened since its last commit, the end too.
    pub news: CallNews,
    /// Its result.
    pub result: Arc<Written>,
    /// The turns of its conversation.
    pub thread: Option<ThreadWrite>,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
impl CallEnd {
    /// All of it.
    pub(crate) fn of(
        start: CallStart,
        news: CallNews,
        result: Envelope,
        thread: Option<ThreadWrite>,
        at: Timestamp,
    ) -> Self {
        Self { start: Arc::new(start), news, result: Arc::new(Written::from(result)), thread, at }
    }
}

/// A call that its process has not finished.
#[derive(Debug, Clone)]
pub struct RunningCall {
    /// The call.
    pub id: CallId,
    /// The tool.
    pub tool: String,
    /// The conversation.
    pub thread_id: Option<ThreadId>,
    /// When it was accepted.
    pub created_at: Timestamp,
}

impl Store {
    /// Writes the row of a call, if it is not there yet, and what is new of it, without waiting for it; `false` when it could
    /// not be queued.
    pub fn save_call_later(&self, start: impl Into<Arc<CallStart>>, news: CallNews) -> bool {
        let start = start.into();
        self.write_later(move |connection| news.insert(connection, &start))
    }

    /// Ends a call: row, events, requests, result and the turns of its conversation in one commit.
    /// Returns the result as it was stored, which says so when another call came between two turns. A call that
    /// has ended keeps its first result, and that is what is returned.
    pub async fn finish_call(&self, end: impl Into<Arc<CallEnd>>) -> Result<Arc<Written>> {
        let end = end.into();
        self.write(move |connection| {
            let CallEnd { start, news, result, thread, at } = &*end;
            let mut result = Arc::clone(result);
            let last = thread.as_ref().map(|thread| conversations::last_turn(connection, thread)).transpose()?;
            if let (Some(thread), Some(last)) = (thread, last)
                && let Some(note) = conversations::note(thread, last)
            {
                let mut noted = Envelope::clone(&result);
                noted.warnings.push(note);
                result = Arc::new(Written::from(noted));
            }
            let known = if news.has_row { row_of(connection, &start.id)? } else { None };
            let row =
                known.map_or_else(|| insert_row(connection, start), |row| Ok(Row { call: row, is_new: false }))?;
            if !end_call(connection, row, &result, &news.events, *at)? {
                if let Some(first) = first_result(connection, row)? {
                    return Ok(Arc::new(Written::from(first)));
                }
                // This process was taken for dead, which it is not: what was noted about that goes.
                replace_end(connection, row, &result, &news.events, *at)?;
            }
            news.end_attempts(connection, &start.id)?;
            if let (Some(thread), Some(last)) = (thread, last) {
                conversations::append(connection, thread, last, *at)?;
            }
            Ok(result)
        })
        .await
    }

    /// Calls of `owner`, newest first.
    pub async fn list_calls(&self, owner: String, filter: CallFilter) -> Result<Vec<CallSummary>> {
        self.read(move |connection| {
            // Those that run stand in a small table too, from which all of them are found. (`CROSS` keeps the order.)
            let source = match filter.state {
                Some(CallState::Running) => "running_calls n CROSS JOIN calls c ON c.n = n.call",
                _ => "calls c",
            };
            // Chosen first, then summed up: the other way round all calls that there are would be.
            let mut statement = connection.prepare_cached(&format!(
                r#"SELECT c.id, c.tool, c.state, c.thread_id, c.created_at, c.finished_at, count(a.n),
                        sum(a.input_tokens), sum(a.output_tokens), sum(a.reasoning_tokens), sum(a.cached_tokens),
                        CASE WHEN count(a.n) = count(a.cost_nanodollars) THEN coalesce(sum(a.cost_nanodollars), 0) END,
                        (SELECT model FROM attempts WHERE call_id = c.id ORDER BY n DESC LIMIT 1),
                        (SELECT provider FROM attempts WHERE call_id = c.id ORDER BY n DESC LIMIT 1),
                        CASE max(CASE a.usage_source WHEN '"estimated"' THEN 2 WHEN '"provider"' THEN 1 END)
                            WHEN 2 THEN '"estimated"' WHEN 1 THEN '"provider"' END
                 FROM (
                    SELECT c.id, c.tool, coalesce(r.state, 'running') AS state,
                           iif(r.call IS NULL, c.thread_id, r.thread_id) AS thread_id, c.created_at, r.finished_at
                    FROM {source} LEFT JOIN results r ON r.call = c.n
                    WHERE c.owner = ?1 AND (?2 IS NULL OR coalesce(r.state, 'running') = ?2)
                      AND (?3 IS NULL OR c.tool = ?3) AND c.created_at >= ?4
                    ORDER BY c.created_at DESC, c.id DESC LIMIT ?5
                 ) c LEFT JOIN attempts a ON a.call_id = c.id
                 GROUP BY c.id ORDER BY c.created_at DESC, c.id DESC"#
            ))?;
            let state = filter.state.map(CallState::as_str);
            let since = filter.since.map_or(i64::MIN, Timestamp::as_millis);
            let rows = statement.query_map(params![owner, state, filter.tool, since, filter.limit], summary)?;
            rows.collect()
        })
        .await
    }

    /// The call of `owner` whose id is `prefix` or begins with it, with its events and attempts.
    pub async fn get_call(&self, owner: String, prefix: String) -> Result<CallRecord> {
        let id = self.find_id("calls", "call", owner, prefix).await?;
        self.read(move |connection| record(connection, &id)).await
    }

    /// The latest steps of the calls of `owner`, oldest first, each with the tool of its call.
    pub async fn steps(
        &self,
        owner: String,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<(String, CallEvent)>> {
        self.read(move |connection| {
            // Every call has a step, so that the latest calls hold the latest steps; but one that was accepted
            // before may have gone on since, for as long as a call may take.
            let since = since.map_or(i64::MIN, Timestamp::as_millis);
            let accepted = since.saturating_sub(LONGEST_MS);
            let until = until.map_or(i64::MAX, Timestamp::as_millis);
            let mut statement = connection.prepare_cached(
                "SELECT c.tool, c.id, r.events FROM calls c LEFT JOIN results r ON r.call = c.n
                 WHERE c.owner = ?1 AND c.created_at BETWEEN ?2 AND ?3 ORDER BY c.created_at DESC LIMIT ?4",
            )?;
            let rows = statement.query_map(params![owner, accepted, until, limit], |row| {
                let (tool, id): (String, String) = (row.get(0)?, row.get(1)?);
                let has_ended = row.get_ref(2)? != rusqlite::types::ValueRef::Null;
                let events =
                    if has_ended { events::listed(row, 2, &id)? } else { events::of_running(connection, &id)? };
                Ok((tool, events))
            })?;
            let mut steps = Vec::new();
            for call in rows {
                let (tool, events) = call?;
                let within = events.into_iter().filter(|event| (since..=until).contains(&event.at.as_millis()));
                steps.extend(within.map(|event| (tool.clone(), event)));
            }
            steps.sort_by(|(_, a), (_, b)| (a.at, &a.call_id, a.n).cmp(&(b.at, &b.call_id, b.n)));
            let old = steps.len().saturating_sub(limit as usize);
            Ok(steps.split_off(old))
        })
        .await
    }

    /// The one id in `table` that begins with `prefix`.
    pub(super) async fn find_id(
        &self,
        table: &'static str,
        noun: &'static str,
        owner: String,
        prefix: String,
    ) -> Result<String> {
        let from = prefix.trim().to_ascii_lowercase();
        // No id has such a character, so every id that begins with the prefix stands before this.
        let to = if from.is_empty() { String::new() } else { format!("{from}\u{10ffff}") };
        let found: Vec<String> = self
            .read(move |connection| {
                let sql = format!(
                    // Not by the index of the owner: that would be through all that is theirs.
                    "SELECT id FROM {table} WHERE +owner = ?1 AND id >= ?2 AND id < ?3 ORDER BY id DESC LIMIT 3"
                );
                let mut statement = connection.prepare_cached(&sql)?;
                statement.query_map(params![owner, from, to], |row| row.get(0))?.collect()
            })
            .await?;
        match found.as_slice() {
            [] => Err(Error::not_found(format!("no {noun} begins with `{prefix}`"))
                .hint(format!("list them with `exai {table} list`").replace("conversations", "threads"))),
            [id] => Ok(id.clone()),
            [first, second, ..] => Err(Error::invalid(format!(
                "`{prefix}` is not unique: {first}, {second}{}",
                if found.len() > 2 { ", …" } else { "" }
            ))
            .hint("give more characters of the id")),
        }
    }

    /// Calls that are running according to their rows, by the process that runs them.
    pub async fn running_calls(&self) -> Result<Vec<(InstanceId, RunningCall)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT c.instance, c.id, c.tool, c.thread_id, c.created_at FROM running_calls r JOIN calls c ON c.n = r.call",
            )?;
            let rows = statement.query_map([], |row| {
                Ok((
                    InstanceId::from(row.get::<_, String>(0)?),
                    RunningCall {
                        id: row.get::<_, String>(1)?.into(),
                        tool: row.get(2)?,
                        thread_id: row.get::<_, Option<String>>(3)?.map(ThreadId::from),
                        created_at: Timestamp::from_millis(row.get(4)?),
                    },
                ))
            })?;
            rows.collect()
        })
        .await
    }

    /// Asks whoever runs a call to end it. Nothing happens when it is over already.
    pub async fn request_cancel(&self, id: CallId) -> Result<()> {
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "UPDATE running_calls SET cancel_requested = 1 WHERE call = (SELECT n FROM calls WHERE id = ?1)",
                )?
                .execute([id.as_str()])
                .map(drop)
        })
        .await
    }

    /// The running calls of a process that somebody wants to end.
    pub async fn requested_cancels(&self, instance: InstanceId) -> Result<Vec<CallId>> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT c.id FROM running_calls r JOIN calls c ON c.n = r.call
                 WHERE r.instance = ?1 AND r.cancel_requested = 1",
            )?;
            let rows = statement.query_map([instance.as_str()], |row| row.get::<_, String>(0).map(CallId::from))?;
            rows.collect()
        })
        .await
    }

    /// Marks a call whose process is gone; `false` when it was finished or marked meanwhile.
    pub async fn interrupt_call(&self, call: RunningCall, at: Timestamp) -> Result<bool> {
        self.write(move |connection| {
            let Some(row) = row_of(connection, &call.id)? else { return Ok(false) };
            let row = Row { call: row, is_new: false };
            let mut result = Envelope::running(call.id.clone(), &call.tool);
            take_over(&mut result, &attempts::of_call(connection, call.id.as_str())?);
            result.thread_id.clone_from(&call.thread_id);
            result.fail(
                &Error::new(ErrorCode::Interrupted, format!("the process that ran call {} ended before it", call.id))
                    .hint(what_was_sent(connection, &call.id)?),
            );
            result.timing.total_ms = u64::try_from(at.since(call.created_at).as_millis()).unwrap_or(u64::MAX);
            let kind = EventKind::Finished { state: CallState::Interrupted };
            let last = CallEvent { n: events::next(connection, &call.id)?, call_id: call.id.clone(), at, kind };
            end_call(connection, row, &Written::from(result), &[last.into()], at)
        })
        .await
    }
}

/// What a call that was interrupted may have cost, and what that means for repeating it.
fn what_was_sent(connection: &Connection, id: &CallId) -> rusqlite::Result<&'static str> {
    let (sent, lost, answered): (u32, u32, u32) = connection.query_row(
        "SELECT count(*), count(*) FILTER (WHERE outcome IS NULL), count(*) FILTER (WHERE outcome = 'ok')
         FROM attempts WHERE call_id = ?1",
        [id.as_str()],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    Ok(match (sent, lost, answered) {
        (0, ..) => "it had sent nothing: repeat it if you still need its answer",
        (_, 1.., _) => {
            "a request had left that may have been paid for; it is not sent again unless you repeat the call"
        }
        (_, 0, 1..) => "a model had answered it: repeat it soon, and the answer is given without paying again",
        _ => "none of its requests was answered: repeat it if you still need its answer",
    })
}

/// What the requests of a call that was cut short say of it. A request without an end has an unknown cost.
fn take_over(result: &mut Envelope, attempts: &[AttemptRecord]) {
    let tried = |attempt: &AttemptRecord| Tried {
        provider: attempt.provider.clone(),
        model: attempt.model.clone(),
        outcome: attempt.outcome.clone().unwrap_or_else(|| "unknown".to_owned()),
    };
    result.model.tried = attempts.iter().map(tried).collect();
    result.usage = attempts.iter().fold(Usage::default(), |sum, attempt| sum.plus(attempt.usage));
    let usd = attempts.iter().map(|attempt| attempt.cost_usd).sum::<Option<f64>>();
    result.cost = Cost { usd, priced: usd.is_some() };
}

/// The row of a call.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// Its number.
    call: i64,
    /// It was written just now, by somebody who ends it at once: the call is not among those that run.
    is_new: bool,
}

/// Writes the row of a call that runs, if it is not there; `false` when it has ended, and not because its process was taken for
/// dead.
fn insert_call(connection: &Connection, start: &CallStart) -> rusqlite::Result<bool> {
    let row = insert_row(connection, start)?;
    if !row.is_new {
        let mut ended =
            connection.prepare_cached("SELECT 1 FROM results WHERE call = ?1 AND state <> 'interrupted'")?;
        return ended.exists([row.call]).map(|has_ended| !has_ended);
    }
    connection
        .prepare_cached("INSERT INTO running_calls (call, instance) VALUES (?1, ?2)")?
        .execute(params![row.call, start.instance.as_str()])?;
    Ok(true)
}

/// Writes the row of a call, or finds the one that is there.
fn insert_row(connection: &Connection, start: &CallStart) -> rusqlite::Result<Row> {
    let rows = connection
        .prepare_cached(
            "INSERT OR IGNORE INTO calls
             (id, owner, session, instance, tool, arguments, thread_id, created_at, deadline_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            start.id.as_str(),
            start.owner,
            start.session,
            start.instance.as_str(),
            start.tool,
            to_json(&start.arguments),
            start.thread_id.as_ref().map(ThreadId::as_str),
            start.created_at.as_millis(),
            start.deadline_at.as_millis(),
        ])?;
    if rows == 1 {
        return Ok(Row { call: connection.last_insert_rowid(), is_new: true });
    }
    let call = row_of(connection, &start.id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    Ok(Row { call, is_new: false })
}

/// The number of a call's row.
fn row_of(connection: &Connection, id: &CallId) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT n FROM calls WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()
}

/// Writes the result of a call with its steps, of which the `last` ones are new; `false` when it has a result. Then it runs no
/// longer.
fn end_call(
    connection: &Connection,
    row: Row,
    result: &Written,
    last: &[Arc<CallEvent>],
    at: Timestamp,
) -> rusqlite::Result<bool> {
    if !row.is_new && has_ended(connection, row)? {
        return Ok(false);
    }
    let written = if row.is_new { Vec::new() } else { events::written(connection, &result.call_id, last)? };
    insert_end(connection, row, result, &events::whole(&written, last), at)?;
    if !row.is_new {
        events::remove(connection, result.call_id.as_str())?;
        connection.prepare_cached("DELETE FROM running_calls WHERE call = ?1")?.execute([row.call])?;
    }
    Ok(true)
}

/// Writes the result of a call in place of the one that it has.
fn replace_end(
    connection: &Connection,
    row: Row,
    result: &Written,
    last: &[Arc<CallEvent>],
    at: Timestamp,
) -> rusqlite::Result<()> {
    let call = &result.call_id;
    let mut earlier =
        connection.query_row("DELETE FROM results WHERE call = ?1 RETURNING events", [row.call], |row| {
            // Steps that can not be read are no reason to lose the result.
            Ok(events::listed(row, 0, call.as_str()).unwrap_or_default())
        })?;
    earlier.retain(|event| !matches!(event.kind, EventKind::Finished { .. }));
    // What the process has written since it was taken for dead is there already, and stays.
    events::insert(connection, earlier.iter())?;
    insert_end(connection, row, result, &events::whole(&events::written(connection, call, last)?, last), at)?;
    events::remove(connection, call.as_str())
}

fn has_ended(connection: &Connection, row: Row) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM results WHERE call = ?1")?.exists([row.call])
}

fn insert_end(
    connection: &Connection,
    row: Row,
    result: &Written,
    events: &str,
    at: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO results (call, state, finished_at, thread_id, whole, events, body)
             VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6)",
        )?
        .execute(params![
            row.call,
            result.state.as_str(),
            at.as_millis(),
            result.thread_id.as_ref().map(ThreadId::as_str),
            events,
            result.json(),
        ])
        .map(drop)
}

/// The result that a call has already, unless its process was taken for dead.
fn first_result(connection: &Connection, row: Row) -> rusqlite::Result<Option<Envelope>> {
    connection
        .prepare_cached("SELECT body FROM results WHERE call = ?1 AND state <> 'interrupted'")?
        .query_row([row.call], |row| json_column(row, 0))
        .optional()
}

fn summary(row: &rusqlite::Row<'_>) -> rusqlite::Result<CallSummary> {
    Ok(CallSummary {
        call_id: row.get::<_, String>(0)?.into(),
        tool: row.get(1)?,
        state: state(row, 2)?,
        thread_id: row.get::<_, Option<String>>(3)?.map(ThreadId::from),
        created_at: Timestamp::from_millis(row.get(4)?),
        finished_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
        attempts: row.get(6)?,
        usage: Usage {
            input: row.get(7)?,
            output: row.get(8)?,
            reasoning: row.get(9)?,
            cached: row.get(10)?,
            source: row
                .get::<_, Option<String>>(14)?
                .and_then(|source| serde_json::from_str(&source).ok())
                .unwrap_or_default(),
        },
        cost_usd: Cost::from_nanos(row.get(11)?).usd,
        model: row.get(12)?,
        provider: row.get(13)?,
    })
}

fn state(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<CallState> {
    let name: String = row.get(index)?;
    CallState::parse(&name).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(
            index,
            rusqlite::types::Type::Text,
            format!("unknown call state `{name}`").into(),
        )
    })
}

fn record(connection: &Connection, id: &str) -> rusqlite::Result<CallRecord> {
    let mut record = connection.query_row(
        "SELECT c.id, c.tool, coalesce(r.state, 'running'), c.created_at, r.finished_at, r.body,
                iif(r.call IS NULL, c.thread_id, r.thread_id), coalesce(r.whole, 1), c.deadline_at, r.events
         FROM calls c LEFT JOIN results r ON r.call = c.n WHERE c.id = ?1",
        [id],
        |row| {
            let mut result = match row.get::<_, Option<String>>(5)? {
                Some(_) => json_column(row, 5)?,
                None => known_so_far(row)?,
            };
            let is_whole: bool = row.get(7)?;
            if !is_whole {
                result.warnings.push(GONE.to_owned());
            }
            Ok(CallRecord {
                result,
                created_at: Timestamp::from_millis(row.get(3)?),
                deadline_at: Timestamp::from_millis(row.get(8)?),
                finished_at: row.get::<_, Option<i64>>(4)?.map(Timestamp::from_millis),
                events: match row.get_ref(9)? {
                    rusqlite::types::ValueRef::Null => events::of_running(connection, id)?,
                    _ => events::listed(row, 9, id)?,
                },
                attempts: Vec::new(),
            })
        },
    )?;
    record.attempts = attempts::of_call(connection, id)?;
    Ok(record)
}

/// What a result says whose body has been kept for its time.
pub(super) const GONE: &str = "the text, data and coverage of this result have been kept for their time and are gone";

/// A call without a result: it runs.
fn known_so_far(row: &rusqlite::Row<'_>) -> rusqlite::Result<Envelope> {
    let mut envelope = Envelope::running(row.get::<_, String>(0)?.into(), &row.get::<_, String>(1)?);
    envelope.state = state(row, 2)?;
    envelope.state.as_str().clone_into(&mut envelope.status);
    envelope.thread_id = row.get::<_, Option<String>>(6)?.map(ThreadId::from);
    Ok(envelope)
}
