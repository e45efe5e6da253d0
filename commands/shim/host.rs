//! The place beside an agent: its files are here, its calls are carried out by a daemon, which is found or started when the
//! first one is made, and again when it has gone.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use exai_core::backend::{Address, Backend as _, Remote, RemoteSettings, catalogue};
use exai_core::config::{Profile, Project};
use exai_core::coordination::DaemonLock;
use exai_core::error::{Error, ErrorCode, Result};
use exai_core::evidence::{LocalWorkspace, Workspace};
use exai_core::mcp::{Agent, Host, Menu};
use exai_core::protocol::CallRequest;
use exai_core::protocol::wire::{Client, Topic};
use exai_core::providers::Model;
use exai_core::tools::{List, Offer};
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use crate::call::arguments;
use crate::daemon::autostart::{self, Ready};
use crate::setup::Setup;

/// How long a daemon may take to start.
const START: Duration = Duration::from_secs(15);
/// How long one that runs may take to say hello.
const PATIENCE: Duration = Duration::from_secs(5);

/// The place beside one agent. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Beside(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    setup: Setup,
    /// The only daemon that is used.
    address: Option<Address>,
    /// Whether one is started when none runs.
    starts: bool,
    root: PathBuf,
    /// What the user could not use as a root gives nothing to read.
    workspace: Arc<LocalWorkspace>,
    list: List,
    offer: Offer,
    menu: watch::Sender<Arc<Menu>>,
    /// What this program has.
    own_menu: Arc<Menu>,
    near: Mutex<Near>,
    tasks: TaskTracker,
    /// What the user should know.
    notes: mpsc::Sender<String>,
}

/// The daemon that was last connected to.
#[derive(Debug, Default)]
struct Near {
    remote: Option<Remote>,
    /// The connection finds the daemon of the state directory wherever that listens, and whichever it is.
    is_own: bool,
    /// Keeps the menu as that daemon has it.
    menu: Option<JoinHandle<()>>,
    /// When the last try ended without a connection, and why.
    failed: Option<(Instant, Error)>,
}

/// Notes that wait to be shown; nobody needs more.
const NOTES: usize = 16;

impl Beside {
    /// Also hands out what the user should know, as it comes up.
    pub(super) fn new(
        setup: Setup,
        daemon: Option<&str>,
        starts: bool,
        root: PathBuf,
    ) -> Result<(Self, mpsc::Receiver<String>)> {
        let (config, (notes, told)) = (setup.config()?, mpsc::channel(NOTES));
        let address = daemon.map(Address::parse).transpose()?;
        let offer = Offer::configured(config);
        let list = List::new(&config.disabled_tools);
        let workspace = match workspace(&root, &setup) {
            Ok(workspace) => workspace,
            Err(error) => {
                drop(notes.try_send(format!("{error}; the tools read no files (name a directory with --root)")));
                LocalWorkspace::new(&[], &root, setup.home().as_deref(), &[])?
            }
        };
        let own_menu = Arc::new(Menu::of(&list, &offer)?);
        let menu = watch::Sender::new(Arc::clone(&own_menu));
        let inner = Inner {
            address,
            starts,
            root,
            workspace: Arc::new(workspace),
            list,
            offer,
            menu,
            own_menu,
            near: Mutex::default(),
            tasks: TaskTracker::new(),
            notes,
            setup,
        };
        Ok((Self(Arc::new(inner)), told))
    }

    /// Closes the connection; calls go on at the daemon. What does not end within `patience` is not waited for, such as a daemon
    /// that is being started.
    pub(super) async fn close(&self, patience: Duration) {
        let closing = async {
            if let Some(remote) = self.0.near.lock().await.remote.take() {
                remote.close().await;
            }
            self.0.tasks.close();
            self.0.tasks.wait().await;
        };
        drop(tokio::time::timeout(patience, closing).await);
    }
}

impl Inner {
    /// Sees to it that there is a daemon and a connection that finds it.
    async fn approach(&self, agent: &Agent, near: &mut Near) -> Result<Remote> {
        let ready = self.find().await?;
        for warning in ready.warnings {
            // One that is not shown is no reason to wait.
            drop(self.notes.try_send(warning));
        }
        let is_own = ready.state_dir.is_some();
        if let Some(remote) = near.remote.as_ref().filter(|_| near.is_own && is_own) {
            // With the calls that it still has: only it can tell what became of them.
            return Ok(remote.clone());
        }
        let settings = RemoteSettings {
            address: ready.address,
            token: ready.token,
            client: Client { name: name(agent), version: agent.client.version.clone() },
            roots: vec![self.root.display().to_string()],
            // Which tools there are is looked at here.
            profile: Some(Profile::Full),
            patience: PATIENCE,
            state_dir: ready.state_dir,
        };
        let remote = Remote::connect(settings).await?;
        *near = Near { remote: Some(remote.clone()), is_own, ..Near::default() };
        Ok(remote)
    }

    async fn find(&self) -> Result<Ready> {
        let config = self.setup.config()?;
        if let Some(address) = &self.address {
            let own = DaemonLock::find(&config.state_dir).and_then(|info| info.address).map(Address::from);
            let is_own = own.as_ref() == Some(address);
            let token = if is_own { crate::door::token(config)? } else { config.daemon.token.clone() };
            let state_dir = is_own.then(|| config.state_dir.clone());
            return Ok(Ready { address: address.clone(), token, state_dir, warnings: Vec::new() });
        }
        if self.starts {
            return autostart::ensure(&self.setup, START).await;
        }
        let announced = DaemonLock::find(&config.state_dir).and_then(|info| info.address);
        let Some(address) = announced else {
            let message = format!("no daemon runs for {}", config.state_dir.display());
            return Err(Error::new(ErrorCode::NoDaemon, message)
                .hint("start one with `exai daemon`, or leave --no-autostart out"));
        };
        let state_dir = Some(config.state_dir.clone());
        Ok(Ready { address: address.into(), token: crate::door::token(config)?, state_dir, warnings: Vec::new() })
    }

    /// Shows what the daemon has when that is not what this program has, as long as news come. Each daemon that is connected to
    /// may have something else.
    async fn keep_menu(self: Arc<Self>, remote: Remote) {
        let mut welcomes = remote.welcomes();
        // First the subscription, then the look: what changes between the two is heard of.
        let Ok(mut news) = remote.subscribe(&[Topic::Catalog], None).await else { return };
        let own = self.list.fingerprint(&self.offer);
        let mut is_known = remote.welcome().catalog == own && *self.menu.borrow() == self.own_menu;
        loop {
            if !is_known {
                self.look_up_menu(&remote).await;
            }
            is_known = false;
            tokio::select! {
                item = news.next() => if item.is_none() { return },
                welcome = welcomes.changed() => if welcome.is_err() { return },
            }
        }
    }

    async fn look_up_menu(&self, remote: &Remote) {
        let profile = match &self.offer {
            Offer::Profile(profile) => *profile,
            Offer::Only(_) => Profile::Full,
        };
        // What can not be looked up stays as it is.
        let Ok(list) = remote.list_tools(Some(profile)).await else { return };
        let menu = Menu::told(list, |name| self.is_offered(name));
        self.menu.send_if_modified(|old| {
            let is_new = **old != menu;
            if is_new {
                *old = Arc::new(menu);
            }
            is_new
        });
    }

    fn is_offered(&self, name: &str) -> bool {
        match &self.offer {
            Offer::Profile(_) => true,
            Offer::Only(names) => names.iter().any(|only| only == name),
        }
    }
}

impl Host for Beside {
    type House = Remote;

    async fn house(&self, agent: &Agent) -> Result<Remote> {
        let (asked, inner) = (Instant::now(), &self.0);
        let mut near = inner.near.lock().await;
        if let Some((_, error)) = near.failed.as_ref().filter(|(ended, _)| *ended > asked) {
            // It was waited for: a try of one's own would end the same way, and hold up those who wait behind.
            return Err(error.clone());
        }
        // Whoever restarts it is quicker than this, or nobody does.
        let is_left_alone = |remote: &Remote| remote.is_up() || !inner.starts || inner.address.is_some();
        let there = match &near.remote {
            Some(remote) if is_left_alone(remote) || DaemonLock::find(&inner.setup.config()?.state_dir).is_some() => {
                Ok(remote.clone())
            }
            _ => inner.approach(agent, &mut near).await,
        };
        let remote = there.inspect_err(|error| near.failed = Some((Instant::now(), error.clone())))?;
        if near.menu.as_ref().is_none_or(JoinHandle::is_finished) {
            near.menu = Some(inner.tasks.spawn(Arc::clone(inner).keep_menu(remote.clone())));
        }
        Ok(remote)
    }

    async fn house_at_hand(&self, agent: &Agent) -> Result<Option<Remote>> {
        let inner = &self.0;
        let config = inner.setup.config()?;
        let is_connected = || async { inner.near.lock().await.remote.as_ref().is_some_and(Remote::is_up) };
        let is_there = inner.address.is_some()
            || DaemonLock::find(&config.state_dir).is_some()
            || is_connected().await
            || (inner.starts && autostart::is_elsewhere(config).await);
        if is_there { self.house(agent).await.map(Some) } else { Ok(None) }
    }

    async fn prepare(&self, request: CallRequest, house: &Remote) -> Result<(CallRequest, Arc<dyn Workspace>)> {
        let mut request = self.0.list.admit(&self.0.offer, request)?;
        if let Err(unknown) = self.0.list.get(&request.tool)
            && !self.0.menu.borrow().has(&request.tool)
        {
            // What is no tool here, and none that the daemon has told of, is not worth a call in the journal.
            return Err(unknown);
        }
        let root = self.0.root.clone();
        let read = tokio::task::spawn_blocking(move || Project::load(&root)).await;
        let project = read.map_err(|error| Error::internal(format!("exai.toml could not be read: {error}")))??;
        if project.is_some() {
            let thread = request.arguments.get("continuation_id").and_then(|id| id.as_str()).map(str::to_owned);
            // A conversation that is not there is the call's own business.
            let thread = match thread {
                Some(id) => house.get_thread(&id).await.ok(),
                None => None,
            };
            arguments::add_defaults(&mut request.arguments, &request.tool, project.as_ref(), thread.as_ref());
        }
        Ok((request, self.workspace()))
    }

    fn workspace(&self) -> Arc<dyn Workspace> {
        Arc::clone(&self.0.workspace) as Arc<dyn Workspace>
    }

    fn menu(&self) -> watch::Receiver<Arc<Menu>> {
        self.0.menu.subscribe()
    }

    fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    async fn models(&self) -> Result<Vec<Arc<Model>>> {
        let setup = self.0.setup.clone();
        let read = tokio::task::spawn_blocking(move || catalogue(setup.config()?)).await;
        let catalogue = read.map_err(|error| Error::internal(format!("the models could not be read: {error}")))??;
        Ok(catalogue.models().filter(|model| !model.is_retired()).cloned().collect())
    }
}

/// What a dashboard shows as the client.
fn name(agent: &Agent) -> String {
    if agent.client.name.is_empty() { "exai shim".to_owned() } else { agent.client.name.clone() }
}

fn workspace(root: &Path, setup: &Setup) -> Result<LocalWorkspace> {
    let ignore = Project::load(root)?.map(|project| project.ignore).unwrap_or_default();
    LocalWorkspace::new(&[root.to_owned()], root, setup.home().as_deref(), &ignore)
}
