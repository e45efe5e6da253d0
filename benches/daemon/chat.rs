//! A question to a model that answers at once, in one piece and in a hundred: what the daemon adds to a bare gateway.

use std::time::Duration;

use futures_util::future::try_join_all;

use crate::client::{Client, ROUNDS, call, compare};
use crate::figures::{Series, Table, percentile};
use crate::floor;
use crate::server::Server;
use crate::upstream::{CHUNKS, Upstream};

/// Connections, and calls in a round.
const LOADS: [(usize, usize); 2] = [(1, 300), (64, 3_200)];
/// Streams at once, and the time between two chunks of each.
const STREAMS: [(usize, Duration); 2] = [(1, Duration::from_millis(2)), (64, Duration::from_millis(20))];
/// So late a chunk is when Nagle's algorithm held it back.
const HELD_BACK_MS: f64 = 20.0;

pub(crate) async fn run(table: &mut Table) -> anyhow::Result<()> {
    let upstream = Upstream::start().await?;
    let url = upstream.url("glm");
    let floor = Server::floor("gateway", &url)?;
    let daemon = Server::daemon(&[("GLM_API_KEY", "a-key"), ("GLM_API_URL", &url)]).await?;
    for (connections, calls) in LOADS {
        let [floor, daemon] = compare([&floor, &daemon], connections, calls, || question(false)).await?;
        let what = |figure: &str| format!("chat, {connections} connections: {figure}");
        let goals = |wanted: bool, goals| if wanted { goals } else { ["", ""] };
        table.ratio(&what("p50, ms"), [&floor.p50, &daemon.p50], goals(connections == 1, ["≤ 2 ×", "≤ 1.4 ×"]));
        table.ratio(&what("p99, ms"), [&floor.p99, &daemon.p99], ["", ""]);
        table.ratio(&what("calls/s"), [&floor.rate, &daemon.rate], ["", ""]);
        let goals = goals(connections == 64, ["≤ 2.5 ×", "≤ 1.7 ×"]);
        table.ratio(&what("CPU per call, µs"), [&floor.cpu, &daemon.cpu], goals);
    }
    reused(table, &daemon).await?;
    for (streams, gap) in STREAMS {
        upstream.stream_with(Some(gap));
        streamed(table, &upstream, [&floor, &daemon], streams).await?;
    }
    Ok(())
}

/// A question that was not asked before.
pub(crate) fn question(stream: bool) -> String {
    let frame = call("chat", |number| {
        format!(r#"{{"prompt":"question {number}: why does this fail?","model":"glm-5.3-flash"}}"#)
    });
    if stream { frame.replacen('{', r#"{"stream":true,"#, 1) } else { frame }
}

/// The same question again and again.
async fn reused(table: &mut Table, daemon: &Server) -> anyhow::Result<()> {
    let echo = Server::floor("echo", "")?;
    let frame = || call("chat", |_| r#"{"prompt":"why, again?","model":"glm-5.3-flash"}"#.to_owned());
    let [floor, daemon] = compare([&echo, daemon], 64, 3_200, frame).await?;
    table.ratio("reused answer, 64 connections: p50, ms", [&floor.p50, &daemon.p50], ["", ""]);
    table.ratio("reused answer, 64 connections: CPU, µs", [&floor.cpu, &daemon.cpu], ["≤ 2.5 ×", "≤ 1.5 ×"]);
    Ok(())
}

/// How late the chunks of one round came, in milliseconds.
#[derive(Debug, Default)]
struct Late {
    p50: Series,
    p99: Series,
    held_back: usize,
    /// Microseconds of the server for a chunk.
    cpu: Series,
}

impl Late {
    fn add(&mut self, late: &[f64]) -> anyhow::Result<()> {
        anyhow::ensure!(late.len().is_multiple_of(CHUNKS) && !late.is_empty(), "{} chunks came", late.len());
        self.p50.add(percentile(late, 50));
        self.p99.add(percentile(late, 99));
        self.held_back += late.iter().filter(|late| **late >= HELD_BACK_MS).count();
        Ok(())
    }
}

async fn streamed(table: &mut Table, upstream: &Upstream, servers: [&Server; 2], streams: usize) -> anyhow::Result<()> {
    let [mut direct, mut gateway, mut daemon] = <[Late; 3]>::default();
    let client = floor::http_client()?;
    let mut sides = Vec::new();
    for server in servers {
        sides.push(Client::several(server, streams).await?);
    }
    for _ in 0..ROUNDS {
        let late = try_join_all((0..streams).map(|_| directly(&client, upstream))).await?;
        direct.add(&late.concat())?;
        for ((server, clients), side) in servers.iter().zip(&mut sides).zip([&mut gateway, &mut daemon]) {
            let cpu = server.cpu()?;
            let late = try_join_all(clients.iter_mut().map(|client| through(client, upstream))).await?;
            let cpu = server.cpu()?.saturating_sub(cpu);
            side.add(&late.concat())?;
            side.cpu.add(cpu.as_secs_f64() * 1e6 / (streams * CHUNKS) as f64);
        }
    }
    let what = |figure: &str| format!("stream × {streams}: {figure}");
    let one = streams == 1;
    let goals = if one { ["≤ +0.15", "≤ +0.08"] } else { ["", ""] };
    table.added(&what("delay of a chunk over direct, p50, ms"), [&direct.p50, &daemon.p50], goals);
    let goals = if one { ["", ""] } else { ["≤ +2", "≤ +0.5"] };
    table.added(&what("delay of a chunk over direct, p99, ms"), [&direct.p99, &daemon.p99], goals);
    table.added(&what("the bare gateway over direct, p50, ms"), [&direct.p50, &gateway.p50], ["", ""]);
    table.ratio(&what("CPU per chunk, µs"), [&gateway.cpu, &daemon.cpu], ["", ""]);
    table.count(&what("chunks 20 ms late"), [direct.held_back, daemon.held_back], ["0", "0"]);
    Ok(())
}

/// A stream through a server.
async fn through(client: &mut Client, upstream: &Upstream) -> anyhow::Result<Vec<f64>> {
    client.send(question(true)).await?;
    let mut late = Vec::with_capacity(CHUNKS);
    loop {
        let frame = client.next().await?;
        if frame.as_str().starts_with(r#"{"op":"call_tool_res""#) {
            anyhow::ensure!(frame.as_str().contains(r#""ok":true"#), "{frame}");
            return Ok(late);
        }
        late.extend(upstream.late(frame.as_str()));
    }
}

/// A stream without anything between.
async fn directly(client: &reqwest::Client, upstream: &Upstream) -> anyhow::Result<Vec<f64>> {
    let url = format!("{}/chat/completions", upstream.url("glm"));
    let mut response = client.post(url).body("{}").send().await?;
    let mut late = Vec::with_capacity(CHUNKS);
    while let Some(bytes) = response.chunk().await? {
        late.extend(upstream.late(std::str::from_utf8(&bytes)?));
    }
    Ok(late)
}
