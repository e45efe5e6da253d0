//! What it takes to be there: a daemon with a full journal, and a command line that asks it.

use std::process::{Command, Stdio};
use std::time::Duration;

use clap::Parser;
use futures_util::future::try_join_all;
use tokio::time::Instant;

use crate::client::{Client, ROUNDS, call};
use crate::figures::{Series, Table};
use crate::floor;
use crate::server::{Server, TOKEN};

/// Calls in the journal of a daemon that starts.
const CALLS: usize = 10_000;
/// Command lines of each side in one round.
const ASKED: usize = 15;

/// From the start of the process to an answer to hello: the store is open then, and what the last daemon left is tidy.
pub(crate) async fn start(table: &mut Table) -> anyhow::Result<()> {
    let mut daemon = Server::daemon(&[]).await?;
    let mut clients = Client::several(&daemon, 50).await?;
    try_join_all(clients.iter_mut().map(|client| async move {
        for _ in 0..CALLS / 50 {
            client.ask(call("version", |_| "{}".to_owned())).await?;
        }
        anyhow::Ok(())
    }))
    .await?;
    drop(clients);
    let (mut bare, mut full) = <(Series, Series)>::default();
    for round in 0..=ROUNDS {
        let begun = Instant::now();
        let floor = Server::floor("journal", "")?;
        Client::connect(&floor).await?;
        let of_floor = begun.elapsed();
        // The one before was killed: its log is still there.
        let begun = Instant::now();
        daemon = daemon.again().await?;
        Client::connect(&daemon).await?;
        let of_daemon = begun.elapsed();
        if round > 0 {
            bare.add(of_floor.as_secs_f64() * 1e3);
            full.add(of_daemon.as_secs_f64() * 1e3);
        }
    }
    table.plain("start with 10,000 calls: hello answered after, ms", [&bare, &full], ["≤ 30", "≤ 10"]);
    Ok(())
}

/// `exai call` through a daemon that runs, over a bare program that asks the floor.
pub(crate) async fn cli(table: &mut Table) -> anyhow::Result<()> {
    let (floor, daemon) = (Server::floor("journal", "")?, Server::daemon(&[]).await?);
    let mut bare = Command::new(std::env::current_exe()?);
    bare.args([floor::WORD, "call", "chat", "hello", "--model", "mock:echo", "--fresh", "--daemon"]);
    bare.arg(floor.address.to_string());
    let mut exai = Command::new(env!("CARGO_BIN_EXE_exai"));
    exai.args(["call", "chat", "hello", "--model", "mock:echo", "--fresh"]).env_clear();
    exai.env("HOME", daemon.home()).env("EXAI_STATE_DIR", daemon.home().join("state")).env("EXAI_WS_TOKEN", TOKEN);
    let (mut of_floor, mut of_exai) = <(Series, Series)>::default();
    for round in 0..=ROUNDS {
        for (command, series) in [(&mut bare, &mut of_floor), (&mut exai, &mut of_exai)] {
            let took = run(command)?;
            if round > 0 {
                series.add(took.as_secs_f64() * 1e3);
            }
        }
    }
    table.ratio("exai call through a daemon, mock:echo: ms", [&of_floor, &of_exai], ["≤ 2 ×", "≤ 1.4 ×"]);
    Ok(())
}

/// What one run of a program takes, of several.
fn run(command: &mut Command) -> anyhow::Result<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    for _ in 0..ASKED {
        let status = command.status()?;
        anyhow::ensure!(status.success(), "{command:?} ended with {status}");
    }
    Ok(begun.elapsed() / u32::try_from(ASKED)?)
}

/// The bare program: reads its arguments, asks once, prints the answer.
#[derive(Debug, Parser)]
pub(crate) struct Bare {
    tool: String,
    text: String,
    #[arg(long)]
    model: Option<String>,
    #[arg(long)]
    fresh: bool,
    #[arg(long)]
    daemon: std::net::SocketAddr,
}

impl Bare {
    pub(crate) async fn ask(self) -> anyhow::Result<()> {
        let mut client = Client::reach(self.daemon).await?;
        let Self { tool, text, model, fresh, .. } = self;
        let arguments = serde_json::json!({"prompt": text, "model": model, "fresh": fresh}).to_string();
        client.send(call(&tool, |_| arguments)).await?;
        println!("{}", client.next().await?);
        Ok(())
    }
}
