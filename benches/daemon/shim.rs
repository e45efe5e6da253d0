//! An agent's way: lines on pipes, a socket to the daemon, and back; beside a bridge that only hands lines on.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::pipe;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{self, ROUNDS};
use crate::figures::{Series, Table, percentile};
use crate::floor;
use crate::server::{Server, TOKEN, spawn};

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

/// A process that is spoken to in lines.
struct Spoken {
    child: Child,
    input: pipe::Sender,
    output: BufReader<pipe::Receiver>,
    line: String,
}

impl Spoken {
    fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = spawn(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let input = pipe::Sender::from_owned_fd(child.stdin.take().context("no input")?.into())?;
        let output = pipe::Receiver::from_owned_fd(child.stdout.take().context("no output")?.into())?;
        Ok(Self { child, input, output: BufReader::new(output), line: String::new() })
    }

    /// Sends a line and waits for the one that comes back.
    async fn ask(&mut self, line: &str) -> anyhow::Result<()> {
        self.input.write_all(line.as_bytes()).await?;
        self.line.clear();
        self.output.read_line(&mut self.line).await?;
        anyhow::ensure!(self.line.ends_with('\n'), "it ended");
        Ok(())
    }

    /// Bytes of memory that it holds.
    fn resident(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1e3)
    }
}

impl Drop for Spoken {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn shim(daemon: &Server) -> Command {
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
    let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"},
    }});
    let call =
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "version", "arguments": {}}});
    let framed = json!({"op": "call_tool", "request_id": "1", "name": "version", "arguments": {}});
    let [hello, call, framed] = [hello, call, framed].map(|message| format!("{message}\n"));
    let initialized = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";

    let [mut of_bare, mut of_shim] = <[Series; 2]>::default();
    for round in 0..=ROUNDS {
        for (series, first, is_bare) in [(&mut of_bare, &framed, true), (&mut of_shim, &hello, false)] {
            let mut took = Duration::ZERO;
            for _ in 0..STARTS {
                let command = if is_bare { bare(&floor)? } else { shim(&daemon) };
                let begun = Instant::now();
                let mut process = Spoken::start(command)?;
                process.ask(first).await?;
                took += begun.elapsed();
            }
            if round > 0 {
                series.add(took.as_secs_f64() * 1e3 / STARTS as f64);
            }
        }
    }
    table.plain("agent: from the start to the handshake, ms", [&of_bare, &of_shim], ["≤ 10", "≤ 5"]);

    let (mut bridge, mut shim) = (Spoken::start(bare(&floor)?)?, Spoken::start(shim(&daemon))?);
    shim.ask(&hello).await?;
    shim.input.write_all(initialized.as_bytes()).await?;
    let [mut of_bare, mut of_shim] = <[Series; 2]>::default();
    for round in 0..=ROUNDS {
        for (process, line, series) in [(&mut bridge, &framed, &mut of_bare), (&mut shim, &call, &mut of_shim)] {
            let mut times = Vec::with_capacity(CALLS);
            for _ in 0..CALLS {
                let begun = Instant::now();
                process.ask(line).await?;
                times.push(begun.elapsed().as_secs_f64() * 1e3);
            }
            if round > 0 {
                series.add(percentile(&times, 50));
            }
        }
    }
    table.ratio("agent: call without a model, p50, ms", [&of_bare, &of_shim], ["≤ 2 ×", "≤ 1.4 ×"]);
    let [of_bare, of_shim] = [bridge.resident()?, shim.resident()?].map(Series::of);
    table.plain("agent: memory of the process between, MB", [&of_bare, &of_shim], ["≤ 12", "≤ 7"]);
    Ok(())
}
