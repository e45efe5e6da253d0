//! The last 15 minutes in slices of 15 s, each a sum. Sums need the same memory whatever the load, where a list of what
//! happened would grow with it; and slices in which nothing happened are not kept. The price: the oldest events leave up
//! to 15 s early.

use std::collections::VecDeque;
use std::time::Duration;

/// "Lately".
pub const WINDOW: Duration = Duration::from_mins(15);
/// The length of a slice in seconds.
const SLICE: u64 = 15;
/// Slices in [`WINDOW`].
const SLICES: u64 = WINDOW.as_secs() / SLICE;

/// The slice of a moment, told as the time since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tick(u64);

impl Tick {
    pub(super) fn at(since_start: Duration) -> Self {
        Self(since_start.as_secs() / SLICE)
    }

    fn is_live(self, now: Self) -> bool {
        self.0 + SLICES > now.0
    }
}

/// What happened lately.
#[derive(Debug)]
pub(super) struct Window<S>(VecDeque<(Tick, S)>);

impl<S> Default for Window<S> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<S: Default> Window<S> {
    /// The slice to add to.
    pub(super) fn now(&mut self, now: Tick) -> &mut S {
        while self.0.front().is_some_and(|(tick, _)| !tick.is_live(now)) {
            self.0.pop_front();
        }
        // Whoever read the clock just before another adds to the other's slice.
        if self.0.back().is_none_or(|(tick, _)| *tick < now) {
            self.0.push_back((now, S::default()));
        }
        let last = self.0.len() - 1;
        &mut self.0[last].1
    }

    /// What is not older than the window.
    pub(super) fn live(&self, now: Tick) -> impl Iterator<Item = &S> {
        self.0.iter().filter(move |(tick, _)| tick.is_live(now)).map(|(_, slice)| slice)
    }

    /// The same, with `true` for what is not older than `lately`.
    pub(super) fn split(&self, now: Tick, lately: Duration) -> impl Iterator<Item = (bool, &S)> {
        let slices = lately.as_secs() / SLICE;
        let live = self.0.iter().filter(move |(tick, _)| tick.is_live(now));
        live.map(move |(tick, slice)| (tick.0 + slices > now.0, slice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Tick {
        Tick::at(Duration::from_secs(seconds))
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten_read_or_not() {
        let mut window = Window::<u32>::default();
        *window.now(at(0)) += 1;
        *window.now(at(600)) += 10;
        assert_eq!(window.live(at(899)).sum::<u32>(), 11);
        assert_eq!(window.live(at(900)).sum::<u32>(), 10);
        assert_eq!(window.live(at(5000)).sum::<u32>(), 0);
        *window.now(at(5000)) += 100;
        assert_eq!(window.0.len(), 1, "old slices are still kept");
    }

    #[test]
    fn a_window_keeps_no_more_slices_than_fit_into_it() {
        let mut window = Window::<u32>::default();
        (0..100_000).for_each(|second| *window.now(at(second)) += 1);
        assert_eq!((window.0.len() as u64, window.live(at(99_999)).sum::<u32>()), (SLICES, 900 - 5));
    }

    #[test]
    fn a_clock_that_was_read_late_opens_no_slice_of_the_past() {
        let mut window = Window::<u32>::default();
        *window.now(at(30)) += 1;
        *window.now(at(29)) += 1;
        assert_eq!(window.0.len(), 1);
    }

    #[test]
    fn the_last_minutes_are_told_apart_from_the_ones_before() {
        let mut window = Window::<u32>::default();
        *window.now(at(100)) += 1;
        *window.now(at(800)) += 10;
        let parts: Vec<(bool, u32)> = window.split(at(820), Duration::from_mins(5)).map(|(new, n)| (new, *n)).collect();
        assert_eq!(parts, [(false, 1), (true, 10)]);
    }
}
