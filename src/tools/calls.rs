//! `calls`: the caller's own calls: which there are, waiting for one, the rest of a long answer, ending one.

use std::time::Duration;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{Context, Info, Output, Tool, common, schema};
use crate::error::{Error, Result};
use crate::protocol::{CallFilter, CallState, CallSummary, Envelope};

/// The tool.
#[derive(Debug)]
pub(super) struct Calls;

static INFO: Info = Info {
    name: "calls",
    title: "Calls",
    description: "Your calls: list them, wait for one, fetch a long answer page by page, cancel one. Asks no model.",
    main_argument: Some("call_id"),
};

/// Characters of an answer in one page: what clients of agents show whole.
const PAGE: usize = 20_000;
/// What is left of the deadline for saying that the other call still runs.
const LAST_WORDS: Duration = Duration::from_secs(1);

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// What to do; without it, list, or fetch when a call is named.
    action: Option<Action>,
    /// The call, or the beginning of its id.
    #[schemars(length(max = 200))]
    call_id: Option<String>,
    /// Which page of the answer.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    page: usize,
    /// List only calls in this state.
    state: Option<CallState>,
    /// List only calls of this tool.
    tool: Option<String>,
    /// How many are listed.
    #[serde(default = "limit")]
    #[schemars(range(min = 1, max = 200))]
    limit: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Action {
    /// Newest first.
    List,
    /// Until it has ended.
    Wait,
    /// A page of its answer.
    Fetch,
    /// End it.
    Cancel,
}

fn one() -> usize {
    1
}

fn limit() -> u32 {
    20
}

#[async_trait]
impl Tool for Calls {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("CallsRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let mut arguments: Arguments = common::read(arguments)?;
        let id = arguments.call_id.take().filter(|id| !id.is_empty());
        match (arguments.action, id) {
            (Some(Action::List), _) | (None, None) => list(arguments, context).await,
            (None | Some(Action::Fetch), Some(id)) => Ok(page(&context.house.call(&id).await?.result, arguments.page)?),
            (Some(Action::Wait), Some(id)) => wait(&id, arguments.page, context).await,
            (Some(Action::Cancel), Some(id)) => cancel(&id, context).await,
            (Some(_), None) => Err(Error::validation("call_id", Value::Null, "an id", "argument `call_id` is missing")
                .hint("call it without arguments to list your calls")),
        }
    }
}

async fn list(arguments: Arguments, context: &Context) -> Result<Output> {
    let Arguments { state, tool, limit, .. } = arguments;
    let calls = context.house.calls(CallFilter { state, tool, since: None, limit }).await?;
    let mut text: String = calls.iter().map(line).collect();
    if text.is_empty() {
        "No calls.\n".clone_into(&mut text);
    }
    let data = json!({"status": "success", "count": calls.len(), "calls": calls});
    Ok(Output { status: "success".to_owned(), text, data })
}

fn line(call: &CallSummary) -> String {
    let model = call.model.as_deref().map_or_else(String::new, |model| format!(", {model}"));
    format!("- {} `{}` {} {}{model}\n", call.created_at, call.call_id, call.tool, call.state.as_str())
}

/// Waits as long as this call may; the other one goes on whatever happens here.
async fn wait(id: &str, number: usize, context: &Context) -> Result<Output> {
    // Also a beginning of its own id would be waited for until the deadline.
    if context.call_id.as_str().starts_with(id) {
        return Err(
            Error::invalid(format!("call {id} is this call itself")).hint("list your calls to find the other one")
        );
    }
    let until = context.deadline.at().checked_sub(LAST_WORDS).unwrap_or_else(Instant::now);
    if let Ok(result) = tokio::time::timeout_at(until, context.house.wait(id)).await {
        return page(&result?, number);
    }
    let text = format!("Call {id} still runs. Wait again, or fetch it later.\n");
    let data = json!({"status": "still_running", "call_id": id, "state": CallState::Running});
    Ok(Output { status: "still_running".to_owned(), text, data })
}

async fn cancel(id: &str, context: &Context) -> Result<Output> {
    let found = context.house.cancel(id).await?;
    let (status, text) = match found.state {
        CallState::Running => ("cancel_requested", format!("Call {} was asked to end.\n", found.call_id)),
        state => ("already_ended", format!("Call {} has ended already: {}.\n", found.call_id, state.as_str())),
    };
    let data = json!({"status": status, "call_id": found.call_id, "state": found.state});
    Ok(Output { status: status.to_owned(), text, data })
}

/// One page of a result. What the result says beside its text is on every page.
fn page(result: &Envelope, number: usize) -> Result<Output> {
    let pages = pages(&result.text);
    let Some(part) = pages.get(number.saturating_sub(1)) else {
        let message = format!("argument `page` is {number}, the answer has {}", pages.len());
        return Err(Error::validation("page", number, format!("1 to {}", pages.len()), message));
    };
    let is_last = number >= pages.len();
    let status = match result.state {
        CallState::Running => "still_running",
        _ if is_last => "success",
        _ => "more_pages",
    };
    let mut text = (*part).to_owned();
    if let Some(error) = &result.error {
        text.push_str(&format!("{}: {}\n", result.state.as_str(), error.message));
    } else if result.state == CallState::Running {
        text.push_str("The call still runs.\n");
    }
    if !is_last {
        text.push_str(&format!("\n[page {number} of {}; fetch page {} for more]\n", pages.len(), number + 1));
    }
    let data = json!({
        "status": status,
        "call_id": result.call_id,
        "tool": result.tool,
        "state": result.state,
        "result_status": result.status,
        "error": result.error,
        "model": result.model,
        "cost": result.cost,
        "thread_id": result.thread_id,
        "page": number,
        "pages": pages.len(),
        "next_page": (!is_last).then_some(number + 1),
        "content": part,
    });
    Ok(Output { status: status.to_owned(), text, data })
}

/// The pages of a text: after a line where there is one in the second half, and never inside of a character.
fn pages(text: &str) -> Vec<&str> {
    let (mut pages, mut rest) = (Vec::new(), text);
    loop {
        let Some((end, _)) = rest.char_indices().nth(PAGE) else {
            pages.push(rest);
            return pages;
        };
        let at = rest[..end].rfind('\n').map(|line| line + 1).filter(|at| *at > end / 2).unwrap_or(end);
        let (page, after) = rest.split_at(at);
        pages.push(page);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_an_answer_are_the_answer() {
        let long = "ä line of words\n".repeat(4_000);
        for text in ["", "short", &long, &"ä".repeat(2 * PAGE), &"x".repeat(2 * PAGE + 1)] {
            let pages = pages(text);
            assert_eq!(pages.concat(), text);
            assert!(pages.iter().all(|page| page.chars().count() <= PAGE));
        }
        assert_eq!(pages("").len(), 1);
        assert!(pages(&long).iter().all(|page| page.ends_with('\n')), "cut between lines");
    }
}
