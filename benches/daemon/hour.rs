//! What the daemon keeps in memory after an hour of mixed work, against a minute of it.

use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::{Instant, sleep};

use crate::chat::question;
use crate::client::{Client, call};
use crate::figures::{Series, Table};
use crate::server::Server;
use crate::upstream::Upstream;

/// When memory is looked at, since the beginning; the last look is the end.
const LOOKS: [Duration; 4] =
    [Duration::from_mins(1), Duration::from_mins(10), Duration::from_mins(30), Duration::from_hours(1)];
/// Clients, each of which asks about twice a second: what is measured is time, not load.
const CLIENTS: usize = 32;
const PAUSE: Duration = Duration::from_secs(1);
/// How long the model thinks.
const THINKS: Duration = Duration::from_millis(50);

pub(crate) async fn run(table: &mut Table) -> anyhow::Result<()> {
    let upstream = Upstream::start().await?;
    upstream.answer_after(THINKS);
    let url = upstream.url("glm");
    let daemon = Server::daemon(&[("GLM_API_KEY", "a-key"), ("GLM_API_URL", &url)]).await?;
    let begun = Instant::now();
    let until = begun + LOOKS[LOOKS.len() - 1];
    let clients = try_join_all((0..CLIENTS).map(|_| ask_this_and_that(&daemon, until)));
    let looks = async {
        let mut seen = Vec::new();
        for look in LOOKS {
            tokio::time::sleep_until(begun + look).await;
            seen.push(Series::of(daemon.resident()? as f64 / 1e6));
        }
        anyhow::Ok(seen)
    };
    let (asked, seen) = tokio::try_join!(clients, looks)?;
    let what = |index: usize| {
        let minutes = LOOKS[index].as_secs() / 60;
        format!("{} calls in an hour: memory after 1 and {minutes} minutes, MB", asked.iter().sum::<u32>())
    };
    for index in 1..LOOKS.len() {
        let goals = if index == LOOKS.len() - 1 { ["≤ 1.1 ×", "1.0 ×"] } else { ["", ""] };
        table.ratio(&what(index), [&seen[0], &seen[index]], goals);
    }
    Ok(())
}

/// One client: questions in one piece and as streams, asked again, given up, tools without a model; now and then its connection
/// breaks, or it goes and another one comes. Returns how often it asked.
async fn ask_this_and_that(daemon: &Server, until: Instant) -> anyhow::Result<u32> {
    let (mut client, mut session) = Client::begin(daemon).await?;
    let mut asked = 0;
    while Instant::now() < until {
        asked += 1;
        match fastrand::u8(..100) {
            0..40 => client.ask(question(false)).await?,
            40..50 => client.ask(question(true)).await?,
            50..65 => client.ask(call("chat", |_| again())).await?,
            65..95 => client.ask(call("version", |_| "{}".to_owned())).await?,
            // What it asked for goes on.
            95..98 => {
                client.send(question(false)).await?;
                client = Client::resume(daemon, &session).await?;
            }
            _ => {
                client.leave().await?;
                (client, session) = Client::begin(daemon).await?;
            }
        }
        sleep(PAUSE.mul_f64(fastrand::f64())).await;
    }
    Ok(asked)
}

/// A question that was asked before, most of the time.
fn again() -> String {
    format!(r#"{{"prompt":"why, again, number {}?","model":"glm-5.3-flash"}}"#, fastrand::u8(..20))
}
