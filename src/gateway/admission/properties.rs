//! Whatever comes, waits, leaves, gives back and changes a limit, in two processes at once: no limit is exceeded, no permit
//! lost, nobody overtaken, and everybody knows its place.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use ProviderName::{Custom, Glm, Kimi, Mock};
use proptest::prelude::*;
use proptest::sample::Index;
use tokio::task::unconstrained;

use super::queue::LOOK;
use super::*;
use crate::coordination::prepare_state_dir;

const SESSIONS: [&str; 3] = ["a", "b", "c"];
/// The last one has no limit.
const PROVIDERS: [ProviderName; 4] = [Glm, Kimi, Custom, Mock];
const PROCESSES: usize = 2;
/// No limit is larger.
const MOST: usize = 5;

#[derive(Debug, Clone)]
enum Step {
    Come { process: usize, session: usize, provider: usize },
    Leave(Index),
    GiveBack(Index),
    SetLimit { process: usize, name: &'static str, limit: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let come = (0..PROCESSES, 0..SESSIONS.len(), 0..PROVIDERS.len())
        .prop_map(|(process, session, provider)| Step::Come { process, session, provider });
    let set_limit =
        (0..PROCESSES, prop::sample::select(vec!["session", "global", "glm", "kimi", "custom"]), 1_usize..=MOST)
            .prop_map(|(process, name, limit)| Step::SetLimit { process, name, limit });
    let step = prop_oneof![
        4 => come,
        1 => any::<Index>().prop_map(Step::Leave),
        3 => any::<Index>().prop_map(Step::GiveBack),
        1 => set_limit,
    ];
    prop::collection::vec(step, 1..60)
}

fn limits() -> impl Strategy<Value = Limits> {
    (1_usize..4, 1_usize..=MOST, 1_usize..4, 1_usize..4).prop_map(|(session, global, glm, kimi)| Limits {
        session,
        global,
        providers: BTreeMap::from([(Glm, glm), (Kimi, kimi), (Custom, 2)]),
        queue: 256,
    })
}

/// Who waits for what, or holds it.
#[derive(Debug, Clone, Copy)]
struct Who {
    process: usize,
    session: usize,
    provider: ProviderName,
    /// Grows with every one who comes.
    number: usize,
}

/// The place that a waiter heard last.
type Told = Rc<Cell<Option<usize>>>;
type Waiting = Pin<Box<dyn Future<Output = Result<Permit>>>>;

/// Two processes: they see each other through the locks in one directory only.
struct World {
    processes: [Admission; PROCESSES],
    came: usize,
    waiting: Vec<(Who, Told, Waiting)>,
    held: Vec<(Who, Permit)>,
}

impl World {
    async fn take(&mut self, step: &Step) {
        match step {
            Step::Come { process, session, provider } => self.come(*process, *session, PROVIDERS[*provider]),
            Step::Leave(which) if !self.waiting.is_empty() => {
                drop(self.waiting.remove(which.index(self.waiting.len())));
            }
            Step::GiveBack(which) if !self.held.is_empty() => {
                drop(self.held.swap_remove(which.index(self.held.len())));
            }
            Step::SetLimit { process, name, limit } => self.processes[*process].set_limit(name, *limit).unwrap(),
            Step::Leave(_) | Step::GiveBack(_) => {}
        }
        self.look().await;
    }

    fn come(&mut self, process: usize, session: usize, provider: ProviderName) {
        self.came += 1;
        let (admission, told) = (self.processes[process].clone(), Told::default());
        let hears = Rc::clone(&told);
        let patient = Deadline::after(Duration::from_hours(24));
        // The budget that tokio gives to a task would make a waiter of a long case look blocked.
        let waiting = unconstrained(async move {
            admission.acquire(SESSIONS[session], provider, patient, |place, _| hears.set(Some(place))).await
        });
        self.waiting.push((Who { process, session, provider, number: self.came }, told, Box::pin(waiting)));
    }

    /// Looks at every waiter until no more is served; those who were hold their permit from now on.
    async fn look(&mut self) {
        let mut served = true;
        while std::mem::take(&mut served) {
            let mut still = Vec::new();
            for (who, told, mut waiting) in self.waiting.drain(..) {
                match poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context))).await {
                    Poll::Ready(permit) => {
                        served = true;
                        self.held.push((who, permit.unwrap()));
                    }
                    Poll::Pending => still.push((who, told, waiting)),
                }
            }
            self.waiting = still;
        }
    }

    /// Lets so much time pass that each process has looked what the other one gave back.
    async fn pass_time(&mut self) {
        tokio::time::advance(LOOK * 2).await;
        self.look().await;
        // The one who watches may have served others that were looked at before it.
        self.look().await;
    }

    fn count(&self, counts: impl Fn(Who) -> bool) -> usize {
        self.held.iter().filter(|(who, _)| who.provider != Mock && counts(*who)).count()
    }

    fn limits(&self, process: usize) -> (Limits, [(ProviderName, usize); 3]) {
        let limits = self.processes[process].limits();
        let providers = [Glm, Kimi, Custom].map(|provider| (provider, limits.providers[&provider]));
        (limits, providers)
    }

    /// What each process holds against each of its limits, with that limit.
    fn loads(&self) -> Vec<(String, usize, usize)> {
        let mut loads = Vec::new();
        for process in 0..PROCESSES {
            let (limits, providers) = self.limits(process);
            loads.push((format!("all of {process}"), self.count(|who| who.process == process), limits.global));
            for (provider, limit) in providers {
                let held = self.count(|who| who.process == process && who.provider == provider);
                loads.push((format!("{provider} of {process}"), held, limit));
            }
            for (index, name) in SESSIONS.iter().enumerate() {
                let held = self.count(|who| who.process == process && who.session == index);
                loads.push((format!("session {name} of {process}"), held, limits.session));
            }
        }
        loads
    }

    /// Whatever has grown since `before` is within its limit; what was over a lowered limit may only shrink.
    fn check_limits(&self, before: &[(String, usize, usize)]) -> Result<(), TestCaseError> {
        for ((name, held, limit), (_, held_before, _)) in self.loads().iter().zip(before) {
            prop_assert!(held <= limit || held <= held_before, "{name}: {held} of {limit}");
        }
        for provider in PROVIDERS {
            prop_assert!(self.count(|who| who.provider == provider) <= MOST, "{provider} of all processes");
        }
        prop_assert!(self.count(|_| true) <= MOST, "all of all processes");
        Ok(())
    }

    fn check_order(&self) -> Result<(), TestCaseError> {
        for (holder, _) in &self.held {
            let line = |who: &Who| (who.process, who.session, who.provider);
            let overtaken =
                self.waiting.iter().find(|(who, ..)| line(who) == line(holder) && who.number < holder.number);
            prop_assert!(overtaken.is_none(), "{holder:?} overtook {:?}", overtaken.map(|(who, ..)| who));
        }
        Ok(())
    }

    /// Whether `who` may have to wait; a session's limit holds within its process, all others across.
    fn is_full(&self, who: Who) -> bool {
        let (limits, _) = self.limits(who.process);
        let Some(limit) = limits.providers.get(&who.provider) else { return false };
        self.count(|other| (other.process, other.session) == (who.process, who.session)) >= limits.session
            || self.count(|other| other.provider == who.provider) >= *limit
            || self.count(|_| true) >= limits.global
    }

    fn check_nobody_waits_in_vain(&self) -> Result<(), TestCaseError> {
        for (who, ..) in &self.waiting {
            prop_assert!(self.is_full(*who), "{who:?} waits without need");
        }
        Ok(())
    }

    /// The waiters of one process and provider know places from 1 to their number, those of one session in their order.
    fn check_places(&self) -> Result<(), TestCaseError> {
        for (process, provider) in (0..PROCESSES).flat_map(|process| PROVIDERS.map(|provider| (process, provider))) {
            let lane = self.waiting.iter().filter(|(who, ..)| (who.process, who.provider) == (process, provider));
            let mut places: Vec<_> = lane.clone().filter_map(|(_, told, _)| told.get()).collect();
            for session in 0..SESSIONS.len() {
                let line: Vec<_> = lane.clone().filter(|(who, ..)| who.session == session).collect();
                prop_assert!(line.is_sorted_by_key(|(_, told, _)| told.get()), "{provider} of {process}: {places:?}");
            }
            places.sort_unstable();
            prop_assert_eq!(places, (1..=lane.count()).collect::<Vec<_>>(), "{} of {}", provider, process);
        }
        Ok(())
    }
}

async fn run(limits: Limits, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let dir = tempfile::tempdir().unwrap();
    prepare_state_dir(dir.path()).unwrap();
    let processes = [(); PROCESSES].map(|()| Admission::new(limits.clone(), Slots::new(dir.path())));
    let mut world = World { processes, came: 0, waiting: Vec::new(), held: Vec::new() };
    for step in steps {
        let before = world.loads();
        world.take(&step).await;
        world.check_limits(&before)?;
        world.check_order()?;
    }
    // One process after the other notices what is free; a waiter may let a free place to one before it.
    for _ in 0..=world.waiting.len() {
        let before = world.loads();
        world.pass_time().await;
        world.check_limits(&before)?;
        world.check_order()?;
    }
    world.check_nobody_waits_in_vain()?;
    tokio::time::advance(Duration::from_secs(1)).await;
    // The one who watches tells the others, some of whom were looked at before it.
    world.look().await;
    world.look().await;
    world.check_places()?;
    world.waiting.clear();
    world.held.clear();
    for process in &world.processes {
        prop_assert!(process.shared.state().sessions.is_empty(), "sessions that are gone are forgotten");
        let (global, providers) = process.gauges();
        let left: Vec<_> = providers.values().chain([&global]).map(|gauge| (gauge.in_use, gauge.waiting)).collect();
        prop_assert!(left.iter().all(|left| *left == (0, 0)), "{left:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_schedule_of_two_processes_exceeds_a_limit_loses_a_permit_or_lets_anybody_overtake(limits in limits(), steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(run(limits, steps))?;
    }
}
