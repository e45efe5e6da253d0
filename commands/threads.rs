//! `exai threads`: the conversations.

use std::process::ExitCode;

use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use exai_core::backend::Backend;
use exai_core::clock::Timestamp;
use exai_core::protocol::{ThreadChoice, ThreadId, ThreadRecord, ThreadSummary};

use crate::call::duration;
use crate::door::Choice;
use crate::output::{Output, table};
use crate::setup::Setup;

/// Arguments of `exai threads`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    choice: Choice,
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
    /// Print a whole conversation as a document of its own.
    Export {
        /// The conversation's id, or the beginning of it.
        id: String,
        /// The form of the document.
        #[arg(long, short, value_enum, default_value_t)]
        output: Form,
    },
    /// Delete conversations for good.
    #[command(group = clap::ArgGroup::new("which").required(true))]
    Purge {
        /// These conversations, by id or the beginning of it.
        #[arg(group = "which", value_name = "ID")]
        ids: Vec<String>,
        /// Those that nobody has used for this long, such as 30d.
        #[arg(long, group = "which", value_parser = duration, value_name = "DURATION")]
        idle: Option<Duration>,
        /// All conversations.
        #[arg(long, group = "which")]
        all: bool,
    },
}

/// The form of an exported conversation.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Form {
    /// For people.
    #[default]
    Markdown,
    /// For programs.
    Json,
}

/// Shows conversations.
pub(crate) async fn run(args: Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let door = setup.open(&args.choice, &[], output).await?;
    match args.what {
        What::List { limit, json } => {
            let threads = door.list_threads(limit).await?;
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
            let thread = door.get_thread(&id).await?;
            if json { output.json(&thread)? } else { output.text(&page(&thread))? }
        }
        What::Export { id, output: form } => {
            let thread = door.get_thread(&id).await?;
            match form {
                Form::Json => output.json(&thread)?,
                Form::Markdown => output.text(&markdown(&thread))?,
            }
        }
        What::Purge { ids, idle, .. } => {
            let which = match idle {
                Some(idle) => ThreadChoice::IdleSince(Timestamp::now().before(idle)),
                None if ids.is_empty() => ThreadChoice::All,
                None => ThreadChoice::Ids(whole_ids(&*door, &ids).await?),
            };
            let deleted = door.delete_threads(which).await?;
            output.text(&format!("{deleted} conversations were deleted"))?;
        }
    }
    door.close().await;
    Ok(ExitCode::SUCCESS)
}

/// All ids are looked up before anything is deleted, so that a wrong one deletes nothing.
async fn whole_ids(door: &dyn Backend, prefixes: &[String]) -> anyhow::Result<Vec<ThreadId>> {
    let mut ids = Vec::new();
    for prefix in prefixes {
        ids.push(door.get_thread(prefix).await?.summary.thread_id);
    }
    Ok(ids)
}

fn markdown(thread: &ThreadRecord) -> String {
    let summary = &thread.summary;
    let mut text = format!(
        "# {}\n\nThread {}, {} to {}\n",
        summary.title, summary.thread_id, summary.created_at, summary.updated_at
    );
    for turn in &thread.messages {
        let who = turn.model.as_deref().unwrap_or(&turn.role);
        text.push_str(&format!("\n## {}. {who} ({})\n\n{}\n", turn.turn, turn.tool, turn.content.trim_end()));
        if !turn.files.is_empty() {
            text.push_str(&format!("\nFiles: {}\n", turn.files.join(", ")));
        }
    }
    text
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
