//! Who gets a permit, and when.

mod places;
mod refusals;
mod set_limits;
mod watching;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::Poll;
use std::time::Duration;

use ProviderName::{Custom, Glm, Kimi, Mock};
use tempfile::TempDir;
use tokio::task::unconstrained;
use tokio::time::Instant;

use super::queue::LOOK;
use super::*;
use crate::coordination::prepare_state_dir;
use crate::error::{ErrorCode, Kind};
use crate::gateway::testing::limits;

type Waiting = Pin<Box<dyn Future<Output = Result<Permit>>>>;

/// One process of a state directory.
fn process(dir: &TempDir, limits: Limits) -> Admission {
    prepare_state_dir(dir.path()).unwrap();
    Admission::new(limits, Slots::new(dir.path()))
}

fn alone(limits: Limits) -> (TempDir, Admission) {
    let dir = tempfile::tempdir().unwrap();
    let admission = process(&dir, limits);
    (dir, admission)
}

/// Limits so wide that only those that a test narrows count.
fn wide() -> Limits {
    Limits {
        session: 100,
        global: 100,
        providers: BTreeMap::from([(Glm, 100), (Kimi, 100), (Custom, 100)]),
        queue: 256,
    }
}

fn glm(limit: usize) -> Limits {
    let mut limits = wide();
    limits.providers.insert(Glm, limit);
    limits
}

/// A deadline that is never in the way.
fn patient() -> Deadline {
    Deadline::after(Duration::from_hours(24))
}

/// A caller that waits; nothing happens before it is looked at.
fn caller(admission: &Admission, session: &str, provider: ProviderName) -> Waiting {
    let (admission, session) = (admission.clone(), session.to_owned());
    // The budget that tokio gives to a task would make a waiter of a long test look blocked.
    Box::pin(unconstrained(async move { admission.acquire(&session, provider, patient(), |_, _| {}).await }))
}

async fn look(waiting: &mut Waiting) -> Option<Result<Permit>> {
    match poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context))).await {
        Poll::Ready(permit) => Some(permit),
        Poll::Pending => None,
    }
}

/// A caller that must get its permit at once.
async fn granted(admission: &Admission, session: &str, provider: ProviderName) -> Permit {
    look(&mut caller(admission, session, provider)).await.expect("a permit at once").unwrap()
}

/// A caller that must wait.
async fn queued(admission: &Admission, session: &str, provider: ProviderName) -> Waiting {
    let mut waiting = caller(admission, session, provider);
    assert!(look(&mut waiting).await.is_none(), "{session} got a permit for {provider} without waiting");
    waiting
}

/// The names of those that are granted now, and their permits.
async fn served<'a>(waiting: &mut Vec<(&'a str, Waiting)>) -> Vec<(&'a str, Permit)> {
    let (mut done, mut still) = (Vec::new(), Vec::new());
    for (name, mut caller) in waiting.drain(..) {
        match look(&mut caller).await {
            Some(permit) => done.push((name, permit.unwrap())),
            None => still.push((name, caller)),
        }
    }
    *waiting = still;
    done
}

/// Gives permits back one by one and tells in which order the others get theirs.
async fn order_of_service(held: Permit, mut waiting: Vec<(&str, Waiting)>) -> Vec<&str> {
    let mut order = Vec::new();
    let mut held = vec![("", held)];
    while !waiting.is_empty() {
        held.clear();
        held = served(&mut waiting).await;
        assert_eq!(held.len(), 1, "one permit came back, so one caller is served, after {order:?}");
        order.push(held[0].0);
    }
    order
}

#[tokio::test(start_paused = true)]
async fn within_a_session_and_a_provider_the_first_is_served_first() {
    let (_dir, admission) = alone(glm(1));
    let held = granted(&admission, "a", Glm).await;
    let mut waiting = Vec::new();
    for name in ["one", "two", "three"] {
        waiting.push((name, queued(&admission, "a", Glm).await));
    }
    assert_eq!(order_of_service(held, waiting).await, ["one", "two", "three"]);
}

#[tokio::test(start_paused = true)]
async fn sessions_take_turns_however_many_callers_each_has() {
    let (_dir, admission) = alone(glm(1));
    let held = granted(&admission, "x", Glm).await;
    let mut waiting = Vec::new();
    for name in ["a1", "a2", "a3", "b1", "c1", "b2"] {
        waiting.push((name, queued(&admission, &name[..1], Glm).await));
    }
    assert_eq!(order_of_service(held, waiting).await, ["a1", "b1", "c1", "a2", "b2", "a3"]);
}

#[tokio::test(start_paused = true)]
async fn a_saturated_provider_does_not_delay_the_other_one() {
    let (_dir, admission) = alone(glm(1));
    let _held = granted(&admission, "a", Glm).await;
    let _waits = queued(&admission, "a", Glm).await;
    granted(&admission, "a", Kimi).await;
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_another_process_saturates_does_not_delay_the_other_one() {
    let dir = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (process(&dir, glm(1)), process(&dir, glm(1)));
    let _held = granted(&elsewhere, "b", Glm).await;
    let _waits = queued(&here, "a", Glm).await;
    granted(&here, "a", Kimi).await;
}

#[tokio::test(start_paused = true)]
async fn a_permit_that_another_process_gives_back_is_noticed_soon() {
    let dir = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (process(&dir, glm(1)), process(&dir, glm(1)));
    let held = granted(&elsewhere, "b", Glm).await;
    let waiting = queued(&here, "a", Glm).await;
    assert_eq!(here.gauges().1["glm"], PermitGauge { in_use: 1, limit: 1, waiting: 1 });
    drop(held);
    let begun = Instant::now();
    waiting.await.unwrap();
    assert!(begun.elapsed() <= Duration::from_millis(100), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn two_processes_together_keep_every_limit() {
    let dir = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (process(&dir, limits()), process(&dir, limits()));
    let mut held = Vec::new();
    for (process, session, provider) in
        [(&here, "a", Glm), (&elsewhere, "b", Glm), (&here, "a", Kimi), (&elsewhere, "b", Kimi), (&here, "c", Kimi)]
    {
        held.push(granted(process, session, provider).await);
    }
    let (global, providers) = here.gauges();
    assert_eq!((global.in_use, providers["glm"].in_use, providers["kimi"].in_use), (5, 2, 3));
    let mut custom = queued(&elsewhere, "d", Custom).await;
    held.pop();
    assert!(
        look(&mut custom).await.is_none(),
        "what another process gave back is noticed at the next look, not before"
    );
    custom.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_and_says_when_to_come_back() {
    let (_dir, admission) = alone(Limits { queue: 2, ..glm(1) });
    let held = granted(&admission, "a", Glm).await;
    let first = queued(&admission, "a", Glm).await;
    let _second = queued(&admission, "b", Glm).await;
    let error = look(&mut caller(&admission, "c", Glm)).await.unwrap().unwrap_err();
    assert_eq!((error.code, error.kind()), (ErrorCode::OverCapacity, Kind::Retryable));
    assert!(error.retry_after.is_some_and(|after| !after.is_zero()));
    // Whoever leaves makes room.
    drop(first);
    let _third = queued(&admission, "c", Glm).await;
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_for_one_provider_refuses_nobody_who_waits_for_another() {
    let (_dir, admission) = alone(Limits { queue: 1, ..Limits { session: 1, ..wide() } });
    let _held = granted(&admission, "a", Glm).await;
    let _waits = queued(&admission, "a", Glm).await;
    let _waits_too = queued(&admission, "a", Kimi).await;
    let error = look(&mut caller(&admission, "a", Kimi)).await.unwrap().unwrap_err();
    assert_eq!(error.message, "the queue for kimi is full: 1 wait");
}

#[tokio::test(start_paused = true)]
async fn in_a_storm_whom_the_queue_has_no_room_for_is_turned_away_and_nobody_else() {
    let (_dir, admission) = alone(Limits { queue: 1, ..glm(1) });
    let held = granted(&admission, "a", Glm).await;
    let waits = queued(&admission, "a", Glm).await;
    assert!(admission.turns_away("b", Glm).is_none(), "it may look first whether it needs a permit");
    for _ in 0..50 {
        look(&mut caller(&admission, "b", Glm)).await.unwrap().unwrap_err();
    }
    let error = admission.turns_away("b", Glm).unwrap();
    assert_eq!((error.code, error.message.as_str()), (ErrorCode::OverCapacity, "the queue for glm is full: 1 wait"));
    assert!(error.retry_after.is_some());
    assert!(admission.turns_away("b", Kimi).is_none());
    drop((held, waits));
    assert!(admission.turns_away("b", Glm).is_none(), "there is room");
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_nobody_who_need_not_wait() {
    let (_dir, admission) = alone(Limits { queue: 1, ..glm(1) });
    let _held = granted(&admission, "a", Glm).await;
    let _waits = queued(&admission, "a", Glm).await;
    for provider in [Kimi, Custom, Mock] {
        granted(&admission, "a", provider).await;
    }
    let (_dir, none_waits) = alone(Limits { queue: 0, ..glm(1) });
    let _held = granted(&none_waits, "a", Glm).await;
    assert!(look(&mut caller(&none_waits, "a", Glm)).await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_waiter_hears_its_place_and_what_it_waits_for_whenever_that_changes() {
    let (_dir, admission) = alone(glm(1));
    let held = granted(&admission, "a", Glm).await;
    let first = queued(&admission, "a", Glm).await;
    let heard = Mutex::new(Vec::new());
    let mut second =
        Box::pin(admission.acquire("b", Glm, patient(), |place, cause| heard.lock().unwrap().push((place, cause))));
    assert!(poll_fn(|context| Poll::Ready(second.as_mut().poll(context))).await.is_pending());
    assert_eq!(*heard.lock().unwrap(), [(2, WaitingFor::Provider)]);
    drop(first);
    tokio::time::advance(LOOK * 2).await;
    assert!(poll_fn(|context| Poll::Ready(second.as_mut().poll(context))).await.is_pending());
    drop(held);
    second.await.unwrap();
    assert_eq!(*heard.lock().unwrap(), [(2, WaitingFor::Provider), (1, WaitingFor::Provider)]);
}

#[tokio::test(start_paused = true)]
async fn each_limit_names_itself_as_the_cause_of_waiting() {
    for (limits, cause) in [
        (Limits { session: 1, ..wide() }, WaitingFor::Session),
        (glm(1), WaitingFor::Provider),
        (Limits { global: 1, ..wide() }, WaitingFor::Global),
    ] {
        let (_dir, admission) = alone(limits);
        let _held = granted(&admission, "a", Glm).await;
        let heard = Mutex::new(None);
        let mut waiting = Box::pin(admission.acquire("a", Glm, patient(), |place, cause| {
            heard.lock().unwrap().replace((place, cause));
        }));
        assert!(poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context))).await.is_pending());
        assert_eq!(*heard.lock().unwrap(), Some((1, cause)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_mock_needs_no_permit() {
    let (_dir, admission) = alone(Limits { session: 1, global: 1, ..glm(1) });
    let _held = granted(&admission, "a", Glm).await;
    let mocks = [granted(&admission, "a", Mock).await, granted(&admission, "a", Mock).await];
    assert_eq!(admission.gauges().0.in_use, 1);
    drop(mocks);
    assert_eq!(admission.gauges().0.in_use, 1);
}

/// What a schedule of callers holds and waits for.
struct Crowd {
    admission: Admission,
    limits: Limits,
    waiting: Vec<(&'static str, ProviderName, Waiting)>,
    held: Vec<(&'static str, ProviderName, Permit)>,
}

impl Crowd {
    /// Looks at every waiter once: grants are made when somebody comes or leaves, not when they are looked at.
    async fn settle(&mut self) {
        let mut still = Vec::new();
        for (session, provider, mut waiting) in self.waiting.drain(..) {
            match look(&mut waiting).await {
                Some(permit) => self.held.push((session, provider, permit.unwrap())),
                None => still.push((session, provider, waiting)),
            }
        }
        self.waiting = still;
    }

    fn in_use(&self, counts: impl Fn(&'static str, ProviderName) -> bool) -> usize {
        self.held.iter().filter(|(session, provider, _)| *provider != Mock && counts(session, *provider)).count()
    }

    /// No limit is exceeded, and nobody waits who need not.
    fn check(&self, seed: u64) {
        let full = |session: &str, provider: ProviderName| {
            let limit = self.limits.providers.get(&provider).copied().unwrap_or(usize::MAX);
            let (of_session, of_provider, all) =
                (self.in_use(|s, _| s == session), self.in_use(|_, p| p == provider), self.in_use(|_, _| true));
            let within = of_session <= self.limits.session && of_provider <= limit && all <= self.limits.global;
            assert!(within, "seed {seed}: {session} {of_session}, {provider} {of_provider}, global {all}");
            provider != Mock && (of_session == self.limits.session || of_provider == limit || all == self.limits.global)
        };
        for (session, provider, _) in &self.held {
            full(session, *provider);
        }
        for (session, provider, _) in &self.waiting {
            assert!(full(session, *provider), "seed {seed}: {session} waits for {provider} without need");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_schedule_exceeds_a_limit_loses_a_permit_or_lets_anybody_wait_without_need() {
    const SESSIONS: [&str; 4] = ["a", "b", "c", "d"];
    const PROVIDERS: [ProviderName; 4] = [Glm, Kimi, Custom, Mock];
    for seed in 0..24 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (_dir, admission) = alone(limits());
        let mut crowd = Crowd { admission, limits: limits(), waiting: Vec::new(), held: Vec::new() };
        for _ in 0..150 {
            match random.u8(0..10) {
                0..5 => {
                    let (session, provider) = (*random.choice(&SESSIONS).unwrap(), *random.choice(&PROVIDERS).unwrap());
                    crowd.waiting.push((session, provider, caller(&crowd.admission, session, provider)));
                }
                5..8 if !crowd.held.is_empty() => drop(crowd.held.swap_remove(random.usize(..crowd.held.len()))),
                _ if !crowd.waiting.is_empty() => drop(crowd.waiting.swap_remove(random.usize(..crowd.waiting.len()))),
                _ => {}
            }
            crowd.settle().await;
            crowd.check(seed);
        }
        crowd.waiting.clear();
        crowd.held.clear();
        let (global, providers) = crowd.admission.gauges();
        let left: Vec<_> = providers.values().chain([&global]).map(|gauge| (gauge.in_use, gauge.waiting)).collect();
        assert!(left.iter().all(|left| *left == (0, 0)), "seed {seed}: {left:?}");
        for _ in 0..2 {
            crowd.held.push(("e", Glm, granted(&crowd.admission, "e", Glm).await));
        }
    }
}
