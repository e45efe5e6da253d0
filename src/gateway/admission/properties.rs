//! Whatever comes, waits, leaves and gives back, in two processes at once: no limit is exceeded and no permit lost.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use ProviderName::{Custom, Glm, Kimi, Mock};
use proptest::prelude::*;
use proptest::sample::Index;
use tokio::task::unconstrained;

use super::*;
use crate::coordination::prepare_state_dir;

const SESSIONS: [&str; 3] = ["a", "b", "c"];
/// The last one has no limit.
const PROVIDERS: [ProviderName; 4] = [Glm, Kimi, Custom, Mock];
const PROCESSES: usize = 2;

#[derive(Debug, Clone)]
enum Step {
    Come { process: usize, session: usize, provider: usize },
    Leave(Index),
    GiveBack(Index),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let come = (0..PROCESSES, 0..SESSIONS.len(), 0..PROVIDERS.len())
        .prop_map(|(process, session, provider)| Step::Come { process, session, provider });
    let step = prop_oneof![
        4 => come,
        1 => any::<Index>().prop_map(Step::Leave),
        3 => any::<Index>().prop_map(Step::GiveBack),
    ];
    prop::collection::vec(step, 1..60)
}

fn limits() -> impl Strategy<Value = Limits> {
    (1_usize..4, 1_usize..6, 1_usize..4, 1_usize..4).prop_map(|(session, global, glm, kimi)| Limits {
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
}

type Waiting = Pin<Box<dyn Future<Output = Result<Permit>>>>;

/// Two processes: they see each other through the locks in one directory only.
struct World {
    limits: Limits,
    processes: [Admission; PROCESSES],
    waiting: Vec<(Who, Waiting)>,
    held: Vec<(Who, Permit)>,
}

impl World {
    async fn take(&mut self, step: &Step) {
        match step {
            Step::Come { process, session, provider } => {
                let who = Who { process: *process, session: *session, provider: PROVIDERS[*provider] };
                let admission = self.processes[who.process].clone();
                // The budget that tokio gives to a task would make a waiter of a long case look blocked.
                let waiting =
                    unconstrained(
                        async move { admission.acquire(SESSIONS[who.session], who.provider, |_, _| {}).await },
                    );
                self.waiting.push((who, Box::pin(waiting)));
            }
            Step::Leave(which) if !self.waiting.is_empty() => {
                drop(self.waiting.swap_remove(which.index(self.waiting.len())));
            }
            Step::GiveBack(which) if !self.held.is_empty() => {
                drop(self.held.swap_remove(which.index(self.held.len())));
            }
            Step::Leave(_) | Step::GiveBack(_) => {}
        }
        self.look().await;
    }

    /// Looks at every waiter; those who were served hold their permit from now on.
    async fn look(&mut self) {
        let mut still = Vec::new();
        for (who, mut waiting) in self.waiting.drain(..) {
            match poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context))).await {
                Poll::Ready(permit) => self.held.push((who, permit.unwrap())),
                Poll::Pending => still.push((who, waiting)),
            }
        }
        self.waiting = still;
    }

    /// Lets so much time pass that each process has looked what the other one gave back.
    async fn pass_time(&mut self) {
        tokio::time::advance(LOOK * 2).await;
        self.look().await;
    }

    fn count(&self, counts: impl Fn(Who) -> bool) -> usize {
        self.held.iter().filter(|(who, _)| who.provider != Mock && counts(*who)).count()
    }

    /// Whether `who` has to wait; a session's limit holds within its process, all others across.
    fn is_full(&self, who: Who) -> bool {
        let Some(limit) = self.limits.providers.get(&who.provider) else { return false };
        self.count(|other| (other.process, other.session) == (who.process, who.session)) >= self.limits.session
            || self.count(|other| other.provider == who.provider) >= *limit
            || self.count(|_| true) >= self.limits.global
    }

    fn check_limits(&self) -> Result<(), TestCaseError> {
        prop_assert!(self.count(|_| true) <= self.limits.global);
        for (provider, limit) in &self.limits.providers {
            prop_assert!(self.count(|who| who.provider == *provider) <= *limit, "{provider}");
        }
        for (process, session) in (0..PROCESSES).flat_map(|process| (0..SESSIONS.len()).map(move |of| (process, of))) {
            let held = self.count(|who| (who.process, who.session) == (process, session));
            prop_assert!(held <= self.limits.session, "session {session} of process {process}");
        }
        Ok(())
    }

    fn check_nobody_waits_in_vain(&self) -> Result<(), TestCaseError> {
        for (who, _) in &self.waiting {
            prop_assert!(self.is_full(*who), "{who:?} waits without need");
        }
        Ok(())
    }
}

async fn run(limits: Limits, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let dir = tempfile::tempdir().unwrap();
    prepare_state_dir(dir.path()).unwrap();
    let processes = [(); PROCESSES].map(|()| Admission::new(limits.clone(), Slots::new(dir.path())));
    let mut world = World { limits, processes, waiting: Vec::new(), held: Vec::new() };
    for step in steps {
        world.take(&step).await;
        world.check_limits()?;
    }
    // One process after the other notices what is free; a waiter may let a free place to one before it.
    for _ in 0..=world.waiting.len() {
        world.pass_time().await;
        world.check_limits()?;
    }
    world.check_nobody_waits_in_vain()?;
    world.waiting.clear();
    world.held.clear();
    for process in &world.processes {
        let (global, providers) = process.gauges();
        let left: Vec<_> = providers.values().chain([&global]).map(|gauge| (gauge.in_use, gauge.waiting)).collect();
        prop_assert!(left.iter().all(|left| *left == (0, 0)), "{left:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_schedule_of_two_processes_exceeds_a_limit_or_loses_a_permit(limits in limits(), steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(run(limits, steps))?;
    }
}
