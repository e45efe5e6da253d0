//! `exai threads`: the conversations.

use std::process::ExitCode;

use clap::Subcommand;
use exai_core::backend::Backend;
use exai_core::protocol::{ThreadRecord, ThreadSummary};

use crate::house::House;
use crate::output::{Output, table};

/// Arguments of `exai threads`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The last used conversations.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: u32,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// One conversation with its turns.
    Show {
        /// The conversation's id, or the beginning of it.
        id: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Shows conversations.
pub(crate) async fn run(args: Args, house: &House, output: &mut Output) -> anyhow::Result<ExitCode> {
    let local = house.open().await?;
    match args.what {
        What::List { limit, json } => {
            let threads = local.list_threads(limit).await?;
            if json {
                output.json(&threads)?;
            } else if threads.is_empty() {
                output.text("No conversations.")?;
            } else {
                let rows: Vec<_> = threads.iter().map(row).collect();
                output.text(&table(["THREAD", "LAST USED", "TOOL", "TURNS", "ABOUT"], &rows))?;
            }
        }
        What::Show { id, json } => {
            let thread = local.get_thread(&id).await?;
            if json { output.json(&thread)? } else { output.text(&page(&thread))? }
        }
    }
    local.close().await;
    Ok(ExitCode::SUCCESS)
}

fn row(thread: &ThreadSummary) -> [String; 5] {
    [
        thread.thread_id.to_string(),
        thread.updated_at.to_string(),
        thread.tool.clone(),
        thread.turns.to_string(),
        thread.title.clone(),
    ]
}

fn page(thread: &ThreadRecord) -> String {
    let summary = &thread.summary;
    let mut text = format!("thread {}\nstarted {} with {}\n", summary.thread_id, summary.created_at, summary.tool);
    if let Some(root) = &summary.root {
        text.push_str(&format!("about {root}\n"));
    }
    for turn in &thread.messages {
        let model = turn.model.as_deref().map(|model| format!(", {model}")).unwrap_or_default();
        text.push_str(&format!(
            "\n── {}. {} ({}{model}) {}\n\n{}\n",
            turn.turn,
            turn.role,
            turn.tool,
            turn.at,
            turn.content.trim_end()
        ));
    }
    text
}
