//! Room for evidence: in one request, and in further ones where what is shown may be spread over several.

/// Bundles that may be filled when the first budget is used up, each for a request of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Further {
    /// How many.
    pub bundles: usize,
    /// Tokens that each of them holds.
    pub tokens: u64,
}

/// Where a piece goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Into the bundle that is being filled.
    Here,
    /// Into the next one, which it begins.
    Next,
    /// Nowhere: it is too large for what is left.
    Nowhere,
}

/// What is left. Bundles are filled one after the other, so that what stands together stays together.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Room {
    left: u64,
    further: Further,
}

impl Room {
    pub(super) fn new(left: u64, further: Further) -> Self {
        Self { left, further }
    }

    /// The tokens of the largest piece that still has a place.
    pub(super) fn largest(&self) -> u64 {
        if self.further.bundles == 0 { self.left } else { self.left.max(self.further.tokens) }
    }

    /// The tokens that are left in all bundles together.
    pub(super) fn in_all(&self) -> u64 {
        let bundles = u64::try_from(self.further.bundles).unwrap_or(u64::MAX);
        self.left.saturating_add(self.further.tokens.saturating_mul(bundles))
    }

    /// Finds a place for a piece, and takes it.
    pub(super) fn place(&mut self, tokens: u64) -> Place {
        if tokens <= self.left {
            self.left -= tokens;
            return Place::Here;
        }
        if tokens > self.largest() {
            return Place::Nowhere;
        }
        self.further.bundles -= 1;
        self.left = self.further.tokens - tokens;
        Place::Next
    }

    /// Takes what has to be said where the bundle that is being filled stands.
    pub(super) fn spend(&mut self, tokens: u64) {
        self.left = self.left.saturating_sub(tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_go_one_after_the_other_into_as_many_bundles_as_there_are() {
        use Place::{Here, Next, Nowhere};
        let mut room = Room::new(10, Further { bundles: 2, tokens: 20 });
        assert_eq!((room.largest(), room.in_all()), (20, 50));
        let placed = [7, 4, 15, 1, 21, 20, 1].map(|tokens| room.place(tokens));
        assert_eq!(placed, [Here, Next, Here, Here, Nowhere, Next, Nowhere]);
        assert_eq!((room.largest(), room.in_all()), (0, 0));
    }

    #[test]
    fn without_further_bundles_there_is_one_budget() {
        let mut room = Room::new(10, Further::default());
        assert_eq!([11, 10, 1].map(|tokens| room.place(tokens)), [Place::Nowhere, Place::Here, Place::Nowhere]);
    }
}
