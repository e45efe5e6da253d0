//! What the daemon keeps in memory: at rest, and for each client that is there and asks nothing.

use crate::client::Client;
use crate::figures::{Series, Table};
use crate::server::Server;

/// Sessions that say hello and no more.
const IDLE: [usize; 2] = [1_000, 10_000];

pub(crate) async fn run(table: &mut Table) -> anyhow::Result<()> {
    let (floor, daemon) = (Server::floor("journal", "")?, Server::daemon(&[]).await?);
    let at_rest = [floor.resident()?, daemon.resident()?];
    let [floor_mb, daemon_mb] = at_rest.map(|bytes| Series::of(bytes as f64 / 1e6));
    table.plain("memory at rest, MB", [&floor_mb, &daemon_mb], ["≤ 20", "≤ 12"]);
    let mut clients = Vec::new();
    for (server, rest) in [&floor, &daemon].into_iter().zip(at_rest) {
        let mut idle = Vec::new();
        let mut each = Vec::new();
        for sessions in IDLE {
            idle.extend(Client::several(server, sessions - idle.len()).await?);
            let kept = server.resident()?.saturating_sub(rest);
            each.push(Series::of(kept as f64 / sessions as f64 / 1e3));
        }
        clients.push(each);
    }
    for (index, sessions) in IDLE.into_iter().enumerate() {
        let goals = if sessions == 10_000 { ["≤ 16", "≤ 10"] } else { ["", ""] };
        let sides = [&clients[0][index], &clients[1][index]];
        table.plain(&format!("memory of each of {sessions} idle sessions, kB"), sides, goals);
    }
    Ok(())
}
