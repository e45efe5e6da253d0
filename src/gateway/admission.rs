//! Who may call a provider now. Session, provider and global permits are granted together or not at all,
//! FIFO within a session and provider, round-robin between sessions: a saturated provider never delays another,
//! and a busy session never starves a quiet one. Waiters hold nothing.
//!
//! ```text
//! acquire ─▶ queue (who is next) ─┬▶ refusal: no room, or too late
//!                                 └▶ permit ◀─ slots: locks that other processes see
//! ```
//!
//! Within this process a grant is a count; across processes it is also a slot lock (`coordination`).
//! Nobody announces a lock that another process gives back: while one is in the way, a waiter looks at short intervals.

mod held;
mod lane;
mod limits;
mod mean;
mod permit;
mod places;
#[cfg(test)]
mod properties;
mod queue;
mod refusal;
mod storm;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{oneshot, watch as latest};
use tokio::time::Instant;

pub use limits::Limits;

use crate::clock::Deadline;
use crate::coordination::{Look, Slots};
use crate::error::{Error, Result};
use crate::protocol::{PermitGauge, WaitingFor};
use crate::providers::ProviderName;
use lane::{Place, Waiter};
pub(super) use permit::Permit;
use queue::{GLOBAL, Seat};
use watch::Shared;

/// The admission queue of this process.
#[derive(Debug, Clone)]
pub struct Admission {
    shared: Arc<Shared>,
}

impl Admission {
    /// An empty queue over the slots of the state directory.
    pub fn new(limits: Limits, slots: Slots) -> Self {
        Self { shared: Arc::new(Shared::new(limits, slots)) }
    }

    /// Waits for a permit. `queued` hears the place in the queue, at first and whenever it changes; in a long queue
    /// a few times a second at most. Dropping the future leaves the queue; one that nobody polls holds up the others.
    ///
    /// Who can not expect its turn before `deadline` is refused at once; who waits is not ended by it.
    pub async fn acquire(
        &self,
        session: &str,
        provider: ProviderName,
        deadline: Deadline,
        mut queued: impl FnMut(usize, WaitingFor),
    ) -> Result<Permit> {
        let mut waiting = self.enter(session, provider, deadline)?;
        let watch = self.shared.watch();
        tokio::pin!(watch);
        loop {
            tokio::select! {
                biased;
                permit = &mut waiting.granted => {
                    return permit.map_err(|_| Error::internal("the admission queue is gone"))?.map(Permit::begin);
                }
                Ok(()) = waiting.places.changed() => {
                    let place = *waiting.places.borrow_and_update();
                    if let Some((position, waiting_for)) = place {
                        queued(position, waiting_for);
                    }
                }
                never = &mut watch => match never {},
            }
        }
    }

    /// Why a caller would be refused, in a storm of others who were; `None` in calmer times, when who is refused may look
    /// first whether it needs a permit.
    pub fn turns_away(&self, session: &str, provider: ProviderName) -> Option<Error> {
        let state = self.shared.state();
        if state.storm.rages(Instant::now()) { state.crowd(session, provider) } else { None }
    }

    /// Whether callers are refused in such numbers that [`Self::turns_away`] may refuse others.
    pub fn is_in_storm(&self) -> bool {
        self.shared.state().storm.rages(Instant::now())
    }

    fn enter(&self, session: &str, provider: ProviderName, deadline: Deadline) -> Result<Waiting<'_>> {
        let (grant, granted) = oneshot::channel();
        let (place, places) = latest::channel(None);
        let seat = self.shared.change(|state, slots| {
            let seat = state.enter(session, provider, Waiter { grant, place });
            let served = state.serve(slots, Look::Known);
            let refusal = state.refusal(&seat, deadline);
            if refusal.is_some() {
                state.leave(&seat);
                state.storm.note(Instant::now());
            }
            state.tell_first_place(&seat);
            (refusal.map_or(Ok(seat), Err), served)
        })?;
        Ok(Waiting { shared: &self.shared, seat, granted, places })
    }

    /// The limits now.
    pub fn limits(&self) -> Limits {
        self.shared.state().limits.clone()
    }

    /// Sets one limit: `session`, `global`, `glm`, `kimi`, `custom` or `queue`. It holds for all who wait from now on;
    /// whoever holds a permit keeps it.
    pub fn set_limit(&self, name: &str, limit: usize) -> Result<()> {
        self.shared.change(|state, slots| {
            let mut limits = state.limits.clone();
            if let Err(error) = limits.set(name, limit) {
                return (Err(error), Vec::new());
            }
            state.set_limits(limits);
            (Ok(()), state.serve(slots, Look::Everywhere))
        })
    }

    /// Replaces all limits, as [`Self::set_limit`] does one.
    pub fn set_limits(&self, limits: Limits) {
        self.shared.change(|state, slots| {
            state.set_limits(limits);
            ((), state.serve(slots, Look::Everywhere))
        });
    }

    /// All limits and how much of each is used, by any process.
    pub fn gauges(&self) -> (PermitGauge, BTreeMap<String, PermitGauge>) {
        let (limits, all, waiting) = {
            let state = self.shared.state();
            let waiting: BTreeMap<_, _> = state.lanes.iter().map(|(name, lane)| (*name, lane.waiting)).collect();
            (state.limits.clone(), state.waiting, waiting)
        };
        let gauge = |name: &'static str, limit: usize, waiting: usize| PermitGauge {
            in_use: self.shared.slots.in_use(name, limit),
            limit,
            waiting,
        };
        let of = |(name, limit): (&ProviderName, &usize)| {
            let waiting = waiting.get(name).copied().unwrap_or_default();
            (name.to_string(), gauge(name.as_str(), *limit, waiting))
        };
        (gauge(GLOBAL, limits.global, all), limits.providers.iter().map(of).collect())
    }

    /// Permits that each session of this process holds.
    pub fn sessions(&self) -> BTreeMap<String, usize> {
        let state = self.shared.state();
        let holders = state.sessions.iter().filter(|(_, session)| session.held.count() > 0);
        holders.map(|(name, session)| (name.to_string(), session.held.count())).collect()
    }
}

/// A waiter's end of the queue. Takes it out of the queue when its caller stops waiting.
struct Waiting<'a> {
    shared: &'a Arc<Shared>,
    seat: Seat,
    granted: oneshot::Receiver<Result<Permit>>,
    places: latest::Receiver<Option<Place>>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.shared.change(|state, _| (state.leave(&self.seat), Vec::new()));
    }
}
