//! Many clients and a model with a pace of its own: how much of what is possible the daemon makes of it.

use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::Instant;

use crate::chat::question;
use crate::client::{Client, Measured, ROUNDS, call, measure};
use crate::figures::{Series, Table, percentile};
use crate::server::Server;
use crate::upstream::Upstream;

/// How long the model thinks.
const THINKS: Duration = Duration::from_millis(100);
/// Clients, and places at the model.
const PLACES: usize = 256;

/// A daemon in front of `upstream`, with these settings too.
async fn daemon(upstream: &Upstream, settings: &[(&str, &str)]) -> anyhow::Result<Server> {
    let (glm, kimi) = (upstream.url("glm"), upstream.url("kimi"));
    let keys = [("GLM_API_KEY", "a-key"), ("KIMI_API_KEY", "a-key"), ("GLM_API_URL", &glm), ("KIMI_API_URL", &kimi)];
    Server::daemon(&[&keys, settings].concat()).await
}

/// So many clients as places, each with one question after the other: every place should be taken all the time.
pub(crate) async fn ideal(table: &mut Table) -> anyhow::Result<()> {
    let upstream = Upstream::start().await?;
    upstream.answer_after(THINKS);
    let (floor, daemon) = (Server::floor("gateway", &upstream.url("glm"))?, daemon(&upstream, &[]).await?);
    let mut sides = Vec::new();
    for server in [&floor, &daemon] {
        sides.push((Client::several(server, PLACES).await?, Series::default()));
    }
    for _ in 0..3 {
        for (clients, rate) in &mut sides {
            rate.add(steady(clients, Duration::from_secs(1), Duration::from_secs(3)).await?);
        }
    }
    let ideal = Series::of(PLACES as f64 / THINKS.as_secs_f64());
    let [(_, floor), (_, daemon)] = &sides[..] else { anyhow::bail!("two sides") };
    table.share("model at 100 ms, 256 clients: the bare gateway", [&ideal, floor], ["", ""]);
    table.share("model at 100 ms, 256 clients: calls/s of the ideal", [&ideal, daemon], ["≥ 97 %", "≥ 99 %"]);
    Ok(())
}

/// Everybody asks one question after another; answered questions in a second, once all have begun and before the first one
/// stops. They begin at different moments: otherwise all would be answered at the same ones for ever.
async fn steady(clients: &mut [Client], warm: Duration, lasts: Duration) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let (from, until) = (begun + warm, begun + warm + lasts);
    let each = clients.iter_mut().map(|client| async move {
        tokio::time::sleep(THINKS.mul_f64(fastrand::f64())).await;
        let mut answered = 0_u32;
        while Instant::now() < until {
            client.ask(question(false)).await?;
            answered += u32::from((from..until).contains(&Instant::now()));
        }
        anyhow::Ok(answered)
    });
    let answered: u32 = try_join_all(each).await?.iter().sum();
    Ok(f64::from(answered) / lasts.as_secs_f64())
}

/// Many more clients than places.
pub(crate) async fn overload(table: &mut Table) -> anyhow::Result<()> {
    const LIMITS: [(&str, &str); 4] = [
        ("EXAI_GLM_MAX_INFLIGHT", "32"),
        ("EXAI_GLOBAL_MAX_INFLIGHT", "32"),
        ("EXAI_SESSION_MAX_INFLIGHT", "32"),
        ("EXAI_QUEUE_LIMIT", "256"),
    ];
    let upstream = Upstream::start().await?;
    upstream.answer_after(Duration::from_millis(20));
    let daemon = daemon(&upstream, &LIMITS).await?;
    let mut clients = Client::several(&daemon, 1_000).await?;
    let (mut calm, mut crowded, mut refused) = <(Series, Series, Refused)>::default();
    // Once to warm up, until what is kept of the latest calls is full.
    storm(&mut clients, Duration::from_secs(6), &mut Refused::default()).await?;
    let before = daemon.resident()?;
    for _ in 0..3 {
        calm.add(storm(&mut clients[..64], Duration::from_secs(2), &mut Refused::default()).await?);
        crowded.add(storm(&mut clients, Duration::from_secs(2), &mut refused).await?);
    }
    let after = daemon.resident()?;
    table.share("overload, 1,000 clients for 32 places: calls/s", [&calm, &crowded], ["≥ 70 %", "≥ 90 %"]);
    let took = [50, 99].map(|percent| Series::of(percentile(&refused.took, percent)));
    table.plain("overload: refusals, p50 and p99, ms", [&took[0], &took[1]], ["", ""]);
    let memory = [before, after].map(|bytes| Series::of(bytes as f64 / 1e6));
    table.plain("overload: memory before and after, MB", [&memory[0], &memory[1]], ["flat", "flat"]);
    Ok(())
}

/// How long each refusal took, in milliseconds.
#[derive(Debug, Default)]
struct Refused {
    took: Vec<f64>,
}

/// Everybody asks for a while, and who is refused waits a moment; answered questions in a second.
async fn storm(clients: &mut [Client], lasts: Duration, refused: &mut Refused) -> anyhow::Result<f64> {
    let until = Instant::now() + lasts;
    let each = clients.iter_mut().map(|client| async move {
        let (mut answered, mut took) = (0_u32, Vec::new());
        while Instant::now() < until {
            let begun = Instant::now();
            if client.ask_if_there_is_room(question(false)).await? {
                answered += 1;
            } else {
                took.push(begun.elapsed().as_secs_f64() * 1e3);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        anyhow::Ok((answered, took))
    });
    let begun = Instant::now();
    let all = try_join_all(each).await?;
    let wall = begun.elapsed().as_secs_f64();
    refused.took.extend(all.iter().flat_map(|(_, took)| took));
    Ok(f64::from(all.iter().map(|(answered, _)| answered).sum::<u32>()) / wall)
}

/// One provider has all its places taken by requests that do not end: the other must not notice.
pub(crate) async fn saturated(table: &mut Table) -> anyhow::Result<()> {
    let upstream = Upstream::start().await?;
    let daemon = daemon(&upstream, &[("EXAI_GLM_MAX_INFLIGHT", "32"), ("EXAI_SESSION_MAX_INFLIGHT", "64")]).await?;
    let kimi = || call("chat", |number| format!(r#"{{"prompt":"question {number}: and this?","model":"kimi-k3"}}"#));
    let mut client = [Client::connect(&daemon).await?];
    let (mut idle, mut beside) = <(Measured, Measured)>::default();
    measure(&daemon, &mut client, 200, &kimi, &mut Measured::default()).await?;
    for _ in 0..ROUNDS {
        measure(&daemon, &mut client, 300, &kimi, &mut idle).await?;
        upstream.stall(true);
        let mut stuck = Client::several(&daemon, 64).await?;
        for client in &mut stuck {
            client.send(question(false)).await?;
        }
        tokio::time::sleep(THINKS).await;
        measure(&daemon, &mut client, 300, &kimi, &mut beside).await?;
        upstream.stall(false);
        tokio::time::sleep(THINKS).await;
    }
    table.ratio("GLM saturated: Kimi p50, idle and beside, ms", [&idle.p50, &beside.p50], ["≤ 1.2 ×", "≤ 1.05 ×"]);
    Ok(())
}
