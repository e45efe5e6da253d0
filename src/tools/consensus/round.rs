//! One round of a consensus: the question, who is to answer it, and the answers so far. It lives in the turns of the
//! conversation and is derived from them; step 1 begins a new one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::voice::{Response, Voice};
use crate::error::{Error, Result};
use crate::threads::Thread;

/// What one call adds; what its turn of the conversation keeps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Turn {
    /// Begins a round.
    pub(super) opening: Option<Opening>,
    /// Who was asked, by their places among the models, and what came of it.
    pub(super) responses: BTreeMap<usize, Response>,
}

/// What the first step of a round settles.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Opening {
    /// What every model is asked.
    pub(super) question: String,
    /// What the caller thinks of it; no model sees that.
    pub(super) findings: String,
    /// Who is asked, in this order.
    pub(super) voices: Vec<Voice>,
    /// How they are asked, as far as the caller has said it.
    pub(super) asking: Map<String, Value>,
}

/// A round as far as it has come.
#[derive(Debug, Clone)]
pub(super) struct Round {
    /// What its first step settled.
    pub(super) opening: Opening,
    responses: BTreeMap<usize, Response>,
}

impl Round {
    /// The round that the conversation is in, if there was one.
    pub(super) fn resume(thread: &Thread, tool: &str) -> Result<Option<Self>> {
        let mut round = None::<Self>;
        for state in thread.states_of(tool) {
            let turn: Turn = serde_json::from_value(state.clone())
                .map_err(|error| Error::internal(format!("conversation {}: a step of {tool}: {error}", thread.id)))?;
            if let Some(opening) = turn.opening {
                round = Some(Self::new(opening));
            }
            if let Some(round) = &mut round {
                round.responses.extend(turn.responses);
            }
        }
        Ok(round)
    }

    /// A round in which nobody was asked yet.
    pub(super) fn new(opening: Opening) -> Self {
        Self { opening, responses: BTreeMap::new() }
    }

    /// With what this call's models have answered.
    pub(super) fn hear(&mut self, responses: &BTreeMap<usize, Response>) {
        self.responses.extend(responses.clone());
    }

    /// Models that are asked in all.
    pub(super) fn total(&self) -> usize {
        self.opening.voices.len()
    }

    /// Models that were asked, in the order of the models.
    pub(super) fn responses(&self) -> impl ExactSizeIterator<Item = &Response> {
        self.responses.values()
    }

    /// What came of asking the model at `place`.
    pub(super) fn response(&self, place: usize) -> Option<&Response> {
        self.responses.get(&place)
    }

    /// The place of the next model to ask; `None` when all were.
    pub(super) fn next(&self) -> Option<usize> {
        (0..self.total()).find(|place| !self.responses.contains_key(place))
    }

    /// Whether nobody of those who were asked has answered.
    pub(super) fn is_lost(&self) -> bool {
        self.responses().all(|response| response.failure().is_some())
    }
}
