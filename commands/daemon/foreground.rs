//! The life of a daemon: it takes its place, opens its ports and its house, serves, drains, ends.
//!
//! ```text
//! lock ─▶ token ─▶ ports ─▶ house ─▶ announced ─▶ serving ── signal ─▶ draining ─▶ closed
//! ```
//!
//! Nothing slow stands before the ports: whoever connects early waits in their queue, not in vain.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use exai_core::backend::House;
use exai_core::config::{Config, Sources, Watch};
use exai_core::coordination::{DaemonInfo, DaemonLock, prepare_state_dir, read_or_make_token};
use exai_core::server::{self, Deps, Listeners, Shutdown, reloaded_by_signal};
use exai_core::telemetry::log::{self, LogGuard};
use exai_core::tools::Registry;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::signals::{Signals, Wish};
use super::{activation, address, ports, service};
use crate::output::{Output, Style};
use crate::report;
use crate::setup::Setup;

/// How long a daemon that must end at once may take to write down what it cut off.
const FORCED: Duration = Duration::from_secs(10);

/// Runs the daemon until it is told to end.
pub(super) async fn run(autostarted: bool, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::new()?;
    let started = tokio::select! {
        biased;
        // Nobody was served yet, so nothing is left to do.
        _ = signals.end() => return Ok(ExitCode::SUCCESS),
        started = start(autostarted, setup, output) => started?,
    };
    let code = Box::pin(serve(started, setup.sources()?, &mut signals, output)).await?;
    Ok(ExitCode::from(code))
}

/// A daemon that is ready to serve.
struct Started {
    listeners: Listeners,
    deps: Deps,
    house: Arc<House>,
    address: SocketAddr,
    /// Writes what is queued when it goes.
    log: LogGuard,
}

async fn start(autostarted: bool, setup: &Setup, output: &mut Output) -> anyhow::Result<Started> {
    let (config, sources) = (setup.config()?, setup.sources()?);
    let inherited = activation::take(&sources.environment);
    let hosts = address::resolve(config).await?;
    let given = inherited.listeners.values().filter_map(|listener| Some(listener.local_addr().ok()?.ip()));
    address::check(hosts.iter().copied().chain(given), config.daemon.token.as_ref())?;
    prepare_state_dir(&config.state_dir)?;
    let mut lock = DaemonLock::take(&config.state_dir)?;
    // Who comes second learns who was first, also while the first one is still starting.
    lock.announce(&info(None))?;
    let token = match &config.daemon.token {
        Some(token) => token.expose().to_owned(),
        None => read_or_make_token(&config.state_dir)?,
    };
    let opened = ports::open(config, &hosts, inherited, autostarted)?;
    for warning in &opened.warnings {
        output.note(Style::Warn, "warning: ", warning);
    }
    for (name, url) in ports::lines(&opened.listeners) {
        output.note(Style::Muted, &format!("{name}: "), &url);
    }
    raise_open_files();
    let log = log::start(&config.state_dir, &config.log)?;
    let house = House::open(config).await?;
    lock.announce(&info(Some(address::reachable(opened.address))))?;
    let again = sources.clone();
    let reread = Box::new(move || Config::load(&again).map(|loaded| loaded.config));
    let deps = Deps {
        house: Arc::clone(&house),
        token,
        lock: Some(lock),
        reread,
        watch: Some(Watch::new(sources, config)),
        autostarted,
    };
    Ok(Started { listeners: opened.listeners, deps, house, address: opened.address, log })
}

fn info(address: Option<SocketAddr>) -> DaemonInfo {
    DaemonInfo { pid: std::process::id(), address, version: env!("CARGO_PKG_VERSION").to_owned() }
}

/// A connection is an open file: as many as the system allows.
fn raise_open_files() {
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
        // A system that refuses leaves the limit as it was, which the server meets like any other.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
    }
}

/// Serves until somebody ends it; the exit code.
async fn serve(started: Started, sources: &Sources, signals: &mut Signals, output: &mut Output) -> anyhow::Result<u8> {
    let Started { listeners, deps, house, address, log: _log } = started;
    let status = format!("listens on {address}");
    let (shutdown, tasks, ended) = (Shutdown::default(), TaskTracker::new(), CancellationToken::new());
    let (watched, end) = (Arc::clone(&house), ended.clone());
    tasks.spawn(async move { end.run_until_cancelled(service::watch(watched)).await });
    let all = async {
        let served = server::run(listeners, deps, shutdown.clone()).await;
        house.close().await;
        served
    };
    let mut all = Box::pin(all);
    service::ready(&status);
    let (mut is_told, mut forced) = (false, None);
    let served = loop {
        tokio::select! {
            biased;
            () = shutdown.drain.cancelled(), if !is_told => {
                is_told = true;
                service::stopping("lets its calls finish");
                output.note(Style::Muted, "", &parting(&house));
            }
            served = &mut all => break Some(served),
            wish = signals.next() => match wish {
                Wish::Reload if is_told => {}
                Wish::Reload => reload(sources, &house, &status, output),
                Wish::End(_) if !shutdown.drain.is_cancelled() => shutdown.drain.cancel(),
                Wish::End(code) => {
                    forced.get_or_insert((code, tokio::time::Instant::now() + FORCED));
                    house.stop();
                    shutdown.now.cancel();
                }
            },
            () = at(forced.map(|(_, latest)| latest)) => break None,
        }
    };
    ended.cancel();
    tasks.close();
    tasks.wait().await;
    match served {
        Some(Err(error)) => Err(error.into()),
        _ => Ok(forced.map_or(0, |(code, _)| code)),
    }
}

/// What becomes of the calls that run.
fn parting(house: &House) -> String {
    let patience = house.config().timeouts.drain.as_secs_f64();
    match house.calls().running.len() {
        0 => "stopping".to_owned(),
        1 => format!("stopping: 1 call may finish within {patience} s; one more signal ends it now"),
        more => format!("stopping: {more} calls may finish within {patience} s; one more signal ends them now"),
    }
}

/// The moment, or never.
async fn at(moment: Option<tokio::time::Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Reads the configuration again. One that can not be used leaves everything as it was.
fn reload(sources: &Sources, house: &House, status: &str, output: &mut Output) {
    service::reloading();
    let read = Config::load(sources).and_then(|loaded| Ok((house.reload(&loaded.config)?, loaded.warnings)));
    reloaded_by_signal(house, read.is_ok());
    match read {
        Ok((reloaded, warnings)) => {
            output.note(Style::Muted, "", "the configuration was read again");
            for warning in warnings.iter().chain(&Registry::misnamed(&house.config())) {
                output.note(Style::Warn, "warning: ", warning);
            }
            for key in reloaded.need_restart {
                output.note(Style::Warn, "warning: ", &format!("{key} is used only after a restart"));
            }
        }
        Err(error) => {
            output.tell(Style::Bad, "error: ", &format!("the configuration stays as it was: {error}"));
            report::hints(output, &error.hints);
        }
    }
    service::ready(status);
}
