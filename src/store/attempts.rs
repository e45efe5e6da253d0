//! Rows of requests to providers. Each is committed before its request leaves: a request that may have been
//! paid for is never unknown.

use std::sync::Arc;

use rusqlite::{Connection, params};
use serde_json::Value;

use super::{CallNews, CallStart, NewAnswer, Store, answers, to_json};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::protocol::{AttemptRecord, CallId, Cost, Nanodollars, Usage};

/// A request that is about to leave.
#[derive(Debug, Clone)]
pub struct NewAttempt {
    /// Counts from 1 within the call.
    pub n: u32,
    /// The provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// What makes two requests equal.
    pub request_key: String,
    /// When.
    pub at: Timestamp,
}

/// How a request ended.
#[derive(Debug, Clone)]
pub struct AttemptEnd {
    /// When.
    pub at: Timestamp,
    /// `ok`, or the cause.
    pub outcome: String,
    /// What the provider said about the failure.
    pub message: Option<String>,
    /// Tokens.
    pub usage: Usage,
    /// Money; `None` when not known.
    pub cost: Option<Nanodollars>,
    /// The date of the price.
    pub priced_on: Option<String>,
    /// Response fields that are not known here.
    pub extra: Option<Value>,
}

/// A request that is over.
#[derive(Debug, Clone)]
pub struct EndedAttempt {
    /// Counts from 1 within the call.
    pub n: u32,
    /// How it ended.
    pub end: AttemptEnd,
    /// Its answer, to be used again.
    pub answer: Option<NewAnswer>,
}

/// What is there when a request was about to leave.
#[derive(Debug, Clone, PartialEq)]
pub enum Begun {
    /// It may leave.
    Attempt,
    /// Its answer is here already; it must not.
    Answered(Value),
}

impl Store {
    /// Commits a request that is about to leave, with the call's row and what is new of it. With `reuse`, the answer
    /// to an equal one comes back instead, when there is one.
    pub async fn begin_attempt(
        &self,
        start: impl Into<Arc<CallStart>>,
        news: CallNews,
        attempt: NewAttempt,
        reuse: bool,
    ) -> Result<Begun> {
        let start = start.into();
        self.write(move |connection| {
            if reuse && let Some(answer) = answers::find(connection, &attempt.request_key, attempt.at)? {
                return Ok(Begun::Answered(answer));
            }
            news.insert(connection, &start)?;
            connection
                .prepare_cached(
                    "INSERT INTO attempts (call_id, n, provider, model, request_key, started_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![
                    start.id.as_str(),
                    attempt.n,
                    attempt.provider,
                    attempt.model,
                    attempt.request_key,
                    attempt.at.as_millis(),
                ])?;
            Ok(Begun::Attempt)
        })
        .await
    }

    /// Commits the end of a request and, when it succeeded, its answer for reuse. A request ends once:
    /// what is said of it later changes nothing.
    pub async fn end_attempt(&self, call: CallId, ended: EndedAttempt) -> Result<()> {
        self.write(move |connection| end_row(connection, &call, &ended)).await
    }

    /// The same without waiting.
    pub fn end_attempt_later(&self, call: CallId, ended: EndedAttempt) -> bool {
        self.write_later(move |connection| end_row(connection, &call, &ended))
    }
}

pub(super) fn end_row(connection: &Connection, call: &CallId, ended: &EndedAttempt) -> rusqlite::Result<()> {
    let EndedAttempt { n, end, answer } = ended;
    connection
        .prepare_cached(
            "UPDATE attempts SET finished_at = ?3, outcome = ?4, message = ?5, input_tokens = ?6, output_tokens = ?7,
                    reasoning_tokens = ?8, cached_tokens = ?9, usage_source = ?10, cost_nanodollars = ?11,
                    priced_on = ?12, extra = ?13
             WHERE call_id = ?1 AND n = ?2 AND finished_at IS NULL",
        )?
        .execute(params![
            call.as_str(),
            n,
            end.at.as_millis(),
            end.outcome,
            end.message,
            end.usage.input,
            end.usage.output,
            end.usage.reasoning,
            end.usage.cached,
            to_json(&end.usage.source),
            end.cost,
            end.priced_on,
            end.extra.as_ref().map(to_json),
        ])?;
    answer.as_ref().map_or(Ok(()), |answer| answers::insert(connection, answer, end.at))
}

/// The requests of one call, in order.
pub(super) fn of_call(connection: &Connection, call: &str) -> rusqlite::Result<Vec<AttemptRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT provider, model, started_at, finished_at, outcome, message, input_tokens, output_tokens,
                reasoning_tokens, cached_tokens, usage_source, cost_nanodollars, extra
         FROM attempts WHERE call_id = ?1 ORDER BY n",
    )?;
    let rows = statement.query_map([call], |row| {
        Ok(AttemptRecord {
            provider: row.get(0)?,
            model: row.get(1)?,
            started_at: Timestamp::from_millis(row.get(2)?),
            finished_at: row.get::<_, Option<i64>>(3)?.map(Timestamp::from_millis),
            outcome: row.get(4)?,
            message: row.get(5)?,
            usage: Usage {
                input: row.get(6)?,
                output: row.get(7)?,
                reasoning: row.get(8)?,
                cached: row.get(9)?,
                source: super::json_column(row, 10)?,
            },
            cost_usd: Cost::from_nanos(row.get(11)?).usd,
            extra: row.get::<_, Option<String>>(12)?.and_then(|text| serde_json::from_str(&text).ok()),
        })
    })?;
    rows.collect()
}
