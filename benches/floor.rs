//! The floor under `startup`: a bare clap program. Asked for a call it does the I/O that a call needs: a lock that
//! says that it lives, a store opened for safe commits, one commit before the answer and one after it.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rusqlite::{Connection, TransactionBehavior};

/// Rows of a kilobyte that a call writes before it asks, and with its result.
const ROWS: [usize; 2] = [4, 7];

#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write down a text and repeat it.
    Call {
        tool: String,
        text: String,
        #[arg(long)]
        model: Option<String>,
        #[arg(long)]
        fresh: bool,
        #[arg(long)]
        state: PathBuf,
    },
}

pub(crate) fn main() -> anyhow::Result<ExitCode> {
    let Verb::Call { tool, text, model, fresh, state } = Cli::parse().verb;
    std::fs::create_dir_all(&state)?;
    let lock = state.join("floor.lock");
    let mut file = OpenOptions::new().write(true).create_new(true).open(&lock)?;
    file.lock()?;
    writeln!(file, "{}", std::process::id())?;

    let mut store = Connection::open(state.join("floor.db"))?;
    store.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
    store.execute_batch("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, text TEXT)")?;
    let row = format!("{tool} {text} {model:?} {fresh} {}", "x".repeat(1_000));
    for rows in ROWS {
        let commit = store.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for _ in 0..rows {
            commit.execute("INSERT INTO row (text) VALUES (?)", [&row])?;
        }
        commit.commit()?;
    }
    writeln!(std::io::stdout(), "{text}")?;
    drop(store);
    std::fs::remove_file(lock)?;
    Ok(ExitCode::SUCCESS)
}
