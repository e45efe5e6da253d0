//! An agent: it starts the process that stands between it and the daemon, and speaks to it in lines on pipes.

use std::process::{Command, Stdio};

use anyhow::Context;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::pipe;
use tokio::time::Instant;

use crate::figures::percentile;
use crate::running::Running;
use crate::server::spawn;

/// The handshake.
pub(crate) fn hello() -> String {
    let params = json!({
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"},
    });
    line(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}))
}

/// A call that asks no model.
pub(crate) fn call() -> String {
    let params = json!({"name": "version", "arguments": {}});
    line(&json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}))
}

pub(crate) fn line(message: &Value) -> String {
    format!("{message}\n")
}

/// What calls took, one after another.
#[derive(Debug)]
pub(crate) struct Took {
    /// In milliseconds.
    pub(crate) p50: f64,
    /// Microseconds of the process's processor for a call.
    pub(crate) cpu: f64,
}

/// A process that is spoken to in lines.
pub(crate) struct Spoken {
    pub(crate) process: Running,
    input: pipe::Sender,
    output: BufReader<pipe::Receiver>,
    line: String,
}

impl Spoken {
    pub(crate) fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = spawn(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let input = pipe::Sender::from_owned_fd(child.stdin.take().context("no input")?.into())?;
        let output = pipe::Receiver::from_owned_fd(child.stdout.take().context("no output")?.into())?;
        Ok(Self { process: Running::new(child)?, input, output: BufReader::new(output), line: String::new() })
    }

    /// One that has shaken hands.
    pub(crate) async fn greeted(command: Command) -> anyhow::Result<Self> {
        let mut process = Self::start(command)?;
        process.ask(&hello()).await?;
        process.is_content()?;
        let initialized = line(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        process.input.write_all(initialized.as_bytes()).await?;
        Ok(process)
    }

    /// Sends a line and waits for the one that answers; what else comes is thrown away.
    pub(crate) async fn ask(&mut self, line: &str) -> anyhow::Result<()> {
        self.input.write_all(line.as_bytes()).await?;
        loop {
            self.line.clear();
            self.output.read_line(&mut self.line).await?;
            anyhow::ensure!(self.line.ends_with('\n'), "it ended");
            // `request_id` too, which is the floor's.
            if self.line.contains("id\":") {
                return Ok(());
            }
        }
    }

    /// So many calls.
    pub(crate) async fn ask_often(&mut self, line: &str, calls: usize) -> anyhow::Result<Took> {
        let mut times = Vec::with_capacity(calls);
        let cpu = self.process.cpu()?;
        for _ in 0..calls {
            let begun = Instant::now();
            self.ask(line).await?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        let cpu = self.process.cpu()?.saturating_sub(cpu);
        Ok(Took { p50: percentile(&times, 50), cpu: cpu.as_secs_f64() * 1e6 / calls as f64 })
    }

    /// The last answer is a result, and no failure.
    pub(crate) fn is_content(&self) -> anyhow::Result<()> {
        let answer: Value = serde_json::from_str(&self.line)?;
        let result = answer.get("result").filter(|result| result["isError"] != true);
        anyhow::ensure!(result.is_some(), "no result: {answer}");
        Ok(())
    }

    /// Megabytes of memory that it holds.
    pub(crate) fn resident(&self) -> anyhow::Result<f64> {
        Ok(self.process.resident()? as f64 / 1e6)
    }
}

/// Milliseconds from the start of a process to its first answer, of so many starts.
pub(crate) async fn start_often(
    command: impl Fn() -> anyhow::Result<Command>,
    first: &str,
    starts: usize,
) -> anyhow::Result<f64> {
    let mut took = 0.0;
    for _ in 0..starts {
        let command = command()?;
        let begun = Instant::now();
        let mut process = Spoken::start(command)?;
        process.ask(first).await?;
        took += begun.elapsed().as_secs_f64();
    }
    Ok(took * 1e3 / starts as f64)
}
