//! `activity`: what the caller's calls did lately, from the journal.

use async_trait::async_trait;
use regex::{Regex, RegexBuilder};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::inspect::Steps;
use super::{Context, Info, Output, Tool, common, moment, schema};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::protocol::{CallEvent, CallFilter, CallSummary};

/// The tool.
#[derive(Debug)]
pub(super) struct Activity;

static INFO: Info = Info {
    name: "activity",
    title: "Activity",
    description: "Shows the latest steps of your calls (accepted, queued, sent, retried, finished), or one line a call. Asks no model.",
    main_argument: Some("filter"),
};

/// Lines that are looked through for each line that a filter may leave.
const LOOKED_THROUGH: u32 = 20;
/// A pattern that compiles to more than this is refused.
const PATTERN_BYTES: usize = 1 << 20;

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// How many lines, the latest.
    #[serde(default = "lines")]
    #[schemars(range(min = 10, max = 5000))]
    lines: u32,
    /// Only lines that this regular expression matches.
    #[schemars(length(max = 500))]
    filter: Option<String>,
    /// activity: each step of each call. server: one line a call. auto is activity.
    #[serde(default)]
    source: Source,
    /// Not before then: a time, or how long ago (15m, 2h).
    since: Option<String>,
    /// Not after then: a time, or how long ago.
    until: Option<String>,
    /// One JSON object a line.
    #[serde(default)]
    structured: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Source {
    /// As activity.
    #[default]
    Auto,
    /// Steps of calls.
    Activity,
    /// Calls.
    Server,
}

fn lines() -> u32 {
    200
}

#[async_trait]
impl Tool for Activity {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("ActivityRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let Arguments { lines, filter, source, since, until, structured } = common::read(arguments)?;
        let now = Timestamp::now();
        let (since, until) =
            (moment::read("since", since.as_deref(), now)?, moment::read("until", until.as_deref(), now)?);
        let filter = filter.as_deref().map(pattern).transpose()?;
        let limit = if filter.is_some() { lines.saturating_mul(LOOKED_THROUGH) } else { lines };
        let all: Vec<Line> = if source == Source::Server {
            let wanted = CallFilter { since, limit, ..CallFilter::default() };
            let calls = context.house.calls(wanted).await?;
            let in_time = calls.iter().filter(|call| until.is_none_or(|until| call.created_at <= until));
            in_time.rev().map(Line::of_call).collect()
        } else {
            context.house.steps(Steps { since, until, limit }).await?.iter().map(Line::of_step).collect()
        };
        let mut shown: Vec<&Line> =
            all.iter().filter(|line| filter.as_ref().is_none_or(|filter| filter.is_match(&line.text))).collect();
        shown.drain(..shown.len().saturating_sub(lines as usize));
        let written = |line: &&Line| if structured { format!("{}\n", line.data) } else { format!("{}\n", line.text) };
        let text: String = shown.iter().map(written).collect();
        let source = if source == Source::Server { "server" } else { "activity" };
        Ok(Output::success(text, json!({"tool_name": INFO.name, "source": source, "lines": shown.len()})))
    }
}

/// A regular expression of bounded size; it matches in linear time.
fn pattern(text: &str) -> Result<Regex> {
    RegexBuilder::new(text).size_limit(PATTERN_BYTES).build().map_err(|error| {
        let why = error.to_string();
        let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Error::validation("filter", text, "a regular expression", format!("argument `filter` is {text:?}: {why}"))
    })
}

/// One line, for people and for programs.
struct Line {
    text: String,
    data: Value,
}

impl Line {
    fn of_step((tool, event): &(String, CallEvent)) -> Self {
        let CallEvent { call_id, n, at, kind } = event;
        let mut data = json!(event);
        data["tool"] = tool.as_str().into();
        Self { text: format!("{at} {call_id} {tool} {n}: {kind}"), data }
    }

    fn of_call(call: &CallSummary) -> Self {
        let CallSummary { call_id, tool, state, model, created_at, finished_at, attempts, .. } = call;
        let took = finished_at
            .map_or_else(String::new, |ended| format!(" after {:.1} s", ended.since(*created_at).as_secs_f64()));
        let model = model.as_deref().unwrap_or("no model");
        let text = format!("{created_at} {call_id} {tool} {}{took}, {model}, {attempts} requests", state.as_str());
        Self { text, data: json!(call) }
    }
}
