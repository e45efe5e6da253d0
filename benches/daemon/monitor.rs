//! What a dashboard that is subscribed costs the daemon: the same calls, at the same pace, with nobody and with one who hears
//! snapshots, events and log as `exai monitor` does.

use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::client::{Client, ROUNDS, call};
use crate::figures::{Series, Table};
use crate::server::Server;

/// Calls in a second. Each is two events, of its beginning and its end.
const CALLS: u32 = 500;
/// How long a round takes.
const ROUND: Duration = Duration::from_secs(3);
/// Connections that make the calls in turns.
const CONNECTIONS: u32 = 4;
const SUBSCRIBE: &str =
    r#"{"op":"subscribe","request_id":"all","topics":["snapshot","events","log"],"interval_ms":500}"#;

pub(crate) async fn run(table: &mut Table) -> anyhow::Result<()> {
    let server = Server::daemon(&[]).await?;
    let mut callers = Client::several(&server, CONNECTIONS as usize).await?;
    let mut shares = <[Series; 2]>::default();
    for round in 0..=ROUNDS {
        for (has_monitor, shares) in [false, true].into_iter().zip(&mut shares) {
            let mut monitor = if has_monitor { Some(subscribed(&server).await?) } else { None };
            let mut heard = 0.0;
            let (cpu, begun) = (server.cpu()?, Instant::now());
            tokio::select! {
                done = try_join_all(callers.iter_mut().map(at_a_pace)) => done.map(drop)?,
                ended = hear(monitor.as_mut(), &mut heard) => ended?,
            }
            let took = server.cpu()?.saturating_sub(cpu);
            let share = took.as_secs_f64() / begun.elapsed().as_secs_f64() * 100.0;
            let told = 2.0 * f64::from(CALLS) * ROUND.as_secs_f64();
            anyhow::ensure!(!has_monitor || heard >= told * 0.95, "the monitor heard {heard} of {told} events");
            if round > 0 {
                shares.add(share);
            }
        }
    }
    let [alone, watched] = &shares;
    table.added("monitor, 1,000 events/s: % of a core", [alone, watched], ["≤ 2", ""]);
    Ok(())
}

/// A connection that hears everything from now on.
async fn subscribed(server: &Server) -> anyhow::Result<Client> {
    let mut client = Client::connect(server).await?;
    client.send(SUBSCRIBE.to_owned()).await?;
    while !client.next().await?.as_str().starts_with(r#"{"op":"snapshot""#) {}
    Ok(client)
}

/// Counts the events that come, for ever; without a connection none come.
async fn hear(monitor: Option<&mut Client>, heard: &mut f64) -> anyhow::Result<()> {
    let Some(monitor) = monitor else { return std::future::pending().await };
    loop {
        if monitor.next().await?.as_str().starts_with(r#"{"op":"event""#) {
            *heard += 1.0;
        }
    }
}

/// One connection's part of the calls, spread over the round.
async fn at_a_pace(client: &mut Client) -> anyhow::Result<()> {
    let each = CALLS / CONNECTIONS;
    let mut ticks = interval(Duration::from_secs(1) / each);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for _ in 0..each * u32::try_from(ROUND.as_secs())? {
        ticks.tick().await;
        client.ask(call("version", |_| "{}".to_owned())).await?;
    }
    Ok(())
}
