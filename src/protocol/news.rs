//! One thing that happened in the house, as dashboards hear it.

use serde::{Deserialize, Serialize};

use super::CallEvent;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct News {
    /// Counts within the daemon.
    pub seq: u64,
    /// When, in seconds since 1970.
    pub t: f64,
    /// Whose it is: nobody else hears it, the operator apart.
    pub owner: String,
    /// The session that it belongs to.
    pub session_id: String,
    /// What happened.
    #[serde(flatten)]
    pub what: Happening,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Happening {
    /// A step of a call.
    Call(CallEvent),
    /// A session came or went.
    Session {
        /// `session_opened` or `session_closed`.
        kind: String,
    },
}
