//! A call that asks no model: what the daemon adds to a frame in, a row on disk, a frame out.

use crate::client::{call, compare};
use crate::figures::Table;
use crate::server::Server;

/// Connections, and calls in a round.
const LOADS: [(usize, usize); 3] = [(1, 400), (64, 6_400), (1_000, 10_000)];

pub(crate) async fn run(table: &mut Table) -> anyhow::Result<()> {
    let (floor, daemon) = (Server::floor("journal", "")?, Server::daemon(&[]).await?);
    for (connections, calls) in LOADS {
        let [floor, daemon] =
            compare([&floor, &daemon], connections, calls, || call("version", |_| "{}".to_owned())).await?;
        let what = |figure: &str| format!("tool, {connections} connections: {figure}");
        let goals = |wanted: bool, goals| if wanted { goals } else { ["", ""] };
        let (one, many) = (connections == 1, connections == 64);
        table.ratio(&what("p50, ms"), [&floor.p50, &daemon.p50], goals(one, ["≤ 2 ×", "≤ 1.4 ×"]));
        table.ratio(&what("p99, ms"), [&floor.p99, &daemon.p99], ["", ""]);
        table.ratio(&what("calls/s"), [&floor.rate, &daemon.rate], ["", ""]);
        table.ratio(&what("CPU per call, µs"), [&floor.cpu, &daemon.cpu], goals(many, ["≤ 2.5 ×", "≤ 1.6 ×"]));
    }
    Ok(())
}
