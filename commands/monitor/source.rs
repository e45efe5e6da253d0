//! Where the dashboard's news come from: a daemon, the journal of a state directory, or a recording. The daemon may come and
//! go; the dashboard is told.

use std::sync::Arc;
use std::time::Duration;

use exai_core::backend::{Backend, Bulletin, LinkState, Local, Remote, Subscription};
use exai_core::coordination::DaemonLock;
use exai_core::error::Error;
use exai_core::protocol::wire::{Admin, Topic};
use exai_core::protocol::{CallId, Live, Told};
use exai_ui::{Answer, Feed, Link, Msg, Wish};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::recording::{Recorder, Recording};
use crate::cli::Color;
use crate::door::{Choice, Door};
use crate::output::Output;
use crate::setup::Setup;

/// The time between two pictures of a daemon: events tell what happens between them.
const PICTURES: Duration = Duration::from_millis(500);
/// The time between two pictures of a journal.
const JOURNAL: Duration = Duration::from_secs(1);
/// Pauses between tries to find the daemon again.
const PAUSES: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(3), Duration::from_secs(5)];
/// Requests that may be under way at once.
const ASKED: usize = 16;

/// Where news come from.
#[derive(Debug)]
pub(super) enum Source {
    /// A daemon, or this state directory.
    House {
        /// The way in that was found first.
        door: Door,
    },
    /// A recording.
    Recording(Recording),
}

/// Tells the dashboard, and does what it asks for.
pub(super) struct Telling<'a> {
    pub(super) told: mpsc::Sender<Msg>,
    pub(super) wanted: mpsc::Receiver<Wish>,
    pub(super) recorder: Option<Recorder>,
    pub(super) setup: &'a Setup,
    pub(super) choice: &'a Choice,
    /// Whether a recording is played at its pace.
    pub(super) waits: bool,
    /// Where the daemon was when it was there last; a daemon that is gone does not say it any more.
    pub(super) known: Option<String>,
    /// Frames that earlier connections lost on the way.
    pub(super) lost: u64,
}

/// The dashboard has ended: nobody is left to be told.
struct Over;

impl Telling<'_> {
    /// Tells until the source is exhausted; a house never is.
    pub(super) async fn serve(mut self, source: Source) -> anyhow::Result<()> {
        match source {
            Source::Recording(recording) => self.replay(recording).await,
            Source::House { door } => self.house(door).await,
        }
    }

    async fn house(&mut self, door: Door) -> anyhow::Result<()> {
        let mut next = Some(door);
        loop {
            let door = match next.take() {
                Some(door) => door,
                None => match self.come_back().await {
                    Ok(remote) => Door::There(remote),
                    Err(Over) => return Ok(()),
                },
            };
            let outcome = match &door {
                Door::There(remote) => self.daemon(remote).await,
                Door::Here(local) => self.journal(local).await,
            };
            door.close().await;
            match outcome? {
                Ok(found) => next = found,
                Err(Over) => return Ok(()),
            }
        }
    }

    /// Tells one message.
    async fn tell(&mut self, msg: Msg) -> anyhow::Result<Result<(), Over>> {
        if let (Some(recorder), Msg::Feed(feed)) = (&mut self.recorder, &msg) {
            recorder.take(feed)?;
        }
        Ok(self.told.send(msg).await.map_err(|_| Over))
    }

    /// Tells what a daemon tells, until it is gone for longer than its connection is patient.
    async fn daemon(&mut self, remote: &Remote) -> anyhow::Result<Result<Option<Door>, Over>> {
        let topics = [Topic::Snapshot, Topic::Events, Topic::Log];
        let mut subscription = remote.subscribe(&topics, Some(PICTURES)).await?;
        let place = self.place();
        self.known = Some(place.clone());
        if self.tell(Msg::Link(Link::Live { place })).await?.is_err() {
            return Ok(Err(Over));
        }
        let mut link = remote.link();
        let mut asked = Asked::new(Arc::new(remote.clone()), Some(remote.clone()), self.told.clone());
        let before = self.lost;
        loop {
            let msg = tokio::select! {
                biased;
                wish = self.wanted.recv() => {
                    let Some(wish) = wish else { return Ok(Err(Over)) };
                    asked.ask(wish);
                    continue;
                }
                Ok(()) = link.changed() => {
                    let state = link.borrow_and_update().clone();
                    // One that was started anew may be elsewhere.
                    if matches!(state, LinkState::Up) {
                        self.known = Some(self.place());
                    }
                    Msg::Link(told_of(&state, self.known.as_deref().unwrap_or_default()))
                }
                bulletin = next(&mut subscription) => match bulletin {
                    Some(Some(feed)) => Msg::Feed(feed),
                    Some(None) => continue,
                    None => return Ok(Ok(None)),
                },
            };
            if self.tell(msg).await?.is_err() {
                return Ok(Err(Over));
            }
            // The sum over all connections: each counts from nothing.
            if before + subscription.dropped() > self.lost {
                self.lost = before + subscription.dropped();
                if self.tell(Msg::Feed(Feed::Lost(self.lost))).await?.is_err() {
                    return Ok(Err(Over));
                }
            }
        }
    }

    /// Where the daemon is, as far as is known before it is asked.
    fn place(&self) -> String {
        let announced = self
            .setup
            .config()
            .ok()
            .and_then(|config| DaemonLock::find(&config.state_dir))
            .and_then(|info| info.address);
        match (self.choice.url(), announced) {
            (Some(url), _) => url.to_owned(),
            (None, Some(address)) => format!("ws://{address}"),
            (None, None) => "daemon".to_owned(),
        }
    }

    /// Looks for the daemon again and again, and says when it looks next.
    async fn come_back(&mut self) -> Result<Remote, Over> {
        let place = self.known.clone().unwrap_or_else(|| self.place());
        let mut why = "the daemon is gone".to_owned();
        // Whatever is found out on the way is told by the dashboard, not beside it.
        let mut silent = Output::new();
        silent.set_up(Color::Never, true);
        for try_number in 0.. {
            let pause = PAUSES.get(try_number).copied().unwrap_or(PAUSES[PAUSES.len() - 1]);
            // So that many dashboards do not come back at the same moment.
            let pause = pause.mul_f64(0.8 + 0.4 * f64::from(std::process::id() % 16) / 16.0);
            let until = Instant::now() + pause;
            let link = Link::Away { place: place.clone(), why: why.clone(), retry: pause };
            self.told.send(Msg::Link(link)).await.map_err(|_| Over)?;
            loop {
                tokio::select! {
                    () = sleep_until(until) => break,
                    wish = self.wanted.recv() => match wish {
                        None => return Err(Over),
                        Some(Wish::Retry) => break,
                        Some(Wish::Look(call)) => self.answer(Answer::NoRecord { call, why: away() }).await?,
                        Some(Wish::Follow(_)) => {}
                        Some(Wish::Admin(_)) => self.answer(Answer::Failed(away())).await?,
                    },
                }
            }
            let Ok(loaded) = self.setup.loaded() else { continue };
            match Door::daemon(loaded, self.choice, &[], &mut silent).await {
                Ok(Some(remote)) => return Ok(remote),
                Ok(None) => "no daemon is running".clone_into(&mut why),
                Err(error) => why = error.to_string(),
            }
        }
        Err(Over)
    }

    async fn answer(&mut self, answer: Answer) -> Result<(), Over> {
        self.told.send(Msg::Answer(answer)).await.map_err(|_| Over)
    }

    /// Tells what the journal says, until there is a daemon.
    async fn journal(&mut self, local: &Local) -> anyhow::Result<Result<Option<Door>, Over>> {
        let state_dir = self.setup.config()?.state_dir.clone();
        let place = state_dir.display().to_string();
        if self.tell(Msg::Link(Link::Journal { place })).await?.is_err() {
            return Ok(Err(Over));
        }
        let mut silent = Output::new();
        silent.set_up(Color::Never, true);
        let mut asked = Asked::new(Arc::new(local.clone()), None, self.told.clone());
        let mut ticks = interval(JOURNAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                wish = self.wanted.recv() => match wish {
                    None => return Ok(Err(Over)),
                    Some(Wish::Retry) => ticks.reset_immediately(),
                    Some(wish) => asked.ask(wish),
                },
                _ = ticks.tick() => {
                    let may_look = !self.choice.is_without_daemon();
                    if may_look && DaemonLock::find(&state_dir).is_some_and(|info| info.address.is_some())
                        && let Ok(Some(remote)) = Door::daemon(self.setup.loaded()?, self.choice, &[], &mut silent).await
                    {
                        return Ok(Ok(Some(Door::There(remote))));
                    }
                    let msg = match local.snapshot().await {
                        Ok(snapshot) => Msg::Feed(Feed::Snapshot(Box::new(snapshot))),
                        Err(error) => Msg::Answer(Answer::Failed(error.to_string())),
                    };
                    if self.tell(msg).await?.is_err() {
                        return Ok(Err(Over));
                    }
                }
            }
        }
    }

    /// Tells what was told once.
    async fn replay(&mut self, mut recording: Recording) -> anyhow::Result<()> {
        let place = recording.path.display().to_string();
        let link = Link::Replay { place: place.clone(), speed: recording.speed };
        if self.tell(Msg::Link(link)).await?.is_err() {
            return Ok(());
        }
        let began = Instant::now();
        while let Some((at, feed)) = recording.next()? {
            if self.waits {
                let due = began + at.div_f64(recording.speed);
                loop {
                    tokio::select! {
                        biased;
                        wish = self.wanted.recv() => {
                            let Some(wish) = wish else { return Ok(()) };
                            if self.refuse(wish).await.is_err() {
                                return Ok(());
                            }
                        }
                        () = sleep_until(due) => break,
                    }
                }
            }
            if self.tell(Msg::Feed(feed)).await?.is_err() {
                return Ok(());
            }
        }
        let _ = self.tell(Msg::Link(Link::Ended { place })).await?;
        if let Some(left_out) = recording.left_out() {
            let _ = self.answer(Answer::Failed(left_out)).await;
        }
        // The dashboard stays until its user leaves.
        while self.waits
            && let Some(wish) = self.wanted.recv().await
            && self.refuse(wish).await.is_ok()
        {}
        Ok(())
    }

    /// Answers what is asked of a recording. Its steps are with the dashboard already.
    async fn refuse(&mut self, wish: Wish) -> Result<(), Over> {
        match wish {
            Wish::Look(call) => {
                let why = "a recording has the steps of a call, not its requests and its error".to_owned();
                self.answer(Answer::NoRecord { call, why }).await
            }
            Wish::Follow(Some(_)) => self.answer(Answer::Failed("text: a recording has none".to_owned())).await,
            Wish::Admin(_) => self.answer(Answer::Failed("this is a recording".to_owned())).await,
            Wish::Follow(None) | Wish::Retry => Ok(()),
        }
    }
}

fn away() -> String {
    "the daemon is not reachable".to_owned()
}

fn told_of(state: &LinkState, place: &str) -> Link {
    match state {
        LinkState::Up => Link::Live { place: place.to_owned() },
        LinkState::Broken { why, next } => {
            let retry = next.saturating_duration_since(Instant::now());
            Link::Away { place: place.to_owned(), why: format!("the connection broke: {why}"), retry }
        }
    }
}

/// The next news; `Some(None)` for a frame that this version does not understand.
async fn next(subscription: &mut Subscription) -> Option<Option<Feed>> {
    let bulletin = subscription.next().await?;
    Some(read(&bulletin).ok())
}

fn read(bulletin: &Bulletin) -> Result<Feed, Error> {
    Ok(match bulletin.topic {
        Topic::Snapshot => Feed::Snapshot(Box::new(bulletin.read()?)),
        Topic::Events => Feed::Event(bulletin.read()?),
        Topic::Log | Topic::Catalog => {
            let mut line: exai_core::protocol::LogLine = bulletin.read()?;
            // The frame's own name is none of the line's fields.
            line.fields.remove("op");
            Feed::Log(line)
        }
    })
}

/// What was asked of the house and is not answered yet. Dropping it gives all of it up.
struct Asked {
    backend: Arc<dyn Backend>,
    /// The daemon, when it is one.
    remote: Option<Remote>,
    told: mpsc::Sender<Msg>,
    tasks: JoinSet<()>,
    following: Option<AbortHandle>,
}

impl Asked {
    fn new(backend: Arc<dyn Backend>, remote: Option<Remote>, told: mpsc::Sender<Msg>) -> Self {
        Self { backend, remote, told, tasks: JoinSet::new(), following: None }
    }

    fn ask(&mut self, wish: Wish) {
        while self.tasks.try_join_next().is_some() {}
        let (backend, told) = (Arc::clone(&self.backend), self.told.clone());
        match wish {
            Wish::Retry => {}
            Wish::Follow(call) => {
                if let Some(before) = self.following.take() {
                    before.abort();
                }
                if let Some(call) = call {
                    self.following = Some(self.tasks.spawn(follow(backend, call, told)));
                }
            }
            _ if self.tasks.len() >= ASKED => {
                // Nobody presses keys that fast; the daemon does not answer.
                drop(told.try_send(Msg::Answer(Answer::Failed("the house does not answer".to_owned()))));
            }
            Wish::Look(call) => {
                self.tasks.spawn(async move {
                    let answer = match backend.get_call(call.as_str()).await {
                        Ok(record) => Answer::Record(Box::new(record)),
                        Err(error) => Answer::NoRecord { call, why: error.to_string() },
                    };
                    drop(told.send(Msg::Answer(answer)).await);
                });
            }
            Wish::Admin(action) => {
                let remote = self.remote.clone();
                self.tasks.spawn(async move {
                    let answer = admin(backend, remote, action).await;
                    drop(told.send(Msg::Answer(answer)).await);
                });
            }
        }
    }
}

async fn admin(backend: Arc<dyn Backend>, remote: Option<Remote>, action: Admin) -> Answer {
    let name = action.as_str().replace('_', " ");
    let done = match (remote, action) {
        (Some(remote), action) => remote.admin(action).await.map(|answer| answer.notes.join("; ")),
        (None, Admin::Cancel { call_id }) => {
            backend.cancel(&call_id).await.map(|found| format!("call {} was {}", found.call_id, found.state.as_str()))
        }
        (None, _) => Err(Error::invalid("this needs a daemon")),
    };
    match done {
        Ok(notes) if notes.is_empty() => Answer::Done(name),
        Ok(notes) => Answer::Done(format!("{name}: {notes}")),
        Err(error) => Answer::Failed(format!("{name}: {error}")),
    }
}

/// Tells the text of a call as it is written.
async fn follow(backend: Arc<dyn Backend>, call: CallId, told: mpsc::Sender<Msg>) {
    let mut handle = match backend.attach(call.as_str()).await {
        Ok(handle) => handle,
        Err(error) => {
            drop(told.send(Msg::Answer(Answer::Failed(format!("text: {error}")))).await);
            return;
        }
    };
    while let Some(news) = handle.news.next().await {
        if let Told::Live(Live::Delta { text }) = news {
            let answer = Answer::Text { call: call.clone(), piece: text };
            if told.send(Msg::Answer(answer)).await.is_err() {
                return;
            }
        }
    }
}
