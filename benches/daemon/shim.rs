//! An agent's way: lines on pipes, a socket to the daemon, and back; beside a bridge that only hands lines on.

use std::process::Command;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::pipe;
use tokio_tungstenite::tungstenite::Message;

use crate::agent::{self, Spoken, line, start_often};
use crate::client::{self, ROUNDS};
use crate::figures::{Series, Table};
use crate::floor;
use crate::server::{Server, TOKEN};

/// Calls in one round.
const CALLS: usize = 400;
/// Starts in one round.
const STARTS: usize = 10;

/// The bare bridge: each line is a frame, each frame a line.
pub(crate) async fn bridge(address: &str) -> anyhow::Result<()> {
    let mut lines = BufReader::new(pipe::OpenOptions::new().open_receiver("/proc/self/fd/0")?).lines();
    let mut output = pipe::OpenOptions::new().open_sender("/proc/self/fd/1")?;
    let stream = tokio::net::TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let url = format!("ws://{address}");
    let (mut socket, _) = tokio_tungstenite::client_async_with_config(url, stream, Some(client::buffers())).await?;
    loop {
        tokio::select! {
            line = lines.next_line() => match line? {
                Some(line) => socket.send(Message::Text(line.into())).await?,
                None => return Ok(()),
            },
            frame = socket.next() => {
                let Some(Message::Text(text)) = frame.transpose()? else { return Ok(()) };
                output.write_all(format!("{text}\n").as_bytes()).await?;
            }
        }
    }
}

/// The product's own.
pub(crate) fn shim(daemon: &Server) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exai"));
    command.args(["shim", "--no-autostart"]).current_dir(daemon.home()).env_clear();
    command.env("HOME", daemon.home()).env("EXAI_STATE_DIR", daemon.home().join("state")).env("EXAI_WS_TOKEN", TOKEN);
    command
}

fn bare(floor: &Server) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([floor::WORD, "bridge", &floor.address.to_string()]);
    Ok(command)
}

pub(crate) async fn run(table: &mut Table) -> anyhow::Result<()> {
    let (floor, daemon) = (Server::floor("journal", "")?, Server::daemon(&[]).await?);
    let (hello, call) = (agent::hello(), agent::call());
    let framed = line(&json!({"op": "call_tool", "request_id": "1", "name": "version", "arguments": {}}));

    let [mut of_bare, mut of_shim] = <[Series; 2]>::default();
    for round in 0..=ROUNDS {
        let bare = start_often(|| bare(&floor), &framed, STARTS).await?;
        let shim = start_often(|| Ok(shim(&daemon)), &hello, STARTS).await?;
        if round > 0 {
            of_bare.add(bare);
            of_shim.add(shim);
        }
    }
    table.plain("agent: from the start to the handshake, ms", [&of_bare, &of_shim], ["≤ 10", "≤ 5"]);

    let (mut bridge, mut shim) = (Spoken::start(bare(&floor)?)?, Spoken::greeted(shim(&daemon)).await?);
    let [mut of_bare, mut of_shim] = <[Series; 2]>::default();
    for round in 0..=ROUNDS {
        for (process, line, series) in [(&mut bridge, &framed, &mut of_bare), (&mut shim, &call, &mut of_shim)] {
            let took = process.ask_often(line, CALLS).await?;
            if round > 0 {
                series.add(took.p50);
            }
        }
    }
    shim.is_content()?;
    table.ratio("agent: call without a model, p50, ms", [&of_bare, &of_shim], ["≤ 2 ×", "≤ 1.4 ×"]);
    let [of_bare, of_shim] = [bridge.resident()?, shim.resident()?].map(Series::of);
    table.plain("agent: memory of the process between, MB", [&of_bare, &of_shim], ["≤ 12", "≤ 7"]);
    Ok(())
}
