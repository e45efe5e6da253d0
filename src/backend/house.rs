//! The house of one process: everything that carries out calls, opened once, shared by all doors.

use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::Local;
use super::parts::{self, Lasting};
use crate::calls::{Calls, Painter, Running, Unkept, View};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::coordination::{Instance, prepare_state_dir};
use crate::error::Result;
use crate::protocol::SessionId;
use crate::store::{Retention, Store};
use crate::telemetry::{Telemetry, log};
use crate::threads::Threads;
use crate::tools::{Offer, Registry, Settings};

/// What the end of a process may spend on removing what has been kept for its time.
const TIDYING: Duration = Duration::from_millis(250);

/// The house of one process.
#[derive(Debug)]
pub struct House {
    /// Exchanged as a whole when the configuration is read again; calls that run keep the one they began with.
    calls: RwLock<Arc<Calls>>,
    config: RwLock<Arc<Config>>,
    /// What holds until the end, whatever is read later.
    started_with: Config,
    lasting: Lasting,
    opened: Instant,
    /// Counts how often the tools have changed.
    catalog: watch::Sender<u64>,
    /// Ends what listens to other processes.
    closed: CancellationToken,
}

/// What became of a configuration that was read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// Keys whose new value is used only after a restart.
    pub need_restart: Vec<&'static str>,
}

impl House {
    /// Opens the state directory and everything in it, and marks what dead processes left running.
    pub async fn open(config: &Config) -> Result<Arc<Self>> {
        let state_dir = &config.state_dir;
        prepare_state_dir(state_dir)?;
        let instance = Arc::new(Instance::announce(state_dir)?);
        let store = Store::open_with(state_dir, parts::opening(config)).await?;
        Calls::recover(&store, state_dir).await?;
        let (tasks, telemetry) = (TaskTracker::new(), Arc::<Telemetry>::default());
        let lasting = Lasting::new(config, &store, &tasks, &telemetry);
        let (running, unkept, stop) = (Arc::<Running>::default(), Arc::default(), CancellationToken::new());
        let calls =
            Arc::new(calls(config, &lasting, Shared { instance, running, unkept, stop, view: Arc::default() })?);
        let closed = CancellationToken::new();
        calls.listen(closed.clone());
        info!(version = env!("CARGO_PKG_VERSION"), state_dir = %state_dir.display(), "the house is open");
        Ok(Arc::new(Self {
            calls: RwLock::new(calls),
            config: RwLock::new(Arc::new(config.clone())),
            started_with: config.clone(),
            lasting,
            opened: Instant::now(),
            catalog: watch::Sender::new(0),
            closed,
        }))
    }

    /// The calls, as they are carried out from now on.
    pub fn calls(&self) -> Arc<Calls> {
        Arc::clone(&self.calls.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The configuration that is in force.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the house knows of itself.
    pub fn telemetry(&self) -> &Arc<Telemetry> {
        &self.lasting.telemetry
    }

    /// Hears when the tools change.
    pub fn catalog(&self) -> watch::Receiver<u64> {
        self.catalog.subscribe()
    }

    /// Lets `painter`, who knows more than the journal does, draw the picture of the house.
    pub fn paint_by(&self, painter: Weak<dyn Painter>) {
        self.calls().view.paint_by(painter);
    }

    /// Since when the house is open.
    pub fn opened(&self) -> Instant {
        self.opened
    }

    /// The house as one session of `owner` sees it.
    pub fn door(self: &Arc<Self>, owner: &str, session: &SessionId) -> Local {
        Local::new(Arc::clone(self), owner.to_owned(), session.to_string())
    }

    /// Uses another configuration from the next call on. What can not be used leaves everything as it was.
    pub fn reload(&self, config: &Config) -> Result<Reloaded> {
        let need_restart = config.differ_in(&self.started_with, NEED_RESTART);
        let old = self.calls();
        // The locks by which processes know of each other stay where they were made.
        let config = &Config { state_dir: old.state_dir.clone(), ..config.clone() };
        let new = calls(config, &self.lasting, Shared::of(&old))?;
        self.lasting.admission.set_limits(parts::limits(config));
        let has_other_tools = new.registry.fingerprint() != old.registry.fingerprint();
        *self.calls.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config.clone());
        // Last: who hears of it looks at once.
        if has_other_tools {
            self.catalog.send_modify(|count| *count += 1);
        }
        log::set_level(config.log.level);
        let after_restart = (!need_restart.is_empty()).then(|| need_restart.join(", "));
        info!(after_restart, "the configuration was read again");
        Ok(Reloaded { need_restart })
    }

    /// Removes what has been kept for its time, within `allowed`, if that was not done lately.
    pub async fn tidy(&self, allowed: Duration) {
        // What can not be removed now is removed another time.
        let tidied = self.lasting.store.tidy(self.retention(), Timestamp::now(), allowed).await;
        if let Ok(Some(tidied)) = tidied {
            let (rows, unfinished) = (tidied.rows, tidied.unfinished);
            if rows > 0 {
                info!(rows, unfinished, "what had been kept for its time was removed");
            }
            Instance::sweep(&self.config().state_dir);
        }
    }

    /// Changes one limit until the process ends or reads its configuration again.
    pub fn set_limit(&self, name: &str, limit: usize) -> Result<()> {
        self.lasting.admission.set_limit(name, limit)
    }

    /// Opens connections to the providers, so that the first call need not wait for it.
    pub fn warm(&self, tasks: &TaskTracker) {
        let calls = self.calls();
        tasks.spawn(async move { calls.gateway.warm().await });
    }

    /// Ends at once what still runs; such calls are `interrupted`.
    pub fn stop(&self) {
        let calls = self.calls();
        if !calls.running.is_empty() {
            warn!(calls = calls.running.len(), "calls are interrupted: the process can not wait for them");
        }
        calls.stop.cancel();
    }

    /// Waits for what still runs, and once in a while puts the store in order; call it last, when all is told.
    pub async fn close(&self) {
        self.closed.cancel();
        self.lasting.tasks.close();
        self.lasting.tasks.wait().await;
        self.tidy(TIDYING).await;
        info!("the house is closed");
    }

    fn retention(&self) -> Retention {
        parts::retention(&self.config())
    }
}

/// Keys that are looked at only when a process starts.
const NEED_RESTART: &[&str] = &[
    "state_dir",
    "daemon.host",
    "daemon.port",
    "daemon.token",
    "daemon.page_port",
    "daemon.health_port",
    "daemon.metrics_port",
    "log.format",
    "log.files",
    "timeouts.store",
];

/// What the calls of one configuration hand on to those of the next.
struct Shared {
    instance: Arc<Instance>,
    running: Arc<Running>,
    unkept: Arc<Unkept>,
    stop: CancellationToken,
    view: Arc<View>,
}

impl Shared {
    fn of(calls: &Calls) -> Self {
        Self {
            instance: Arc::clone(&calls.instance),
            running: Arc::clone(&calls.running),
            unkept: Arc::clone(&calls.unkept),
            stop: calls.stop.clone(),
            view: Arc::clone(&calls.view),
        }
    }
}

fn calls(config: &Config, lasting: &Lasting, shared: Shared) -> Result<Calls> {
    let Shared { instance, running, unkept, stop, view } = shared;
    Ok(Calls {
        gateway: parts::gateway(config, lasting)?,
        registry: Registry::new(&config.disabled_tools).offering(Offer::configured(config)),
        threads: Threads::new(lasting.store.clone(), config.threads.max_turns),
        settings: Arc::new(Settings {
            locale: config.locale.clone(),
            prompts: parts::prompts(config)?,
            defaults: parts::defaults(config)?,
            uploads: parts::uploads(config),
            embedding_model: config.embeddings.model.clone(),
            facts: parts::facts(config),
        }),
        timeout: config.timeouts.call,
        state_dir: config.state_dir.clone(),
        view,
        running,
        unkept,
        tasks: lasting.tasks.clone(),
        store: lasting.store.clone(),
        instance,
        telemetry: Arc::clone(&lasting.telemetry),
        stop,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, Port, Sources};

    #[tokio::test]
    async fn who_hears_that_the_tools_changed_finds_the_new_ones() {
        let home = tempfile::tempdir().unwrap();
        let environment = Environment::from_pairs([("HOME", home.path())]);
        let config = Config::load(&Sources { environment, ..Sources::default() }).unwrap().config;
        let house = House::open(&config).await.unwrap();
        for round in 0..60 {
            let (listening, catalog) = (Arc::clone(&house), house.catalog());
            let heard = std::thread::spawn(move || {
                while !catalog.has_changed().unwrap() {
                    std::hint::spin_loop();
                }
                listening.calls().registry.fingerprint().to_owned()
            });
            let disabled_tools = if round % 2 == 0 { vec!["planner".to_owned()] } else { Vec::new() };
            house.reload(&Config { disabled_tools, ..config.clone() }).unwrap();
            let found = heard.join().unwrap();
            assert_eq!(found, house.calls().registry.fingerprint(), "in round {round}");
        }
        house.close().await;
    }

    #[tokio::test]
    async fn a_reload_moves_no_locks_and_says_what_it_left_out() {
        let (home, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let environment = Environment::from_pairs([("HOME", home.path())]);
        let config = Config::load(&Sources { environment, ..Sources::default() }).unwrap().config;
        let house = House::open(&config).await.unwrap();
        let mut new = Config { state_dir: elsewhere.path().to_owned(), ..config.clone() };
        new.limits.glm = 7;
        new.daemon.max_connections = 7;
        new.daemon.health_port = Port::Off;
        for _ in 0..2 {
            assert_eq!(house.reload(&new).unwrap().need_restart, ["state_dir", "daemon.health_port"]);
        }
        assert_eq!(house.config().limits.glm, 7);
        // Whose instance file is looked for in the wrong place is taken for dead.
        assert_eq!((&house.calls().state_dir, &house.config().state_dir), (&config.state_dir, &config.state_dir));
        house.close().await;
    }
}
