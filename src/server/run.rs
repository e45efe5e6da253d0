//! The life of a daemon: it accepts, it drains, it ends with every task of its own.

use std::sync::{Arc, Weak};
use std::time::Duration;

use rmcp::ServerHandler;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::task::TaskTracker;

use super::accept::{Role, accept};
use super::agents::Opening;
use super::daemon::Daemon;
use super::{Deps, Listeners, Shutdown, addresses, agents, mcp, reload};
use crate::calls::Painter;
use crate::error::Result;

/// How often what nobody needs any more is looked for.
const HOUSEKEEPING: Duration = Duration::from_secs(5);
/// How long calls that are cut off may take to write down that they were.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Serves until `shutdown`; then every call has its result in the journal, and every task has ended.
pub async fn run(listeners: Listeners, deps: Deps, shutdown: Shutdown) -> Result<()> {
    serve(listeners, deps, shutdown, Box::new(mcp::open)).await
}

/// As [`run`], but agents on `/mcp` each talk to what `handler` makes. Who asks, from where and how much is looked at all the same.
pub async fn run_with<A: ServerHandler>(
    listeners: Listeners,
    deps: Deps,
    shutdown: Shutdown,
    handler: impl Fn() -> A + Send + Sync + 'static,
) -> Result<()> {
    let handler = Arc::new(handler);
    let open = move |daemon: &Arc<Daemon>, _: &'static str| {
        let handler = Arc::clone(&handler);
        agents::service(daemon, move || handler())
    };
    serve(listeners, deps, shutdown, Box::new(open)).await
}

async fn serve(listeners: Listeners, mut deps: Deps, shutdown: Shutdown, agents: Opening) -> Result<()> {
    let ports = addresses(&listeners);
    let (lock, files) = (deps.lock.take(), deps.watch.take());
    let daemon = Arc::new(Daemon::new(deps, shutdown.clone(), ports, agents));
    let painter: Weak<dyn Painter> = Arc::downgrade(&(Arc::clone(&daemon) as Arc<dyn Painter>));
    daemon.house.paint_by(painter);
    let Listeners { main, page, health, metrics } = listeners;
    let others = [(page, Role::Page), (health, Role::Health), (metrics, Role::Metrics)];
    let others = others.into_iter().filter_map(|(listener, role)| Some((listener?, role)));
    let doors = TaskTracker::new();
    for (listener, role) in std::iter::once((main, Role::Main)).chain(others) {
        doors.spawn(accept(Arc::clone(&daemon), listener, role));
    }
    daemon.tasks.spawn(keep_house(Arc::clone(&daemon)));
    daemon.tasks.spawn(mcp::keep_menu(Arc::clone(&daemon)));
    if let Some(files) = files {
        daemon.tasks.spawn(reload::watch(Arc::clone(&daemon), files));
    }
    daemon.house.warm(&daemon.tasks);
    tracing::info!("listening");
    tokio::select! {
        () = shutdown.drain.cancelled() => {}
        () = shutdown.now.cancelled() => shutdown.drain.cancel(),
    }
    // Once nothing listens any more, the next daemon may begin, on the same ports.
    doors.close();
    doors.wait().await;
    drop(lock);
    tracing::info!(running = daemon.house.calls().running.len(), "draining");
    drain(&daemon, &shutdown).await;
    // A result that is in the journal is told to who waits for it before its connection is closed.
    daemon.answers.close();
    drop(tokio::time::timeout(LAST_WORDS, daemon.answers.wait()).await);
    daemon.end.cancel();
    daemon.answers.wait().await;
    daemon.tasks.close();
    daemon.tasks.wait().await;
    tracing::info!("ended");
    Ok(())
}

/// Waits for the calls, as long as they may take; what still runs then is cut off, and says so in the journal.
async fn drain(daemon: &Daemon, shutdown: &Shutdown) {
    let patience = daemon.config().timeouts.drain;
    let calls = daemon.house.calls();
    tokio::select! {
        () = calls.running.all_ended() => {}
        () = shutdown.now.cancelled() => {}
        () = tokio::time::sleep(patience) => {}
    }
    // Also when all have ended: one that was accepted in the same moment must not be waited for until its deadline.
    daemon.house.stop();
    drop(tokio::time::timeout(LAST_WORDS, calls.running.all_ended()).await);
}

/// Forgets sessions that nobody came back to; ends a daemon that was started by a client and is needed by none.
async fn keep_house(daemon: Arc<Daemon>) {
    let mut ticks = interval(HOUSEKEEPING.min(daemon.config().daemon.unused / 2));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut tidied = Instant::now();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = daemon.shutdown.drain.cancelled() => return,
        }
        for session in daemon.sessions.sweep(daemon.config().daemon.session_idle) {
            daemon.house.telemetry().forget_session(session.as_str());
        }
        if tidied.elapsed() > TIDYING {
            tidied = Instant::now();
            daemon.house.tidy(Duration::from_secs(1)).await;
        }
        if daemon.autostarted && daemon.unused_for() > daemon.config().daemon.unused {
            tracing::info!("nobody has needed this daemon for a while");
            daemon.shutdown.drain.cancel();
        }
    }
}

/// How often the store is put in order; it does so itself once an hour at the most.
const TIDYING: Duration = Duration::from_mins(10);
