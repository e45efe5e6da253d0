//! What requests took, summed up.

use std::time::Duration;

use rusqlite::params;

use super::Store;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::protocol::{Prompts, UsageBy, UsageRow};

/// No call is allowed more time, so that what left since some moment belongs to calls that are not much older.
const LONGEST_CALL: Duration = Duration::from_hours(1);

impl Store {
    /// What the requests of `owner` took since then, the most expensive first; days in order.
    pub async fn usage(&self, owner: String, by: UsageBy, since: Timestamp) -> Result<Vec<UsageRow>> {
        let (name, order) = match by {
            UsageBy::Model => ("a.provider || '/' || a.model", "total(a.cost_nanodollars) DESC, count(*) DESC, name"),
            UsageBy::Tool => ("c.tool", "total(a.cost_nanodollars) DESC, count(*) DESC, name"),
            UsageBy::Day => ("date(a.started_at / 1000, 'unixepoch')", "name"),
        };
        let sql = format!(
            "SELECT {name} AS name, count(*), sum(coalesce(a.outcome, '') <> 'ok'), total(a.input_tokens),
                    total(a.output_tokens), total(a.cached_tokens), total(a.cost_nanodollars),
                    sum(a.cost_nanodollars IS NULL)
             FROM attempts a JOIN calls c ON c.id = a.call_id
             WHERE c.owner = ?1 AND a.started_at >= ?2 GROUP BY 1 ORDER BY {order}"
        );
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![owner, since.as_millis()], |row| {
                // `total` is a float in SQLite; these sums are far below the integers that it holds exactly.
                let whole = |index: usize| row.get::<_, f64>(index).map(to_whole);
                Ok(UsageRow {
                    name: row.get(0)?,
                    requests: row.get(1)?,
                    failed: row.get(2)?,
                    input: whole(3)?,
                    output: whole(4)?,
                    cached: whole(5)?,
                    cost_usd: row.get::<_, f64>(6)? / 1e9,
                    unpriced: row.get(7)?,
                })
            })?;
            rows.collect()
        })
        .await
    }
}

impl Store {
    /// How large the requests of `owner` were that left since then; their events hold the figures.
    pub async fn prompts(&self, owner: String, since: Timestamp) -> Result<Prompts> {
        self.read(move |connection| {
            connection
                .prepare_cached(
                    "SELECT count(*), total(bytes), total(tokens), coalesce(max(tokens * 100 / max(window, 1)), 0) FROM (
                        SELECT body ->> '$.size.bytes' AS bytes, body ->> '$.size.tokens' AS tokens,
                               body ->> '$.size.window' AS window
                        FROM (
                            SELECT e.value ->> 1 AS at, e.value -> 2 AS body
                            FROM calls c JOIN results r ON r.call = c.n JOIN json_each(r.events) e
                            WHERE c.owner = ?1 AND c.created_at >= ?2
                            UNION ALL
                            SELECT e.at, e.body FROM running_calls r JOIN calls c ON c.n = r.call
                            JOIN call_events e ON e.call_id = c.id WHERE c.owner = ?1
                        ) WHERE at >= ?3
                     ) WHERE bytes IS NOT NULL",
                )?
                .query_row(params![owner, since.before(LONGEST_CALL).as_millis(), since.as_millis()], |row| {
                    Ok(Prompts {
                        requests: row.get(0)?,
                        bytes: to_whole(row.get(1)?),
                        tokens: to_whole(row.get(2)?),
                        fullest_percent: row.get(3)?,
                    })
                })
        })
        .await
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count is never negative nor beyond 2^53"
)]
fn to_whole(sum: f64) -> u64 {
    sum as u64
}
