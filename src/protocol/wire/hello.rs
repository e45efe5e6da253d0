//! The first frame of a connection and its answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::protocol::SessionId;

/// `hello`: who connects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The session that is resumed; a new one when absent or unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// The token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// A one-time code or a ticket in place of the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Whether it wants a ticket: what comes in by a one-time code has no other way back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ticket: bool,
    /// The protocol; the predecessor's clients do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<u32>,
    /// What connects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Client>,
    /// Whether it answers `workspace` frames.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub workspace: bool,
    /// Its directories; the first one is what relative paths are relative to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<String>,
    /// The list of tools that it is shown and calls by, `full`, `core` or `router`; the daemon's own choice when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}

/// What connects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
}

/// `hello_ack`: welcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelloAck {
    /// The session.
    pub session_id: SessionId,
    /// The protocol.
    pub protocol: u32,
    /// Whether an earlier session goes on.
    pub resumed: bool,
    /// What answers.
    pub server: ServerInfo,
    /// A hash of the tools; it changes when they do.
    pub catalog: String,
    /// A hash of each configured provider's settings, keyed with the token.
    #[serde(default)]
    pub config_id: BTreeMap<String, String>,
    /// What the client may do.
    pub limits: WireLimits,
    /// What lets the client in next time, if it asked for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Ticket>,
}

/// What lets a client in again without the token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// What its next hello gives as `code`.
    pub code: String,
    /// Seconds that it is good for.
    pub good_for_s: u64,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket").field("code", &"***").field("good_for_s", &self.good_for_s).finish()
    }
}

/// What answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerInfo {
    /// `exai`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// It was started by a client and ends by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub autostarted: bool,
}

/// What a client may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireLimits {
    /// Bytes of a message.
    pub max_bytes: u64,
    /// Model requests of one session at once.
    pub session_inflight: usize,
    /// Seconds that a call is allowed unless it says otherwise.
    pub call_timeout_s: u64,
}

/// `hello_ack` that refuses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HelloError {
    /// `invalid_hello`, `missing_hello`, `unsupported_protocol`, `unauthorized`, `over_capacity` or `draining`.
    pub error: String,
    /// The protocol that is spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<u32>,
    /// Seconds after which another try makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<f64>,
}
