//! Whoever joins, leaves or stays: one flight a key, the last one out cancels it, and all who stay hear its end.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::FutureExt;
use proptest::prelude::*;
use proptest::sample::Index;
use tokio::task::{LocalSet, unconstrained, yield_now};

use super::*;

const KEYS: [&str; 2] = ["one", "two"];

#[derive(Debug, Clone)]
enum Step {
    Board(usize),
    Alone,
    Leave(Index),
    Text(Index),
    End(Index),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..KEYS.len()).prop_map(Step::Board),
        1 => Just(Step::Alone),
        3 => any::<Index>().prop_map(Step::Leave),
        2 => any::<Index>().prop_map(Step::Text),
        1 => any::<Index>().prop_map(Step::End),
    ];
    prop::collection::vec(step, 1..60)
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_mins(1))
}

fn answer() -> News {
    let (text, reasoning) = ("done".to_owned(), String::new());
    News::Ended(Arc::new(Ok(Answer {
        text,
        reasoning,
        model: "m".to_owned(),
        provider: "p".to_owned(),
        ..Answer::default()
    })))
}

/// What should be true of one flight.
#[derive(Debug)]
struct Shadow {
    flight: Arc<Flight>,
    key: Option<&'static str>,
    waiters: Vec<Ticket>,
    told: usize,
    ended: bool,
}

impl Shadow {
    fn is_listed(&self, key: &str) -> bool {
        self.key == Some(key) && !self.ended && !self.waiters.is_empty()
    }

    fn check(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.flight.waiters.load(Ordering::Acquire), self.waiters.len());
        prop_assert_eq!(self.flight.cancel.is_cancelled(), self.waiters.is_empty());
        for ticket in &self.waiters {
            let mut news = ticket.news();
            // The budget that tokio gives to a task would end a long case's reading early.
            let heard: Vec<_> = std::iter::from_fn(|| unconstrained(news.next()).now_or_never().flatten()).collect();
            prop_assert_eq!(heard.len(), self.told);
            prop_assert_eq!(matches!(heard.last(), Some(News::Ended(_))), self.ended);
        }
        Ok(())
    }
}

fn take(step: &Step, flights: &Flights, shadows: &mut Vec<Shadow>) -> Result<(), TestCaseError> {
    let (key, boarded) = match step {
        Step::Board(key) => (Some(KEYS[*key]), flights.board(KEYS[*key], soon())),
        Step::Alone => (None, flights.alone(soon())),
        Step::Leave(which) => {
            let mut crowded: Vec<_> = shadows.iter_mut().filter(|shadow| !shadow.waiters.is_empty()).collect();
            if !crowded.is_empty() {
                let shadow = crowded.swap_remove(which.index(crowded.len()));
                let waiter = which.index(shadow.waiters.len());
                drop(shadow.waiters.swap_remove(waiter));
            }
            return Ok(());
        }
        Step::Text(which) | Step::End(which) => {
            let mut flying: Vec<_> = shadows.iter_mut().filter(|shadow| !shadow.ended).collect();
            if !flying.is_empty() {
                let shadow = flying.swap_remove(which.index(flying.len()));
                shadow.ended = matches!(step, Step::End(_));
                shadow.told += 1;
                if let (true, Some(key)) = (shadow.ended, shadow.key) {
                    flights.land(key, &shadow.flight);
                }
                shadow.flight.tell(if shadow.ended { answer() } else { News::Text("piece".into()) });
            }
            return Ok(());
        }
    };
    let listed = shadows.iter_mut().find(|shadow| key.is_some_and(|key| shadow.is_listed(key)));
    match (boarded, listed) {
        (Boarded::Joined(ticket), Some(shadow)) => {
            prop_assert!(Arc::ptr_eq(&ticket.flight, &shadow.flight));
            shadow.waiters.push(ticket);
        }
        (Boarded::First(ticket), None) => {
            shadows.push(Shadow { flight: ticket.flight(), key, waiters: vec![ticket], told: 0, ended: false });
        }
        (boarded, listed) => prop_assert!(false, "{boarded:?} where {listed:?} was flying"),
    }
    Ok(())
}

/// One caller: when it comes, and how long it waits before it gives up; turns of the scheduler, not time.
#[derive(Debug, Clone, Copy)]
struct Caller {
    key: usize,
    comes_after: usize,
    patience: usize,
}

fn callers() -> impl Strategy<Value = Vec<Caller>> {
    let caller = (0..KEYS.len(), 0_usize..30, 0_usize..40);
    let caller = caller.prop_map(|(key, comes_after, patience)| Caller { key, comes_after, patience });
    prop::collection::vec(caller, 1..20)
}

/// Flies as a pilot does: until it is over, or nobody waits.
async fn fly(flights: Flights, flight: Arc<Flight>, key: &'static str, turns: usize, flying: Rc<Cell<usize>>) {
    let work = async {
        for _ in 0..turns {
            flight.tell(News::Text("piece".into()));
            yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = flight.abandoned() => {}
        () = work => {
            flights.land(key, &flight);
            flight.tell(answer());
        }
    }
    flying.set(flying.get() - 1);
}

/// Whether it heard the end, if it had the patience.
async fn call(flights: Flights, caller: Caller, turns: usize, flying: Rc<Cell<usize>>, pilots: Rc<LocalSet>) -> bool {
    for _ in 0..caller.comes_after {
        yield_now().await;
    }
    let key = KEYS[caller.key];
    let ticket = match flights.board(key, soon()) {
        Boarded::Joined(ticket) => ticket,
        Boarded::First(ticket) => {
            flying.set(flying.get() + 1);
            pilots.spawn_local(fly(flights.clone(), ticket.flight(), key, turns, flying));
            ticket
        }
    };
    let mut news = ticket.news();
    let end = async { while !matches!(news.next().await, Some(News::Ended(_)) | None) {} };
    let gives_up = async {
        for _ in 0..caller.patience {
            yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = end => true,
        () = gives_up => false,
    }
}

async fn crowd(callers: Vec<Caller>, turns: usize) -> Result<(), TestCaseError> {
    let (flights, flying, pilots) = (Flights::default(), Rc::new(Cell::new(0)), Rc::new(LocalSet::new()));
    let all = callers.iter().map(|caller| {
        let patience = if caller.patience % 2 == 0 { usize::MAX } else { caller.patience };
        let caller = Caller { patience, ..*caller };
        call(flights.clone(), caller, turns, Rc::clone(&flying), Rc::clone(&pilots))
    });
    let all = futures_util::future::join_all(all);
    let heard = pilots.run_until(all).await;
    for (caller, heard) in callers.iter().zip(heard) {
        prop_assert!(heard || caller.patience % 2 == 1, "{caller:?} stayed and heard nothing");
    }
    // Whoever was abandoned notices it by itself.
    pilots
        .run_until(async {
            while flying.get() > 0 {
                yield_now().await;
            }
        })
        .await;
    prop_assert!(flights.lock().is_empty(), "a flight is still listed");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_flight_counts_its_waiters_and_ends_with_the_last(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (flights, mut shadows) = (Flights::default(), Vec::new());
            for step in steps {
                take(&step, &flights, &mut shadows)?;
                shadows.iter().try_for_each(Shadow::check)?;
            }
            drop(shadows);
            prop_assert!(flights.lock().is_empty(), "a flight is still listed");
            Ok(())
        })?;
    }

    #[test]
    fn whoever_stays_hears_the_end_whoever_else_leaves(callers in callers(), turns in 0_usize..30) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(crowd(callers, turns))?;
    }
}
