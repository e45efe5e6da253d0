//! What the house knows of its own health, computed once from what the journal says, for every display.

mod verdict;

pub use verdict::{Lately, WINDOW};
