//! `exai usage`: what the requests took.

use std::process::ExitCode;
use std::time::Duration;

use clap::ValueEnum;
use exai_core::clock::Timestamp;
use exai_core::protocol::UsageBy;
use exai_core::protocol::UsageRow;

use crate::call::duration;
use crate::door::Choice;
use crate::output::{Output, table};
use crate::setup::Setup;

/// Arguments of `exai usage`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Sum up by this.
    #[arg(long, value_enum, default_value_t)]
    by: By,
    /// Only requests of this last while, such as 7d.
    #[arg(long, value_parser = duration, default_value = "30d", value_name = "DURATION")]
    since: Duration,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    choice: Choice,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum By {
    /// Each model.
    #[default]
    Model,
    /// Each tool.
    Tool,
    /// Each day, in UTC.
    Day,
}

/// Shows the usage.
pub(crate) async fn run(args: Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let door = setup.open(&args.choice, &[], output).await?;
    let by = match args.by {
        By::Model => UsageBy::Model,
        By::Tool => UsageBy::Tool,
        By::Day => UsageBy::Day,
    };
    let rows = door.usage(by, Timestamp::now().before(args.since)).await?;
    if args.json {
        output.json(&rows)?;
    } else if rows.is_empty() {
        output.text("No requests.")?;
    } else {
        let mut lines: Vec<_> = rows.iter().map(line).collect();
        lines.push(line(&total(&rows)));
        output.text(&table(["NAME", "REQUESTS", "FAILED", "INPUT", "CACHED", "OUTPUT", "COST"], &lines))?;
    }
    door.close().await;
    Ok(ExitCode::SUCCESS)
}

fn line(row: &UsageRow) -> [String; 7] {
    let unknown = if row.unpriced > 0 { format!(" + {} of unknown cost", row.unpriced) } else { String::new() };
    [
        row.name.clone(),
        row.requests.to_string(),
        row.failed.to_string(),
        row.input.to_string(),
        row.cached.to_string(),
        row.output.to_string(),
        format!("${:.4}{unknown}", row.cost_usd),
    ]
}

fn total(rows: &[UsageRow]) -> UsageRow {
    let sum = |figure: fn(&UsageRow) -> u64| rows.iter().map(figure).sum();
    UsageRow {
        name: "total".to_owned(),
        requests: sum(|row| row.requests),
        failed: sum(|row| row.failed),
        input: sum(|row| row.input),
        output: sum(|row| row.output),
        cached: sum(|row| row.cached),
        cost_usd: rows.iter().map(|row| row.cost_usd).sum(),
        unpriced: sum(|row| row.unpriced),
    }
}
