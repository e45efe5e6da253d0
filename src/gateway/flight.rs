//! One request in flight and all who wait for it.

#[cfg(test)]
mod properties;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::Answer;
use crate::clock::Deadline;
use crate::error::Error;
use crate::feed::{Feed, Reader};
use crate::protocol::Phase;

/// What a waiter hears.
#[derive(Debug, Clone)]
pub enum News {
    /// What the request is doing now.
    Phase(Phase),
    /// A piece of the answer.
    Text(Arc<str>),
    /// The whole answer, from the store.
    Kept(Arc<str>),
    /// It is over; nothing follows.
    Ended(Arc<Result<Answer, Failure>>),
}

/// Why a flight brought no answer.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What to tell the caller.
    pub error: Error,
    /// Another model may be asked instead, if the caller left the choice to us.
    pub try_next: bool,
}

impl Failure {
    /// One that no other model can mend.
    pub fn final_(error: Error) -> Self {
        Self { error, try_next: false }
    }
}

/// One request in flight.
#[derive(Debug)]
pub struct Flight {
    news: Feed<News>,
    waiters: AtomicUsize,
    received: AtomicUsize,
    /// The latest deadline of its waiters: no retry is planned beyond it.
    deadline: Mutex<Deadline>,
    cancel: CancellationToken,
}

/// All requests in flight of this process, by key.
#[derive(Debug, Clone, Default)]
pub struct Flights {
    by_key: Arc<Mutex<HashMap<String, Arc<Flight>>>>,
}

/// A place on a flight.
#[derive(Debug)]
pub enum Boarded {
    /// A new flight: the caller starts it.
    First(Ticket),
    /// One that is in the air.
    Joined(Ticket),
}

/// One waiter. The last one to go cancels the flight.
#[derive(Debug)]
pub struct Ticket {
    flight: Arc<Flight>,
    flights: Flights,
    key: Option<String>,
}

impl Flights {
    /// Joins the flight of `key`, or opens it.
    pub fn board(&self, key: &str, deadline: Deadline) -> Boarded {
        let mut flights = self.lock();
        if let Some(flight) = flights.get(key) {
            flight.waiters.fetch_add(1, Ordering::AcqRel);
            flight.extend(deadline);
            return Boarded::Joined(self.ticket(flight, Some(key)));
        }
        let flight = Flight::new(deadline);
        flights.insert(key.to_owned(), Arc::clone(&flight));
        Boarded::First(self.ticket(&flight, Some(key)))
    }

    /// Whether nothing that can be joined is in the air.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Opens a flight that nobody can join.
    pub fn alone(&self, deadline: Deadline) -> Boarded {
        Boarded::First(self.ticket(&Flight::new(deadline), None))
    }

    /// Takes a flight that is over off the list; whoever asks now starts another one.
    pub fn land(&self, key: &str, flight: &Arc<Flight>) {
        let mut flights = self.lock();
        if flights.get(key).is_some_and(|listed| Arc::ptr_eq(listed, flight)) {
            flights.remove(key);
        }
    }

    fn ticket(&self, flight: &Arc<Flight>, key: Option<&str>) -> Ticket {
        Ticket { flight: Arc::clone(flight), flights: self.clone(), key: key.map(str::to_owned) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Flight>>> {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    fn new(deadline: Deadline) -> Arc<Self> {
        Arc::new(Self {
            news: Feed::default(),
            waiters: AtomicUsize::new(1),
            received: AtomicUsize::new(0),
            deadline: Mutex::new(deadline),
            cancel: CancellationToken::new(),
        })
    }

    /// Tells all waiters.
    pub fn tell(&self, news: News) {
        if let News::Text(text) = &news {
            self.received(text.len());
        }
        let over = matches!(news, News::Ended(_));
        self.news.push(news);
        if over {
            self.news.close();
        }
    }

    /// Counts bytes of reasoning or answer.
    pub fn received(&self, bytes: usize) {
        self.received.fetch_add(bytes, Ordering::AcqRel);
    }

    /// Until when somebody waits.
    pub fn deadline(&self) -> Deadline {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves when nobody waits any more.
    pub async fn abandoned(&self) {
        self.cancel.cancelled().await;
    }

    fn extend(&self, deadline: Deadline) {
        let mut latest = self.deadline.lock().unwrap_or_else(PoisonError::into_inner);
        *latest = deadline.max(*latest);
    }
}

impl Ticket {
    /// The flight.
    pub fn flight(&self) -> Arc<Flight> {
        Arc::clone(&self.flight)
    }

    /// All its news, from the start.
    pub fn news(&self) -> Reader<News> {
        self.flight.news.reader()
    }

    /// Bytes of reasoning and answer so far.
    pub fn received(&self) -> usize {
        self.flight.received.load(Ordering::Acquire)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        // The list is locked first, so that nobody joins a flight between its last waiter's leaving and its end.
        let mut flights = self.flights.lock();
        if self.flight.waiters.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.flight.cancel.cancel();
            if let Some(key) = &self.key
                && flights.get(key).is_some_and(|listed| Arc::ptr_eq(listed, &self.flight))
            {
                flights.remove(key);
            }
        }
    }
}
