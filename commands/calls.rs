//! `exai calls`: the journal.

use std::process::ExitCode;

use std::time::Duration;

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use exai_core::backend::Backend;
use exai_core::error::{Error, ErrorCode};
use exai_core::protocol::{CallEvent, CallFilter, CallRecord, CallState, CallSummary, Told};

use crate::call::{self, Format, duration};
use crate::door::Choice;
use crate::output::{Output, table};
use crate::setup::Setup;

/// Arguments of `exai calls`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    choice: Choice,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The latest calls, newest first.
    List {
        /// Only calls in this state.
        #[arg(long, value_parser = states())]
        state: Option<CallState>,
        /// Only calls of this tool.
        #[arg(long)]
        tool: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: u32,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// One call: its result, its steps, its requests.
    Show {
        /// The call's id, or the beginning of it.
        id: String,
        /// Print the envelope as `exai call --output json` did.
        #[arg(long)]
        json: bool,
    },
    /// Wait for a call, whoever runs it, and print its result; exits as the call did.
    Wait {
        /// The call's id, or the beginning of it.
        id: String,
        /// How the result is printed.
        #[arg(long, short, value_enum, default_value_t)]
        output: Format,
        /// Stop waiting after this time; the call goes on.
        #[arg(long, value_parser = duration, value_name = "DURATION")]
        timeout: Option<Duration>,
    },
    /// End a running call, whichever process runs it.
    Cancel {
        /// The call's id, or the beginning of it.
        id: String,
    },
    /// The steps of a call.
    Events {
        /// The call's id, or the beginning of it.
        id: String,
        /// Go on until the call is over.
        #[arg(long, short)]
        follow: bool,
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
}

/// Reads a state by its name in the journal.
fn states() -> impl TypedValueParser<Value = CallState> {
    PossibleValuesParser::new(CallState::ALL.map(CallState::as_str))
        .try_map(|name| CallState::parse(&name).ok_or("no such state"))
}

/// Shows calls.
pub(crate) async fn run(args: Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let door = setup.open(&args.choice, &[], output).await?;
    let mut code = ExitCode::SUCCESS;
    match args.what {
        What::List { state, tool, limit, json } => {
            let filter = CallFilter { state, tool, since: None, limit };
            let calls = door.list_calls(filter).await?;
            if json {
                output.json(&calls)?;
            } else if calls.is_empty() {
                output.text("No calls.")?;
            } else {
                let head = ["CALL", "WHEN", "TOOL", "STATE", "MODEL", "TRIES", "TOKENS", "COST"];
                output.text(&table(head, &calls.iter().map(row).collect::<Vec<_>>()))?;
            }
        }
        What::Show { id, json } => {
            let call = door.get_call(&id).await?;
            if json { output.json(&call.result)? } else { output.text(&page(&call))? }
        }
        What::Wait { id, output: format, timeout } => code = wait(&*door, &id, format, timeout, output).await?,
        What::Cancel { id } => cancel(&*door, &id, output).await?,
        What::Events { id, follow, json } => events(&*door, &id, follow, json, output).await?,
    }
    door.close().await;
    Ok(code)
}

async fn wait(
    door: &dyn Backend,
    id: &str,
    format: Format,
    timeout: Option<Duration>,
    output: &mut Output,
) -> anyhow::Result<ExitCode> {
    let handle = door.attach(id).await?;
    let id = handle.id.clone();
    let result = match timeout {
        Some(timeout) => tokio::time::timeout(timeout, handle.result()).await.map_err(|_| {
            Error::new(ErrorCode::Timeout, format!("call {id} was still running after {} s", timeout.as_secs_f64()))
                .hint("it goes on; wait again, or end it with `exai calls cancel`")
        })?,
        None => handle.result().await,
    };
    call::print_result(&result, format, output)
}

async fn cancel(door: &dyn Backend, id: &str, output: &mut Output) -> anyhow::Result<()> {
    let call = door.cancel(id).await?;
    let (id, state) = (&call.call_id, call.state);
    if state == CallState::Running {
        output.text(&format!("call {id} was asked to end"))?;
    } else {
        output.text(&format!("call {id} was over already: {}", state.as_str()))?;
    }
    Ok(())
}

async fn events(door: &dyn Backend, id: &str, follow: bool, json: bool, output: &mut Output) -> anyhow::Result<()> {
    let mut show = |event: &CallEvent| -> anyhow::Result<()> {
        if json {
            output.json_line(event)
        } else {
            Ok(output.text(&format!("{:>2}  {}  {}", event.n, event.at, event.kind))?)
        }
    };
    if follow {
        let mut handle = door.attach(id).await?;
        while let Some(told) = handle.news.next().await {
            if let Told::Event(event) = told {
                show(&event)?;
            }
        }
    } else {
        for event in &door.get_call(id).await?.events {
            show(event)?;
        }
    }
    Ok(())
}

fn row(call: &CallSummary) -> [String; 8] {
    let tokens = match (call.usage.input, call.usage.output) {
        (Some(input), Some(output)) => format!("{input}+{output}"),
        _ => "-".to_owned(),
    };
    let cost = if call.attempts == 0 { Some(0.0) } else { call.cost_usd };
    [
        call.call_id.to_string(),
        call.created_at.to_string(),
        call.tool.clone(),
        call.state.as_str().to_owned(),
        call.model.clone().unwrap_or_else(|| "-".to_owned()),
        call.attempts.to_string(),
        tokens,
        cost.map_or_else(|| "?".to_owned(), |usd| format!("${usd:.4}")),
    ]
}

fn page(call: &CallRecord) -> String {
    let result = &call.result;
    let mut text = format!("call {}\ntool {}\nstate {}", result.call_id, result.tool, result.state.as_str());
    text.push_str(&format!(" ({}, exit {})\naccepted {}\n", result.status, result.exit.code, call.created_at));
    if let Some(finished) = call.finished_at {
        text.push_str(&format!("finished {finished}, after {:.1} s\n", result.timing.total_ms as f64 / 1000.0));
    }
    if let Some(thread) = &result.thread_id {
        text.push_str(&format!("thread {thread}\n"));
    }
    if let Some(used) = &result.model.used {
        text.push_str(&format!("model {used} ({})\n", result.model.reason.as_deref().unwrap_or("-")));
    }
    text.push_str("\nSteps\n");
    for event in &call.events {
        text.push_str(&format!("  {:>2}  {}  {}\n", event.n, event.at, event.kind));
    }
    if !call.attempts.is_empty() {
        text.push_str("\nRequests\n");
    }
    for (number, attempt) in (1..).zip(&call.attempts) {
        let outcome = attempt.outcome.as_deref().unwrap_or("unknown: its process ended first");
        let message = attempt.message.as_deref().map(|message| format!(": {message}")).unwrap_or_default();
        text.push_str(&format!("  {number:>2}  {} ({})  {outcome}{message}\n", attempt.model, attempt.provider));
        if let Some(extra) = &attempt.extra {
            text.push_str(&format!("      also answered: {extra}\n"));
        }
    }
    if let Some(error) = &result.error {
        text.push_str(&format!("\nError\n  {}\n", error.message));
    }
    for warning in &result.warnings {
        text.push_str(&format!("\nWarning\n  {warning}\n"));
    }
    if !result.text.is_empty() {
        text.push_str(&format!("\nAnswer\n\n{}", result.text));
    }
    text
}
