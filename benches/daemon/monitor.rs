//! What a dashboard that is subscribed costs the daemon: the same calls, at the same pace, with nobody and with one who hears
//! snapshots, events and log as `exai monitor` does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
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
            let (heard, monitor) = if has_monitor { watch(&server).await? } else { Default::default() };
            let (cpu, begun) = (server.cpu()?, Instant::now());
            try_join_all(callers.iter_mut().map(at_a_pace)).await?;
            let share = (server.cpu()? - cpu).as_secs_f64() / begun.elapsed().as_secs_f64() * 100.0;
            if let Some(monitor) = monitor {
                monitor.abort();
                let (heard, told) =
                    (heard.load(Ordering::Relaxed) as f64, 2.0 * f64::from(CALLS) * ROUND.as_secs_f64());
                anyhow::ensure!(heard >= told * 0.95, "the monitor heard {heard} of {told} events");
            }
            if round > 0 {
                shares.add(share);
            }
        }
    }
    let [alone, watched] = &shares;
    table.added("monitor, 1,000 events/s: % of a core", [alone, watched], ["≤ 2", ""]);
    Ok(())
}

type Watching = (Arc<AtomicUsize>, Option<tokio::task::JoinHandle<anyhow::Result<()>>>);

/// Hears everything and counts the events.
async fn watch(server: &Server) -> anyhow::Result<Watching> {
    let mut client = Client::connect(server).await?;
    client.send(SUBSCRIBE.to_owned()).await?;
    while !client.next().await?.as_str().starts_with(r#"{"op":"snapshot""#) {}
    let heard = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&heard);
    let watching = tokio::spawn(async move {
        loop {
            if client.next().await?.as_str().starts_with(r#"{"op":"event""#) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    Ok((heard, Some(watching)))
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
